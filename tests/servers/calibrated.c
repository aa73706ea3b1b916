// calibrated.c: a frame server whose slowness is known beforehand. How long after its arrival a
// request is answered follows from its number alone; once, the server stands still for a known
// time; and it keeps a log of what it did. So a load generator's figures can be held against the
// truth.
//
// A connection has one request at a time: the next one is looked at, and arrives, when that one has
// been answered. Whoever compares figures lets connections rest for longer than the longest delay.
#include <argp.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/units.h"
#include "tests/servers/anywhere.h"

enum {
    HEADER = 4,
    PAYLOAD_MAX = 4096,
    DELAYS_MAX = 16,
    DEAL = 1000, // as many requests get all delays once
    BATCH = 256,
};

struct client {
    int fd;
    unsigned number; // in the order of accepting, from 0
    unsigned char bytes[HEADER + PAYLOAD_MAX];
    size_t have;         // of the request, in `bytes`
    size_t request;      // its number
    bool owed;           // its answer: the client is in a queue
    struct client *next; // there
};

// Requests with the same delay are due in the order of their arrival: a queue for each delay, and
// no heap.
struct delay {
    int64_t ns;
    unsigned upto; // weights so far, of DEAL in all
    struct client *first, **end;
};

struct entry {
    unsigned connection;
    int64_t arrived, answered, delay; // CLOCK_MONOTONIC
};

static struct delay delays[DELAYS_MAX];
static unsigned delay_count;
static uint64_t stall_at; // the stall begins when so many requests have arrived; 0: never
static int64_t stall_ns, stall_begin, stall_end;

// Kept in memory and written at the end: writing takes time that the log would then be wrong by.
static struct entry *entries;
static size_t arrived, entries_room;

static int epoll, listener, signals;

static int64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

static void watch(int fd, void *owner)
{
    // Edge-triggered, so that the kernel's list of what is ready has the order of arrival even
    // after a stall: a level-triggered descriptor would keep its old place in it.
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = owner};

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        die_errno("cannot watch a descriptor");
}

static void leave(struct client *c)
{
    close(c->fd);
    free(c);
}

// A fixed order in which every run of DEAL requests gets each delay as often as its weight says,
// the rare ones far apart: 387 and DEAL have no common divisor, so the places are all different.
static struct delay *delay_of(size_t request)
{
    unsigned place = (unsigned)(request % DEAL * 387 % DEAL);
    struct delay *d = delays;

    while (place >= d->upto)
        d++;
    return d;
}

static void enter(struct client *c)
{
    struct delay *d = delay_of(arrived);

    if (arrived == entries_room) {
        entries_room = entries_room == 0 ? 65536 : 2 * entries_room;
        struct entry *more = realloc(entries, entries_room * sizeof *entries);
        if (more == NULL)
            die("out of memory");
        entries = more;
    }
    entries[arrived] = (struct entry){c->number, now(), 0, d->ns};
    c->request = arrived++;
    c->owed = true;
    c->next = NULL;
    *d->end = c;
    d->end = &c->next;
}

// Reads up to the end of one request and enters it, or until nothing more is there.
static void take(struct client *c)
{
    while (!c->owed) {
        size_t want = HEADER;
        uint32_t length;

        if (c->have >= HEADER) {
            memcpy(&length, c->bytes, HEADER);
            want += ntohl(length);
            if (want > sizeof c->bytes) {
                warn("connection %u: a request of %u bytes; %d is the most", c->number,
                     ntohl(length), PAYLOAD_MAX);
                leave(c);
                return;
            }
            if (c->have == want) {
                enter(c);
                return;
            }
        }
        ssize_t n = recv(c->fd, c->bytes + c->have, want - c->have, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (n == 0 || errno != EAGAIN)
                leave(c);
            return;
        }
        c->have += (size_t)n;
    }
}

static int64_t due(const struct delay *d)
{
    return entries[d->first->request].arrived + d->ns;
}

// Of the answers that are owed the one due first is the first of this queue; NULL: none is owed.
static struct delay *earliest(void)
{
    struct delay *first = NULL;

    for (unsigned i = 0; i < delay_count; i++)
        if (delays[i].first != NULL && (first == NULL || due(&delays[i]) < due(first)))
            first = &delays[i];
    return first;
}

static void answer_what_is_due(void)
{
    for (struct delay *d; (d = earliest()) != NULL && due(d) <= now();) {
        struct client *c = d->first;

        if ((d->first = c->next) == NULL)
            d->end = &d->first;
        // Before the sending, since the answer may be read before send(2) returns.
        entries[c->request].answered = now();
        if (send(c->fd, c->bytes, c->have, MSG_NOSIGNAL) != (ssize_t)c->have) {
            leave(c);
            continue;
        }
        c->have = 0;
        c->owed = false;
        take(c);
    }
}

