// cells.c: see cells.h.
#include "results/cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "results/load_options.h"

static const double LEVEL = 0.95; // of confidence
// Of a normal distribution, the standard deviation in units of the median absolute deviation.
static const double DEVIATIONS_PER_MAD = 1.4826;
// Below this, half of the values may well lie together by chance, and any other would be "far".
enum { LEAST_FOR_OUTLIERS = 5 };

static void *allocate(size_t n, size_t size)
{
    void *memory = calloc(n > 0 ? n : 1, size);

    if (memory == NULL)
        die_errno("cannot allocate memory for the cells of a run");
    return memory;
}

// Scenario after scenario, in each point after point.
static size_t place(const struct record *r, unsigned scenario, unsigned point, unsigned model)
{
    size_t points = point;

    for (unsigned s = 0; s < scenario; s++)
        points += r->scenarios[s].point_count;
    return points * r->models.count + model;
}

const struct cell *cell_at(const struct cells *c, unsigned scenario, unsigned point, unsigned model)
{
    return &c->list[place(c->record, scenario, point, model)];
}

// ---- What the repeats of a cell add up to --------------------------------------------------

static unsigned count_outliers(const double *values, size_t n, double median)
{
    unsigned outliers = 0;

    if (n < LEAST_FOR_OUTLIERS)
        return 0;
    double *distances = allocate(n, sizeof *distances);
    for (size_t i = 0; i < n; i++)
        distances[i] = fabs(values[i] - median);
    double far = 3 * DEVIATIONS_PER_MAD * statistics_median(distances, n);
    for (size_t i = 0; i < n; i++)
        outliers += distances[i] > far;
    free(distances);
    return outliers;
}

// Its logarithm's error is, as far as it is small, its own relative error.
static struct estimate mean_of(const double *sorted, unsigned n, bool is_time)
{
    struct estimate mean = statistics_of_mean(sorted, n);

    if (is_time && sorted[0] > 0) {
        double factor = exp((mean.high - mean.value) / mean.value);
        mean.low = mean.value / factor;
        mean.high = mean.value * factor;
    } else if (sorted[0] >= 0 && mean.low < 0) {
        mean.low = 0;
    }
    return mean;
}

// The range misses the median of what the values were drawn from when all of them lie on one side.
static void find_median(struct summary *s, const double *sorted)
{
    uint64_t low = 1, high = s->n;

    s->median_confidence = LEVEL;
    if (!statistics_ranks(0.5, s->n, LEVEL, &low, &high))
        s->median_confidence = 1 - pow(2, 1.0 - s->n);
    s->median.low = sorted[low - 1];
    s->median.high = sorted[high - 1];
}

// Sorts the values.
static struct summary summarise(double *values, unsigned n, bool is_time)
{
    struct summary s = {.n = n,
                        .mean = {NAN, NAN, NAN},
                        .median = {NAN, NAN, NAN},
                        .median_confidence = NAN,
                        .spread = NAN};

    if (n == 0)
        return s;
    s.median.value = statistics_median(values, n);
    s.outliers = count_outliers(values, n, s.median.value);
    s.mean.value = statistics_mean(values, n);
    if (n > 1) {
        s.mean = mean_of(values, n, is_time);
        s.spread = statistics_deviation(values, n) / s.mean.value;
        find_median(&s, values);
    }
    return s;
}

bool repeat_is_limited(const struct repeat *q)
{
    return q->outcome != OUTCOME_FAILED && strstr(q->warning, "generator was the limit") != NULL;
}

static void note(struct cell *cell, const struct repeat *q)
{
    cell->tried++;
    cell->n += q->outcome != OUTCOME_FAILED;
    cell->limited += repeat_is_limited(q);
    // Why it ended says more than why it failed at times.
    bool ends = q->outcome == OUTCOME_ENDED && !cell->ended;
    if (ends || (q->outcome == OUTCOME_FAILED && *cell->why == '\0'))
        cell->why = q->why;
    cell->ended = cell->ended || ends;
    if (*cell->warning == '\0')
        cell->warning = q->warning;
}

// `repeats` are those of the cell, `n` of them; `values` has room for as many.
static void fill(struct cell *cell, const struct repeat *const *repeats, size_t n, double *values)
{
    cell->why = cell->warning = "";
    for (size_t i = 0; i < n; i++)
        note(cell, repeats[i]);
    for (enum metric m = 0; m < METRIC_COUNT; m++) {
        unsigned known = 0;
        for (size_t i = 0; i < n; i++)
            if (isfinite(repeats[i]->value[m]))
                values[known++] = repeats[i]->value[m];
        cell->of[m] = summarise(values, known, strcmp(metric_unit(m), "ns") == 0);
    }
}

static size_t place_of(const struct record *r, const struct repeat *q)
{
    return place(r, q->scenario, q->point, q->model);
}

