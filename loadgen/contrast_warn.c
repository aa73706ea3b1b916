// contrast_warn.c: see contrast.h. A difference between servers is shown only where nothing else
// differs, and where both runs are sound.
#include <inttypes.h>
#include <string.h>

#include "loadgen/contrast.h"

enum type { TEXT, HOST, SMALL, COUNT, REAL, TIME };
enum { TRAIT_TEXT = 160 };

#define TRAIT(name, type, member) name, type, offsetof(struct result, member)

static const struct trait {
    const char *name;
    enum type type;
    size_t offset;
} traits[] = {
    {TRAIT("loop", TEXT, loop)},
    {TRAIT("arrivals", TEXT, arrivals)},
    {TRAIT("offered requests per second", REAL, offered_rps)},
    {TRAIT("connections", SMALL, connections)},
    {TRAIT("idle connections", SMALL, idle)},
    {TRAIT("requests in flight per connection", SMALL, pipeline)},
    {TRAIT("think time", TIME, think_ns)},
    {TRAIT("requests per connection", COUNT, requests_per_connection)},
    {TRAIT("size", TEXT, size)},
    {TRAIT("service", TEXT, service_name)},
    {TRAIT("target host", HOST, target)},
    {TRAIT("machine of the generator", TEXT, environment.host)},
    {TRAIT("processor", TEXT, environment.cpu)},
    {TRAIT("cores", SMALL, environment.cores)},
    {TRAIT("governor", TEXT, environment.governor)},
    {TRAIT("kernel", TEXT, environment.kernel)},
    {TRAIT("commit of the generator", TEXT, environment.commit)},
    {TRAIT("version of the generator", TEXT, environment.version)},
    {TRAIT("engine of the generator", TEXT, engine)},
    {TRAIT("processes of the generator", SMALL, processes)},
    {TRAIT("threads of the generator", SMALL, generator.threads)},
};

static void describe(const struct result *r, const struct trait *t, char text[TRAIT_TEXT])
{
    const void *member = (const char *)r + t->offset;
    char time[32];

    switch (t->type) {
    case TEXT:
        snprintf(text, TRAIT_TEXT, "%s", (const char *)member);
        break;
    case HOST:
        // A server started anew often has another port; that makes no difference.
        snprintf(text, TRAIT_TEXT, "%s", (const char *)member);
        if (strrchr(text, ':') != NULL)
            *strrchr(text, ':') = '\0';
        break;
    case SMALL:
        snprintf(text, TRAIT_TEXT, "%u", *(const unsigned *)member);
        break;
    case COUNT:
        snprintf(text, TRAIT_TEXT, "%" PRIu64, *(const uint64_t *)member);
        break;
    case REAL:
        snprintf(text, TRAIT_TEXT, "%.10g", *(const double *)member);
        break;
    case TIME:
        snprintf(text, TRAIT_TEXT, "%s", result_time((double)*(const int64_t *)member, time));
    }
    if (*text == '\0')
        snprintf(text, TRAIT_TEXT, "(none)");
}

static void look_within(struct contrast *c, const struct side *side, const struct trait *t)
{
    char first[TRAIT_TEXT], other[TRAIT_TEXT];

    describe(side->runs, t, first);
    for (size_t i = 1; i < side->count; i++) {
        describe(&side->runs[i], t, other);
        if (strcmp(first, other) == 0)
            continue;
        contrast_warn(c, "the runs of %s are no repeats: they differ in %s: %s and %s", side->name,
                      t->name, first, other);
        return;
    }
}

static void look_across(struct contrast *c, const struct trait *t)
{
    char a[TRAIT_TEXT], b[TRAIT_TEXT];

    describe(c->a->runs, t, a);
    describe(c->b->runs, t, b);
    if (strcmp(a, b) != 0)
        contrast_warn(c, "A and B differ in %s: %s against %s", t->name, a, b);
}

// What went wrong on a side, summed over its runs.
static void look_for_trouble(struct contrast *c, const struct side *side, const char *letter)
{
    uint64_t wrong = 0, lost = 0, slower = 0;
    size_t interrupted = 0, limited = 0;
    const char *why = "";

    for (const struct result *r = side->runs; r < side->runs + side->count; r++) {
        wrong += r->requests.wrong;
        lost += r->requests.lost;
        slower += result_slower(r) - r->requests.lost;
        interrupted += r->interrupted;
        limited += r->generator.was_the_limit;
        if (r->generator.was_the_limit)
            why = r->generator.why;
    }
    if (wrong > 0 || lost > 0)
        contrast_warn(c,
                      "%s has %" PRIu64 " wrong and %" PRIu64 " lost answers: a server that does "
                      "less than it should may look fast",
                      letter, wrong, lost);
    if (slower > 0)
        contrast_warn(c,
                      "%s left %" PRIu64 " requests unanswered at its end: percentiles count them "
                      "as slower than all, the mean can't",
                      letter, slower);
    if (interrupted > 0)
        contrast_warn(c, "%s was interrupted in %zu of %zu runs", letter, interrupted, side->count);
    if (limited > 0)
        contrast_warn(c,
                      "the generator, not the server, was the limit in %zu of %zu runs of %s%s%s",
                      limited, side->count, letter, *why != '\0' ? ": " : "", why);
}

void contrast_look(struct contrast *c)
{
    for (size_t i = 0; i < sizeof traits / sizeof *traits; i++) {
        look_within(c, c->a, &traits[i]);
        look_within(c, c->b, &traits[i]);
        look_across(c, &traits[i]);
    }
    look_for_trouble(c, c->a, "A");
    look_for_trouble(c, c->b, "B");
    if (!c->repeated)
        contrast_warn(c,
                      "one run's own spread says nothing of the difference between runs, which is "
                      "often larger: repeat both, interleaved (A B A B ...), and give folders");
}
