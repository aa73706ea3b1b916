// unruly.c: a server of echo or frame with one fault (faults.h), for clients that must notice it.
// What it did it says on standard output, a line each: the truth that the client's report is
// held against.
#include <argp.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/units.h"
#include "tests/servers/anywhere.h"
#include "tests/servers/faults.h"

enum {
    BATCH = 64,
    DRIP_MS = 10,
};

static bool frames;
static uint64_t tell_at;
static int epoll, listener;

// The length of the first message in `in`, or 0 where it is not whole yet.
static size_t message_in(const struct client *c)
{
    uint32_t length;

    if (!frames)
        return c->have;
    if (c->have < HEADER)
        return 0;
    memcpy(&length, c->in, HEADER);
    size_t n = HEADER + (size_t)ntohl(length);
    if (n > MESSAGE_MAX)
        die("a frame of %zu bytes: the client is unruly too", n);
    return c->have >= n ? n : 0;
}

static void serve(int fd)
{
    static unsigned char message[MESSAGE_MAX];
    struct client *c = clients[fd];

    if (c == NULL) // reset on behalf of somebody else, in this batch
        return;
    ssize_t got = recv(fd, c->in + c->have, MESSAGE_MAX - c->have, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        lose(c);
        return;
    }
    c->have += (size_t)got;
    for (size_t n; clients[fd] != NULL && (n = message_in(c)) > 0;) {
        // A copy, since faults write to it, and one may end this client.
        memcpy(message, c->in, n);
        memmove(c->in, c->in + n, c->have -= n);
        if (c->finished)
            continue;
        answers++;
        c->answers++;
        fault->answer(c, message, n);
        if (answers == tell_at)
            printf("%ju answers\n", (uintmax_t)answers);
    }
}

static void let_drip(void)
{
    for (unsigned fd = 0; fd < FDS; fd++)
        if (clients[fd] != NULL && clients[fd]->drip_from < clients[fd]->drip_to)
            answer_right(clients[fd], clients[fd]->drips + clients[fd]->drip_from++, 1);
}

static void watch(int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        die_errno("cannot watch a descriptor");
}

static void welcome(bool deaf)
{
    static unsigned accepted;
    int one = 1, fd = accept(listener, NULL, NULL);

    if (fd < 0)
        return;
    if (fd >= FDS || (clients[fd] = calloc(1, sizeof *clients[fd])) == NULL)
        die("too many clients");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    clients[fd]->fd = fd;
    clients[fd]->number = accepted++;
    if (!deaf)
        watch(fd);
}

static const struct fault *read_fault(char *text)
{
    char *colon = strchr(text, ':');

    if (colon != NULL)
        *colon = '\0';
    nth = 1;
    if (colon != NULL && !units_count(colon + 1, 1, UINT32_MAX, &nth))
        die_usage("--fault: '%s' is no count", colon + 1);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (strcmp(text, faults[i].name) == 0)
            return &faults[i];
    die_usage("--fault: there is no '%s'", text);
}

static error_t read_option(int key, char *text, struct argp_state *state)
{
    (void)state;
    switch (key) {
    case 'f':
        fault = read_fault(text);
        return 0;
    case 's':
        frames = strcmp(text, "frame") == 0;
        return 0;
    case 't':
        if (!units_count(text, 1, UINT32_MAX, &tell_at))
            die_usage("--tell: '%s' is no count", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static bool has_fault(const char *name)
{
    return strcmp(fault->name, name) == 0;
}

int main(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"fault", 'f', "NAME[:N]", 0, "What is wrong with it (none)", 0},
        {"service", 's', "NAME", 0, "echo, where what one read returns is a message, or frame", 0},
        {"tell", 't', "N", 0, "Say so when N answers have been given", 0},
        {0},
    };
    static const struct argp argp = {
        .options = options, .parser = read_option, .doc = "A server with a fault."};
    struct epoll_event events[BATCH];

    fail_name("unruly");
    fault = &faults[0];
    argp_parse(&argp, argc, argv, 0, NULL, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    listener = listen_anywhere(0, has_fault("sits") && nth > 1 ? (int)nth : SOMAXCONN);
    while (has_fault("sits"))
        pause();
    if ((epoll = epoll_create1(0)) < 0)
        die_errno("cannot start");
    watch(listener);
    for (;;) {
        int n = epoll_wait(epoll, events, BATCH, has_fault("slow-drip") ? DRIP_MS : -1);
        for (int i = 0; i < n; i++)
            if (events[i].data.fd == listener)
                welcome(has_fault("deaf"));
            else
                serve(events[i].data.fd);
        if (has_fault("slow-drip"))
            let_drip();
    }
}
