// timeline_clients.c: see timeline.h. One thread plays all four: whoever's moment has come acts,
// and in between it sleeps until the next moment or the next answer.
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/units.h"
#include "results/timeline.h"

enum { WHY = 256, HEADER = 4, PAYLOAD = 64, MESSAGE_MAX = HEADER + PAYLOAD + TIMELINE_CLIENTS };

static const int64_t LEAD_NS = NS_PER_SECOND / 1000, PATIENCE_NS = 10 * NS_PER_SECOND;
#define NEVER INT64_MAX

struct client {
    struct timeline_client *met;
    unsigned number;
    int fd;      // -1: not connected
    int64_t due; // when it acts; NEVER: it waits for an answer, or has left
    unsigned asked, answered;
    size_t got; // bytes of the answer that have come
    unsigned char message[MESSAGE_MAX], answer[MESSAGE_MAX];
};

struct meeting {
    struct client clients[TIMELINE_CLIENTS];
    struct address server;
    struct timeline_take *take;
    int64_t thinks_ns;
};

double timeline_comes(unsigned client, double work)
{
    // Three come close together, the last one when the others are in the middle of it.
    static const double in_works[TIMELINE_CLIENTS] = {0, 1.2, 2.2, 6.8};

    return in_works[client] * work;
}

double timeline_thinks(double work)
{
    return 5 * work;
}

size_t timeline_message_size(unsigned client)
{
    return HEADER + PAYLOAD + client;
}

static bool fail(const struct meeting *m, const struct client *c, const char *what)
{
    snprintf(m->take->why, WHY, "client %c: %s", 'A' + (int)c->number, what);
    return false;
}

static double us_now(const struct meeting *m)
{
    return (double)(clock_now() - m->take->zero_ns) / 1e3;
}

static bool find_server(struct meeting *m, const char *target)
{
    const char *colon = strrchr(target, ':'), *reason = "it is no HOST:PORT";
    char host[64];
    uint64_t port;

    if (colon != NULL && (size_t)(colon - target) < sizeof host &&
        units_count(colon + 1, 1, UINT16_MAX, &port)) {
        snprintf(host, sizeof host, "%.*s", (int)(colon - target), target);
        if (address_find(host, (uint16_t)port, &m->server, 1, &reason) == 1)
            return true;
    }
    snprintf(m->take->why, WHY, "cannot find %.80s: %.100s", target, reason);
    return false;
}

// ---- What a client does --------------------------------------------------------------------

static void leave(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->due = NEVER;
}

static bool come(struct meeting *m, struct client *c)
{
    // The kernel connects it at once, whether or not anybody accepts, unless the queue is full.
    struct timeval patience = {.tv_sec = PATIENCE_NS / NS_PER_SECOND};

    c->fd = socket(m->server.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) < 0)
        return fail(m, c, strerror(errno));
    if (m->take->zero_ns == 0)
        m->take->zero_ns = clock_now();
    c->met->connects = us_now(m);
    if (connect(c->fd, (struct sockaddr *)&m->server.storage, m->server.length) < 0)
        return fail(m, c, strerror(errno));
    c->met->connected = us_now(m);
    return true;
}

static bool act(struct meeting *m, struct client *c)
{
    size_t size = timeline_message_size(c->number);

    if (c->fd < 0 && !come(m, c))
        return false;
    c->due = NEVER;
    c->met->asked[c->asked++] = us_now(m);
    if (send(c->fd, c->message, size, MSG_NOSIGNAL) != (ssize_t)size)
        return fail(m, c, strerror(errno));
    return true;
}

