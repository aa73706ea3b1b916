// client.c: clients that wait for everything with a deadline, and say what they waited for.
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conform/own.h"

double patience(const struct trial *t)
{
    return PATIENCE * t->own->slowness;
}

// Waits until `end` (of the clock of now()) for one of the events; 0 where time is up.
static short wait_for(int client, short events, double end)
{
    for (;;) {
        double left = end - now();
        struct pollfd p = {.fd = client, .events = events};
        int n = poll(&p, 1, left < 0 ? 0 : (int)(left * 1000) + 1);
        if (n == 1)
            return p.revents;
        if (n == 0 && left <= 0)
            return 0;
    }
}

int wait_readable(int client, double seconds)
{
    return wait_for(client, POLLIN, now() + seconds) != 0;
}

// ---- Coming and going ----

static void find_server(struct trial *t, struct sockaddr_storage *address, socklen_t *length)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;

    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, t->host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(t->port);
        *length = sizeof *v4;
    } else if (inet_pton(AF_INET6, t->host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(t->port);
        *length = sizeof *v6;
    } else {
        fail_case(t, "the server listens on '%s', which is no numeric address", t->host);
    }
}

static int try_connect(struct trial *t, int rcvbuf)
{
    struct sockaddr_storage address;
    socklen_t length;
    int on = 1, error = 0;

    find_server(t, &address, &length);
    int client = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (client == -1)
        fail_case(t, "the test itself can't make a socket: %s", strerror(errno));
    if (rcvbuf > 0)
        setsockopt(client, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof rcvbuf);
    if (connect(client, (struct sockaddr *)&address, length) == -1 && errno != EINPROGRESS) {
        error = errno;
    } else if (wait_for(client, POLLOUT, now() + patience(t)) == 0) {
        error = ETIMEDOUT;
    } else {
        length = sizeof error;
        getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &length);
    }
    if (error != 0) {
        close(client);
        errno = error;
        return -1;
    }
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(client, F_SETFL, fcntl(client, F_GETFL) & ~O_NONBLOCK);
    return client;
}

int try_dial(struct trial *t)
{
    return try_connect(t, 0);
}

int dial_with_rcvbuf(struct trial *t, int rcvbuf)
{
    doing(t, "connecting");
    int client = try_connect(t, rcvbuf);
    if (client == -1)
        fail_case(t, "connecting to %s port %u: %s", t->host, (unsigned)t->port, strerror(errno));
    return client;
}

int dial(struct trial *t)
{
    return dial_with_rcvbuf(t, 0);
}

void dial_many(struct trial *t, int clients[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        clients[i] = try_dial(t);
        if (clients[i] == -1)
            fail_case(t, "connecting client %zu of %zu: %s", i + 1, n, strerror(errno));
        if (i % 100 == 0)
            doing(t, "connecting client %zu of %zu", i + 1, n);
    }
}

void hang_up_many(int clients[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        close(clients[i]);
}

void reset_client(int client)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(client);
}

void finish_sending(int client)
{
    shutdown(client, SHUT_WR);
}

// A case may have closed its clients, or not, or given their numbers to other files: so each
// descriptor of ours is asked where it leads.
void close_clients(struct trial *t)
{
    DIR *dir = opendir("/proc/self/fd");

    if (dir == NULL)
        fail_case(t, "the test itself can't read /proc/self/fd: %s", strerror(errno));
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        struct sockaddr_storage peer = {0};
        socklen_t length = sizeof peer;
        int fd = (int)strtol(entry->d_name, NULL, 10);
        if (fd > STDERR_FILENO && getpeername(fd, (struct sockaddr *)&peer, &length) == 0 &&
            (peer.ss_family == AF_INET || peer.ss_family == AF_INET6) &&
            ntohs(((struct sockaddr_in *)&peer)->sin_port) == t->port)
            close(fd);
    }
    closedir(dir);
}

// ---- Talking ----

// What can't be printed becomes "\x01"; long texts are cut.
static const char *shown(const unsigned char *bytes, size_t n)
{
    static char buffers[2][160];
    static unsigned next;
    char *text = buffers[next++ % 2];
    size_t at = 0;

    for (size_t i = 0; i < n && i < 24; i++)
        at += (size_t)snprintf(text + at, 160 - at,
                               bytes[i] >= ' ' && bytes[i] < 127 ? "%c" : "\\x%02x", bytes[i]);
    snprintf(text + at, 160 - at, "%s", n > 24 ? "..." : "");
    return text;
}

static _Noreturn void fail_difference(struct trial *t, const unsigned char *seen,
                                      const unsigned char *expected, size_t n, size_t before)
{
    size_t i = 0;

    while (seen[i] == expected[i])
        i++;
    fail_case(t, "byte %s is wrong: expected \"%s\", got \"%s\"", grouped(before + i + 1),
              shown(expected + i, n - i), shown(seen + i, n - i));
}

