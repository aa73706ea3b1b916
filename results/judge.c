// judge.c: see judge.h.
#include "results/judge.h"

#include <inttypes.h>
#include <stdio.h>

static void set_outcome(struct repeat *q, enum repeat_outcome outcome, const char *why)
{
    q->outcome = outcome;
    snprintf(q->why, sizeof q->why, "%s", why);
}

void judge_failed(struct repeat *q, const char *why)
{
    set_outcome(q, OUTCOME_FAILED, why);
}

void judge_repeat(const struct evidence *e, struct repeat *q)
{
    struct result r;
    bool refused = e->server->counted.refused > 0;

    if (!e->server->cleanly && !refused) {
        char why[256];
        snprintf(why, sizeof why, "the server %.200s", e->server->why);
        judge_failed(q, why);
        return;
    }
    if (e->end == END_LATE) {
        judge_failed(q, "the load generator did not come to an end");
        return;
    }
    if (e->end == END_ALONE) {
        judge_failed(q, "the client that disturbs ended before the others");
        return;
    }
    // A run that brought no answer at all ends with a status like one that could not be made; but
    // it was, and its zero is a measurement.
    if (!load_has_written(e->load->json)) {
        if (refused)
            set_outcome(q, OUTCOME_ENDED, e->ends);
        else
            judge_failed(q, load_last_words(e->load));
        return;
    }
    result_read_json(&r, e->load->json);
    if (r.interrupted) {
        judge_failed(q, "the load generator was interrupted by somebody else");
    } else if (e->status == EXIT_ANSWERS && !refused) {
        snprintf(q->why, sizeof q->why, "%ju answers wrong, %ju lost: %.180s",
                 (uintmax_t)(r.requests.wrong + r.warmup.wrong),
                 (uintmax_t)(r.requests.lost + r.warmup.lost),
                 r.errors.first[0] != '\0' ? r.errors.first : "see raw/");
        q->outcome = OUTCOME_FAILED;
    } else {
        derive_values(q->value, &r, e->seen, e->server, e->whole_life);
        if (refused)
            set_outcome(q, OUTCOME_ENDED, e->ends);
        if (r.generator.was_the_limit)
            snprintf(q->warning, sizeof q->warning, "the generator was the limit: %.220s",
                     r.generator.why);
    }
    result_free(&r);
}
