// record_sample.h: a whole run that nobody has measured: every scenario, nine models, believable
// curves with noise, and what goes wrong in real runs: models that end, a failed cell, a wide
// spread, figures that could not be given. For the tests of what reads a run.
#ifndef TESTS_RECORD_SAMPLE_H
#define TESTS_RECORD_SAMPLE_H

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fail.h"
#include "results/home.h"
#include "results/record.h"
#include "tests/record_sample_curves.h"

// ---- A repeat ----------------------------------------------------------------------------------

static inline void sample_latency(double *v, double p50, double tail, double slower)
{
    // Logarithms are taken to be normal: 99 % lie below 2.326 deviations, and so on.
    double sigma = log(tail) / 2.326, all = v[METRIC_answered] + slower;
    const struct {
        enum metric metric;
        double fraction, deviations, least;
    } percentiles[] = {{METRIC_p50, 0.5, 0, 20},
                       {METRIC_p90, 0.9, 1.282, 100},
                       {METRIC_p99, 0.99, 2.326, 1000},
                       {METRIC_p99_9, 0.999, 3.09, 10000}};

    for (size_t i = 0; i < sizeof percentiles / sizeof *percentiles; i++)
        if (all >= percentiles[i].least && slower < (1 - percentiles[i].fraction) * all)
            v[percentiles[i].metric] = round(p50 * exp(sigma * percentiles[i].deviations));
    if (v[METRIC_answered] > 0) {
        v[METRIC_mean] = round(p50 * exp(sigma * sigma / 2));
        v[METRIC_max] = round(p50 * exp(sigma * 4.4));
    }
}

static inline void sample_server(double *v, const struct scenario *s, const struct sample_habit *h,
                                 double n, double silent, double noise)
{
    bool life = sample_is(s, "churn"), each = h->kind == SAMPLE_EACH;

    v[METRIC_descriptors] = h->kind == SAMPLE_ONE ? 6 : n + silent + 6;
    v[METRIC_tasks] = h->kind == SAMPLE_EACH ? n + silent + 1 : h->kind == SAMPLE_CREW ? 3 : 1;
    v[METRIC_resident] = round(2100 + h->memory * (n + silent) * noise);
    v[METRIC_memory] = h->memory * noise;
    if (!(v[METRIC_rps] > 0))
        return;
    v[METRIC_cpu] = noise * (life ? h->create : h->cpu * (1 + h->per_silent * silent));
    v[METRIC_switches] = noise * (life && each ? 4.2 : h->switches);
    v[METRIC_switches_forced] = 0.05 * v[METRIC_switches];
    v[METRIC_calls] = h->calls;
    v[METRIC_wakeups] = h->kind == SAMPLE_LOOP ? h->calls - 2 : 0;
    v[METRIC_scanned] = h->scanned * (h->scanned > 2 ? 1 + silent / (n + 1) : 1);
}

static inline void sample_values(struct record *r, struct repeat *q, uint64_t *state, double spread)
{
    const struct scenario *s = &r->scenarios[q->scenario];
    const struct point *p = &s->points[q->point];
    const struct sample_habit *h = sample_habit(r->models.list[q->model].name);
    double x = record_x(r, q->scenario, q->point), n = sample_clients(s, x), offered, tail;
    double seconds = (double)r->duration_ns[q->scenario] / 1e9, *v = q->value;
    double noise = exp(spread * sample_normal(state));
    double rps = sample_throughput(s, p, x, h, &offered);
    bool one = h->kind == SAMPLE_ONE;

    if (!isfinite(offered) || rps < offered) // what an open loop asks for, it gets
        rps *= noise;
    v[METRIC_rps] = rps;
    v[METRIC_offered] = offered;
    v[METRIC_answered] = round(rps * seconds);
    v[METRIC_payload] = rps * (sample_is(s, "size") ? x : 64);
    v[METRIC_wrong] = v[METRIC_lost] = 0;
    v[METRIC_unfinished] = one ? n - 1 : 0;
    v[METRIC_sent] = v[METRIC_answered] + v[METRIC_unfinished];
    v[METRIC_clients_served] = rps > 0 ? (one ? 1 : n) : 0;
    v[METRIC_jain] = rps > 0 ? (one ? 1 / n : 1 - 0.02 * sample_uniform(state)) : NAN;
    v[METRIC_busy] = sample_least(0.99, rps / 130e3);
    v[METRIC_connect_p50] = 31e3 * noise;
    v[METRIC_connect_p99] = v[METRIC_answered] >= 1000 ? 120e3 * noise * noise : NAN;

    double p50 = sample_p50(s, p, n, rps, offered, h, &tail);
    double never = one ? (isfinite(offered) ? 0.98 * offered * seconds : n - 1) : 0;
    sample_latency(v, p50 * exp(spread * sample_normal(state)), tail, never);
    sample_server(v, s, h, n, sample_is(s, "idle") ? x : 0, exp(spread / 2 * sample_normal(state)));
}

