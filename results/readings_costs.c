// readings_costs.c: the readings of what a model takes: churn, by beginning and ending a client,
// and cost, per connection and per request.
#include "results/finding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "results/readings.h"

// ---- churn: processor time of a connection above the iterative server's --------------------

// What the others are measured by: the iterative server, which creates nothing and watches nothing;
// where it is not part of the run, the cheapest.
struct bill {
    int point;
    int base;              // NONE: fewer than two models
    unsigned *order;       // the cheapest first
    struct surplus *extra; // of each above the base
    size_t n;
};

static struct bill bill_of(const struct view *v)
{
    struct bill b = {last_common_point(v, METRIC_cpu), NONE, room_for(v->models, sizeof(unsigned)),
                     room_for(v->models, sizeof(struct surplus)), 0};

    if (b.point == NONE)
        return b;
    b.n = rank_rivals(v, b.point, METRIC_cpu, b.order);
    if (b.n < 2)
        return b;
    b.base = (int)b.order[0];
    for (size_t i = 0; i < b.n; i++)
        if (strcmp(model_name(v, b.order[i]), "blocking") == 0)
            b.base = (int)b.order[i];
    for (size_t i = 0; i < b.n; i++)
        if (b.order[i] != (unsigned)b.base)
            b.extra[i] = surplus_of(v, b.point, (unsigned)b.base, b.order[i], METRIC_cpu, b.n - 1);
    return b;
}

static void forget(struct bill *b)
{
    free(b->order);
    free(b->extra);
}

// Whether the dearest costs clearly more than each of the others.
static bool pays_most(const struct view *v, const struct bill *b)
{
    unsigned dearest = b->order[b->n - 1];

    for (size_t i = 0; i + 1 < b->n; i++) {
        struct ratio r = ratio_of_models(v, b->point, b->order[i], dearest, METRIC_cpu,
                                         b->n * (b->n - 1) / 2);
        if (!r.clear || r.value < 1)
            return false;
    }
    return true;
}

char *churn_title(const struct view *v, enum metric metric)
{
    char more[32];
    char *title = NULL;

    if (metric != METRIC_cpu)
        return ranking_title(v, last_common_point(v, metric), metric);
    struct bill b = bill_of(v);
    if (b.base != NONE && b.extra[b.n - 1].clear && b.extra[b.n - 1].value > 0) {
        const char *dearest = model_name(v, b.order[b.n - 1]);
        const char *base = model_name(v, (unsigned)b.base);
        time_text(b.extra[b.n - 1].value, more);
        if (pays_most(v, &b))
            offer(&title, "A connection costs %s most: %s of processor time more than %s", dearest,
                  more, base);
        offer(&title, "A connection costs %s %s more processor time than %s", dearest, more, base);
    }
    forget(&b);
    return title;
}

static void tell_extra(const struct view *v, const struct bill *b, FILE *out)
{
    char text[PHRASE], mean[PHRASE], place[PHRASE];
    bool any = false;

    fprintf(out, "%sa connection costs %s %s of processor time from beginning to end",
            at_point(v, b->point, true, place), model_name(v, (unsigned)b->base),
            mean_text(v, b->point, (unsigned)b->base, METRIC_cpu, mean));
    for (size_t i = b->n; i-- > 0;) {
        const struct surplus *s = &b->extra[i];
        if (!s->clear || s->value <= 0)
            continue;
        struct estimate extra = {s->value, s->low, s->high};
        fprintf(out, "%s%s %s", any ? ", " : ". On top of that: ", model_name(v, b->order[i]),
                estimate_text(METRIC_cpu, &extra, text));
        any = true;
    }
    fputs(any ? ". " : "; no other model can be told to take more. ", out);
}

void churn_text(const struct view *v, FILE *out)
{
    struct bill b = bill_of(v);

    if (b.base != NONE && b.extra[b.n - 1].rounds + b.extra[0].rounds >= 2)
        tell_extra(v, &b, out);
    else
        tell_ranking(v, b.point, METRIC_cpu, out);
    forget(&b);
    tell_ranking(v, last_common_point(v, METRIC_rps), METRIC_rps, out);
    tell_ends(v, out);
}

// ---- cost: memory of a connection, calls of a request --------------------------------------

// Those who cost most, and those who cost least: at each end all that the repeats don't tell from
// its first.
struct prices {
    int point;
    unsigned *order; // who has none of it, then the cheapest first
    size_t n;        // that have some
    size_t none;
    size_t cheap, dear; // how many at each end; 0: the ends can't be told apart
};

// How many can't be told from the one at the end, beginning there.
static size_t count_alike(const struct view *v, const struct prices *p, enum metric metric,
                          bool top)
{
    const unsigned *some = p->order + p->none;
    size_t n = 1;

    for (; n < p->n; n++) {
        unsigned end = top ? some[p->n - 1] : some[0], next = top ? some[p->n - 1 - n] : some[n];
        if (ratio_of_models(v, p->point, end, next, metric, p->n * (p->n - 1) / 2).clear)
            break;
    }
    return n;
}

