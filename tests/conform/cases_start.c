// cases_start.c: from the command line to the first client.
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/conform/own.h"
#include "tests/conform/tables.h"
#include "tests/conform/usage.h"

// ---- Where it listens ----

static void first_line(struct trial *t)
{
    double begun = now();

    start(t, "echo", 1, NULL);
    double listening = now();
    round_trip(t, dial(t));
    if (takes_options(t->candidate))
        expect(t, strcmp(t->host, "127.0.0.1") == 0,
               "unless asked, it should listen on 127.0.0.1; it listens on %s", t->host);
    figure(t, "listening after %.0f ms", (listening - begun) * 1000);
}

static void serve_one(struct trial *t)
{
    int client = dial(t);

    round_trip(t, client);
    close(client);
}

// Both write to standard output as well, at the end, one after the other.
static void before_the_trace(struct trial *t)
{
    bool stats = lists_option("--stats");

    // Whether its first line is the right one, this itself sees.
    start(t, "echo", 1, stats ? "--trace - --stats -" : "--trace -");
    serve_one(t);
    signal_server(t, SIGTERM);
    await_end(t, 10);
    const char *trace = strchr(server_printed(t), '\n') + 1;
    expect(t, strncmp(trace, "begin_us\t", strlen("begin_us\t")) == 0,
           "after its first line, expected the trace with the names of its columns, got \"%.200s\"",
           trace);
    const char *totals = strstr(trace, "\n# events: ");
    expect(t, totals != NULL, "the trace has no last line \"# events: N, lost: N\"");
    expect(t, !stats || strstr(totals, "\n{") != NULL, "the counters do not follow the trace");
    figure(t, "the first of %zu lines on standard output", lines_in(server_printed(t)));
}

static void ipv6(struct trial *t)
{
    char wanted[64];

    need(t, LACKS_IPV6);
    start(t, "echo", 1, "--host ::1");
    snprintf(wanted, sizeof wanted, "listening on [::1]:%u\n", (unsigned)t->port);
    expect(t, strcmp(server_printed(t), wanted) == 0, "expected \"%.*s\"; it printed \"%.200s\"",
           (int)strlen(wanted) - 1, wanted, server_printed(t));
    serve_one(t);
    figure(t, "%.*s", (int)strlen(wanted) - 1, wanted);
}

static void localhost(struct trial *t)
{
    start(t, "echo", 1, "--host localhost");
    serve_one(t);
    figure(t, "%s", t->host);
}

// ---- What the system refuses ----

// The server must refuse to start with exit status 1 and this one line.
static void expect_refusal(struct trial *t, const char *options, const char *line)
{
    char out[OUTPUT], err[OUTPUT];

    int status = run_to_end(t, options, out, sizeof out, err, sizeof err);
    expect(t, status == 1, "%s: expected exit status 1, got %d", options, status);
    expect(t, *out == '\0', "%s: expected nothing on standard output, got \"%.200s\"", options,
           out);
    const char *rest = strstr(err, ": ");
    expect(t, rest != NULL && strncmp(rest + 2, line, strlen(line)) == 0 && lines_in(err) == 1,
           "%s: expected the one line \"NAME: %s\" on standard error, got \"%.300s\"", options,
           line, err);
    expect_own_name(t, err, strcspn(err, ":"));
}

static void no_such_address(struct trial *t)
{
    char name[72], options[128], line[128];

    // A label of more than 63 characters is no name: no name server need be asked.
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(options, sizeof options, "--host %s --port 7123", name);
    snprintf(line, sizeof line, "cannot listen on %s:7123: ", name);
    expect_refusal(t, options, line);
    // RFC 5737 keeps this one for documentation: it is nobody's.
    expect_refusal(t, "--host 192.0.2.1 --port 7123",
                   "cannot listen on 192.0.2.1:7123: Cannot assign requested address\n");
    figure(t, "2 refused: a name that nobody has, an address that is not ours");
}

static void port_in_use(struct trial *t)
{
    char options[32], line[100];

    start(t, "echo", 2, NULL);
    int client = dial(t);
    round_trip(t, client);
    snprintf(options, sizeof options, "--port %u", (unsigned)t->port);
    snprintf(line, sizeof line, "cannot listen on 127.0.0.1:%u: Address already in use\n",
             (unsigned)t->port);
    expect_refusal(t, options, line);
    round_trip(t, client);
    figure(t, "%.*s", (int)strlen(line) - 1, line);
}