static inline void sample_commands(const struct record *r, struct repeat *q)
{
    const struct scenario *s = &r->scenarios[q->scenario];
    const struct point *p = &s->points[q->point];
    const struct model *m = &r->models.list[q->model];
    char text[1024];

    snprintf(text, sizeof text, "taskset -c 0 %s --port 0 %s", m->command, p->server);
    q->server = sample_text(text);
    snprintf(text, sizeof text, "taskset -c 1 loadgen %s 127.0.0.1:40000", p->load);
    q->load = sample_text(text);
    q->beside = *p->beside != '\0' ? sample_text(p->beside) : NULL;
}

// Those that go wrong.
static inline void sample_mishaps(const struct record *r, struct repeat *q)
{
    const struct scenario *s = &r->scenarios[q->scenario];
    const struct point *p = &s->points[q->point];
    const struct model *m = &r->models.list[q->model];
    double x = record_x(r, q->scenario, q->point);
    double clients = sample_clients(s, x) + (sample_is(s, "idle") ? x : 0);
    bool dies = sample_is(s, "churn") && strcmp(m->name, "threads") == 0 &&
                strcmp(p->name, "50") == 0;
    bool once = sample_is(s, "pipeline") && strcmp(m->name, "poll") == 0 && x == 64 &&
                q->round == 2;

    if (clients > sample_habit(m->name)->most) {
        q->outcome = OUTCOME_ENDED;
        snprintf(q->why, sizeof q->why, "%s", m->ends);
    } else if (dies || once) {
        q->outcome = OUTCOME_FAILED;
        snprintf(q->why, sizeof q->why, "the server was killed by signal 9");
        for (enum metric i = 0; i < METRIC_COUNT; i++)
            q->value[i] = NAN;
    } else if (q->value[METRIC_busy] > 0.95) {
        snprintf(q->warning, sizeof q->warning,
                 "the generator was the limit: its busiest thread wanted a core for 97 %% of the "
                 "time");
    }
}

static inline void sample_repeat(struct record *r, struct repeat *q, uint64_t *state)
{
    bool wide = sample_is(&r->scenarios[q->scenario], "connections") &&
                strcmp(r->models.list[q->model].name, "python") == 0 &&
                r->scenarios[q->scenario].points[q->point].x == 100;

    q->order = (unsigned)r->repeat_count + 1;
    for (enum metric m = 0; m < METRIC_COUNT; m++)
        q->value[m] = NAN;
    snprintf(q->started, sizeof q->started, "2026-11-22T%02u:%02u:%02uZ", 5 + q->order / 1800 % 18,
             q->order / 30 % 60, q->order % 30 * 2);
    sample_values(r, q, state, wide ? 0.5 : 0.03);
    sample_commands(r, q);
    sample_mishaps(r, q);
    record_add(r, q);
}

// ---- The run -----------------------------------------------------------------------------------

static inline void sample_models(struct record *r)
{
    static struct models ours; // static: the texts of a model are nobody's to free
    const char *why;

    if (ours.count == 0) {
        char *file = home_path("models.tsv");
        models_read(&ours, file, home_programs());
        free(file);
        if (!models_add(&ours, "python=python3 peer.py --port {port}", &why))
            die("%s", why);
    }
    r->models.list = calloc(ours.count, sizeof *ours.list);
    if (r->models.list == NULL)
        die_errno("cannot make a sample");
    for (size_t i = 0; i < ours.count; i++)
        if (sample_habit(ours.list[i].name) != NULL)
            r->models.list[r->models.count++] = ours.list[i];
}

