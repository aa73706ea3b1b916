// values.c: see values.h.
#include "loadgen/values.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/units.h"
#include "loadgen/result.h"

static const int64_t YEAR_NS = INT64_C(365) * 86400 * NS_PER_SECOND;
static const int64_t MS_NS = NS_PER_SECOND / 1000;
enum { ECHO_MAX = 16 << 20, FRAME_MAX = 65536 };

// The one shape of a wrong value: what was given, and what is allowed.
_Noreturn static void refuse(const char *option, const char *value, const char *allowed)
{
    die_usage("--%s: '%s' is not allowed; give %s", option, value, allowed);
}

// The same for a value that is good by itself, but not beside what else was given.
_Noreturn static void refuse_with(const char *option, const char *value, const char *beside,
                                  const char *advice)
{
    die_usage("--%s: '%s' is not allowed with %s; give %s", option, value, beside, advice);
}

// ---- Single values ----

uint64_t value_count(const char *option, const char *text, uint64_t min, uint64_t max,
                     const char *allowed)
{
    uint64_t value;

    if (!units_count(text, min, max, &value))
        refuse(option, text, allowed);
    return value;
}

int64_t value_time(const char *option, const char *text)
{
    int64_t ns;

    if (!units_time(text, YEAR_NS, &ns))
        refuse(option, text, "a time with its unit, such as 500us, 1.5s or 2min, up to a year");
    return ns;
}

int64_t value_time_from_ms(const char *option, const char *text)
{
    int64_t ns;

    if (!units_time(text, YEAR_NS, &ns) || ns < MS_NS)
        refuse(option, text, "a time with its unit, such as 1.5s or 2min, from 1ms to a year");
    return ns;
}

double value_rate(const char *text)
{
    double rate;

    if (!units_rate(text, 0.001, 10e6, &rate))
        refuse("rate", text, "requests per second from 0.001 to 10M, such as 20000, 20k or 1.5k");
    return rate;
}

enum service_kind value_service(const char *text)
{
    if (strcmp(text, "echo") == 0)
        return SERVE_ECHO;
    if (strcmp(text, "frame") == 0)
        return SERVE_FRAME;
    if (strcmp(text, "guess") == 0)
        return SERVE_GUESS;
    refuse("service", text, "echo, frame or guess");
}

enum arrivals value_arrivals(const char *text)
{
    if (strcmp(text, "poisson") == 0)
        return POISSON;
    if (strcmp(text, "uniform") == 0)
        return UNIFORM;
    refuse("arrivals", text, "poisson or uniform");
}

const char *value_file(const char *option, const char *text)
{
    if (*text == '\0')
        refuse(option, text, "a file's name, or - for standard output");
    return text;
}

