// report_check.c: see report_check.h; how it was measured.
#include "grade/report_check.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const double least_warmup_s = 0.1, kept_up = 0.99, most_of_capacity = 0.9;

// ---- What the questions share --------------------------------------------------------------

void check_fail(struct finding *f, const char *format, ...)
{
    va_list args;

    if (check_failed(f))
        return; // the first reason is the one to look at
    f->outcome = FAILED;
    va_start(args, format);
    vsnprintf(f->reason, sizeof f->reason, format, args);
    va_end(args);
}

bool check_failed(const struct finding *f)
{
    return f->outcome == FAILED;
}

static int by_order(const void *a, const void *b)
{
    const struct report_repeat *x = *(const struct report_repeat *const *)a;
    const struct report_repeat *y = *(const struct report_repeat *const *)b;

    return (x->order > y->order) - (x->order < y->order);
}

void cell_find(const struct report *r, unsigned claim, unsigned model, struct report_cell *cell)
{
    const struct report_claim *c = &r->claims[claim];

    cell->n = 0;
    for (size_t i = 0; i < r->count && cell->n < CELL_MOST; i++) {
        const struct report_repeat *q = &r->repeats[i];
        if (q->measured && q->raw.there && strcmp(q->model, r->models[model]) == 0 &&
            strcmp(q->scenario, c->scenario) == 0 && strcmp(q->point, c->point) == 0)
            cell->list[cell->n++] = q;
    }
    qsort(cell->list, cell->n, sizeof *cell->list, by_order);
}

size_t cell_pairs(const struct report *r, unsigned claim, const struct report_repeat *a[],
                  const struct report_repeat *b[])
{
    struct report_cell cells[2];
    size_t n = 0;

    cell_find(r, claim, 0, &cells[0]);
    cell_find(r, claim, 1, &cells[1]);
    for (size_t i = 0; i < cells[0].n; i++)
        for (size_t k = 0; k < cells[1].n; k++)
            if (cells[0].list[i]->round == cells[1].list[k]->round) {
                a[n] = cells[0].list[i];
                b[n++] = cells[1].list[k];
                break;
            }
    return n;
}

// Asks of every repeat that a claim rests on, from claim `first` to P99.
static void ask_each(const struct report *r, unsigned first, struct finding *f,
                     void ask(const struct report *, const struct report_repeat *,
                              struct finding *))
{
    struct report_cell cell;

    for (unsigned claim = first; claim <= P99; claim++)
        for (unsigned m = 0; m < 2; m++) {
            cell_find(r, claim, m, &cell);
            for (size_t i = 0; i < cell.n; i++)
                ask(r, cell.list[i], f);
        }
}

// ---- The gate ------------------------------------------------------------------------------

static void look_at_claim(const struct report *r, unsigned i, struct finding *f)
{
    const struct report_claim *c = &r->claims[i];
    char name[2 * REPORT_NAME];

    report_claim_name(r, i, name, sizeof name);
    if (*c->claim == '\0')
        check_fail(f, "expected a row %s of eight columns in answers.tsv; saw none", name);
    else if (isnan(c->number[0]))
        check_fail(f, "expected a number as the value of %s; saw '%s'", name, c->text[0]);
    else if (i >= P99_FIRST && (strcmp(c->scenario, r->claims[P99].scenario) != 0 ||
                                strcmp(c->point, r->claims[P99].point) != 0))
        check_fail(f, "expected %s to be of the same scenario and point as p99; saw %s %s", name,
                   c->scenario, c->point);
}

void check_complete(const struct report *r, struct finding *f)
{
    struct report_cell cell;

    if (*r->trouble != '\0')
        check_fail(f, "expected answers.tsv, and run/ as bench wrote it; saw that %s", r->trouble);
    for (unsigned i = 0; i < CLAIMS && !check_failed(f); i++)
        look_at_claim(r, i, f);
    for (unsigned claim = THROUGHPUT; claim <= P99 && !check_failed(f); claim++)
        for (unsigned m = 0; m < 2; m++) {
            cell_find(r, claim, m, &cell);
            if (cell.n == 0)
                check_fail(f,
                           "expected %s measured at scenario %s, point %s, with its file in raw/; "
                           "saw none in the run",
                           r->models[m], r->claims[claim].scenario, r->claims[claim].point);
        }
    snprintf(f->figure, sizeof f->figure, "%zu repeats, %zu rows in results.tsv", r->count,
             r->rows);
}