void cells_open(struct cells *c, const struct record *r)
{
    size_t count = place(r, (unsigned)r->scenario_count, 0, 0);
    // Where in `sorted` the repeats of each cell begin.
    size_t *begin = allocate(count + 2, sizeof *begin);
    const struct repeat **sorted = allocate(r->repeat_count, sizeof *sorted);
    double *values = allocate(r->repeat_count, sizeof *values);

    c->record = r;
    c->list = allocate(count, sizeof *c->list);
    // A counting sort: shifted by two, so that filling leaves each beginning in its place.
    for (size_t i = 0; i < r->repeat_count; i++)
        begin[place_of(r, &r->repeats[i]) + 2]++;
    for (size_t i = 2; i < count + 2; i++)
        begin[i] += begin[i - 1];
    for (size_t i = 0; i < r->repeat_count; i++)
        sorted[begin[place_of(r, &r->repeats[i]) + 1]++] = &r->repeats[i];
    for (size_t i = 0; i < count; i++)
        fill(&c->list[i], sorted + begin[i], begin[i + 1] - begin[i], values);
    free(values);
    free(sorted);
    free(begin);
}

void cells_free(struct cells *c)
{
    free(c->list);
}

// ---- How much of what was asked ----------------------------------------------------------------

double cell_share(const struct cell *cell)
{
    double rps = cell->of[METRIC_rps].mean.value, offered = cell->of[METRIC_offered].mean.value;
    double answered = cell->of[METRIC_answered].mean.value;
    double sent = cell->of[METRIC_sent].mean.value;

    if (!isfinite(offered) || !(rps > 0))
        return rps > 0 ? 1 : rps;
    // The rate is that of the mean; a short window's schedule has some more or fewer, which `sent`
    // knows. But a generator that could not keep to the schedule has not sent all that was due.
    double due = answered * offered / rps;
    if (sent >= 0.9 * due)
        due = sent;
    return due > 0 && isfinite(due) ? answered / due : rps / offered;
}

bool cell_keeps_up(const struct cell *cell)
{
    return !cell->ended && cell_share(cell) >= 0.99;
}

int cells_last_kept(const struct cells *c, unsigned scenario)
{
    unsigned most = 1;
    int last = -1;

    for (unsigned p = 0; p < c->record->scenarios[scenario].point_count; p++) {
        unsigned n = 0;
        for (unsigned m = 0; m < c->record->models.count; m++)
            n += cell_keeps_up(cell_at(c, scenario, p, m));
        if (n >= most) {
            most = n;
            last = (int)p;
        }
    }
    return last;
}

bool cells_partial(const struct cells *c, unsigned scenario, unsigned point, unsigned model)
{
    const struct summary *served = &cell_at(c, scenario, point, model)->of[METRIC_clients_served];

    if (served->n == 0)
        return false;
    const char *load = c->record->scenarios[scenario].points[point].load;
    // Connections that come and go are all served one day.
    return !(load_number(load, "requests-per-connection", 0) > 0) &&
           served->mean.value < 0.9 * load_connections(load);
}

// ---- Two models --------------------------------------------------------------------------------

static bool is_of(const struct repeat *q, unsigned scenario, unsigned point, unsigned model)
{
    return q->scenario == scenario && q->point == point && q->model == model;
}

// Whether it did all of its work and the value has a logarithm.
static bool counts(const struct repeat *q, enum metric m)
{
    return q->outcome == OUTCOME_MEASURED && q->value[m] > 0 && isfinite(q->value[m]);
}

struct contrast_of_models cells_contrast(const struct cells *c, unsigned scenario, unsigned point,
                                         unsigned a, unsigned b, enum metric m)
{
    const struct record *r = c->record;
    const struct repeat *end = r->repeats + r->repeat_count;
    struct contrast_of_models found = {.ratio = NAN, .low = NAN, .high = NAN};
    size_t room = cell_at(c, scenario, point, a)->tried;
    double *of_a = allocate(room, sizeof *of_a), *of_b = allocate(room, sizeof *of_b);

    for (const struct repeat *qa = r->repeats; qa < end; qa++) {
        if (!is_of(qa, scenario, point, a) || !counts(qa, m))
            continue;
        for (const struct repeat *qb = r->repeats; qb < end; qb++)
            if (is_of(qb, scenario, point, b) && qb->round == qa->round && counts(qb, m)) {
                of_a[found.rounds] = qa->value[m];
                of_b[found.rounds++] = qb->value[m];
                break;
            }
    }
    if (found.rounds >= 2) {
        struct estimate ratio = statistics_of_paired_ratio(of_a, of_b, found.rounds);
        found.ratio = ratio.value;
        found.low = ratio.low;
        found.high = ratio.high;
        found.told_apart = ratio.low > 1 || ratio.high < 1;
    }
    free(of_a);
    free(of_b);
    return found;
}
