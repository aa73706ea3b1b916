// report_claims.c: see report_check.h; what is claimed, computed again from raw/.
#include "grade/report_check.h"

#include <math.h>
#include <string.h>

// ---- The tables ----------------------------------------------------------------------------

static bool same(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return fabs(a - b) <= 1e-6 * fmax(fabs(b), 1);
}

static void look_at_repeat(const struct report *r, const struct report_repeat *q, struct finding *f)
{
    if (!q->raw.there)
        check_fail(f,
                   "expected the file that loadgen wrote of each repeat; saw that "
                   "raw/%s.%s.%s.%u.json %s",
                   q->scenario, q->point, q->model, q->round, q->raw.why);
    if (!q->in_table)
        check_fail(f, "expected a row of results.tsv for each repeat; saw none for %s %s %s %u",
                   q->scenario, q->point, q->model, q->round);
    for (unsigned c = 0; c < COLUMN_COUNT && !check_failed(f); c++)
        if (!same(q->tabled[c], q->raw.value[c]) || !same(q->said[c], q->raw.value[c]))
            check_fail(f,
                       "expected %s of %s %s %s, round %u, to be what raw/ adds up to, %.6g; saw "
                       "%.6g in results.tsv and %.6g in run.json",
                       report_columns[c], q->scenario, q->point, q->model, q->round,
                       q->raw.value[c], q->tabled[c], q->said[c]);
    // Two runs never take the same nanoseconds. (The list is in the run's order.)
    for (const struct report_repeat *p = r->repeats; p < q && !check_failed(f); p++)
        if (p->measured && p->raw.sum == q->raw.sum)
            check_fail(f,
                       "expected each repeat to be a measurement of its own; saw the same answer "
                       "times in raw/%s.%s.%s.%u.json and raw/%s.%s.%s.%u.json",
                       p->scenario, p->point, p->model, p->round, q->scenario, q->point, q->model,
                       q->round);
}

void check_from_raw(const struct report *r, struct finding *f)
{
    size_t measured = 0;

    for (size_t i = 0; i < r->count && !check_failed(f); i++)
        if (r->repeats[i].measured) {
            look_at_repeat(r, &r->repeats[i], f);
            measured++;
        }
    if (r->rows != r->count || r->rows_unknown > 0)
        check_fail(f,
                   "expected a row of results.tsv for each of the %zu repeats in run.json; saw "
                   "%zu rows, %zu of them of none or of one that has a row",
                   r->count, r->rows, r->rows_unknown);
    snprintf(f->figure, sizeof f->figure, "%zu repeats, %d columns of each", measured,
             COLUMN_COUNT);
}

// ---- Intervals -----------------------------------------------------------------------------

static enum report_column column_of(unsigned claim)
{
    return claim == THROUGHPUT ? COLUMN_rps : COLUMN_p99;
}

bool claim_ratio(const struct report *r, unsigned claim, struct estimate *found)
{
    const struct report_repeat *pa[CELL_MOST], *pb[CELL_MOST];
    double a[CELL_MOST], b[CELL_MOST];
    size_t pairs = cell_pairs(r, claim, pa, pb), n = 0;

    for (size_t i = 0; i < pairs; i++) {
        a[n] = pa[i]->raw.value[column_of(claim)];
        b[n] = pb[i]->raw.value[column_of(claim)];
        n += a[n] > 0 && b[n] > 0;
    }
    if (n < 2)
        return false;
    *found = statistics_of_paired_ratio(a, b, n);
    return true;
}

// As cells.tsv has them (docs/results.md): of a time, the mean with the interval of its logarithm;
// and the median, between two of the values.
static bool claim_times(const struct report *r, unsigned model, struct estimate found[2])
{
    struct report_cell cell;
    double values[CELL_MOST];
    size_t n = 0;
    uint64_t low, high;

    cell_find(r, P99, model, &cell);
    for (size_t i = 0; i < cell.n; i++) {
        values[n] = cell.list[i]->raw.value[COLUMN_p99];
        n += values[n] > 0;
    }
    if (n < 2)
        return false;
    struct estimate mean = statistics_of_mean(values, n);
    double by = exp((mean.high - mean.value) / mean.value);
    found[0] = (struct estimate){mean.value, mean.value / by, mean.value * by};
    found[1].value = statistics_median(values, n); // which puts them in order
    if (!statistics_ranks(0.5, n, 0.95, &low, &high)) {
        low = 1;
        high = n;
    }
    found[1].low = values[low - 1];
    found[1].high = values[high - 1];
    return true;
}

