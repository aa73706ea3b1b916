// measure.c: see measure.h. A repeat has four processes: this one, the server, the load generator,
// and perhaps a second client that disturbs.
//
//     server starts | load connects, warms up | window | load ends | server stops
//                   ^ sample                  ^ sample ^ sample                ^ counters
#include "results/measure.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/random.h"
#include "results/cores.h"
#include "results/interrupts.h"
#include "results/judge.h"

// One repeat under way.
struct trial {
    const struct record *record;
    const struct scenario *scenario;
    const struct point *point;
    const struct model *model;
    struct serving server;
    struct load load, beside;
    struct seen seen;
    int64_t stop_at, go_at; // when the server is stalled, and when it goes on; 0: not
    int signals;
};

char *measure_name(const struct record *r, unsigned scenario, unsigned point, unsigned model)
{
    const struct scenario *s = &r->scenarios[scenario];
    char *name;

    if (asprintf(&name, "%s.%s.%s", s->name, s->points[point].name, r->models.list[model].name) < 0)
        die("no memory for the name of a file");
    return name;
}

// ---- Meanwhile -----------------------------------------------------------------------------

// The server and all that it has forked: serving_start() gave them a process group.
static void stall(struct trial *t, int64_t now)
{
    if (t->stop_at != 0 && now >= t->stop_at) {
        kill(-t->server.pid, SIGSTOP);
        t->go_at = now + t->point->stall_ns;
        t->stop_at = 0;
    }
    if (t->go_at != 0 && now >= t->go_at) {
        kill(-t->server.pid, SIGCONT);
        t->go_at = 0;
    }
}

// What the generator tells: the window has begun, or ended. It keeps its connections until it is
// told that we have looked.
static void heed(struct trial *t)
{
    enum load_moment moment = load_heed(&t->load);

    if (moment == LOAD_BEGINS) {
        t->seen.begin_at = clock_now();
        sample_times(&t->seen.begin, t->server.pid);
        if (t->point->stall_ns > 0)
            t->stop_at = t->seen.begin_at + t->point->stall_at_ns;
    } else if (moment == LOAD_ENDS) {
        t->seen.end_at = clock_now();
        sample_take(&t->seen.end, t->server.pid);
        load_go_on(&t->load);
    }
}

static int wait_ms(const struct trial *t, int64_t deadline)
{
    int64_t next = deadline;

    if (t->stop_at != 0 && t->stop_at < next)
        next = t->stop_at;
    if (t->go_at != 0 && t->go_at < next)
        next = t->go_at;
    int64_t ns = next - clock_now();
    return ns > 0 ? (int)(ns / 1000000) + 1 : 0;
}

// Returns when the generator has ended, or must be ended.
static enum end watch(struct trial *t, int64_t deadline)
{
    struct pollfd fds[] = {{.fd = t->load.notify, .events = POLLIN},
                           {.fd = t->load.process, .events = POLLIN},
                           {.fd = t->signals, .events = POLLIN},
                           {.fd = t->beside.pid != 0 ? t->beside.process : -1, .events = POLLIN}};

    while (clock_now() < deadline) {
        // poll(2) overlooks a negative descriptor.
        fds[0].fd = t->seen.end_at != 0 ? -1 : t->load.notify;
        if (poll(fds, 4, wait_ms(t, deadline)) < 0 && errno != EINTR)
            die_errno("cannot wait for the load generator");
        if (fds[2].revents != 0)
            return END_SIGNAL;
        if (fds[0].revents != 0)
            heed(t);
        stall(t, clock_now());
        if (fds[1].revents != 0)
            return END_DONE;
        if (fds[3].revents != 0)
            return END_ALONE; // what should disturb is gone
    }
    return END_LATE;
}

// ---- From start to end ---------------------------------------------------------------------

