// options.c: see options.h.
#include "loadgen/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/command_line.h"
#include "base/fail.h"
#include "base/units.h"
#include "loadgen/values.h"

enum key {
    CONNECTIONS = 256, // above all characters: no option has a short form
    THREADS,
    IDLE,
    REQUESTS_PER_CONNECTION,
    RATE,
    ARRIVALS,
    THINK,
    PIPELINE,
    SPIN,
    SERVICE,
    SIZE,
    SEED,
    RAMP,
    WARMUP,
    DURATION,
    REQUESTS,
    TIMEOUT,
    DRAIN,
    INTERVAL,
    JSON,
    CSV,
    HGRM,
    TIMELINE,
    CLIENTS,
    NOTIFY_FD,
    REQUIRE,
    QUIET,
};

enum group { LOAD = 1, CONTENT, TIME, OUTPUT };

// argp sorts by name within a group.
static const struct argp_option table[] = {
    {NULL, 0, NULL, 0, "Load:", LOAD},
    {"connections", CONNECTIONS, "N", 0, "Connections that make requests (50)", 0},
    {"threads", THREADS, "N", 0, "Threads that share the connections (1)", 0},
    {"idle", IDLE, "N", 0, "Further connections, which stay silent (0)", 0},
    {"requests-per-connection", REQUESTS_PER_CONNECTION, "N", 0,
     "Close a connection after so many requests and make a new one; 0: never (0)", 0},
    {"rate", RATE, "N", 0,
     "Open loop: start so many requests per second, over all connections, however late the answers "
     "are; 20000, 20k or 1.5M (closed loop)",
     0},
    {"arrivals", ARRIVALS, "NAME", 0,
     "Open loop: poisson, at random as independent clients come, or uniform, at equal distances "
     "(poisson)",
     0},
    {"think", THINK, "TIME", 0, "Closed loop: pause between an answer and the next request (0s)",
     0},
    {"pipeline", PIPELINE, "N", 0, "Closed loop: requests under way on each connection (1)", 0},
    {"spin", SPIN, NULL, 0,
     "Never sleep: requests leave closer to their moment, at the price of a whole core for each "
     "thread (off)",
     0},

    {NULL, 0, NULL, 0, "Requests:", CONTENT},
    {"service", SERVICE, "NAME", 0, "What the server speaks: echo, frame or guess (echo)", 0},
    {"size", SIZE, "BYTES", 0,
     "Payload of a request: 64, a range as 64-1k, or a mix by weight as 64:90,4k:10; 1 to 16M for "
     "echo, 0 to 65536 for frame (64)",
     0},
    {"seed", SEED, "N", 0,
     "The same seed makes the same arrivals, sizes and contents, so that a run can be repeated (1)",
     0},

    {NULL, 0, NULL, 0, "Time:", TIME},
    {"ramp", RAMP, "TIME", 0, "Spread the connecting over this (0s)", 0},
    {"warmup", WARMUP, "TIME", 0, "Make requests for this long before measuring starts (0s)", 0},
    {"duration", DURATION, "TIME", 0, "Measure for this long (10s)", 0},
    {"requests", REQUESTS, "N", 0, "Measure so many requests instead (no limit)", 0},
    {"timeout", TIMEOUT, "TIME", 0,
     "Count an answer as lost when no byte of it has come for so long (5s)", 0},
    {"drain", DRAIN, "TIME", 0, "How long the end waits for answers still to come (5s)", 0},
    {"interval", INTERVAL, "TIME", 0,
     "Length of a row of the timeline, from 1ms (1s; more for a run of hours)", 0},

    {NULL, 0, NULL, 0, "Output:", OUTPUT},
    {"json", JSON, "FILE", 0,
     "Write everything as JSON; for one of these five, FILE may be -, standard output (off)", 0},
    {"csv", CSV, "FILE", 0, "Write a heading and one line of figures (off)", 0},
    {"hgrm", HGRM, "FILE", 0, "Write the distribution as HdrHistogram's plotters read it (off)", 0},
    {"timeline", TIMELINE, "FILE", 0, "Write a row for each interval (off)", 0},
    {"clients", CLIENTS, "FILE", 0, "Write a row for each connection that asks (off)", 0},
    {"notify-fd", NOTIFY_FD, "N", 0,
     "Write `begin' and `end' to descriptor N when measuring does; if N is a socket, connections "
     "are kept until a byte or the end of the stream comes back, or for 2s (off)",
     0},
    {"require", REQUIRE, "EXPR", 0,
     "End with status 2 unless this holds, such as 'p99<1ms' or 'throughput>=10k'; may be repeated "
     "(none)",
     0},
    {"quiet", QUIET, NULL, 0, "No live line and no summary (off)", 0},
    COMMAND_LINE_OPTIONS,
    {0},
};

