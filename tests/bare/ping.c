// ping.c: a closed-loop echo client in one thread: every connection sends a request, waits for the
// whole answer, compares it and sends the next. What tests/bare/measure drives its servers with.
#include <argp.h>
#include <errno.h>
#include <error.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

// A request of SIZE_MOST bytes fits in any socket's buffer at once, so sending never waits.
enum { SIZE_MOST = 4096, PERIOD = 251, BATCH = 256, STAGES = 8, SILENCE_MS = 60000 };
enum { EXIT_WRONG = 3, EXIT_USAGE = 64 };

struct client {
    int fd;
    const unsigned char *request; // the one that is under way
    size_t received;              // of its answer
};

static size_t connections = 1, size = 64, idle, stage[STAGES] = {10000}, stages = 1;
static bool hold;
static const char *target;
static struct addrinfo *address;
static int epoll;
static size_t begun, ended, wrong;
static unsigned char pattern[PERIOD + SIZE_MOST]; // where a request begins in it changes, so
                                                  // that an answer to an earlier one shows

static size_t read_number(struct argp_state *state, const char *text, size_t min, size_t max,
                          char **end)
{
    unsigned long n = strtoul(text, end, 10);

    if (*text < '0' || *text > '9' || n < min || n > max || (**end != '\0' && **end != ','))
        argp_error(state, "'%s': a number from %zu to %zu is needed", text, min, max);
    return n;
}

static error_t read_option(int key, char *text, struct argp_state *state)
{
    char nothing[] = "", *end = nothing;

    switch (key) {
    case 'c':
        connections = read_number(state, text, 1, 1000000, &end);
        break;
    case 's':
        size = read_number(state, text, 1, SIZE_MOST, &end);
        break;
    case 'i':
        idle = read_number(state, text, 0, 1000000, &end);
        break;
    case 'h':
        hold = true;
        break;
    case 'r':
        stage[0] = read_number(state, text, 1, 1000000000, &end);
        for (stages = 1; *end == ',' && stages < STAGES; stages++)
            stage[stages] = read_number(state, end + 1, 1, 1000000000, &end);
        break;
    case ARGP_KEY_ARG:
        if (target != NULL)
            argp_usage(state);
        target = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    if (*end != '\0')
        argp_error(state, "'%s' is too much", end);
    return 0;
}

static void find_target(void)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    char host[256];
    const char *colon = strrchr(target, ':');

    if (colon == NULL || (size_t)(colon - target) >= sizeof host)
        error(EXIT_USAGE, 0, "'%s': HOST:PORT is needed", target);
    bool brackets = target[0] == '[' && colon[-1] == ']';
    snprintf(host, sizeof host, "%.*s", (int)(colon - target) - 2 * brackets, target + brackets);
    int trouble = getaddrinfo(host, colon + 1, &hints, &address);
    if (trouble != 0)
        error(EXIT_FAILURE, 0, "%s: %s", target, gai_strerror(trouble));
}

static int dial(void)
{
    int one = 1, fd = socket(address->ai_family, SOCK_STREAM, 0);

    if (fd < 0 || connect(fd, address->ai_addr, address->ai_addrlen) < 0)
        error(EXIT_FAILURE, errno, "cannot connect to %s", target);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void dial_clients(struct client *clients)
{
    if ((epoll = epoll_create1(0)) < 0)
        error(EXIT_FAILURE, errno, "epoll_create1");
    for (size_t i = 0; i < connections; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &clients[i]};
        clients[i].fd = dial();
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &event) < 0)
            error(EXIT_FAILURE, errno, "epoll_ctl");
    }
}

static void begin(struct client *c)
{
    c->request = pattern + begun++ % PERIOD;
    c->received = 0;
    if (send(c->fd, c->request, size, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)size)
        error(EXIT_FAILURE, errno, "cannot send %zu bytes at once", size);
}

static void receive(struct client *c, size_t total)
{
    unsigned char answer[SIZE_MOST + 1]; // a byte more: an answer that is too long shows
    ssize_t n = recv(c->fd, answer, size - c->received + 1, MSG_DONTWAIT);

    if (n <= 0)
        error(EXIT_FAILURE, n < 0 ? errno : 0, "the server broke off a connection");
    bool right = c->received + (size_t)n <= size &&
                 memcmp(answer, c->request + c->received, (size_t)n) == 0;
    wrong += !right;
    c->received += (size_t)n;
    if (c->received < size)
        return;
    ended++;
    if (begun < total)
        begin(c);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run_stage(struct client *clients, size_t total)
{
    struct epoll_event events[BATCH];
    double start = now();

    begun = ended = wrong = 0;
    for (size_t i = 0; i < connections && begun < total; i++)
        begin(&clients[i]);
    while (ended < total) {
        int n = epoll_wait(epoll, events, BATCH, SILENCE_MS);
        if (n == 0 || (n < 0 && errno != EINTR))
            error(EXIT_FAILURE, n < 0 ? errno : 0, "no answer for %d s", SILENCE_MS / 1000);
        for (int i = 0; i < n; i++)
            receive(events[i].data.ptr, total);
    }
    double seconds = now() - start;
    printf("requests=%zu\nseconds=%.6f\nrequests_per_s=%.0f\nwrong=%zu\n", total, seconds,
           (double)total / seconds, wrong);
}

int main(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"connections", 'c', "N", 0, "with one request under way on each (1)", 0},
        {"size", 's', "BYTES", 0, "of a request, at most 4096 (64)", 0},
        {"requests", 'r', "M[,M...]", 0, "in all; or in several stages (10000)", 0},
        {"idle", 'i', "N", 0, "further connections, opened first, that say nothing (0)", 0},
        {"hold", 'h', NULL, 0, "after each stage wait for a line on standard input", 0},
        {0},
    };
    static const struct argp argp = {
        options, read_option, "HOST:PORT", "Sends, compares what comes back, counts.", 0, 0, 0};
    struct rlimit files;
    bool failed = false;

    argp_err_exit_status = EXIT_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, NULL);
    find_target();
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = (unsigned char)(i % PERIOD);

    struct client *clients = calloc(connections, sizeof *clients);
    struct pollfd *idlers = calloc(idle + 1, sizeof *idlers);
    if (clients == NULL || idlers == NULL)
        error(EXIT_FAILURE, errno, "no memory");
    for (size_t i = 0; i < idle; i++)
        idlers[i] = (struct pollfd){.fd = dial(), .events = POLLIN};
    dial_clients(clients);

    for (size_t i = 0; i < stages; i++) {
        run_stage(clients, stage[i]);
        // Clients are accepted in order, so all idle ones have been by now: served, or sent away.
        int lost = poll(idlers, idle, 0);
        printf("idle=%zu\nidle_lost=%d\n\n", idle, lost);
        fflush(stdout);
        failed = failed || wrong > 0 || lost != 0;
        for (int c = 0; hold && c != EOF && c != '\n';)
            c = getchar();
    }
    return failed ? EXIT_WRONG : EXIT_SUCCESS;
}
