// finding.c: see finding.h. What can be compared, and what the repeats bear.
#include "results/finding.h"

#include <math.h>
#include <stdlib.h>

#include "base/fail.h"

// Less than this is not the same tomorrow, however narrow the interval of one run.
static const double LEAST_RATIO = 1.05;
static const double STEADY = 1.1;

void *room_for(size_t n, size_t size)
{
    void *room = calloc(n > 0 ? n : 1, size);

    if (room == NULL)
        die_errno("cannot allocate memory for a reading");
    return room;
}

struct view view_of(const struct cells *cells, unsigned scenario)
{
    const struct record *record = cells->record;
    const struct scenario *s = &record->scenarios[scenario];

    return (struct view){cells, record, s, scenario, s->point_count, record->models.count};
}

// ---- Which cells ---------------------------------------------------------------------------

const struct cell *cell_of(const struct view *v, int point, unsigned model)
{
    return cell_at(v->cells, v->number, (unsigned)point, model);
}

bool is_measured(const struct view *v, int point, unsigned model, enum metric metric)
{
    const struct cell *cell = cell_of(v, point, model);

    return !cell->ended && cell->of[metric].n > 0 && isfinite(cell->of[metric].mean.value);
}

bool is_partial(const struct view *v, int point, unsigned model)
{
    return cells_partial(v->cells, v->number, (unsigned)point, model);
}

bool is_rival(const struct view *v, int point, unsigned model, enum metric metric)
{
    if (!is_measured(v, point, model, metric) || is_partial(v, point, model))
        return false;
    return !is_latency(metric) || cell_keeps_up(cell_of(v, point, model));
}

static bool is_throughput(enum metric metric)
{
    return metric == METRIC_rps || metric == METRIC_payload || metric == METRIC_answered;
}

bool is_limited(const struct view *v, int point, unsigned model, enum metric metric)
{
    const struct cell *cell = cell_of(v, point, model);

    return is_throughput(metric) && 2 * cell->limited > cell->n;
}

static size_t count_at(const struct view *v, int point, enum metric metric)
{
    size_t n = 0;

    for (unsigned m = 0; m < v->models; m++)
        n += is_measured(v, point, m, metric);
    return n;
}

int last_common_point(const struct view *v, enum metric metric)
{
    int best = NONE;
    size_t most = 0;

    // Who has it at the most points at once; with all models this is the last common point.
    for (int p = 0; p < (int)v->points; p++) {
        size_t n = count_at(v, p, metric);
        if (n > 0 && n >= most) {
            most = n;
            best = p;
        }
    }
    return best;
}

int first_point(const struct view *v, enum metric metric)
{
    for (int p = 0; p < (int)v->points; p++)
        if (count_at(v, p, metric) > 0)
            return p;
    return NONE;
}

int last_point_of(const struct view *v, enum metric metric, size_t least)
{
    for (int p = (int)v->points - 1; p >= 0; p--) {
        size_t n = 0;
        for (unsigned m = 0; m < v->models; m++)
            n += is_rival(v, p, m, metric);
        if (n >= least)
            return p;
    }
    return NONE;
}

bool more_is_better(enum metric metric)
{
    return metric == METRIC_rps || metric == METRIC_payload || metric == METRIC_jain ||
           metric == METRIC_answered || metric == METRIC_clients_served;
}

size_t rank_rivals(const struct view *v, int point, enum metric metric, unsigned *order)
{
    size_t n = 0;
    double sign = more_is_better(metric) ? -1 : 1;

    for (unsigned m = 0; m < v->models; m++) {
        if (!is_rival(v, point, m, metric))
            continue;
        double key = sign * cell_of(v, point, m)->of[metric].mean.value;
        size_t at = n++;
        while (at > 0 && sign * cell_of(v, point, order[at - 1])->of[metric].mean.value > key) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = m;
    }
    return n;
}

// ---- What the repeats bear -----------------------------------------------------------------

// How much wider than one interval of 95 % each of so many must be, for all to hold with 95 %.
static double widening(unsigned rounds, size_t looks)
{
    double freedom = rounds - 1, tail = 0.025 / (double)(looks > 0 ? looks : 1);

    return statistics_t(1 - tail, freedom) / statistics_t(0.975, freedom);
}

static struct ratio judge(unsigned rounds, double value, double low, double high, size_t looks)
{
    struct ratio found = {rounds, value, low, high, false};

    if (rounds < 2 || !isfinite(value) || !isfinite(low) || !isfinite(high) || low <= 0)
        return found;
    double off = fabs(log(value)), reach = log(high / value);
    found.clear = off > reach * widening(rounds, looks) && off >= log(LEAST_RATIO);
    return found;
}

struct ratio ratio_of_models(const struct view *v, int point, unsigned a, unsigned b,
                             enum metric metric, size_t looks)
{
    struct contrast_of_models c = cells_contrast(v->cells, v->number, (unsigned)point, a, b,
                                                 metric);