static const char doc[] =
    "Drives an echo server, or one of echolab's other services, in whatever language it is "
    "written: checks every byte of every answer, and measures latency and throughput.\n\n"
    "In the closed loop, each connection makes its next request when the last answer is back: a "
    "slow server is asked less. In the open loop (--rate), requests start at moments fixed "
    "beforehand, and their latency counts from there: a stall shows in full.\n\n"
    "`loadgen merge FILE...' adds up the JSON of runs that several processes or machines made at "
    "the same time; `loadgen compare FILE FILE' tells whether two runs differ.\n\n"
    "A TIME is a number and its unit: ns, us, ms, s or min, such as 1.5ms. Options take their "
    "default, given in parentheses, when they are left out.\n\n"
    "Options:"
    "\v"
    "Exit status:\n"
    "  0    every answer that came was right and none was lost; requests that were\n"
    "       unfinished at the end are warned of (--require unfinished==0)\n"
    "  1    the run could not be made\n"
    "  2    something that --require asks for was missed\n"
    "  3    answers were wrong or lost, bytes came that nobody had asked for, or a\n"
    "       connection was refused in mid-run\n"
    "  64   the command line is wrong\n"
    "  130  interrupted; what was measured so far has been written\n\n"
    "Examples:\n\n"
    "How fast can 50 clients go?\n\n"
    "  $ loadgen 127.0.0.1:7000\n\n"
    "How long do 20,000 requests a second take, seen by those who made them?\n\n"
    "  $ loadgen --rate 20k --warmup 2s --json run.json 127.0.0.1:7000\n\n"
    "A mix of sizes, as a test: status 2 unless 99 % take less than 1 ms.\n\n"
    "  $ loadgen --service frame --size 64:90,4k:10 --require 'p99<1ms' [::1]:7000";

// What has been read so far.
struct reading {
    struct plan *plan;
    struct given given;
};

bool options_target(const char *text, char host[256], uint16_t *port, const char **why)
{
    const char *colon = strrchr(text, ':'), *start = text, *end = colon;
    uint64_t value;

    *why = "HOST:PORT, such as 127.0.0.1:7000 or [::1]:7000";
    if (colon == NULL)
        return false;
    if (*text == '[') {
        start++;
        end--;
        if (end < start || *end != ']')
            return false;
    } else if (memchr(text, ':', (size_t)(colon - text)) != NULL) {
        *why = "an IPv6 address in brackets, such as [::1]:7000";
        return false;
    }
    size_t length = (size_t)(end - start);
    if (length == 0 || length >= 256)
        return false;
    if (!units_count(colon + 1, 1, 65535, &value)) {
        *why = "a port from 1 to 65535 after the colon, such as 127.0.0.1:7000";
        return false;
    }
    memcpy(host, start, length);
    host[length] = '\0';
    *port = (uint16_t)value;
    return true;
}

// Puts the metrics, whose home is require.c, before the text after the options. argp frees what
// is returned in place of its own text.
static char *add_metrics(int key, const char *text, void *input)
{
    char *added;

    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC)
        return (char *)(uintptr_t)text;
    if (asprintf(&added,
                 "EXPR of --require is METRIC OP VALUE. METRIC is one of: %s. OP is one of < <= == "
                 "!= >= >. VALUE has a unit where METRIC is a time.\n\n%s",
                 require_metrics(), text) < 0)
        return NULL;
    return added;
}

