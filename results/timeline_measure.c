// timeline_measure.c: see timeline.h. Every model once, then all of them again, so that what
// disturbs the machine for a moment spoils one take of several and not a model.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/status_line.h"
#include "results/interrupts.h"
#include "results/serving.h"
#include "results/spawn.h"
#include "results/timeline.h"

enum { WHY = 256 };

static bool start(struct serving *server, const struct timeline_record *r, const struct model *m,
                  const char *trace, int signals, char why[WHY])
{
    char *quoted = spawn_quoted(trace), *options;

    if (asprintf(&options, "--work %s --workers %d --trace %s", r->work, TIMELINE_CREW, quoted) < 0)
        die_errno("no memory for a command line");
    bool started = serving_start(server, m, "frame", options, "", r->folder, signals, why);
    free(options);
    free(quoted);
    return started;
}

// The model could not be started: for good, on this machine, or just now.
static void note_absence(struct timeline_record *r, struct timeline_take *take, bool for_good)
{
    struct model *m = &r->models.list[take->model];

    warn("%s %s", m->name, take->why);
    if (!for_good)
        timeline_record_add(r, take);
    else if ((m->unavailable = strdup(take->why)) == NULL)
        die_errno("no memory for a reason");
}

// Of a take that a signal has ended: what the server has left.
static void forget(const struct timeline_record *r, const struct timeline_take *take)
{
    char *trace = timeline_trace_path(r, take->model, take->round), *log;

    if (asprintf(&log, "%s/%s.log", r->folder, r->models.list[take->model].name) < 0)
        die_errno("no memory for the name of a file");
    unlink(trace);
    unlink(log);
    free(trace);
    free(log);
    free(take->server);
}

// False: a signal has ended it, and nothing of it is kept.
static bool measure(struct timeline_record *r, unsigned model, unsigned round, int signals)
{
    struct timeline_take take = {.model = model, .round = round};
    char *trace = timeline_trace_path(r, model, round);
    struct model *m = &r->models.list[model];
    struct serving server;
    struct ended ended;
    int64_t work_ns = 0;

    for (unsigned i = 0; i < TIMELINE_CLIENTS; i++)
        take.met[i] = (struct timeline_client){NAN, NAN, {NAN, NAN, NAN}, {NAN, NAN, NAN}};
    timeline_read_work(r->work, &work_ns);
    bool started = start(&server, r, m, trace, signals, take.why);
    if (started) {
        take.server = server.command;
        take.pid = (unsigned)server.pid;
        timeline_meet(server.target, work_ns, signals, &take);
        serving_stop(&server, &ended);
    }
    free(trace);
    if (interrupts_came(signals)) {
        forget(r, &take);
        return false;
    }
    if (!started) {
        note_absence(r, &take, server.unavailable);
    } else {
        if (!ended.cleanly)
            snprintf(take.why, sizeof take.why, "the server %.240s", ended.why);
        if (*take.why != '\0')
            warn("%s, round %u: %s", m->name, round, take.why);
        timeline_record_add(r, &take);
    }
    return true;
}

// False: the folder can't be written.
static bool measure_all(struct timeline_record *r, bool quiet, int signals)
{
    bool live = !quiet && status_line_works(), stopped = false;
    char text[128];

    for (unsigned round = 1; round <= r->rounds && !stopped; round++) {
        for (unsigned m = 0; m < r->models.count && !stopped; m++) {
            snprintf(text, sizeof text, "round %u of %u: %s", round, r->rounds,
                     r->models.list[m].name);
            if (live)
                status_line_show(text);
            if (r->models.list[m].unavailable == NULL)
                stopped = !measure(r, m, round, signals);
            if (live)
                status_line_clear();
        }
        r->interrupted = stopped || round < r->rounds;
        if (!timeline_record_save(r))
            return false;
    }
    return true;
}

bool timeline_measure(struct timeline_record *r, bool quiet)
{
    sigset_t before;

    r->interrupted = true; // until it has come to its end: a crash asks nobody
    if (!timeline_record_save(r))
        return false;
    int signals = interrupts_catch(&before);
    bool saved = measure_all(r, quiet, signals);
    interrupts_release(signals, &before);
    return saved;
}