// Longer than anything that is not stuck.
static int64_t deadline_of(const struct trial *t, int64_t duration_ns)
{
    return clock_now() + 3 * (t->scenario->warmup_ns + duration_ns + t->scenario->drain_ns) +
           60 * NS_PER_SECOND;
}

// The cores of the server: as the run has it, or as many as the point asks for. False, with why:
// they are not to be had.
static bool choose_cores(const struct trial *t, char *text, size_t size, char why[256])
{
    const struct record *r = t->record;

    snprintf(text, size, "%s", r->server_cores);
    if (t->point->cores == 0)
        return true;
    if (r->server_cores[0] != '\0' &&
        cores_choose(t->point->cores, r->server_cores, r->load_cores, text, size))
        return true;
    snprintf(why, 256, "it asks for %u core%s%s", t->point->cores, t->point->cores == 1 ? "" : "s",
             r->server_cores[0] == '\0' ? ", and servers are not pinned"
                                        : ": there are not as many");
    return false;
}

// False: a signal came.
static bool run_trial(struct trial *t, const struct load_plan *plan, struct repeat *q)
{
    struct ended ended;
    char why[256], cores[CORES_TEXT];
    const char *folder = t->record->folder;

    if (!choose_cores(t, cores, sizeof cores, why) ||
        !serving_start(&t->server, t->model, plan->service, t->point->server, cores, folder,
                       t->signals, why)) {
        judge_failed(q, why);
        return !interrupts_came(t->signals);
    }
    q->server = t->server.command;
    sample_take(&t->seen.empty, t->server.pid);
    unlink(plan->json); // what an earlier run left there is not this one's
    bool disturbed = t->point->beside[0] == '\0' ||
                     load_disturb(&t->beside, t->point->beside, t->server.target,
                                  t->record->load_cores, folder);
    bool loaded = disturbed &&
                  load_start(&t->load, plan, t->server.target, t->record->load_cores, folder);
    q->load = t->load.command;
    q->beside = t->beside.command;
    enum end end = loaded ? watch(t, deadline_of(t, plan->duration_ns)) : END_DONE;
    kill(-t->server.pid, SIGCONT);
    int status = loaded ? load_stop(&t->load, end == END_DONE) : EXIT_FAILURE;
    if (t->beside.pid != 0)
        load_stop(&t->beside, false);
    serving_stop(&t->server, &ended);
    if (!loaded)
        judge_failed(q, "the load generator could not be started");
    else if (end != END_SIGNAL)
        judge_repeat(&(struct evidence){.end = end,
                                        .status = status,
                                        .load = &t->load,
                                        .server = &ended,
                                        .seen = &t->seen,
                                        .ends = t->model->ends,
                                        .whole_life = t->scenario->whole_life},
                     q);
    load_free(&t->load, q->outcome == OUTCOME_FAILED);
    load_free(&t->beside, q->outcome == OUTCOME_FAILED);
    return end != END_SIGNAL;
}

