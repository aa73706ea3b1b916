// cases_signals.c: a server that is stopped for a while, and signalled.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conform/faults.h"
#include "tests/conform/own.h"
#include "tests/conform/tables.h"

enum { MIB = 1 << 20, BURST = 200 };

static const char request[] = "sent while nobody was at home";

// A connection that the kernel has completed already, or -1: the server's queue is full.
static int dial_at_once(struct trial *t)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(t->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct pollfd connected = {.events = POLLOUT};
    int on = 1;

    connected.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    expect(t, connected.fd >= 0, "the suite itself can't make a socket");
    setsockopt(connected.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(connected.fd, (struct sockaddr *)&address, sizeof address) == 0 ||
        (poll(&connected, 1, 100) == 1 && !(connected.revents & (POLLERR | POLLHUP))))
        return connected.fd;
    close(connected.fd);
    return -1;
}

// In any order: a crew need not take the first one first. Who is answered leaves where that makes
// room for another.
static void hear_all(struct trial *t, const int clients[], unsigned n, bool leave)
{
    struct pollfd unanswered[BURST];

    for (unsigned i = 0; i < n; i++)
        unanswered[i] = (struct pollfd){.fd = clients[i], .events = POLLIN};
    for (unsigned left = n; left > 0;) {
        doing(t, "waiting for the answers to %u of %u clients", left, n);
        expect(t, poll(unanswered, n, (int)(patience(t) * 1000)) > 0,
               "expected answers to %u clients; %u of them heard nothing for %.0f s", n, left,
               patience(t));
        for (unsigned i = 0; i < n; i++) {
            if (unanswered[i].revents == 0)
                continue;
            hear(t, clients[i], request, sizeof request);
            unanswered[i].fd = -1;
            left--;
            if (leave)
                close(clients[i]);
        }
    }
}

static void burst_while_stopped(struct trial *t)
{
    int clients[BURST];
    // A crew is not made larger for them: its queue, where it has one, shall be full.
    bool turns = t->candidate->serves != SERVES_MANY;
    unsigned most = turns ? BURST : at_once(t, BURST), n = 0;

    start(t, "echo", turns ? 0 : most, NULL);
    freeze(t);
    while (n < most && (clients[n] = dial_at_once(t)) >= 0)
        n++;
    expect(t, n > 0, "expected a queue of connections, saw room for none");
    for (unsigned i = 0; i < n; i++)
        say(t, clients[i], request, sizeof request);
    double began = now();
    thaw(t);
    hear_all(t, clients, n, turns);
    figure(t, "%u of %u clients fitted the queue; all answered in %.0f ms", n, most,
           (now() - began) * 1000);
    if (!turns)
        hang_up_many(clients, n);
}

struct storm {
    pid_t pids[64];
    size_t n;
    atomic_bool over;
    atomic_uint stops;
};

static void *run_storm(void *argument)
{
    static const int ignored[] = {SIGWINCH, SIGURG, SIGCONT};
    struct storm *s = argument;

    while (!atomic_load(&s->over)) {
        for (size_t i = 0; i < s->n; i++)
            kill(s->pids[i], SIGSTOP);
        nap(0.0005);
        for (size_t i = 0; i < s->n; i++)
            kill(s->pids[i], SIGCONT);
        for (size_t i = 0; i < s->n * 30; i++)
            kill(s->pids[i % s->n], ignored[i / s->n % 3]);
        atomic_fetch_add(&s->stops, 1);
        nap(0.002);
    }
    return NULL;
}

static void signal_storm(struct trial *t)
{
    enum { BYTES = 4 * MIB, STOPS = 50 };
    unsigned char *bytes = random_bytes(t, BYTES, 7);
    static struct storm s;
    pthread_t thread;

    start(t, "echo", 1, NULL);
    int client = dial(t);
    round_trip(t, client);
    s.n = processes(t, s.pids, sizeof s.pids / sizeof *s.pids);
    expect(t, pthread_create(&thread, NULL, run_storm, &s) == 0, "the suite can't make a thread");
    exchange(t, client, bytes, BYTES, bytes, BYTES);
    while (atomic_load(&s.stops) < STOPS) {
        round_trip(t, client);
        nap(0.001); // so that most signals find it asleep
    }
    atomic_store(&s.over, true);
    pthread_join(thread, NULL);
    finish_sending(client);
    hear_end(t, client);
    close(client);
    free(bytes);
    figure(t, "%s bytes through %u stops and %s other signals", grouped(BYTES),
           atomic_load(&s.stops), grouped(30 * s.n * atomic_load(&s.stops)));
}

const struct conform_case signal_cases[] = {
    {"fault/burst-while-stopped",
     "a burst of connections while the server was stopped: all served, without a further stimulus",
     JUDGES_LEAKS, 60, burst_while_stopped, NULL},
    {"fault/signal-storm", "nothing is lost under SIGSTOP, SIGCONT and a storm of ignored signals",
     0, 60, signal_storm, NULL},
};
const size_t signal_cases_count = sizeof signal_cases / sizeof *signal_cases;
