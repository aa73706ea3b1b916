// options.c: see options.h.
#include "server/options.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <time.h>

#include "base/command_line.h"
#include "base/fail.h"
#include "base/units.h"

enum key {
    HOST = 256, // above all characters: no option has a short form
    PORT,
    SERVICE,
    WORKERS,
    BACKLOG,
    MAX_CLIENTS,
    IDLE_TIMEOUT,
    WORK,
    DRAIN,
    SNDBUF,
    RCVBUF,
    STATS,
    TRACE,
    LANGUAGE,
    SEED,
    QUIET,
    VERBOSE,
};

static const int64_t YEAR_NS = INT64_C(365) * 86400 * NS_PER_SECOND;
static const int64_t MINUTE_NS = 60 * NS_PER_SECOND;

static const struct argp_option table[] = {
    {"host", HOST, "ADDR", 0, "Address or name to listen on, IPv4 or IPv6 (127.0.0.1)", 0},
    {"port", PORT, "N", 0, "Port, 0 to 65535; 0 picks a free one (7000)", 0},
    {"service", SERVICE, "NAME", 0, "echo, frame or guess (echo)", 0},
    {"workers", WORKERS, "N", 0, "Size of the crew, for models that have one (number of cores)", 0},
    {"backlog", BACKLOG, "N", 0, "Length of the queue of listen(2) (SOMAXCONN)", 0},
    {"max-clients", MAX_CLIENTS, "N", 0,
     "Clients served at once; one more is refused (what the descriptor limit and the model allow)",
     0},
    {"idle-timeout", IDLE_TIMEOUT, "SEC", 0,
     "Close a client that has been silent this long, fractions allowed; 0: never (0)", 0},
    {"work", WORK, "KIND:TIME", 0,
     "Pretend work for each message: cpu:50us burns the processor, sleep:5ms blocks (none)", 0},
    {"drain", DRAIN, "SEC", 0,
     "How long the stop may wait for clients that are owed bytes, fractions allowed (3)", 0},
    {"sndbuf", SNDBUF, "BYTES", 0, "SO_SNDBUF of each client, such as 16k (the kernel's)", 0},
    {"rcvbuf", RCVBUF, "BYTES", 0, "SO_RCVBUF of each client, such as 16k (the kernel's)", 0},
    {"stats", STATS, "FILE", 0,
     "Write the counters as one JSON object at exit; -: standard output (off)", 0},
    {"trace", TRACE, "FILE", 0,
     "Write at exit what happened when, in which process and thread: a table, or, if the name ends "
     "in .json, Chrome's trace format; -: a table on standard output (off)",
     0},
    {"language", LANGUAGE, "en|ko", 0, "Language of guess (en)", 0},
    {"seed", SEED, "N", 0, "Makes the secrets of guess reproducible (from the clock)", 0},
    {"quiet", QUIET, NULL, 0, "Say nothing of clients that are lost or refused", 0},
    {"verbose", VERBOSE, NULL, 0, "Say who comes and who goes, on standard error", 0},
    COMMAND_LINE_OPTIONS,
    {0},
};

void options_refuse(const char *option, const char *value, const char *allowed)
{
    die_usage("--%s: '%s' is not allowed; give %s", option, value, allowed);
}

static uint64_t read_count(const char *option, const char *text, uint64_t min, uint64_t max,
                           const char *allowed)
{
    uint64_t value;

    if (!units_count(text, min, max, &value))
        options_refuse(option, text, allowed);
    return value;
}

static int64_t read_seconds(const char *option, const char *text)
{
    int64_t ns;

    if (!units_seconds(text, YEAR_NS, &ns))
        options_refuse(option, text, "seconds, such as 2 or 0.5, up to a year");
    return ns;
}

static int read_buffer(const char *option, const char *text)
{
    uint64_t bytes;

    if (!units_size(text, 1, 1 << 30, &bytes))
        options_refuse(option, text, "bytes from 1 to 1G, such as 4096 or 16k");
    return (int)bytes;
}

static struct work read_work(const char *text)
{
    struct work work = {WORK_NONE, 0};