// Both directions of one client as far as they have come.
struct talk {
    const unsigned char *out;
    size_t to_send, sent;
    const unsigned char *expected;
    size_t to_hear, heard;
};

static void send_some(struct trial *t, int client, struct talk *k)
{
    ssize_t n = send(client, k->out + k->sent, k->to_send - k->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0)
        k->sent += (size_t)n;
    else if (errno != EAGAIN && errno != EINTR)
        fail_case(t, "sending: %s after %s of %s bytes (%s came back)", strerror(errno),
                  grouped(k->sent), grouped(k->to_send), grouped(k->heard));
}

static void hear_some(struct trial *t, int client, struct talk *k)
{
    unsigned char bytes[65536];
    size_t left = k->to_hear - k->heard;
    ssize_t n = recv(client, bytes, left < sizeof bytes ? left : sizeof bytes, MSG_DONTWAIT);

    if (n == -1 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        fail_case(
            t, "expected %s bytes; after %s %s%s", grouped(k->to_hear), grouped(k->heard),
            n == 0 ? "the server closed the connection" : "came: ", n == 0 ? "" : strerror(errno));
    if (memcmp(bytes, k->expected + k->heard, (size_t)n) != 0)
        fail_difference(t, bytes, k->expected + k->heard, (size_t)n, k->heard);
    k->heard += (size_t)n;
}

// Patience counts from the last byte that moved.
static void carry_on(struct trial *t, int client, struct talk *k)
{
    double end = now() + patience(t);

    while (k->sent < k->to_send || k->heard < k->to_hear) {
        size_t before = k->sent + k->heard;
        short wanted = (short)((k->sent < k->to_send ? POLLOUT : 0) |
                               (k->heard < k->to_hear ? POLLIN : 0));
        doing(t, "sent %s of %s bytes, heard %s of %s", grouped(k->sent), grouped(k->to_send),
              grouped(k->heard), grouped(k->to_hear));
        short ready = wait_for(client, wanted, end);
        if (ready == 0)
            fail_case(t, "nothing moved for %.0f s: sent %s of %s bytes, heard %s of %s",
                      patience(t), grouped(k->sent), grouped(k->to_send), grouped(k->heard),
                      grouped(k->to_hear));
        if (k->heard < k->to_hear && (ready & (POLLIN | POLLHUP | POLLERR)))
            hear_some(t, client, k);
        if (k->sent < k->to_send && (ready & (POLLOUT | POLLHUP | POLLERR)))
            send_some(t, client, k);
        if (k->sent + k->heard > before)
            end = now() + patience(t);
    }
}

void say(struct trial *t, int client, const void *bytes, size_t n)
{
    carry_on(t, client, &(struct talk){.out = bytes, .to_send = n});
}

void hear(struct trial *t, int client, const void *expected, size_t n)
{
    carry_on(t, client, &(struct talk){.expected = expected, .to_hear = n});
}

void exchange(struct trial *t, int client, const void *bytes, size_t n, const void *expected,
              size_t expected_n)
{
    carry_on(
        t, client,
        &(struct talk){.out = bytes, .to_send = n, .expected = expected, .to_hear = expected_n});
}

void hear_end(struct trial *t, int client)
{
    unsigned char bytes[64];

    doing(t, "waiting for the server to close the connection");
    if (!wait_readable(client, patience(t)))
        fail_case(t, "expected the end of the connection; nothing came for %.0f s", patience(t));
    ssize_t n = recv(client, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n > 0)
        fail_case(t, "expected the end of the connection; got \"%s\"", shown(bytes, (size_t)n));
    if (n == -1)
        fail_case(t, "expected a clean end of the connection; got: %s", strerror(errno));
}

void hear_gone(struct trial *t, int client)
{
    static unsigned char bytes[65536];
    double end = now() + patience(t);

    doing(t, "waiting for the connection to end");
    for (;;) {
        if (wait_for(client, POLLIN, end) == 0)
            fail_case(t, "expected the end of the connection within %.0f s", patience(t));
        ssize_t n = recv(client, bytes, sizeof bytes, MSG_DONTWAIT);
        if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
            return;
    }
}

size_t stuff(struct trial *t, int client, const void *bytes, size_t n, double seconds)
{
    struct talk k = {.out = bytes, .to_send = n};

    while (k.sent < n) {
        doing(t, "sending to a server that may not read: %s bytes so far", grouped(k.sent));
        if (wait_for(client, POLLOUT, now() + seconds) == 0)
            break;
        send_some(t, client, &k);
    }
    return k.sent;
}