static struct prices prices_of(const struct view *v, enum metric metric)
{
    struct prices p = {
        last_common_point(v, metric), room_for(v->models, sizeof *p.order), 0, 0, 0, 0};
    size_t all = p.point == NONE ? 0 : rank_rivals(v, p.point, metric, p.order);

    // Some have none of it at all: they wait for one descriptor only, say.
    for (size_t i = 0; i < all; i++)
        p.none += !(cell_of(v, p.point, p.order[i])->of[metric].mean.value > 0);
    p.n = all - p.none;
    if (p.n < 2)
        return p;
    const unsigned *some = p.order + p.none;
    struct ratio ratio = ratio_of_models(v, p.point, some[0], some[p.n - 1], metric,
                                         p.n * (p.n - 1) / 2);
    if (ratio.clear && ratio.value > 1) {
        p.cheap = count_alike(v, &p, metric, false);
        p.dear = count_alike(v, &p, metric, true);
    }
    if (p.cheap + p.dear > p.n) // wide intervals: what lies between belongs to neither
        p.cheap = p.dear = 1;
    return p;
}

static double mean_of(const struct view *v, const struct prices *p, enum metric metric, size_t i)
{
    return cell_of(v, p->point, p->order[p->none + i])->of[metric].mean.value;
}

// "about 5 KiB", or "5 KiB to 23 KiB", of several; of one its mean.
static const char *price_text(const struct view *v, const struct prices *p, enum metric metric,
                              size_t from, size_t n, char text[PHRASE])
{
    char low[32], high[32];
    double least = mean_of(v, p, metric, from), most = mean_of(v, p, metric, from + n - 1);

    if (n > 1 && most < 1.1 * least) {
        snprintf(text, PHRASE, "about %s", about_text(metric, (least + most) / 2, low));
    } else if (n > 1) {
        snprintf(text, PHRASE, "%s to %s", reading_value(metric, least, low),
                 reading_value(metric, most, high));
    } else {
        reading_value(metric, least, text);
    }
    return text;
}

// "fork 189 KiB of memory, select and poll about 5 KiB"; `counts`: "2 models about 5 KiB".
static void write_ends(const struct view *v, const struct prices *p, enum metric metric,
                       const char *of, bool counts, FILE *out)
{
    char text[PHRASE];
    const unsigned *some = p->order + p->none;

    write_names(v, some + p->n - p->dear, p->dear, out);
    fprintf(out, " %s%s; ", price_text(v, p, metric, p->n - p->dear, p->dear, text), of);
    if (counts && p->cheap > 1)
        fprintf(out, "%zu models", p->cheap);
    else
        write_names(v, some, p->cheap, out);
    fprintf(out, " %s", price_text(v, p, metric, 0, p->cheap, text));
}

static void offer_price(const struct view *v, const struct prices *p, enum metric metric,
                        const char *of, bool counts, char **title)
{
    char *ends = NULL;
    size_t size;
    FILE *out = text_open(&ends, &size);

    write_ends(v, p, metric, of, counts, out);
    text_close(out);
    offer(title, "A connection costs %s", ends);
    free(ends);
}

char *cost_title(const struct view *v, enum metric metric)
{
    char *title = NULL;
    struct prices p = prices_of(v, metric);

    if (metric != METRIC_memory || p.cheap == 0) {
        title = ranking_title(v, p.point, metric);
    } else {
        offer_price(v, &p, metric, " of memory", false, &title);
        offer_price(v, &p, metric, "", false, &title);
        offer_price(v, &p, metric, " of memory", true, &title);
    }
    free(p.order);
    return title;
}

static void tell_price(const struct view *v, enum metric metric, FILE *out)
{
    char what[PHRASE];
    struct prices p = prices_of(v, metric);

    if (p.cheap == 0) {
        tell_ranking(v, p.point, metric, out);
        free(p.order);
        return;
    }
    snprintf(what, sizeof what, "%s", metric_phrase(metric));
    what[0] = (char)(what[0] - 'a' + 'A');
    fprintf(out, "%s: ", what);
    write_ends(v, &p, metric, "", false, out);
    if (p.none > 0) {
        fputs("; ", out);
        write_names(v, p.order, p.none, out);
        fputs(" none", out);
    }
    fputs(". ", out);
    free(p.order);
}

void cost_text(const struct view *v, FILE *out)
{
    static const enum metric told[] = {METRIC_memory, METRIC_switches, METRIC_calls,
                                       METRIC_scanned};
    int point = last_common_point(v, METRIC_rps);

    tell_short(v, point, out);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        tell_price(v, told[i], out);
    tell_partial(v, point, out);
    tell_ends(v, out);
}