// What the last digit of a number stands for.
static double unit_of_last_digit(const char *text)
{
    const char *point = strchr(text, '.');

    return point == NULL ? 1 : pow(10, -(double)strspn(point + 1, "0123456789"));
}

// Within rounding, to two digits at least, and one percent.
static bool is_about(const char *text, double number, double scale, double right)
{
    double half = 0.5 * unit_of_last_digit(text) * scale;

    return fabs(number * scale - right) <=
           fmin(half, fmax(0.1 * fabs(right), 0.0005 * scale)) * 1.001 + 0.01 * fabs(right);
}

static bool matches(const struct report_claim *c, double scale, const struct estimate *e)
{
    return is_about(c->text[0], c->number[0], scale, e->value) &&
           is_about(c->text[1], c->number[1], scale, e->low) &&
           is_about(c->text[2], c->number[2], scale, e->high);
}

// Nanoseconds, for times; 0: no unit that it could have.
static double scale_of(const struct report_claim *c, bool is_ratio)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}};

    if (is_ratio)
        return strcmp(c->unit, "times") == 0 ? 1 : 0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(c->unit, units[i].name) == 0)
            return units[i].ns;
    return 0;
}

static void look_at_interval(const struct report *r, unsigned claim, struct finding *f)
{
    const struct report_claim *c = &r->claims[claim];
    bool is_ratio = claim < P99_FIRST;
    double scale = scale_of(c, is_ratio);
    struct estimate found[2];

    if (isnan(c->number[1]) || isnan(c->number[2]) || c->number[1] > c->number[2]) {
        check_fail(f, "expected an interval, low and high, for %s; saw '%s' and '%s'", c->claim,
                   c->text[1], c->text[2]);
        return;
    }
    if (scale == 0) {
        check_fail(f, "expected %s as the unit of %s; saw '%s'",
                   is_ratio ? "times" : "one of ns, us, ms, s", c->claim, c->unit);
        return;
    }
    bool has = is_ratio ? claim_ratio(r, claim, found) : claim_times(r, claim - P99_FIRST, found);
    if (!has)
        check_fail(f,
                   "expected two repeats or more that have this figure, for the interval of %s; "
                   "saw fewer",
                   c->claim);
    else if (!matches(c, scale, &found[0]) && (is_ratio || !matches(c, scale, &found[1])))
        check_fail(f,
                   "expected the value and the interval of 95 %% of %s that the repeats in raw/ "
                   "have; saw %s, %s to %s %s, which are not theirs",
                   c->claim, c->text[0], c->text[1], c->text[2], c->unit);
}

void check_intervals(const struct report *r, struct finding *f)
{
    for (unsigned claim = 0; claim < CLAIMS; claim++)
        look_at_interval(r, claim, f);
}

// ---- Verdicts ------------------------------------------------------------------------------

static bool says_cannot_be_told(const char *verdict)
{
    static const char *const ways[] = {"can't be told", "can’t be told", "cannot be told",
                                       "can not be told"};

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strcmp(verdict, ways[i]) == 0)
            return true;
    return false;
}

static void look_at_verdict(const struct report *r, unsigned claim, struct finding *f)
{
    const struct report_claim *c = &r->claims[claim];
    struct estimate ratio;
    bool open = !claim_ratio(r, claim, &ratio) || (ratio.low <= 1 && ratio.high >= 1);

    if (open && !says_cannot_be_told(c->verdict))
        check_fail(f,
                   "expected \"can't be told\" where the interval of the ratio holds 1, or where "
                   "there is none; saw '%s' for %s",
                   c->verdict, c->claim);
    if (open)
        return;
    // More requests are better, longer times are not.
    const char *better = r->models[(ratio.value > 1) == (claim == THROUGHPUT)];
    if (strcmp(c->verdict, better) != 0)
        check_fail(f,
                   "expected the model that the interval of the ratio speaks for, since it does "
                   "not hold 1; saw '%s' for %s",
                   c->verdict, c->claim);
}

void check_verdict(const struct report *r, struct finding *f)
{
    look_at_verdict(r, THROUGHPUT, f);
    look_at_verdict(r, P99, f);
}
