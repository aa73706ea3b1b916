// compare_warn.c: see compare_warn.h.
#include "results/compare_warn.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef void teller(const char *text);

enum { WARNING = 512 };

static void say(teller *tell, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(teller *tell, const char *format, ...)
{
    char text[WARNING];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tell(text);
}

static const char *or_none(const char *text)
{
    return *text != '\0' ? text : "(none)";
}

static void look_at_text(const char *what, const char *a, const char *b, teller *tell)
{
    if (strcmp(a, b) != 0)
        say(tell, "the runs differ in %s: %.180s against %.180s", what, or_none(a), or_none(b));
}

static void look_at_count(const char *what, uint64_t a, uint64_t b, teller *tell)
{
    if (a != b)
        say(tell, "the runs differ in %s: %" PRIu64 " against %" PRIu64, what, a, b);
}

static void look_at_machines(const struct environment *a, const struct environment *b, teller *tell)
{
    look_at_text("machine", a->host, b->host, tell);
    look_at_text("processor", a->cpu, b->cpu, tell);
    look_at_count("cores", a->cores, b->cores, tell);
    look_at_text("governor", a->governor, b->governor, tell);
    look_at_text("kernel", a->kernel, b->kernel, tell);
    look_at_text("congestion control", a->congestion, b->congestion, tell);
    look_at_count("limit of descriptors", a->nofile, b->nofile, tell);
    look_at_text("version of echolab", a->version, b->version, tell);
    look_at_text("commit", a->commit, b->commit, tell);
}

static void look_at_scenario(const struct record *ra, const struct record *rb, size_t a, size_t b,
                             teller *tell)
{
    const struct scenario *s = &ra->scenarios[a];
    char before[32], after[32];

    if (strcmp(s->text, rb->scenarios[b].text) != 0)
        say(tell, "%s: the runs had different files of this scenario", s->name);
    if (ra->duration_ns[a] != rb->duration_ns[b])
        say(tell, "%s: windows of %s against %s", s->name,
            result_time((double)ra->duration_ns[a], before),
            result_time((double)rb->duration_ns[b], after));
    if (ra->capacity[a] < rb->capacity[b] || ra->capacity[a] > rb->capacity[b])
        say(tell,
            "%s: its points are shares of %.0f requests/s in A and of %.0f in B: the offered load "
            "differs",
            s->name, ra->capacity[a], rb->capacity[b]);
}

static void look_at_scenarios(const struct record *a, const struct record *b, teller *tell)
{
    for (size_t i = 0; i < a->scenario_count; i++)
        for (size_t j = 0; j < b->scenario_count; j++)
            if (strcmp(a->scenarios[i].name, b->scenarios[j].name) == 0)
                look_at_scenario(a, b, i, j, tell);
}

// Of ours the paths differ from checkout to checkout; their commit says what they are.
static void look_at_models(const struct record *a, const struct record *b, teller *tell)
{
    for (const struct model *m = a->models.list; m < a->models.list + a->models.count; m++) {
        const struct model *other = models_find(&b->models, m->name);
        if (other == NULL)
            continue;
        if (m->foreign && strcmp(m->command, other->command) != 0)
            say(tell, "%s is not the same command: %.180s against %.180s", m->name, m->command,
                other->command);
        else if (m->foreign != other->foreign)
            say(tell, "%s is one of echolab's own in one run only", m->name);
    }
}

static void look_within(const struct record *r, char letter, teller *tell)
{
    size_t warned = 0, failed = 0;
    const char *first = "";

    for (const struct repeat *q = r->repeats; q < r->repeats + r->repeat_count; q++) {
        failed += q->outcome == OUTCOME_FAILED;
        if (*q->warning != '\0' && warned++ == 0)
            first = q->warning;
    }
    if (r->interrupted)
        say(tell, "%c was interrupted", letter);
    if (failed > 0)
        say(tell, "in %c %zu of %zu repeats failed", letter, failed, r->repeat_count);
    if (warned > 0)
        say(tell, "in %c %zu of %zu repeats are to be read with care, the first: %s", letter,
            warned, r->repeat_count, first);
}

void compare_warn(const struct record *a, const struct record *b, teller *tell)
{
    look_at_machines(&a->machine, &b->machine, tell);
    look_at_text("cores of the servers", a->server_cores, b->server_cores, tell);
    look_at_text("cores of the load generator", a->load_cores, b->load_cores, tell);
    look_at_scenarios(a, b, tell);
    look_at_models(a, b, tell);
    look_within(a, 'A', tell);
    look_within(b, 'B', tell);
}