static void stall(void)
{
    stall_begin = now();
    int64_t end = stall_begin + stall_ns;
    struct timespec t = {end / NS_PER_SECOND, end % NS_PER_SECOND};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
    stall_end = now();
}

static void welcome(void)
{
    static unsigned accepted;
    int one = 1, fd;

    // The kernel keeps the clients, with their descriptors.
    // NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct client *c = calloc(1, sizeof *c);

        if (c == NULL)
            die("out of memory");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        c->fd = fd;
        c->number = accepted++;
        watch(fd, c);
    }
    if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
        die_errno("cannot accept");
}

static void serve(void)
{
    struct epoll_event events[BATCH];

    for (;;) {
        const struct delay *next = earliest();
        int64_t rest = next == NULL ? 0 : due(next) - now();
        struct timespec t = {0, 0};

        if (rest > 0)
            t = (struct timespec){rest / NS_PER_SECOND, rest % NS_PER_SECOND};
        int n = epoll_pwait2(epoll, events, BATCH, next == NULL ? NULL : &t, NULL);
        if (n < 0 && errno != EINTR)
            die_errno("cannot wait");
        for (int i = 0; i < n; i++)
            if (events[i].data.ptr == &signals)
                return;
            else if (events[i].data.ptr == &listener)
                welcome();
            else
                take(events[i].data.ptr);
        if (stall_at > 0 && stall_end == 0 && arrived >= stall_at)
            stall();
        answer_what_is_due();
    }
}

static void write_log(const char *name)
{
    FILE *file = fopen(name, "w");

    if (file == NULL)
        die_errno("cannot write %s", name);
    fprintf(file, "stall\t%jd\t%jd\n", (intmax_t)stall_begin, (intmax_t)stall_end);
    for (size_t i = 0; i < arrived; i++)
        fprintf(file, "%zu\t%u\t%jd\t%jd\t%jd\n", i, entries[i].connection,
                (intmax_t)entries[i].arrived, (intmax_t)entries[i].answered,
                (intmax_t)entries[i].delay);
    if (fclose(file) != 0)
        die_errno("cannot write %s", name);
}

// "5ms:900,40ms:100": how many of DEAL requests get which delay.
static void read_delays(const char *list)
{
    char *copy = strdup(list), *rest = copy;
    unsigned sum = 0;

    for (char *part; (part = strsep(&rest, ",")) != NULL; delay_count++) {
        char *colon = strchr(part, ':');
        uint64_t weight;

        if (delay_count == DELAYS_MAX || colon == NULL)
            die_usage("--delays: give TIME:WEIGHT,..., %d at most", DELAYS_MAX);
        *colon = '\0';
        struct delay *d = &delays[delay_count];
        if (!units_time(part, 60 * NS_PER_SECOND, &d->ns) ||
            !units_count(colon + 1, 1, DEAL, &weight))
            die_usage("--delays: '%s' for '%s' is no time and weight", part, colon + 1);
        d->upto = sum += (unsigned)weight;
        d->end = &d->first;
    }
    free(copy);
    if (sum != DEAL)
        die_usage("--delays: the weights add up to %u, not %d", sum, DEAL);
}

static const char *log_name;

static error_t read_option(int key, char *text, struct argp_state *state)
{
    (void)state;
    switch (key) {
    case 'd':
        read_delays(text);
        return 0;
    case 'a':
        if (!units_count(text, 1, UINT32_MAX, &stall_at))
            die_usage("--stall-at: '%s' is no count", text);
        return 0;
    case 'f':
        if (!units_time(text, 60 * NS_PER_SECOND, &stall_ns))
            die_usage("--stall-for: '%s' is no time up to 1min", text);
        return 0;
    case 'l':
        log_name = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"delays", 'd', "TIME:WEIGHT,...", 0, "How many of 1000 requests get which delay", 0},
        {"stall-at", 'a', "N", 0, "Stand still when N requests have arrived", 0},
        {"stall-for", 'f', "TIME", 0, "How long to stand still", 0},
        {"log", 'l', "FILE", 0, "Where to write, at the end, what was done", 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = read_option,
        .doc = "A frame server of known slowness, on a free port of 127.0.0.1."};
    sigset_t stops;

    fail_name("calibrated");
    argp_parse(&argp, argc, argv, 0, NULL, NULL);
    if (delay_count == 0)
        read_delays("0ms:1000");
    // By itself the kernel lets a timer be 50 us late, so that it can serve several at once.
    prctl(PR_SET_TIMERSLACK, 1);

    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    sigprocmask(SIG_BLOCK, &stops, NULL);
    if ((epoll = epoll_create1(0)) < 0 || (signals = signalfd(-1, &stops, 0)) < 0)
        die_errno("cannot start");
    listener = listen_anywhere(SOCK_NONBLOCK, SOMAXCONN);
    watch(listener, &listener);
    watch(signals, &signals);
    serve();
    if (log_name != NULL)
        write_log(log_name);
}
