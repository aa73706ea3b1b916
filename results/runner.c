// runner.c: see runner.h. First everything is chosen and checked, then measured, one repeat after
// the other, each written before the next begins.
#include "results/runner.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/fail.h"
#include "results/choice.h"
#include "results/cores.h"
#include "results/finish.h"
#include "results/home.h"
#include "results/interrupts.h"
#include "results/measure.h"
#include "results/plan.h"
#include "results/progress.h"
#include "results/run_folder.h"

enum { EXIT_INTERRUPTED = 130 };

// ---- Before --------------------------------------------------------------------------------

// Room for loadgen's files in it, too.
static void make_run_folder(struct record *r, const char *wished)
{
    char *raw;

    r->folder = run_folder_make(wished, "");
    r->name = run_folder_name(r->folder);
    if (asprintf(&raw, "%s/raw", r->folder) < 0)
        die("no memory for the name of a folder");
    if (mkdir(raw, 0777) < 0)
        die_errno("cannot make the folder %s", raw);
    free(raw);
}

// Two that write to one folder would spoil it. Held until this process ends.
static void lock_folder(const struct record *r)
{
    int fd = open(r->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        die_errno("cannot open %s", r->folder);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        die("another bench is at work in %s", r->folder);
}

// Two on one machine disturb each other. An address of the abstract namespace (unix(7)) can be
// bound once, and is free again when its process has ended, however that ends.
static void warn_of_another(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0echolab-bench"};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) < 0)
        warn("another bench is measuring on this machine: both will be disturbed");
}

// ---- The run -------------------------------------------------------------------------------

// Before anything is planned. False: a signal came.
static bool find_unavailable(struct record *r, int signals)
{
    for (unsigned m = 0; m < r->models.count; m++) {
        if (!measure_availability(r, m, signals))
            return false;
        if (r->models.list[m].unavailable != NULL)
            warn("%s %s", r->models.list[m].name, r->models.list[m].unavailable);
    }
    return true;
}

// Of a run that is resumed; 0: nothing has been measured yet.
static unsigned last_order(const struct record *r)
{
    unsigned order = 0;

    for (size_t i = 0; i < r->repeat_count; i++)
        if (r->repeats[i].order > order)
            order = r->repeats[i].order;
    return order;
}

// A model that cannot run here is asked no more: each of its cells is marked with the reason, in
// place of the first repeat.
static void leave_out_unavailable(struct schedule_of_run *plan, struct record *r)
{
    unsigned order = last_order(r);
    size_t kept = 0;

    for (size_t i = 0; i < plan->count; i++) {
        const struct task *task = &plan->tasks[i];
        struct repeat q;
        if (r->models.list[task->model].unavailable == NULL) {
            plan->tasks[kept++] = *task;
        } else if (task->round == 1 &&
                   !record_has(r, task->scenario, task->point, task->model, 1)) {
            measure_absence(r, task, &q);
            q.order = ++order;
            record_add(r, &q);
        }
    }
    plan->count = kept;
}

// For scenarios whose points are shares of what can be reached at all: each model once, and the
// fastest counts, so that all are asked for the same rates. False: a signal came.
static bool find_capacities(struct record *r, int signals, struct progress *progress)
{
    for (unsigned s = 0; s < r->scenario_count; s++) {
        if (!r->scenarios[s].of_capacity || r->capacity[s] > 0)
            continue;
        double greatest = 0;
        for (unsigned m = 0; m < r->models.count; m++) {
            double rps;
            char why[256];
            if (!plan_includes(r, s, m) || r->models.list[m].unavailable != NULL)
                continue;
            progress_probe(progress, r->scenarios[s].name, r->models.list[m].name);
            if (!measure_capacity(r, s, m, signals, &rps, why))
                return false;
            if (!(rps > 0))
                record_unprobed(r, s, m, why);
            else if (rps > greatest)
                greatest = rps;
        }
        r->capacity[s] = greatest; // only now: half a probe would set other rates
    }
    return true;
}

enum run_end { RUN_WHOLE, RUN_INTERRUPTED, RUN_UNSAVED };

static enum run_end measure_all(struct record *r, const struct schedule_of_run *plan, int signals,
                                struct progress *progress)
{
    unsigned order = last_order(r);

    if (!find_capacities(r, signals, progress))
        return RUN_INTERRUPTED;
    if (!record_save(r)) // the capacities, and who could not be asked
        return RUN_UNSAVED;
    for (size_t i = 0; i < plan->count; i++) {
        const struct task *task = &plan->tasks[i];
        struct repeat q;
        if (record_has(r, task->scenario, task->point, task->model, task->round))
            continue;
        progress_next(progress, i);
        if (!measure_repeat(r, task, signals, &q))
            return RUN_INTERRUPTED;
        q.order = ++order;
        if (!record_keep(r, &q))
            return RUN_UNSAVED;
        progress_done(progress, i, &q);
    }
    return RUN_WHOLE;
}

static enum run_end plan_and_measure(struct record *r, bool quiet, int signals)
{
    struct schedule_of_run plan;
    struct progress progress;

    if (!find_unavailable(r, signals))
        return RUN_INTERRUPTED;
    plan_make(&plan, r);
    leave_out_unavailable(&plan, r);
    progress_open(&progress, r, &plan, quiet);
    enum run_end end = measure_all(r, &plan, signals, &progress);
    progress_close(&progress);
    free(plan.tasks);
    return end;
}

static int end_run(struct record *r, enum run_end end, const struct settings *settings)
{
    r->interrupted = end != RUN_WHOLE;
    if (end == RUN_UNSAVED) {
        warn("what was measured before is in %s; when it can be written again, go on with: "
             "%s/bench --resume %s",
             r->folder, home_programs(), r->folder);
        return EXIT_FAILURE;
    }
    if (end == RUN_INTERRUPTED)
        warn("interrupted after %zu repeats; go on with: %s/bench --resume %s", r->repeat_count,
             home_programs(), r->folder);
    bool saved = record_save(r);
    if (r->repeat_count > 0 && !settings->no_figures)
        saved = finish_run(r, settings->quiet ? NULL : stdout) && saved;
    if (!saved)
        return EXIT_FAILURE;
    return end == RUN_INTERRUPTED ? EXIT_INTERRUPTED : EXIT_SUCCESS;
}

int runner_run(const struct settings *settings, int argc, char **argv)
{
    struct record r = {0};
    sigset_t before;

    if (settings->list)
        return choice_list();
    if (settings->resume != NULL) {
        choice_resume(&r, settings);
    } else {
        choice_make(&r, settings, argc, argv);
        make_run_folder(&r, settings->folder);
    }
    lock_folder(&r);
    warn_of_another();
    r.interrupted = true; // until it has come to its end: a crash asks nobody
    if (!record_save(&r)) // a folder that can't be written is found out before, not after
        return EXIT_FAILURE;
    // What this process does in between, such as looking at /proc, shall not take the servers'
    // time.
    cores_stay(r.load_cores);
    int signals = interrupts_catch(&before);
    enum run_end end = plan_and_measure(&r, settings->quiet, signals);
    cores_stay("");
    interrupts_release(signals, &before);
    int status = end_run(&r, end, settings);
    for (size_t m = 0; m < r.models.count; m++)
        free(r.models.list[m].unavailable);
    record_free(&r);
    return status;
}
