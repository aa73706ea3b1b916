// progress.c: see progress.h.
#include "results/progress.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/status_line.h"

static double seconds_of(const struct record *r, const struct task *task)
{
    return (double)r->duration_ns[task->scenario] / NS_PER_SECOND + plan_overhead_s(r, task);
}

static bool is_measured(const struct record *r, const struct task *t)
{
    return record_has(r, t->scenario, t->point, t->model, t->round);
}

static const char *time_text(double seconds, char text[32])
{
    int s = (int)(seconds + 0.5);

    if (s < 60)
        snprintf(text, 32, "%d s", s);
    else
        snprintf(text, 32, "%d min %02d s", s / 60, s % 60);
    return text;
}

void progress_open(struct progress *p, const struct record *r, const struct schedule_of_run *plan,
                   bool quiet)
{
    size_t left = 0;
    char text[32];

    *p = (struct progress){.record = r, .plan = plan, .quiet = quiet};
    p->live = !quiet && status_line_works();
    for (size_t i = 0; i < plan->count; i++)
        if (!is_measured(r, &plan->tasks[i])) {
            p->left += seconds_of(r, &plan->tasks[i]);
            left++;
        }
    if (!quiet)
        fprintf(stderr, "%zu repeat%s (scenarios: %zu, rounds: %u), about %s; results go to %s\n",
                left, left == 1 ? "" : "s", r->scenario_count, r->rounds, time_text(p->left, text),
                r->folder);
}

void progress_probe(struct progress *p, const char *scenario, const char *model)
{
    char text[128];

    snprintf(text, sizeof text, "%s: what can %s do at most?", scenario, model);
    if (p->live)
        status_line_show(text);
}

// Without a terminal: a line where a round begins.
void progress_next(struct progress *p, size_t i)
{
    const struct record *r = p->record;
    const struct task *t = &p->plan->tasks[i];
    char text[200], left[32];
    // What was taken so far says how good the plan's guess is.
    double pace = p->planned > 0 ? p->taken / p->planned : 1;

    p->since = clock_now();
    snprintf(text, sizeof text, "[%zu/%zu] round %u of %u, %s %s: %s; %s left", i + 1,
             p->plan->count, t->round, r->rounds, r->scenarios[t->scenario].name,
             r->scenarios[t->scenario].points[t->point].name, r->models.list[t->model].name,
             time_text(p->left * pace, left));
    if (p->live)
        status_line_show(text);
    else if (!p->quiet && (i == 0 || p->plan->tasks[i - 1].round != t->round))
        fprintf(stderr, "%s\n", text);
}

void progress_done(struct progress *p, size_t i, const struct repeat *q)
{
    double planned = seconds_of(p->record, &p->plan->tasks[i]);

    p->planned += planned;
    p->taken += (double)(clock_now() - p->since) / NS_PER_SECOND;
    p->left -= planned;
    if (q->outcome != OUTCOME_FAILED || p->quiet)
        return;
    if (p->live)
        status_line_clear();
    warn("%s %s, %s, round %u: %s", p->record->scenarios[q->scenario].name,
         p->record->scenarios[q->scenario].points[q->point].name,
         p->record->models.list[q->model].name, q->round, q->why);
}

void progress_close(struct progress *p)
{
    if (p->live)
        status_line_clear();
}
