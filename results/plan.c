// plan.c: see plan.h.
#include "results/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/random.h"
#include "base/units.h"
#include "results/load_options.h"

// What a repeat takes, on a machine of 2026 and over loopback. A server starts and stops, and
// loadgen writes its results, in some 20 ms each.
#define START_S 0.05
// To connect and to leave again: 0.07 ms for an event loop, 0.4 ms where a process is made.
#define CONNECTION_S 0.0002
// The probe of a capacity, as measure_capacity() has it.
#define PROBE_S 1.0
// Figures and report at the end.
#define DRAWING_S 15.0

// Shorter windows have too few samples for a p99 of slow models.
#define WINDOW_MIN_NS (3 * NS_PER_SECOND / 10)
// With two repeats an interval says next to nothing.
enum { ROUNDS_MIN = 3 };

// ---- Who is measured where --------------------------------------------------------------------

// The next word of a list, and its length; NULL at the end.
static const char *next_word(const char *list, size_t *length)
{
    list += strspn(list, " ");
    *length = strcspn(list, " ");
    return *length == 0 ? NULL : list;
}

static bool is_word(const char *word, size_t length, const char *text)
{
    return strlen(text) == length && strncmp(word, text, length) == 0;
}

static bool lists(const struct scenario *s, const char *name)
{
    size_t length;

    for (const char *word = s->models; (word = next_word(word, &length)) != NULL; word += length)
        if (is_word(word, length, name))
            return true;
    return false;
}

bool plan_names(const struct scenario *s, const struct model *model)
{
    return lists(s, model->name) || (model->headline && lists(s, "headline"));
}

char *plan_stranger(const struct scenario *s, const struct models *models)
{
    size_t length;

    for (const char *word = s->models; (word = next_word(word, &length)) != NULL; word += length) {
        char *name = strndup(word, length);
        if (name == NULL)
            die_errno("cannot allocate memory for a name");
        if (strcmp(name, "headline") != 0 && models_find(models, name) == NULL)
            return name;
        free(name);
    }
    return NULL;
}

static bool needs_options(const struct scenario *s)
{
    for (size_t i = 0; i < s->point_count; i++)
        if (*s->points[i].server != '\0')
            return true;
    return false;
}

bool plan_includes(const struct record *r, unsigned scenario, unsigned model)
{
    const struct scenario *s = &r->scenarios[scenario];
    const struct model *m = &r->models.list[model];

    if (m->foreign)
        return lists(s, m->name) || !needs_options(s);
    if (r->models_chosen)
        return true;
    return plan_names(s, m) && !(r->quick && m->variant);
}

static bool point_included(const struct record *r, const struct scenario *s, size_t point)
{
    return s->points[point].quick || !r->quick;
}

// ---- How long it takes ------------------------------------------------------------------------

double plan_overhead_s(const struct record *r, const struct task *task)
{
    const struct scenario *s = &r->scenarios[task->scenario];
    const char *load = s->points[task->point].load;
    double connections = load_connections(load) + load_number(load, "idle", 0);
    double seconds = START_S + connections * CONNECTION_S + (double)s->warmup_ns / NS_PER_SECOND;

    // Clients still wait for their turn when the window ends, and the load for their answers.
    if (r->models.list[task->model].crew && connections > 1)
        seconds += (double)s->drain_ns / NS_PER_SECOND;
    return seconds;
}

static double probe_s(const struct record *r, const struct task *task)
{
    const struct scenario *s = &r->scenarios[task->scenario];

    return s->of_capacity ? PROBE_S + plan_overhead_s(r, task) : 0;
}

// All of it, were the windows as long as those.
static double seconds_of(const struct record *r, unsigned rounds, const int64_t *durations)
{
    double round = 0, once = DRAWING_S;

    for (unsigned s = 0; s < r->scenario_count; s++)
        for (unsigned m = 0; m < r->models.count; m++) {
            struct task task = {.scenario = s, .model = m};
            if (!plan_includes(r, s, m))
                continue;
            once += probe_s(r, &task);
            for (task.point = 0; task.point < r->scenarios[s].point_count; task.point++)
                if (point_included(r, &r->scenarios[s], task.point))
                    round += plan_overhead_s(r, &task) + (double)durations[s] / NS_PER_SECOND;
        }
    return once + round * rounds;
}

static bool stalls(const struct scenario *s)
{
    for (size_t i = 0; i < s->point_count; i++)
        if (s->points[i].stall_ns > 0)
            return true;
    return false;
}