// ---- Repeats and turns ---------------------------------------------------------------------

void check_repeats(const struct report *r, struct finding *f)
{
    const struct report_repeat *a[CELL_MOST], *b[CELL_MOST];
    size_t least = CELL_MOST;

    for (unsigned claim = THROUGHPUT; claim <= P99; claim++) {
        size_t n = cell_pairs(r, claim, a, b);
        if (n < REPEATS_LEAST)
            check_fail(f,
                       "expected %d rounds or more in which both models were measured, for %s; "
                       "saw %zu",
                       REPEATS_LEAST, r->claims[claim].claim, n);
        least = n < least ? n : least;
    }
    snprintf(f->figure, sizeof f->figure, "%zu rounds of each", least);
}

// How many times in a row the same model was measured at this point, at the most; of two models
// that take turns, two. And whether the clock agrees with the order.
static unsigned longest_row(const struct report *r, unsigned claim, bool *in_time)
{
    struct report_cell cells[2];
    size_t i = 0, k = 0;
    unsigned longest = 0, row = 0;
    int last = -1;
    double when = 0;

    cell_find(r, claim, 0, &cells[0]);
    cell_find(r, claim, 1, &cells[1]);
    while (i < cells[0].n || k < cells[1].n) {
        bool first = k == cells[1].n ||
                     (i < cells[0].n && cells[0].list[i]->order < cells[1].list[k]->order);
        const struct report_repeat *q = first ? cells[0].list[i++] : cells[1].list[k++];
        row = last == !first ? row + 1 : 1;
        last = !first;
        longest = row > longest ? row : longest;
        // Two programs' clocks, in whole seconds: the server's start and loadgen's.
        *in_time = *in_time && q->started >= when && q->raw.started >= when - 1 &&
                   fabs(q->raw.started - q->started) <= 60;
        when = q->started;
    }
    return longest;
}

void check_interleaved(const struct report *r, struct finding *f)
{
    unsigned most = 0;

    for (unsigned claim = THROUGHPUT; claim <= P99; claim++) {
        bool in_time = true;
        unsigned row = longest_row(r, claim, &in_time);
        if (row > 2)
            check_fail(f,
                       "expected the models to take turns, round by round, for %s; saw one of "
                       "them measured %u times in a row",
                       r->claims[claim].claim, row);
        if (!in_time)
            check_fail(f,
                       "expected the times in run.json and raw/ to agree with each other and "
                       "with the order, for %s; saw that they do not",
                       r->claims[claim].claim);
        most = row > most ? row : most;
    }
    snprintf(f->figure, sizeof f->figure, "at most %u of the same model in a row", most);
}

// ---- The window ----------------------------------------------------------------------------

static void ask_warm_up(const struct report *r, const struct report_repeat *q, struct finding *f)
{
    (void)r;
    if (!(q->raw.warmup_s >= least_warmup_s) || q->raw.warmed_up == 0)
        check_fail(f,
                   "expected a warm-up of %g s or more, with answers, before each window; saw "
                   "%.3f s in round %u of %s",
                   least_warmup_s, isnan(q->raw.warmup_s) ? 0 : q->raw.warmup_s, q->round,
                   q->model);
}

void check_warm_up(const struct report *r, struct finding *f)
{
    ask_each(r, THROUGHPUT, f, ask_warm_up);
}

static void ask_open_loop(const struct report *r, const struct report_repeat *q, struct finding *f)
{
    (void)r;
    if (!q->raw.open)
        check_fail(f,
                   "expected response times of an open loop, at a rate of its own; saw a closed "
                   "loop in round %u of %s",
                   q->round, q->model);
}

void check_open_loop(const struct report *r, struct finding *f)
{
    ask_each(r, P99, f, ask_open_loop);
}

// Of what was due in all repeats, the share that was answered.
static double share_of(const struct report_cell *cell)
{
    double due = 0, answered = 0;

    for (size_t i = 0; i < cell->n; i++) {
        due += (double)cell->list[i]->raw.scheduled;
        answered += cell->list[i]->raw.value[COLUMN_answered];
    }
    return due > 0 ? answered / due : 0;
}

