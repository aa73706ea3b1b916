// readings_warnings.c: see readings.h. What a reader of the whole run must know before the figures,
// the most important first, and what is alike on one line.
#include "results/readings.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "results/finding.h"
#include "results/serving.h"

enum { LINES_MAX = 12, TEXT = 400 };

struct teller_of {
    void (*tell)(const char *text, void *to);
    void *to;
    unsigned told, held; // held back: there were too many
};

static void say(struct teller_of *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct teller_of *t, const char *format, ...)
{
    char text[TEXT];
    va_list args;

    if (t->told == LINES_MAX - 1) { // the last line is for how many there are more
        t->held++;
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    t->tell(text, t->to);
    t->told++;
}

static const char *plural(unsigned n)
{
    return n == 1 ? "" : "s";
}

// ---- Of repeats ----------------------------------------------------------------------------

// Texts are alike when they differ in digits only: "descriptor 1,024", "97 % of the time".
static bool is_alike(const char *a, const char *b)
{
    static const char digits[] = "0123456789.,";

    for (;;) {
        a += strspn(a, digits);
        b += strspn(b, digits);
        if (*a != *b)
            return false;
        if (*a == '\0')
            return true;
        a++;
        b++;
    }
}

// Its model can't run on that machine, whatever the scenario.
static bool is_absence(const struct repeat *q)
{
    return q->outcome == OUTCOME_FAILED && strncmp(q->why, CANNOT_RUN, strlen(CANNOT_RUN)) == 0;
}

static bool is_failed_alike(const struct repeat *a, const struct repeat *b)
{
    return b->outcome == OUTCOME_FAILED && a->model == b->model && is_alike(a->why, b->why) &&
           (a->scenario == b->scenario || is_absence(a));
}

static bool is_warned_alike(const struct repeat *a, const struct repeat *b)
{
    return *b->warning != '\0' && b->outcome != OUTCOME_FAILED && a->scenario == b->scenario &&
           is_alike(a->warning, b->warning);
}

// How many repeats are alike with this one; 0 where an earlier one has spoken for it.
static unsigned count_alike(const struct record *r, size_t at,
                            bool (*alike)(const struct repeat *, const struct repeat *))
{
    unsigned n = 0;

    for (size_t i = 0; i < r->repeat_count; i++) {
        if (!alike(&r->repeats[at], &r->repeats[i]))
            continue;
        if (i < at)
            return 0;
        n++;
    }
    return n;
}

static void tell_failures(const struct cells *cells, struct teller_of *t)
{
    const struct record *r = cells->record;
    char place[PHRASE];

    for (size_t i = 0; i < r->repeat_count; i++) {
        const struct repeat *q = &r->repeats[i];
        const struct scenario *s = &r->scenarios[q->scenario];
        unsigned n = q->outcome == OUTCOME_FAILED ? count_alike(r, i, is_failed_alike) : 0;
        struct view v = view_of(cells, q->scenario);
        if (n > 0 && is_absence(q))
            say(t, "%s %s", r->models.list[q->model].name, reading_reason(q->why));
        else if (n == 1)
            say(t, "%s failed once in %s%s%s: %s", r->models.list[q->model].name, s->name,
                v.points == 1 ? "" : ", ", at_point(&v, (int)q->point, false, place),
                reading_reason(q->why));
        else if (n > 1)
            say(t, "%s failed in %u repeats of %s: %s", r->models.list[q->model].name, n, s->name,
                reading_reason(q->why));
    }
}

// The capacity is then that of the others, and the same rates hold for all.
static void tell_unprobed(const struct record *r, struct teller_of *t)
{
    for (unsigned s = 0; s < r->scenario_count; s++)
        if (*record_why_unprobed(r, s) != '\0')
            say(t, "%s: the probe of the capacity gave no rate: %s", r->scenarios[s].name,
                record_why_unprobed(r, s));
}

// "connections 52, idle 8": how many repeats of each scenario are such. Returns how many in all.
static unsigned list_scenarios(const struct record *r, bool (*such)(const struct repeat *),
                               char text[TEXT / 2])
{
    unsigned all = 0;

    *text = '\0';
    for (unsigned s = 0; s < r->scenario_count; s++) {
        unsigned n = 0;
        for (size_t i = 0; i < r->repeat_count; i++)
            n += r->repeats[i].scenario == s && such(&r->repeats[i]);
        size_t used = strlen(text);
        if (n > 0)
            snprintf(text + used, TEXT / 2 - used, "%s%s %u", all > 0 ? ", " : "",
                     r->scenarios[s].name, n);
        all += n;
    }
    return all;
}

static void tell_cautions(const struct record *r, struct teller_of *t)
{
    char where[TEXT / 2];
    unsigned limits = list_scenarios(r, repeat_is_limited, where);

    if (limits > 0)
        say(t,
            "the generator, not the server, was the limit in %u repeat%s: %s: these points say "
            "what "
            "the generator could do, not what the server could",
            limits, plural(limits), where);
    for (size_t i = 0; i < r->repeat_count; i++) {
        const struct repeat *q = &r->repeats[i];
        unsigned n = 0;
        if (*q->warning != '\0' && q->outcome != OUTCOME_FAILED && !repeat_is_limited(q))
            n = count_alike(r, i, is_warned_alike);
        if (n > 0)
            say(t, "%s, in %u repeat%s: %s", r->scenarios[q->scenario].name, n, plural(n),
                q->warning);
    }
}

static void tell_few(const struct cells *cells, struct teller_of *t)
{
    const struct record *r = cells->record;
    unsigned few = 0, all = 0;

    for (unsigned s = 0; s < r->scenario_count; s++)
        for (unsigned p = 0; p < r->scenarios[s].point_count; p++)
            for (unsigned m = 0; m < r->models.count; m++) {
                const struct cell *cell = cell_at(cells, s, p, m);
                all += cell->n > 0;
                few += cell->n > 0 && cell->n < 3;
            }
    if (few > 0)
        say(t,
            "fewer than 3 repeats in %u of %u combinations of model and point: their intervals are "
            "wide, or missing",
            few, all);
}

// ---- Of cells ------------------------------------------------------------------------------

// The metric that the scenario draws first.
static enum metric main_metric(const struct scenario *s)
{
    for (size_t i = 0; i < s->figure_count; i++)
        if (s->figures[i].metrics > 0)
            return (enum metric)s->figures[i].metric[0];
    return METRIC_rps;
}

// Whether the interval reaches into that of another model at the same point.
static bool is_unresolved(const struct view *v, int point, unsigned model, enum metric metric)
{
    const struct estimate *mine = &cell_of(v, point, model)->of[metric].mean;

    for (unsigned m = 0; m < v->models; m++) {
        const struct estimate *other = &cell_of(v, point, m)->of[metric].mean;
        if (m != model && is_rival(v, point, m, metric) && other->low <= mine->high &&
            mine->low <= other->high)
            return true;
    }
    return false;
}

// A cell whose repeats scatter so widely that its model has no place among the others.
struct spread {
    unsigned scenario, model, cells; // cells: of that scenario
    int point;
    double deviation; // of the widest; 0: none
};

static struct spread find_spread(const struct view *v)
{
    struct spread widest = {.scenario = v->number};
    enum metric metric = main_metric(v->scenario);

    for (int p = 0; p < (int)v->points; p++)
        for (unsigned m = 0; m < v->models; m++) {
            double deviation = cell_of(v, p, m)->of[metric].spread;
            if (!is_rival(v, p, m, metric) || !(deviation > 0.1) || !is_unresolved(v, p, m, metric))
                continue;
            widest.cells++;
            if (deviation > widest.deviation) {
                widest.deviation = deviation;
                widest.point = p;
                widest.model = m;
            }
        }
    return widest;
}

static void tell_spreads(const struct cells *cells, struct teller_of *t)
{
    char where[TEXT / 2] = "", what[PHRASE], place[PHRASE];
    struct spread widest = {.deviation = 0};

    for (unsigned s = 0; s < cells->record->scenario_count; s++) {
        struct view v = view_of(cells, s);
        struct spread found = find_spread(&v);
        size_t used = strlen(where);
        if (found.cells == 0)
            continue;
        snprintf(where + used, sizeof where - used, "%s%s %u", used > 0 ? ", " : "",
                 v.scenario->name, found.cells);
        if (found.deviation > widest.deviation)
            widest = found;
    }
    if (widest.deviation > 0) {
        struct view v = view_of(cells, widest.scenario);
        say(t,
            "repeats scatter by more than 10 %%, too much to rank their model, in these numbers of "
            "combinations of model and point: %s (most: %s of %s%s%s, a standard deviation of %.0f "
            "%%)",
            where, subject_text(&v, widest.point, main_metric(v.scenario), what),
            model_name(&v, widest.model), v.points == 1 ? "" : " ",
            at_point(&v, widest.point, false, place), 100 * widest.deviation);
    }
}

static void tell_outliers(const struct cells *cells, struct teller_of *t)
{
    const struct record *r = cells->record;
    char where[TEXT / 2] = "";
    unsigned n = 0;

    for (unsigned s = 0; s < r->scenario_count; s++) {
        unsigned here = 0;
        for (unsigned p = 0; p < r->scenarios[s].point_count; p++)
            for (unsigned m = 0; m < r->models.count; m++)
                here += cell_at(cells, s, p, m)->of[main_metric(&r->scenarios[s])].outliers;
        size_t used = strlen(where);
        if (here > 0)
            snprintf(where + used, sizeof where - used, "%s%s %u", n > 0 ? ", " : "",
                     r->scenarios[s].name, here);
        n += here;
    }
    if (n > 0)
        say(t,
            "%u of %zu repeats %s far from the others of the same model and point (shown, and in "
            "the means): %s",
            n, r->repeat_count, n == 1 ? "lies" : "lie", where);
}

// ---- Of the machine ------------------------------------------------------------------------

static void tell_cores(const struct record *r, struct teller_of *t)
{
    if (r->server_cores[0] == '\0' && r->load_cores[0] == '\0')
        say(t, "server and load generator were not pinned to cores: expect more scatter");
    else if (strcmp(r->server_cores, r->load_cores) == 0)
        say(t, "server and load generator shared core %s: each took time from the other",
            r->server_cores);
}

static bool is_instrumented(const struct record *r)
{
    for (size_t i = 0; i < r->repeat_count; i++) {
        const char *build = r->repeats[i].server;
        build = build != NULL ? strstr(build, "build/") : NULL;
        size_t folder = build != NULL ? strcspn(build + strlen("build/"), "/ ") : 0;
        if (build != NULL && memchr(build + strlen("build/"), '-', folder) != NULL)
            return true;
    }
    return false;
}

static void tell_machine(const struct record *r, struct teller_of *t)
{
    const struct environment *e = &r->machine;

    if (is_instrumented(r))
        say(t, "the servers were built with a sanitizer: far slower than what people run");
    tell_cores(r, t);
    if (e->governor[0] != '\0' && strcmp(e->governor, "performance") != 0)
        say(t, "the frequency governor was %s, not performance: the clock may have changed",
            e->governor);
    if (strstr(e->commit, "-dirty") != NULL)
        say(t, "measured from files that differ from commit %.*s: nobody else has them",
            (int)strcspn(e->commit, "-"), e->commit);
}

void reading_warnings(const struct cells *cells, void (*tell)(const char *text, void *to), void *to)
{
    const struct record *r = cells->record;
    struct teller_of t = {tell, to, 0, 0};

    if (r->interrupted)
        say(&t, "the run was interrupted: %zu repeats were measured", r->repeat_count);
    tell_unprobed(r, &t);
    tell_failures(cells, &t);
    tell_cautions(r, &t);
    tell_few(cells, &t);
    tell_spreads(cells, &t);
    tell_machine(r, &t);
    tell_outliers(cells, &t);
    if (t.held > 0) {
        char text[64];
        snprintf(text, sizeof text, "and %u more", t.held);
        tell(text, to);
    }
}