static error_t read_option(int key, char *text, struct argp_state *state)
{
    struct reading *reading = state->input;
    struct plan *plan = reading->plan;
    struct given *given = &reading->given;

    switch (key) {
    case CONNECTIONS:
        plan->connections = (unsigned)value_count("connections", text, 1, CONNECTIONS_MAX,
                                                  "1 to 1000000");
        return 0;
    case THREADS:
        given->threads = text;
        plan->threads = (unsigned)value_count("threads", text, 1, THREADS_MAX, "1 to 1024");
        return 0;
    case IDLE:
        given->idle = text;
        plan->idle = (unsigned)value_count("idle", text, 0, CONNECTIONS_MAX, "0 to 1000000");
        return 0;
    case REQUESTS_PER_CONNECTION:
        plan->requests_per_connection = value_count("requests-per-connection", text, 0, UINT32_MAX,
                                                    "0 to 4294967295");
        return 0;
    case RATE:
        plan->rate = value_rate(text);
        plan->open = true;
        return 0;
    case ARRIVALS:
        given->arrivals = text;
        plan->arrivals = value_arrivals(text);
        return 0;
    case THINK:
        given->think = text;
        plan->think_ns = value_time("think", text);
        return 0;
    case PIPELINE:
        given->pipeline = text;
        plan->pipeline = (unsigned)value_count("pipeline", text, 1, PIPELINE_MAX, "1 to 10000");
        return 0;
    case SPIN:
        plan->spin = true;
        return 0;
    case SERVICE:
        plan->service = value_service(text);
        return 0;
    case SIZE: // what is allowed depends on the service
        given->size = text;
        return 0;
    case SEED:
        plan->seed = value_count("seed", text, 0, UINT64_MAX, "a whole number from 0 to 2^64-1");
        return 0;
    case RAMP:
        plan->ramp_ns = value_time("ramp", text);
        return 0;
    case WARMUP:
        plan->warmup_ns = value_time("warmup", text);
        return 0;
    case DURATION:
        given->duration = text;
        plan->duration_ns = value_time_from_ms("duration", text);
        return 0;
    case REQUESTS:
        given->requests = text;
        plan->requests = value_count("requests", text, 1, UINT64_C(1) << 53,
                                     "a whole number from 1 to 2^53");
        return 0;
    case TIMEOUT:
        plan->timeout_ns = value_time_from_ms("timeout", text);
        return 0;
    case DRAIN:
        plan->drain_ns = value_time("drain", text);
        return 0;
    case INTERVAL:
        given->interval = text;
        plan->interval_ns = value_time_from_ms("interval", text);
        return 0;
    case JSON:
        plan->outputs.json = value_file("json", text);
        return 0;
    case CSV:
        plan->outputs.csv = value_file("csv", text);
        return 0;
    case HGRM:
        plan->outputs.hgrm = value_file("hgrm", text);
        return 0;
    case TIMELINE:
        plan->outputs.timeline = value_file("timeline", text);
        return 0;
    case CLIENTS:
        plan->outputs.clients = value_file("clients", text);
        return 0;
    case NOTIFY_FD:
        plan->notify_fd = value_descriptor("notify-fd", text);
        return 0;
    case REQUIRE:
        value_require(plan, text);
        return 0;
    case QUIET:
        plan->quiet = true;
        return 0;
    case ARGP_KEY_ARG:
        value_target(plan, text);
        return 0;
    default:
        return command_line_read(key, state, ARGP_HELP_SHORT_USAGE);
    }
}

void options_read(struct plan *plan, int argc, char **argv)
{
    static const struct argp argp = {.options = table,
                                     .parser = read_option,
                                     .args_doc = "HOST:PORT",
                                     .doc = doc,
                                     .help_filter = add_metrics};
    static char name[] = "loadgen";
    struct reading reading = {.plan = plan};

    // getopt opens its messages with argv[0] as it stands: say the name, not a path.
    argv[0] = name;

    *plan = (struct plan){.connections = 50,
                          .threads = 1,
                          .pipeline = 1,
                          .seed = 1,
                          .duration_ns = 10 * NS_PER_SECOND,
                          .timeout_ns = 5 * NS_PER_SECOND,
                          .drain_ns = 5 * NS_PER_SECOND,
                          .interval_ns = NS_PER_SECOND,
                          .notify_fd = -1};
    command_line_parse(&argp, argc, argv, &reading);
    values_complete(plan, &reading.given);
}