static void restart(struct trial *t)
{
    char options[32];

    start(t, "echo", 1, NULL);
    uint16_t port = t->port;
    int client = dial(t);
    round_trip(t, client);
    // Who closes first keeps the port in TIME_WAIT: here the server.
    signal_server(t, SIGTERM);
    hear_end(t, client);
    close(client);
    await_end(t, 10);
    // Where the kernel's table of them is full there is none to see, and the restart is easy.
    size_t waiting = 0;
    for (double end = now() + 2; waiting == 0 && now() < end; nap(0.01))
        waiting = sockets_in_state(port, TCP_TIME_WAIT);
    snprintf(options, sizeof options, "--port %u", (unsigned)port);
    start(t, "echo", 1, options);
    expect(t, t->port == port, "expected port %u, it listens on %u", (unsigned)port,
           (unsigned)t->port);
    serve_one(t);
    figure(t, "listens again beside %zu connection(s) in TIME_WAIT", waiting);
}

// ---- Without standard descriptors ----

static const char *talkative(void)
{
    return lists_option("--verbose") ? "--verbose" : NULL;
}

// One client says and hears these very bytes; another one's end is a reset, which a server
// may want to say something about.
static void serve_marked(struct trial *t)
{
    static const char mark[] = "a client's own bytes\n";

    int client = dial(t);
    exchange(t, client, mark, sizeof mark - 1, mark, sizeof mark - 1);
    reset_client(client);
    client = dial(t);
    exchange(t, client, mark, sizeof mark - 1, mark, sizeof mark - 1);
    finish_sending(client);
    hear_end(t, client);
    close(client);
    expect(t, strstr(server_said(t), mark) == NULL, "a client's bytes are on standard error");
    expect(t, strstr(server_printed(t), mark) == NULL, "a client's bytes are on standard output");
}

static void closed_descriptors(struct trial *t)
{
    for (unsigned closed = 1; closed < 8; closed++) {
        start_under(t, "echo", 2, talkative(), NULL, closed);
        serve_marked(t);
        signal_server(t, SIGTERM);
        int status = await_end(t, 10);
        expect(t, status == 0 || (status == 128 + SIGTERM && !t->candidate->strict),
               "closed:%s%s%s; expected exit status 0, got %d", closed & 1 ? " standard input" : "",
               closed & 2 ? " standard output" : "", closed & 4 ? " standard error" : "", status);
    }
    figure(t, "all 7 subsets of 0, 1, 2");
}

static void gone_reader(struct trial *t)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) == -1)
        fail_case(t, "the test itself can't make a pipe: %s", strerror(errno));
    launch(t, &(struct launch){.service = "echo",
                               .clients = 2,
                               .options = talkative(),
                               .out = ends[1],
                               .err = ends[1]});
    close(ends[1]);
    serve_marked(t);
    close(ends[0]);
    for (unsigned i = 0; i < 3; i++)
        serve_marked(t);
    figure(t, "3 clients served with nobody to read what it says");
}

const struct conform_case start_cases[] = {
    {"start/first-line", "listening on HOST:PORT is the first line, as soon as clients can connect",
     0, 10, first_line, NULL},
    {"start/before-the-trace", "it is the first line, though --trace - and --stats - follow it",
     NEEDS_OPTIONS, 30, before_the_trace, "--trace"},
    {"start/ipv6", "--host ::1 listens on [::1]", NEEDS_OPTIONS, 10, ipv6, "--host"},
    {"start/localhost", "--host takes a name", NEEDS_OPTIONS, 10, localhost, "--host"},
    {"start/no-such-address", "what the system refuses: one line, exit 1", NEEDS_OPTIONS, 30,
     no_such_address, "--host"},
    {"start/port-in-use", "a second server on the same port is refused in one line", NEEDS_OPTIONS,
     30, port_in_use, "--port"},
    {"start/restart", "a restart right after a stop listens at once", NEEDS_OPTIONS, 30, restart,
     "--port"},
    {"start/closed-descriptors",
     "input, output or error closed at start: no client's bytes in a log or the reverse", 0, 60,
     closed_descriptors, NULL},
    {"start/gone-reader", "the reader of its output and errors has gone: the server lives", 0, 30,
     gone_reader, NULL},
};
const size_t start_cases_count = sizeof start_cases / sizeof *start_cases;