static bool hear(struct meeting *m, struct client *c)
{
    size_t size = timeline_message_size(c->number);
    ssize_t n = recv(c->fd, c->answer + c->got, size - c->got, MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (n <= 0)
        return fail(m, c, n == 0 ? "the server has closed its connection" : strerror(errno));
    if (c->asked == c->answered)
        return fail(m, c, "got more than it asked for");
    c->got += (size_t)n;
    if (c->got < size)
        return true;
    c->got = 0;
    c->met->answered[c->answered++] = us_now(m);
    if (memcmp(c->answer, c->message, size) != 0)
        return fail(m, c, "got a wrong answer");
    if (c->answered == TIMELINE_REQUESTS)
        leave(c);
    else
        c->due = clock_now() + m->thinks_ns;
    return true;
}

// ---- The meeting ---------------------------------------------------------------------------

static bool is_over(const struct meeting *m)
{
    for (unsigned i = 0; i < TIMELINE_CLIENTS; i++)
        if (m->clients[i].answered < TIMELINE_REQUESTS)
            return false;
    return true;
}

static int64_t next_moment(const struct meeting *m, int64_t deadline)
{
    int64_t next = deadline;

    for (unsigned i = 0; i < TIMELINE_CLIENTS; i++)
        if (m->clients[i].due < next)
            next = m->clients[i].due;
    return next;
}

// Until something can be read, or that moment has come.
static void sleep_until(struct pollfd *fds, nfds_t count, int64_t moment)
{
    int64_t ns = moment - clock_now();
    struct timespec patience = {0};

    if (ns > 0)
        patience = (struct timespec){.tv_sec = ns / NS_PER_SECOND, .tv_nsec = ns % NS_PER_SECOND};
    if (ppoll(fds, count, &patience, NULL) < 0)
        for (nfds_t i = 0; i < count; i++)
            fds[i].revents = 0;
}

static bool fail_late(const struct meeting *m)
{
    unsigned i = 0;

    while (i + 1 < TIMELINE_CLIENTS && m->clients[i].asked == m->clients[i].answered)
        i++;
    return fail(m, &m->clients[i], "no answer for 10 s");
}

static enum timeline_end meet(struct meeting *m, int interrupt)
{
    enum { SIGNALS = TIMELINE_CLIENTS }; // behind the clients
    struct pollfd fds[TIMELINE_CLIENTS + 1];
    int64_t deadline = clock_now() + PATIENCE_NS;

    while (!is_over(m)) {
        for (unsigned i = 0; i < TIMELINE_CLIENTS; i++) {
            struct client *c = &m->clients[i];
            if (c->due <= clock_now()) {
                if (!act(m, c))
                    return TIMELINE_FAILED;
                deadline = clock_now() + PATIENCE_NS;
            }
            // poll(2) overlooks a negative descriptor.
            fds[i] = (struct pollfd){.fd = c->fd, .events = POLLIN};
        }
        fds[SIGNALS] = (struct pollfd){.fd = interrupt, .events = POLLIN};
        sleep_until(fds, TIMELINE_CLIENTS + 1, next_moment(m, deadline));
        if (fds[SIGNALS].revents != 0)
            return TIMELINE_INTERRUPTED;
        for (unsigned i = 0; i < TIMELINE_CLIENTS; i++) {
            if (fds[i].revents == 0)
                continue;
            if (!hear(m, &m->clients[i]))
                return TIMELINE_FAILED;
            deadline = clock_now() + PATIENCE_NS;
        }
        if (clock_now() >= deadline) {
            fail_late(m);
            return TIMELINE_FAILED;
        }
    }
    return TIMELINE_SERVED;
}

static void prepare(struct meeting *m, int64_t work_ns)
{
    struct timeline_client *met = m->take->met;
    int64_t begin = clock_now() + LEAD_NS;

    m->take->zero_ns = 0;
    m->thinks_ns = (int64_t)timeline_thinks((double)work_ns);
    for (unsigned i = 0; i < TIMELINE_CLIENTS; i++) {
        struct client *c = &m->clients[i];
        size_t size = timeline_message_size(i);
        *c = (struct client){.met = &met[i], .number = i, .fd = -1};
        c->due = begin + (int64_t)timeline_comes(i, (double)work_ns);
        memset(c->message, 'A' + (int)i, size);
        memcpy(c->message, (unsigned char[HEADER]){0, 0, 0, (unsigned char)(size - HEADER)},
               HEADER);
        met[i] = (struct timeline_client){.connects = NAN, .connected = NAN};
        for (unsigned k = 0; k < TIMELINE_REQUESTS; k++)
            met[i].asked[k] = met[i].answered[k] = NAN;
    }
}

enum timeline_end timeline_meet(const char *target, int64_t work_ns, int interrupt,
                                struct timeline_take *take)
{
    struct meeting m = {.take = take};

    prepare(&m, work_ns);
    if (!find_server(&m, target))
        return TIMELINE_FAILED;
    // A sleeper is woken up to 50 us late, unless it says that it minds (prctl(2)).
    prctl(PR_SET_TIMERSLACK, 1UL);
    enum timeline_end end = meet(&m, interrupt);
    prctl(PR_SET_TIMERSLACK, 0UL);
    for (unsigned i = 0; i < TIMELINE_CLIENTS; i++)
        leave(&m.clients[i]);
    return end;
}