// The wished windows, shortened to a share of them, in whole hundredths of a second.
static void shorten(const struct record *r, double share, int64_t *durations)
{
    for (size_t s = 0; s < r->scenario_count; s++) {
        int64_t wished = r->duration_ns[s], least = wished < WINDOW_MIN_NS ? wished : WINDOW_MIN_NS;
        int64_t unit = NS_PER_SECOND / 100;

        durations[s] = (int64_t)((double)wished * share) / unit * unit;
        if (durations[s] < least)
            durations[s] = least;
        if (stalls(&r->scenarios[s]) || share >= 1)
            durations[s] = wished;
    }
}

// The longest windows that fit with so many rounds, by bisection of the share.
static bool fit_windows(const struct record *r, unsigned rounds, double budget_s,
                        int64_t *durations)
{
    double fits = 0, too_long = 1;

    shorten(r, 1, durations);
    if (seconds_of(r, rounds, durations) <= budget_s)
        return true;
    for (int i = 0; i < 30; i++) {
        double middle = (fits + too_long) / 2;
        shorten(r, middle, durations);
        if (seconds_of(r, rounds, durations) <= budget_s)
            fits = middle;
        else
            too_long = middle;
    }
    shorten(r, fits, durations);
    return seconds_of(r, rounds, durations) <= budget_s;
}

bool plan_fit(struct record *r, double budget_s, double *seconds)
{
    unsigned rounds = r->rounds, least = rounds < ROUNDS_MIN ? rounds : ROUNDS_MIN;
    int64_t *durations = calloc(r->scenario_count + 1, sizeof *durations);

    if (durations == NULL)
        die_errno("cannot allocate memory for a plan");
    bool fits = fit_windows(r, rounds, budget_s, durations);
    while (!fits && rounds > least)
        fits = fit_windows(r, --rounds, budget_s, durations);
    *seconds = seconds_of(r, rounds, durations);
    r->rounds = rounds;
    memcpy(r->duration_ns, durations, r->scenario_count * sizeof *durations);
    free(durations);
    return fits;
}

// ---- The order --------------------------------------------------------------------------------

// A number that only these decide: a run that is resumed has the same order, and so has the rest of
// a run that a scenario or a model was added to.
static uint64_t state_of(uint64_t seed, unsigned round, unsigned scenario, unsigned point)
{
    return random_mix(random_mix(random_mix(seed + round) + scenario) + point);
}

// Fisher and Yates.
static void shuffle(struct task *tasks, size_t count, uint64_t state)
{
    for (size_t left = count; left > 1; left--) {
        size_t other = random_next(&state) % left;
        struct task last = tasks[left - 1];
        tasks[left - 1] = tasks[other];
        tasks[other] = last;
    }
}

static size_t add_models(struct task *tasks, const struct record *r, struct task of)
{
    size_t count = 0;

    for (of.model = 0; of.model < r->models.count; of.model++)
        if (plan_includes(r, of.scenario, of.model))
            tasks[count++] = of;
    shuffle(tasks, count, state_of(r->seed, of.round, of.scenario, of.point));
    return count;
}

// A round's points, of all scenarios, as tasks without a model.
static size_t list_points(struct task *blocks, const struct record *r, unsigned round)
{
    size_t count = 0;

    for (unsigned s = 0; s < r->scenario_count; s++)
        for (unsigned p = 0; p < r->scenarios[s].point_count; p++)
            if (point_included(r, &r->scenarios[s], p)) {
                blocks[count] = (struct task){.scenario = s, .point = p, .round = round};
                count++;
            }
    shuffle(blocks, count, random_mix(r->seed ^ random_mix(round)));
    return count;
}

static size_t count_points(const struct record *r)
{
    size_t points = 0;

    for (size_t s = 0; s < r->scenario_count; s++)
        points += r->scenarios[s].point_count;
    return points;
}

void plan_make(struct schedule_of_run *plan, const struct record *r)
{
    size_t points = count_points(r);
    struct task *blocks = calloc(points + 1, sizeof *blocks);

    *plan = (struct schedule_of_run){
        .tasks = calloc(points * r->models.count * r->rounds + 1, sizeof *plan->tasks),
    };
    if (blocks == NULL || plan->tasks == NULL)
        die_errno("cannot allocate memory for a plan");
    for (unsigned round = 1; round <= r->rounds; round++) {
        size_t count = list_points(blocks, r, round);
        for (size_t i = 0; i < count; i++)
            plan->count += add_models(plan->tasks + plan->count, r, blocks[i]);
    }
    free(blocks);
}
