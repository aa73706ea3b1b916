// merge.c: see merge.h. What was counted is added in result_add.c; here is what makes one run of
// two: the setting, the rates, the generators and machines.
#include "loadgen/merge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/command_line.h"
#include "base/fail.h"
#include "base/units.h"
#include "loadgen/result.h"

// ---- Adding -------------------------------------------------------------------------------------

// NULL, or what keeps two runs from being added.
static const char *mismatch(const struct result *a, const struct result *b)
{
    if (strcmp(a->loop, b->loop) != 0)
        return "an open and a closed loop can't be added: their latencies mean different things";
    if (strcmp(a->service_name, b->service_name) != 0)
        return "runs of different services can't be added";
    return NULL;
}

// "A" and "B" are "A, B" where they differ, as far as there is room.
static void add_text(char *to, size_t size, const char *from)
{
    size_t n = strlen(to);

    if (strcmp(to, from) != 0 && n + strlen(from) + 3 <= size)
        snprintf(to + n, size - n, ", %s", from);
}

// Of what can't be added (pipeline, think time, seed ...) the first run's stays.
static void add_setting(struct result *to, const struct result *from)
{
    add_text(to->target, sizeof to->target, from->target);
    add_text(to->size, sizeof to->size, from->size);
    if (strcmp(to->arrivals, from->arrivals) != 0)
        snprintf(to->arrivals, sizeof to->arrivals, "mixed");
    if (strcmp(to->engine, from->engine) != 0)
        snprintf(to->engine, sizeof to->engine, "mixed");
    to->interrupted |= from->interrupted;
    to->gave_up |= from->gave_up;
    to->connections += from->connections;
    to->idle += from->idle;
    to->offered_rps += from->offered_rps;
    if (from->warmup_ns > to->warmup_ns)
        to->warmup_ns = from->warmup_ns;
}

static void add_generator(struct result *to, const struct result *from)
{
    to->generator.threads += from->generator.threads;
    to->generator.user_ns += from->generator.user_ns;
    to->generator.system_ns += from->generator.system_ns;
    if (from->generator.busy > to->generator.busy) {
        to->generator.busy = from->generator.busy;
        to->generator.waited = from->generator.waited;
    }
    if (!to->generator.was_the_limit)
        memcpy(to->generator.why, from->generator.why, sizeof to->generator.why);
    to->generator.was_the_limit |= from->generator.was_the_limit;
}

static bool same_environment(const struct environment *a, const struct environment *b)
{
    return a->cores == b->cores && a->nofile == b->nofile && strcmp(a->kernel, b->kernel) == 0 &&
           strcmp(a->cpu, b->cpu) == 0 && strcmp(a->governor, b->governor) == 0 &&
           strcmp(a->ports, b->ports) == 0 && strcmp(a->congestion, b->congestion) == 0 &&
           strcmp(a->commit, b->commit) == 0 && strcmp(a->version, b->version) == 0 &&
           strcmp(a->host, b->host) == 0 && strcmp(a->command, b->command) == 0;
}

static void add_environment(struct result *to, const struct environment *e)
{
    bool known = same_environment(&to->environment, e);

    for (size_t i = 0; i < to->other_count; i++)
        known |= same_environment(&to->others[i], e);
    if (known)
        return;
    struct environment *grown = reallocarray(to->others, to->other_count + 1, sizeof *to->others);
    if (grown == NULL)
        die_errno("cannot hold the environments");
    to->others = grown;
    to->others[to->other_count++] = *e;
}

void result_merge(struct result *to, const struct result *from)
{
    const char *reason = mismatch(to, from);

    if (reason != NULL)
        die("%s", reason);
    // Before the counts and durations that these come from are no longer those of one run.
    double rps = result_rps(to) + result_rps(from);
    double bytes_per_s = result_bytes_per_s(to) + result_bytes_per_s(from);
    double sent = (double)to->requests.sent + (double)from->requests.sent;
    if (sent > 0)
        to->size_bytes = (to->size_bytes * (double)to->requests.sent +
                          from->size_bytes * (double)from->requests.sent) /
                         sent;
    result_add(to, from);
    add_setting(to, from);
    add_generator(to, from);
    if (from->duration_ns > to->duration_ns)
        to->duration_ns = from->duration_ns;
    to->processes += from->processes;
    to->jain = 0; // it does not follow from theirs
    to->merged_rps = rps;
    to->merged_bytes_per_s = bytes_per_s;
    add_environment(to, &from->environment);
    for (size_t i = 0; i < from->other_count; i++)
        add_environment(to, &from->others[i]);
}