// Whether a rate of the one is a share of what the other reaches: the same work for the server.
static bool same_work(const struct report_repeat *a, const struct report_repeat *b)
{
    return strcmp(a->work, b->work) == 0 && strcmp(a->raw.service, b->raw.service) == 0 &&
           a->raw.size == b->raw.size;
}

void check_below_capacity(const struct report *r, struct finding *f)
{
    struct report_cell open, closed;
    double rates[CELL_MOST], most = 0;

    for (unsigned m = 0; m < 2; m++) {
        cell_find(r, P99, m, &open);
        cell_find(r, THROUGHPUT, m, &closed);
        double offered = open.list[0]->raw.value[COLUMN_offered], share = share_of(&open);
        if (!(offered > 0)) {
            check_fail(f, "expected a rate; saw a closed loop, which has none of its own");
            return;
        }
        if (share < kept_up)
            check_fail(f,
                       "expected a rate at which both answer 99 %% of what was due; saw %.1f %% "
                       "of %s at %.0f requests per second",
                       100 * share, r->models[m], offered);
        for (size_t i = 0; i < closed.n; i++)
            rates[i] = closed.list[i]->raw.value[COLUMN_rps];
        double of = offered / statistics_median(rates, closed.n);
        most = of > most ? of : most;
        if (same_work(open.list[0], closed.list[0]) && of > most_of_capacity)
            check_fail(f,
                       "expected a rate below %.0f %% of what each reaches in a closed loop; saw "
                       "%.0f %% of what %s does",
                       100 * most_of_capacity, 100 * of, r->models[m]);
    }
    snprintf(f->figure, sizeof f->figure, "%.0f %% of the slower one's throughput", 100 * most);
}

static void ask_samples(const struct report *r, const struct report_repeat *q, struct finding *f)
{
    (void)r;
    if (isnan(q->raw.value[COLUMN_p99]))
        check_fail(f,
                   "expected a p99 that ten answers or more lie above, so 1,000 of them in each "
                   "window; saw %.0f answers of %.0f that were due in round %u of %s",
                   q->raw.value[COLUMN_answered], (double)q->raw.scheduled, q->round, q->model);
}

void check_samples(const struct report *r, struct finding *f)
{
    ask_each(r, P99, f, ask_samples);
}

// ---- The generator and the machine ---------------------------------------------------------

void check_generator(const struct report *r, struct finding *f)
{
    struct report_cell cell;

    for (unsigned claim = THROUGHPUT; claim <= P99; claim++)
        for (unsigned m = 0; m < 2; m++) {
            size_t limited = 0;
            cell_find(r, claim, m, &cell);
            for (size_t i = 0; i < cell.n; i++)
                limited += cell.list[i]->raw.limited;
            if (2 * limited > cell.n)
                check_fail(f,
                           "expected the server to set the pace; saw that the generator did in "
                           "%zu of %zu repeats of %s for %s",
                           limited, cell.n, r->models[m], r->claims[claim].claim);
        }
}

static void ask_machine(const struct report *r, const struct report_repeat *q, struct finding *f)
{
    if (strcmp(q->raw.kernel, r->kernel) != 0 || strcmp(q->raw.cpu, r->cpu) != 0 ||
        strcmp(q->raw.commit, r->commit) != 0)
        check_fail(f,
                   "expected all repeats from the machine and the build that run.json names; saw "
                   "another in round %u of %s",
                   q->round, q->model);
}

void check_environment(const struct report *r, struct finding *f)
{
    if (*r->kernel == '\0' || *r->cpu == '\0' || !(r->cores >= 1))
        check_fail(f, "expected kernel, processor and cores in run.json; saw '%s', '%s', %.0f",
                   r->kernel, r->cpu, r->cores);
    if (*r->commit == '\0' && *r->version == '\0')
        check_fail(f, "expected the commit, or a release's version; saw neither");
    if (r->cores > 1 && (*r->server_cores == '\0' || *r->load_cores == '\0'))
        check_fail(f, "expected servers and generator pinned to cores; saw that they were not");
    if (r->cores > 1 && strcmp(r->server_cores, r->load_cores) == 0)
        check_fail(f, "expected cores of their own for servers and generator; saw %s for both",
                   r->load_cores);
    ask_each(r, THROUGHPUT, f, ask_machine);
    snprintf(f->figure, sizeof f->figure, "%.60s, %.0f cores", r->kernel, r->cores);
}
