// listening.c: see listening.h. A file and a foreign server's port can only be looked at again and
// again; the wait between two looks ends at once when the server does.
#include "results/listening.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/units.h"
#include "results/spawn.h"

enum { LOOK_MS = 2 };

// ---- Ports ---------------------------------------------------------------------------------

static struct sockaddr_in loopback(uint32_t host, uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(host)}};

    return address;
}

uint16_t listening_free_port(void)
{
    struct sockaddr_in address = loopback(INADDR_LOOPBACK, 0);
    socklen_t length = sizeof address;
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool found = s >= 0 && bind(s, (struct sockaddr *)&address, sizeof address) == 0 &&
                 getsockname(s, (struct sockaddr *)&address, &length) == 0;

    if (s >= 0)
        close(s);
    return found ? ntohs(address.sin_port) : 0;
}

// Comes from 127.0.0.2: a connection from 127.0.0.1 to a free port of its own could be given this
// very port, and be answered by itself.
static bool is_accepted(uint16_t port)
{
    struct sockaddr_in from = loopback(INADDR_LOOPBACK + 1, 0);
    struct sockaddr_in to = loopback(INADDR_LOOPBACK, port);
    struct timeval patience = {.tv_usec = 100000}; // a full queue answers nothing at all
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool accepted = s >= 0 &&
                    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0 &&
                    bind(s, (struct sockaddr *)&from, sizeof from) == 0 &&
                    connect(s, (struct sockaddr *)&to, sizeof to) == 0;

    if (s >= 0)
        close(s);
    return accepted;
}

// ---- What it says --------------------------------------------------------------------------

// Where to connect for a server on that host; NULL: it is not to be reached by the loopback.
static const char *loopback_of(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    char inner[INET6_ADDRSTRLEN] = "";
    size_t n = strlen(host);

    if (strcmp(host, "localhost") == 0)
        return host;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) == INADDR_ANY                    ? "127.0.0.1"
               : ntohl(v4.s_addr) >> 24 == INADDR_LOOPBACK >> 24 ? host
                                                                 : NULL;
    if (n > 2 && n - 2 < sizeof inner && host[0] == '[' && host[n - 1] == ']')
        memcpy(inner, host + 1, n - 2);
    if (inet_pton(AF_INET6, inner, &v6) == 1 &&
        (IN6_IS_ADDR_UNSPECIFIED(&v6) || IN6_IS_ADDR_LOOPBACK(&v6)))
        return "[::1]";
    return NULL;
}

// A line without its end: "listening on HOST:PORT", or anything else. LISTENING_LATE: not yet. What
// it says becomes a word of a command, and must be nothing more.
static enum listening read_line(const char *line, size_t n, char target[TARGET_SIZE])
{
    static const char opening[] = "listening on ",
                      allowed[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  ".:[]-";
    enum { OPENING = sizeof opening - 1 };
    char host[TARGET_SIZE];
    uint64_t port;

    if (n > 0 && line[n - 1] == '\r')
        n--;
    if (n < OPENING || n - OPENING >= sizeof host || memcmp(line, opening, OPENING) != 0)
        return LISTENING_LATE;
    n -= OPENING;
    memcpy(host, line + OPENING, n);
    host[n] = '\0';
    char *colon = strrchr(host, ':');
    if (strspn(host, allowed) != n || *host == '-' || colon == NULL || colon == host ||
        !units_count(colon + 1, 1, UINT16_MAX, &port))
        return LISTENING_LATE;
    *colon = '\0';
    const char *reached = loopback_of(host);
    if (reached == NULL)
        snprintf(target, TARGET_SIZE, "%s", host);
    else
        snprintf(target, TARGET_SIZE, "%s:%u", reached, (unsigned)port);
    return reached == NULL ? LISTENING_ELSEWHERE : LISTENING;
}

// The beginning of a log: a server that talks without end shall cost neither time nor memory.
struct ear {
    int log;
    size_t length, read; // of its lines: those that have been read
    char text[65536];
};

static enum listening listen_to(struct ear *e, char target[TARGET_SIZE])
{
    ssize_t n = pread(e->log, e->text + e->length, sizeof e->text - e->length, (off_t)e->length);
    enum listening state = LISTENING_LATE;
    const char *end;

    if (n <= 0)
        return LISTENING_LATE;
    e->length += (size_t)n;
    while (state == LISTENING_LATE &&
           (end = memchr(e->text + e->read, '\n', e->length - e->read)) != NULL) {
        const char *line = e->text + e->read;
        e->read = (size_t)(end + 1 - e->text);
        state = read_line(line, (size_t)(end - line), target);
    }
    return state;
}

// ---- The wait ------------------------------------------------------------------------------

enum listening listening_await(pid_t pid, const char *log, uint16_t port, int64_t deadline_ns,
                               int interrupt, char target[TARGET_SIZE])
{
    // poll(2) overlooks a negative descriptor.
    struct pollfd fds[] = {{.fd = spawn_watch(pid), .events = POLLIN},
                           {.fd = interrupt, .events = POLLIN}};
    struct ear ear = {.log = open(log, O_RDONLY | O_CLOEXEC)};
    enum listening state = LISTENING_LATE;

    snprintf(target, TARGET_SIZE, "127.0.0.1:%u", (unsigned)port);
    do {
        (void)poll(fds, 2, LOOK_MS);
        if (fds[1].revents != 0)
            state = LISTENING_INTERRUPTED;
        else if (fds[0].revents != 0)
            state = LISTENING_ENDED;
        else if (port == 0)
            state = listen_to(&ear, target);
        else if (is_accepted(port))
            state = LISTENING;
    } while (state == LISTENING_LATE && clock_now() < deadline_ns);
    close(fds[0].fd);
    if (ear.log >= 0)
        close(ear.log);
    return state;
}