    return judge(c.rounds, c.ratio, c.low, c.high, looks);
}

struct place {
    int point;
    unsigned model;
};

static bool is_of(const struct repeat *r, const struct view *v, struct place at, enum metric metric)
{
    return r->scenario == v->number && r->point == (unsigned)at.point && r->model == at.model &&
           r->outcome != OUTCOME_FAILED && isfinite(r->value[metric]);
}

// The values of two cells in the rounds that have both. Returns how many; the caller frees them.
static unsigned pair_rounds(const struct view *v, struct place a, struct place b,
                            enum metric metric, double **left, double **right)
{
    const struct record *record = v->record;
    unsigned n = 0;

    *left = room_for(record->repeat_count, sizeof **left);
    *right = room_for(record->repeat_count, sizeof **right);
    for (size_t i = 0; i < record->repeat_count; i++) {
        const struct repeat *ra = &record->repeats[i];
        for (size_t j = 0; is_of(ra, v, a, metric) && j < record->repeat_count; j++) {
            const struct repeat *rb = &record->repeats[j];
            if (rb->round != ra->round || !is_of(rb, v, b, metric))
                continue;
            (*left)[n] = ra->value[metric];
            (*right)[n++] = rb->value[metric];
            break;
        }
    }
    return n;
}

struct ratio ratio_of_points(const struct view *v, unsigned model, int a, int b, enum metric metric,
                             size_t looks)
{
    double *left, *right;
    struct ratio found = {0, NAN, NAN, NAN, false};
    unsigned pairs = pair_rounds(v, (struct place){a, model}, (struct place){b, model}, metric,
                                 &left, &right);
    unsigned n = 0;

    for (unsigned i = 0; i < pairs; i++)
        if (left[i] > 0 && right[i] > 0)
            left[n++] = log(right[i] / left[i]);
    if (n >= 2) {
        struct estimate e = statistics_of_mean(left, n);
        found = judge(n, exp(e.value), exp(e.low), exp(e.high), looks);
    } else if (n == 1) {
        found.rounds = 1;
    }
    free(left);
    free(right);
    return found;
}

bool is_steady(const struct ratio *r)
{
    return isfinite(r->low) && isfinite(r->high) && r->low >= 1 / STEADY && r->high <= STEADY;
}

struct surplus surplus_of(const struct view *v, int point, unsigned a, unsigned b,
                          enum metric metric, size_t looks)
{
    double *left, *right;
    struct surplus found = {0, NAN, NAN, NAN, false};

    found.rounds = pair_rounds(v, (struct place){point, a}, (struct place){point, b}, metric, &left,
                               &right);
    for (unsigned i = 0; i < found.rounds; i++)
        left[i] = right[i] - left[i];
    if (found.rounds >= 2) {
        struct estimate e = statistics_of_mean(left, found.rounds);
        found.value = e.value;
        found.low = e.low;
        found.high = e.high;
        found.clear = fabs(e.value) > (e.high - e.value) * widening(found.rounds, looks);
    }
    free(left);
    free(right);
    return found;
}

size_t shifts_between(const struct view *v, int from, int to, enum metric metric, bool rivals,
                      struct shift *list)
{
    bool (*fit)(const struct view *, int, unsigned, enum metric) = rivals ? is_rival : is_measured;
    size_t n = 0;

    for (unsigned m = 0; m < v->models; m++)
        if (fit(v, from, m, metric) && fit(v, to, m, metric))
            list[n++].model = m;
    size_t looks = n, kept = 0;
    for (size_t i = 0; i < looks; i++) {
        struct shift one = {list[i].model, {0}, false};
        one.ratio = ratio_of_points(v, one.model, from, to, metric, looks);
        one.limited = is_limited(v, from, one.model, metric) ||
                      is_limited(v, to, one.model, metric);
        if (!isfinite(one.ratio.value))
            continue;
        size_t at = kept++;
        for (; at > 0 && list[at - 1].ratio.value < one.ratio.value; at--)
            list[at] = list[at - 1];
        list[at] = one;
    }
    return kept;
}

const struct shift *find_steady(const struct view *v, const struct shift *list, size_t n)
{
    const struct model *models = v->record->models.list;
    const struct shift *found = NULL;

    for (size_t i = 0; i < n; i++) {
        if (list[i].limited || !is_steady(&list[i].ratio))
            continue;
        bool head = models[list[i].model].headline;
        bool before = found != NULL && models[found->model].headline;
        if (found == NULL || (head && !before) || (head == before && list[i].model > found->model))
            found = &list[i];
    }
    return found;
}

bool is_common(const struct shift *list, size_t n)
{
    bool up = n > 0 && list[0].ratio.value > 1;

    for (size_t i = 0; i < n; i++)
        if (!list[i].ratio.clear || (list[i].ratio.value > 1) != up)
            return false;
    return n >= 2 && list[0].ratio.value < 1.25 * list[n - 1].ratio.value;
}
