// asker.c: asks an echo server in a closed loop, and does nothing else: no checking, no clock, no
// record of any request. The least that asks, and so what tests/bare/measure_loadgen holds loadgen
// against.
#include <argp.h>
#include <errno.h>
#include <error.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

// A request of SIZE_MOST bytes fits in any socket's buffer at once, so sending never waits.
enum { SIZE_MOST = 4096, BATCH = 256, EXIT_USAGE = 64 };

struct client {
    int fd;
    size_t received; // of the answer that is awaited
};

static size_t connections = 1, size = 64, total = SIZE_MAX;
static long duration = 1;
static const char *target;
static int epoll;
static size_t begun, ended;
static volatile sig_atomic_t over;
static unsigned char request[SIZE_MOST], answer[SIZE_MOST];

static size_t read_number(struct argp_state *state, const char *text, size_t max)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || n < 1 || n > max || *end != '\0')
        argp_error(state, "'%s': a number from 1 to %zu is needed", text, max);
    return n;
}

static error_t read_option(int key, char *text, struct argp_state *state)
{
    switch (key) {
    case 'c':
        connections = read_number(state, text, 1000000);
        return 0;
    case 's':
        size = read_number(state, text, SIZE_MOST);
        return 0;
    case 'r':
        total = read_number(state, text, 1000000000);
        duration = 0;
        return 0;
    case 'd':
        duration = (long)read_number(state, text, 3600);
        total = SIZE_MAX;
        return 0;
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
}

static struct addrinfo *find_target(void)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    char host[256];
    const char *colon = strrchr(target, ':');

    if (colon == NULL || (size_t)(colon - target) >= sizeof host)
        error(EXIT_USAGE, 0, "'%s': HOST:PORT is needed", target);
    bool brackets = target[0] == '[' && colon[-1] == ']';
    snprintf(host, sizeof host, "%.*s", (int)(colon - target) - 2 * brackets, target + brackets);
    int trouble = getaddrinfo(host, colon + 1, &hints, &found);
    if (trouble != 0)
        error(EXIT_FAILURE, 0, "%s: %s", target, gai_strerror(trouble));
    return found;
}

// Edge-triggered: the next wait need not look once more at a socket that has been read. The sockets
// block, so the flags of each call say what the loop needs.
static void dial(struct client *c, const struct addrinfo *to)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = c};
    int one = 1;

    c->fd = socket(to->ai_family, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, to->ai_addr, to->ai_addrlen) < 0)
        error(EXIT_FAILURE, errno, "cannot connect to %s", target);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event) < 0)
        error(EXIT_FAILURE, errno, "epoll_ctl");
}

static void ask(struct client *c)
{
    begun++;
    c->received = 0;
    if (send(c->fd, request, size, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)size)
        error(EXIT_FAILURE, errno, "cannot send %zu bytes at once", size);
}

static void hear(struct client *c)
{
    ssize_t n = recv(c->fd, answer, sizeof answer, MSG_DONTWAIT);

    if (n < 0 && errno == EAGAIN)
        return; // the rest of an answer came between its edge and the recv that took it
    if (n <= 0)
        error(EXIT_FAILURE, n < 0 ? errno : 0, "the server broke off a connection");
    c->received += (size_t)n;
    if (c->received < size)
        return;
    ended++;
    if (begun < total && !over)
        ask(c);
}

static void run(struct client *clients)
{
    struct epoll_event events[BATCH];

    for (size_t i = 0; i < connections && begun < total; i++)
        ask(&clients[i]);
    while (ended < begun) {
        int n = epoll_wait(epoll, events, BATCH, -1);
        if (n < 0 && errno != EINTR)
            error(EXIT_FAILURE, errno, "epoll_wait");
        for (int i = 0; i < n; i++)
            hear(events[i].data.ptr);
    }
}

static void on_alarm(int signal_number)
{
    (void)signal_number;
    over = 1;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"connections", 'c', "N", 0, "with one request under way on each (1)", 0},
        {"size", 's', "BYTES", 0, "of a request, at most 4096 (64)", 0},
        {"duration", 'd', "SECONDS", 0, "ask for so long (1)", 0},
        {"requests", 'r', "M", 0, "... or for so many answers", 0},
        {0},
    };
    static const struct argp argp = {
        options, read_option, "HOST:PORT", "Asks, hears, counts.", 0, 0, 0};
    struct sigaction alarm = {.sa_handler = on_alarm};
    struct itimerval timer = {0};
    struct rusage before, after;
    struct rlimit files;

    argp_err_exit_status = EXIT_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, NULL);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    const struct addrinfo *to = find_target();
    struct client *clients = calloc(connections, sizeof *clients);
    if (clients == NULL || (epoll = epoll_create1(0)) < 0)
        error(EXIT_FAILURE, errno, "cannot begin");
    for (size_t i = 0; i < connections; i++)
        dial(&clients[i], to);

    // A signal ends the run, so that no request pays for reading a clock.
    sigaction(SIGALRM, &alarm, NULL);
    timer.it_value.tv_sec = duration;
    getrusage(RUSAGE_SELF, &before);
    double start = now();
    setitimer(ITIMER_REAL, &timer, NULL);
    run(clients);
    double seconds = now() - start;
    getrusage(RUSAGE_SELF, &after);
    printf("requests=%zu\nseconds=%.6f\nrequests_per_s=%.0f\nuser_s=%.6f\nsystem_s=%.6f\n", ended,
           seconds, (double)ended / seconds,
           seconds_of(after.ru_utime) - seconds_of(before.ru_utime),
           seconds_of(after.ru_stime) - seconds_of(before.ru_stime));
    free(clients);
    return EXIT_SUCCESS;
}