    if (strncmp(text, "cpu:", 4) == 0)
        work.kind = WORK_CPU;
    else if (strncmp(text, "sleep:", 6) == 0)
        work.kind = WORK_SLEEP;
    if (work.kind == WORK_NONE || !units_time(strchr(text, ':') + 1, MINUTE_NS, &work.ns))
        options_refuse("work", text,
                       "cpu:TIME or sleep:TIME, such as cpu:50us or sleep:5ms, up to 1min");
    return work;
}

static enum language read_language(const char *text)
{
    if (strcmp(text, "en") == 0)
        return ENGLISH;
    if (strcmp(text, "ko") == 0)
        return KOREAN;
    options_refuse("language", text, "en or ko");
}

static error_t read_option(int key, char *text, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case HOST:
        if (*text == '\0')
            options_refuse("host", text, "an address or a name");
        o->host = text;
        return 0;
    case PORT:
        o->port = (uint16_t)read_count("port", text, 0, 65535, "0 to 65535");
        return 0;
    case SERVICE:
        if ((o->service = service_named(text)) == NULL)
            options_refuse("service", text, "echo, frame or guess");
        return 0;
    case WORKERS:
        o->workers = (unsigned)read_count("workers", text, 1, 10000, "1 to 10000");
        return 0;
    case BACKLOG:
        o->backlog = (int)read_count("backlog", text, 1, 65535, "1 to 65535");
        return 0;
    case MAX_CLIENTS:
        o->max_clients = read_count("max-clients", text, 1, UINT32_MAX, "1 to 4294967295");
        return 0;
    case IDLE_TIMEOUT:
        o->idle_ns = read_seconds("idle-timeout", text);
        return 0;
    case WORK:
        o->work = read_work(text);
        return 0;
    case DRAIN:
        o->drain_ns = read_seconds("drain", text);
        return 0;
    case SNDBUF:
        o->sndbuf = read_buffer("sndbuf", text);
        return 0;
    case RCVBUF:
        o->rcvbuf = read_buffer("rcvbuf", text);
        return 0;
    case STATS:
        o->stats = text;
        return 0;
    case TRACE:
        o->trace = text;
        return 0;
    case LANGUAGE:
        o->language = read_language(text);
        return 0;
    case SEED:
        o->seed = read_count("seed", text, 0, UINT64_MAX, "a whole number from 0 to 2^64-1");
        return 0;
    case QUIET:
        o->quiet = true;
        return 0;
    case VERBOSE:
        o->verbose = true;
        return 0;
    case ARGP_KEY_ARG:
        die_usage("'%s' is not an option; give options only, such as --port 7000", text);
    default:
        return command_line_read(key, state, ARGP_HELP_USAGE);
    }
}

static uint64_t clock_seed(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * NS_PER_SECOND + (uint64_t)t.tv_nsec;
}

static struct argp_child own[2]; // the model's, and an end

void options_also(const struct argp *argp)
{
    own[0] = (struct argp_child){.argp = argp, .header = "Of this model alone:"};
}

void options_read(struct options *options, const char *model, int argc, char **argv)
{
    static const struct argp argp = {
        .options = table,
        .parser = read_option,
        .doc = "A server of echolab: one model of serving many clients over TCP, to be looked at, "
               "measured and compared with its siblings. SIGTERM or SIGINT stops it cleanly."
               "\vOptions take their default, given in parentheses, when they are left out. "
               "Sources, lectures and the other models: see echolab's README.",
        .children = own};
    static char name[64];

    // getopt opens its messages with argv[0] as it stands: say the model's name, not a path.
    snprintf(name, sizeof name, "%s", model);
    argv[0] = name;

    *options = (struct options){.host = "127.0.0.1",
                                .port = 7000,
                                .service = &echo_service,
                                .workers = (unsigned)get_nprocs(),
                                .backlog = SOMAXCONN,
                                .max_clients = UINT64_MAX,
                                .drain_ns = 3 * NS_PER_SECOND,
                                .seed = clock_seed()};
    command_line_parse(&argp, argc, argv, options);
}
