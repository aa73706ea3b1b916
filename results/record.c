// record.c: a run's record in memory. See record.h.
#include "results/record.h"

#include <math.h>
#include <stdlib.h>

#include "base/fail.h"
#include "results/record_fields.h"

const struct field record_fields[] = {
    FIELD(STRING, record, command, "command"),
    FIELD(WIDE, record, seed, "seed"),
    FIELD(RATE, record, budget_s, "budget_s"),
    FIELD(SMALL, record, rounds, "rounds"),
    FIELD(FLAG, record, quick, "quick"),
    FIELD(FLAG, record, models_chosen, "models_chosen"),
    FIELD(FLAG, record, interrupted, "interrupted"),
    FIELD(TEXT, record, server_cores, "server_cores"),
    FIELD(TEXT, record, load_cores, "load_cores"),
    {0},
};

const struct field record_fields_model[] = {
    FIELD(TEXT, model, name, "name"),       FIELD(TEXT, model, colour, "colour"),
    FIELD(FLAG, model, variant, "variant"), FIELD(FLAG, model, headline, "headline"),
    FIELD(FLAG, model, foreign, "foreign"), {0},
};

const struct field record_fields_repeat[] = {
    FIELD(SMALL, repeat, round, "round"),
    FIELD(SMALL, repeat, order, "order"),
    FIELD(TEXT, repeat, started, "started"),
    FIELD(TEXT, repeat, why, "why"),
    FIELD(TEXT, repeat, warning, "warning"),
    FIELD(STRING, repeat, server, "server"),
    FIELD(STRING, repeat, load, "load"),
    FIELD(STRING, repeat, beside, "beside"),
    {0},
};

const char *const record_outcomes[OUTCOMES] = {
    [OUTCOME_MEASURED] = "measured",
    [OUTCOME_ENDED] = "ended",
    [OUTCOME_FAILED] = "failed",
};

static struct repeat *find(const struct record *r, unsigned scenario, unsigned point,
                           unsigned model, unsigned round)
{
    for (size_t i = 0; i < r->repeat_count; i++) {
        struct repeat *q = &r->repeats[i];
        if (q->scenario == scenario && q->point == point && q->model == model && q->round == round)
            return q;
    }
    return NULL;
}

static void free_texts(struct repeat *q)
{
    free(q->server);
    free(q->load);
    free(q->beside);
}

void record_add(struct record *r, const struct repeat *q)
{
    struct repeat *at = find(r, q->scenario, q->point, q->model, q->round);

    if (at != NULL && at->outcome == OUTCOME_FAILED) {
        free_texts(at);
    } else {
        r->repeats = reallocarray(r->repeats, r->repeat_count + 1, sizeof *r->repeats);
        if (r->repeats == NULL)
            die_errno("cannot keep another repeat");
        at = &r->repeats[r->repeat_count++];
    }
    *at = *q;
}

bool record_has(const struct record *r, unsigned scenario, unsigned point, unsigned model,
                unsigned round)
{
    const struct repeat *q = find(r, scenario, point, model, round);

    return q != NULL && q->outcome != OUTCOME_FAILED;
}

// To two digits, so that people can name the rate: 12,000 and not 12,345.6.
static double round_off(double x)
{
    double unit = pow(10, floor(log10(x)) - 1);

    return round(x / unit) * unit;
}

double record_x(const struct record *r, unsigned scenario, unsigned point)
{
    const struct scenario *s = &r->scenarios[scenario];
    double x = s->points[point].x;

    if (!s->of_capacity)
        return x;
    x *= r->capacity[scenario];
    return x > 0 ? round_off(x) : NAN;
}

void record_free(struct record *r)
{
    for (size_t i = 0; i < r->repeat_count; i++)
        free_texts(&r->repeats[i]);
    free(r->repeats);
    free(r->scenarios);
    free(r->duration_ns);
    free(r->capacity);
    free(r->models.list);
    json_decref(r->model_texts);
    free(r->command);
    free(r->folder);
}