static void stamp(char text[32])
{
    struct tm utc;
    time_t now = time(NULL);

    if (gmtime_r(&now, &utc) != NULL)
        strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static void begin_repeat(struct repeat *q, const struct task *task)
{
    memset(q, 0, sizeof *q);
    q->scenario = task->scenario;
    q->point = task->point;
    q->model = task->model;
    q->round = task->round;
    for (int i = 0; i < METRIC_COUNT; i++)
        q->value[i] = NAN;
    stamp(q->started);
}

static void free_commands(struct repeat *q)
{
    free(q->server);
    free(q->load);
    free(q->beside);
}

static char *path(const char *format, const char *folder, const char *name, unsigned round)
{
    char *text;

    if (asprintf(&text, format, folder, name, round) < 0)
        die("no memory for the name of a file");
    return text;
}

static void open_trial(struct trial *t, const struct record *r, const struct task *task,
                       int signals)
{
    memset(t, 0, sizeof *t);
    t->record = r;
    t->scenario = &r->scenarios[task->scenario];
    t->point = &t->scenario->points[task->point];
    t->model = &r->models.list[task->model];
    t->signals = signals;
}

// A round's models are asked at the same moments; another round's at others, or one lucky schedule
// would count as many.
static uint64_t seed_of(const struct record *r, const struct task *task)
{
    return random_at(random_at(random_at(r->seed, task->scenario), task->point), task->round);
}

bool measure_repeat(const struct record *r, const struct task *task, int signals, struct repeat *q)
{
    struct trial t;
    char x[32];

    begin_repeat(q, task);
    open_trial(&t, r, task, signals);
    if (interrupts_came(signals))
        return false;
    if (t.scenario->of_capacity && !(r->capacity[task->scenario] > 0)) {
        char why[256];
        snprintf(why, sizeof why, "the probe that comes first gave no rate: %.200s",
                 record_why_unprobed(r, task->scenario));
        judge_failed(q, why);
        return true;
    }
    snprintf(x, sizeof x, "%.0f", record_x(r, task->scenario, task->point));
    char *name = measure_name(r, task->scenario, task->point, task->model);
    struct load_plan plan = {.options = scenario_fill(t.point->load, x),
                             .warmup_ns = t.scenario->warmup_ns,
                             .duration_ns = r->duration_ns[task->scenario],
                             .drain_ns = t.scenario->drain_ns,
                             .seed = seed_of(r, task),
                             .json = path("%s/raw/%s.%u.json", r->folder, name, task->round)};
    if (t.scenario->timeline)
        plan.timeline = path("%s/%s.%u.timeline.tsv", r->folder, name, task->round);
    if (t.scenario->per_client)
        plan.clients = path("%s/%s.%u.clients.tsv", r->folder, name, task->round);
    load_find_service(&plan);
    bool whole = run_trial(&t, &plan, q);
    free(name);
    load_plan_free(&plan);
    if (!whole)
        free_commands(q);
    return whole;
}

bool measure_capacity(const struct record *r, unsigned scenario, unsigned model, int signals,
                      double *rps, char why[256])
{
    struct task task = {.scenario = scenario, .model = model, .round = 0};
    struct trial t;
    struct repeat q;

    begin_repeat(&q, &task);
    open_trial(&t, r, &task, signals);
    struct load_plan plan = {.options = strdup(t.scenario->capacity_load),
                             .warmup_ns = t.scenario->warmup_ns,
                             .duration_ns = NS_PER_SECOND,
                             .drain_ns = t.scenario->drain_ns,
                             .seed = seed_of(r, &task),
                             .json = NULL};
    if (plan.options == NULL || asprintf(&plan.json, "%s/raw/%s.capacity.%s.json", r->folder,
                                         t.scenario->name, t.model->name) < 0)
        die("no memory for a command");
    load_find_service(&plan);
    bool whole = run_trial(&t, &plan, &q);
    *rps = q.outcome == OUTCOME_MEASURED ? q.value[METRIC_rps] : 0;
    snprintf(why, 256, "%s", q.outcome != OUTCOME_MEASURED ? q.why : "no request was answered");
    load_plan_free(&plan);
    free_commands(&q);
    return whole;
}

// ---- Models that cannot run here -----------------------------------------------------------

bool measure_availability(struct record *r, unsigned model, int signals)
{
    struct model *m = &r->models.list[model];
    struct serving server;
    struct ended ended;
    char why[256];

    if (serving_start(&server, m, "echo", "", r->server_cores, r->folder, signals, why)) {
        serving_stop(&server, &ended);
        free(server.command);
    } else if (server.unavailable) {
        m->unavailable = strdup(why);
        if (m->unavailable == NULL)
            die("no memory for a reason");
    }
    return !interrupts_came(signals);
}

void measure_absence(const struct record *r, const struct task *task, struct repeat *q)
{
    begin_repeat(q, task);
    judge_failed(q, r->models.list[task->model].unavailable);
}