int value_descriptor(const char *option, const char *text)
{
    static const char allowed[] =
        "a descriptor that is open for writing, such as that of a pipe or a socket";
    uint64_t fd;

    if (!units_count(text, 0, INT_MAX, &fd))
        refuse(option, text, allowed);
    int flags = fcntl((int)fd, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
        refuse(option, text, allowed);
    return (int)fd;
}

void value_require(struct plan *plan, const char *text)
{
    const char *why;
    struct require *more = reallocarray(plan->require, plan->requires + 1, sizeof *more);

    if (more == NULL)
        die_errno("cannot keep what --require asks for");
    plan->require = more;
    if (!require_read(text, &plan->require[plan->requires], &why))
        refuse("require", text, why);
    plan->requires ++;
}

void value_target(struct plan *plan, const char *text)
{
    const char *why;

    if (plan->target != NULL)
        die_usage("'%s' is one argument too many; give one HOST:PORT", text);
    if (!options_target(text, plan->host, &plan->port, &why))
        die_usage("'%s' is not a server's address; give %s", text, why);
    plan->target = text;
}

// ---- What must go together ----

static void complete_sizes(struct plan *plan, const struct given *given)
{
    const char *text = given->size != NULL ? given->size : "64";

    switch (plan->service) {
    case SERVE_ECHO:
        if (!sizes_read(text, 1, ECHO_MAX, &plan->sizes))
            refuse("size", text,
                   "1 to 16M bytes, a range such as 64-1k, or a mix such as 64:90,4k:10");
        return;
    case SERVE_FRAME:
        if (!sizes_read(text, 0, FRAME_MAX, &plan->sizes))
            refuse("size", text,
                   "0 to 65536 bytes, a range such as 64-1k, or a mix such as 64:90,4k:10");
        return;
    case SERVE_GUESS:
        if (given->size != NULL)
            refuse_with("size", text, "--service guess", "none: a guess is 2 bytes long");
        sizes_read("2", 2, 2, &plan->sizes); // the digit, and the end of its line
    }
}

static void check_loop(const struct plan *plan, const struct given *given)
{
    static const char *const one = "one of them: the open loop does not wait for answers";

    if (plan->open && given->think != NULL)
        refuse_with("think", given->think, "--rate", one);
    if (plan->open && given->pipeline != NULL)
        refuse_with("pipeline", given->pipeline, "--rate", one);
    if (!plan->open && given->arrivals != NULL)
        refuse_with("arrivals", given->arrivals, "the closed loop",
                    "--rate too, which makes it the open loop");
    if (plan->service == SERVE_GUESS && plan->pipeline > 1)
        refuse_with("pipeline", given->pipeline, "--service guess",
                    "1: a guess depends on the answer to the last");
}

static void check_numbers(const struct plan *plan, const struct given *given)
{
    char beside[64], advice[64];

    snprintf(beside, sizeof beside, "--connections %u", plan->connections);
    if (plan->threads > plan->connections) {
        snprintf(advice, sizeof advice, "1 to %u: each thread needs a connection",
                 plan->connections < THREADS_MAX ? plan->connections : THREADS_MAX);
        refuse_with("threads", given->threads, beside, advice);
    }
    if (plan->idle > CONNECTIONS_MAX - plan->connections) {
        snprintf(advice, sizeof advice, "0 to %u: together they may be %d",
                 CONNECTIONS_MAX - plan->connections, CONNECTIONS_MAX);
        refuse_with("idle", given->idle, beside, advice);
    }
    if (given->requests != NULL && given->duration != NULL)
        refuse_with("requests", given->requests, "--duration", "one of them");
}

// Two tables in one file or stream can be read by nobody.
static void check_outputs(const struct outputs *o)
{
    const struct {
        const char *option, *file;
    } outputs[] = {{"json", o->json},
                   {"csv", o->csv},
                   {"hgrm", o->hgrm},
                   {"timeline", o->timeline},
                   {"clients", o->clients}};
    enum { OUTPUTS = sizeof outputs / sizeof *outputs };
    char beside[512];

    for (size_t i = 0; i < OUTPUTS; i++)
        for (size_t k = i + 1; k < OUTPUTS; k++) {
            if (outputs[i].file == NULL || outputs[k].file == NULL ||
                strcmp(outputs[i].file, outputs[k].file) != 0)
                continue;
            snprintf(beside, sizeof beside, "--%s %s", outputs[i].option, outputs[i].file);
            refuse_with(outputs[k].option, outputs[k].file, beside, "another file to one of them");
        }
}

// The timeline has INTERVALS_MAX rows at most: a run that nobody gave an --interval has one that
// fits.
static void complete_interval(struct plan *plan, const struct given *given)
{
    int64_t length = plan->warmup_ns + plan->duration_ns, rows = length / plan->interval_ns;

    if (given->interval == NULL)
        plan->interval_ns = (1 + rows / INTERVALS_MAX) * NS_PER_SECOND;
    else if (rows >= INTERVALS_MAX)
        die_usage("--interval: '%s' would cut the run into %lld rows, and %d is the most; give a "
                  "longer one",
                  given->interval, (long long)rows, INTERVALS_MAX);
}

void values_complete(struct plan *plan, const struct given *given)
{
    if (plan->target == NULL)
        die_usage("no server is given; give HOST:PORT, such as 127.0.0.1:7000 or [::1]:7000");
    complete_sizes(plan, given);
    check_loop(plan, given);
    check_numbers(plan, given);
    check_outputs(&plan->outputs);
    complete_interval(plan, given);
    if (plan->requests != 0)
        plan->duration_ns = 0;
}