static inline int sample_is_scenario(const struct dirent *entry)
{
    return *entry->d_name != '.' && strstr(entry->d_name, ".scenario") != NULL;
}

static inline void sample_scenarios(struct record *r)
{
    char *shipped = home_path("results/scenarios"), *why;
    struct dirent **found;
    int n = scandir(shipped, &found, sample_is_scenario, alphasort);

    if (n <= 0)
        die_errno("cannot read %s", shipped);
    r->scenario_count = (size_t)n;
    r->scenarios = calloc(r->scenario_count, sizeof *r->scenarios);
    r->duration_ns = calloc(r->scenario_count, sizeof *r->duration_ns);
    r->capacity = calloc(r->scenario_count, sizeof *r->capacity);
    if (r->scenarios == NULL || r->duration_ns == NULL || r->capacity == NULL)
        die_errno("cannot make a sample");
    for (size_t i = 0; i < r->scenario_count; i++) {
        char *file = home_path("results/scenarios/%s", found[i]->d_name);
        if (!scenario_read(&r->scenarios[i], file, &why))
            die("%s", why);
        r->duration_ns[i] = r->scenarios[i].duration_ns;
        r->capacity[i] = r->scenarios[i].of_capacity ? 118345.6 : 0;
        free(file);
        free(found[i]);
    }
    free(found);
    free(shipped);
}

static inline void sample_machine(struct environment *e)
{
    memset(e, 0, sizeof *e);
    snprintf(e->kernel, sizeof e->kernel, "Linux 6.18.5 x86_64");
    snprintf(e->cpu, sizeof e->cpu, "A Sample Processor @ 2.10GHz");
    e->cores = 2;
    e->nofile = 20000;
    snprintf(e->ports, sizeof e->ports, "32768 60999");
    snprintf(e->congestion, sizeof e->congestion, "cubic");
    snprintf(e->version, sizeof e->version, "0.1.0");
    snprintf(e->commit, sizeof e->commit, "1a2b3c4");
    snprintf(e->host, sizeof e->host, "sample");
    snprintf(e->started, sizeof e->started, "2026-11-22T05:00:00Z");
    snprintf(e->command, sizeof e->command, "bench --budget 1h");
}

// Whether a model takes part: each scenario names some; a foreign one is in all that compare.
static inline bool sample_takes_part(const struct scenario *s, const struct model *m)
{
    char list[256], word[40];
    bool all = strstr(s->models, "headline") != NULL;

    snprintf(list, sizeof list, " %s ", s->models);
    snprintf(word, sizeof word, " %s ", m->name);
    return strstr(list, word) != NULL || (all && (m->headline || m->foreign));
}

// Fills the record as if its folder, which is made, held such a run. Nothing is saved.
static inline void record_sample(struct record *r, const char *path, unsigned rounds, uint64_t seed)
{
    uint64_t state = seed;

    memset(r, 0, sizeof *r);
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        die_errno("cannot make %s", path);
    r->folder = sample_text(path);
    r->name = strrchr(r->folder, '/') != NULL ? strrchr(r->folder, '/') + 1 : r->folder;
    r->command = sample_text("bench --budget 1h # a sample: no server was measured");
    r->seed = seed;
    r->budget_s = 3600;
    r->rounds = rounds;
    snprintf(r->server_cores, sizeof r->server_cores, "0");
    snprintf(r->load_cores, sizeof r->load_cores, "1");
    sample_machine(&r->machine);
    sample_models(r);
    sample_scenarios(r);
    for (unsigned round = 1; round <= rounds; round++)
        for (unsigned s = 0; s < r->scenario_count; s++)
            for (unsigned p = 0; p < r->scenarios[s].point_count; p++)
                for (unsigned m = 0; m < r->models.count; m++) {
                    struct repeat q = {.scenario = s, .point = p, .model = m, .round = round};
                    if (sample_takes_part(&r->scenarios[s], &r->models.list[m]))
                        sample_repeat(r, &q, &state);
                }
}

// Takes away all repeats but the first: a test that looks at few of them need not wait for all.
static inline void record_sample_cut(struct record *r, size_t repeats)
{
    for (; r->repeat_count > repeats; r->repeat_count--) {
        const struct repeat *last = &r->repeats[r->repeat_count - 1];
        free(last->server);
        free(last->load);
        free(last->beside);
    }
}

#endif