// ---- The command --------------------------------------------------------------------------------

enum key { JSON = 256, CSV, HGRM, TIMELINE };

struct arguments {
    struct outputs outputs;
    char **files; // in argv
    int count;
};

static const struct argp_option table[] = {
    {"json", JSON, "FILE", 0, "Write the sum as JSON, as a run does; -: standard output", 0},
    {"csv", CSV, "FILE", 0, "Write it as one row under a heading", 0},
    {"hgrm", HGRM, "FILE", 0, "Write the response times for HdrHistogram's plotters", 0},
    {"timeline", TIMELINE, "FILE", 0, "Write one row for each interval", 0},
    COMMAND_LINE_OPTIONS,
    {0},
};

// NOLINTNEXTLINE(readability-non-const-parameter): the type is argp's
static error_t read_option(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case JSON:
        arguments->outputs.json = text;
        return 0;
    case CSV:
        arguments->outputs.csv = text;
        return 0;
    case HGRM:
        arguments->outputs.hgrm = text;
        return 0;
    case TIMELINE:
        arguments->outputs.timeline = text;
        return 0;
    case ARGP_KEY_ARGS:
        arguments->files = state->argv + state->next;
        arguments->count = state->argc - state->next;
        return 0;
    case ARGP_KEY_NO_ARGS:
        die_usage("give the files to add up, such as A.json B.json");
    default:
        return command_line_read(key, state, ARGP_HELP_USAGE);
    }
}

// Rates of runs that came one after the other do not add up to anything.
static void check_overlap(const struct result *a, const struct result *b, const char *file)
{
    struct tm broken_down = {0};
    time_t start[2];

    for (int i = 0; i < 2; i++) {
        if (strptime((i == 0 ? a : b)->environment.started, "%Y-%m-%dT%H:%M:%SZ", &broken_down) ==
            NULL)
            return;
        start[i] = timegm(&broken_down);
    }
    double apart = difftime(start[1], start[0]);
    const struct result *first = apart >= 0 ? a : b;
    if (fabs(apart) > (double)(first->warmup_ns + first->duration_ns) / NS_PER_SECOND + 1)
        warn("%s did not run at the same time as the first: the sum of their rates was never "
             "reached",
             file);
}

int merge_main(int argc, char **argv)
{
    static const struct argp argp = {
        .options = table,
        .parser = read_option,
        .args_doc = "FILE...",
        .doc =
            "Adds up results that loadgen wrote with --json: runs of several processes or machines "
            "against one server at the same time. Prints the summary of the whole, unless one of "
            "the options takes standard output."
            "\vExit status: 0; 1: a file can't be read or added; 3: answers were wrong or lost; "
            "64: usage."};
    struct arguments arguments = {0};
    struct result sum, next;

    command_line_parse(&argp, argc, argv, &arguments);
    result_read_json(&sum, arguments.files[0]);
    for (int i = 1; i < arguments.count; i++) {
        result_read_json(&next, arguments.files[i]);
        const char *reason = mismatch(&sum, &next);
        if (reason != NULL)
            die("%s and %s: %s", arguments.files[0], arguments.files[i], reason);
        if (same_environment(&sum.environment, &next.environment) &&
            strcmp(sum.environment.started, next.environment.started) == 0 &&
            sum.response->sum == next.response->sum && sum.connect->sum == next.connect->sum)
            warn("%s and %s look like one and the same run", arguments.files[0],
                 arguments.files[i]);
        check_overlap(&sum, &next, arguments.files[i]);
        result_merge(&sum, &next);
        result_free(&next);
    }
    bool written = outputs_write(&arguments.outputs, &sum, true);
    int status = result_is_bad(&sum) ? EXIT_ANSWERS : written ? EXIT_SUCCESS : EXIT_FAILURE;
    result_free(&sum);
    return status;
}
