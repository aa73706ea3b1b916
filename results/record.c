// record.c: a run's record in memory. See record.h.
#include "results/record.h"

#include <math.h>
#include <stdio.h>
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

void record_repeat_free(struct repeat *q)
{
    free(q->server);
    free(q->load);
    free(q->beside);
}

void record_add(struct record *r, const struct repeat *q)
{
    struct repeat *at = find(r, q->scenario, q->point, q->model, q->round);

    if (at != NULL && at->outcome == OUTCOME_FAILED) {
        record_repeat_free(at);
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

void record_unprobed(struct record *r, unsigned scenario, unsigned model, const char *why)
{
    const char *name = r->models.list[model].name;
    char *reasons;

    if (r->unprobed == NULL)
        r->unprobed = calloc(r->scenario_count, sizeof *r->unprobed);
    if (r->unprobed == NULL)
        die_errno("cannot keep the reason of a probe");
    char *before = r->unprobed[scenario];
    if (asprintf(&reasons, "%s%s%s: %s", before != NULL ? before : "", before != NULL ? "; " : "",
                 name, *why != '\0' ? why : "no request was answered") < 0)
        die_errno("cannot keep the reason of a probe");
    free(before);
    r->unprobed[scenario] = reasons;
}

const char *record_why_unprobed(const struct record *r, unsigned scenario)
{
    return r->unprobed != NULL && r->unprobed[scenario] != NULL ? r->unprobed[scenario] : "";
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

char *record_path(const struct record *r, const char *name)
{
    char *path;

    if (asprintf(&path, "%s/%s", r->folder, name) < 0)
        die_errno("cannot make the name of a file");
    return path;
}

void record_free(struct record *r)
{
    for (size_t i = 0; i < r->repeat_count; i++)
        record_repeat_free(&r->repeats[i]);
    for (size_t i = 0; r->unprobed != NULL && i < r->scenario_count; i++)
        free(r->unprobed[i]);
    free(r->unprobed);
    free(r->repeats);
    free(r->scenarios);
    free(r->duration_ns);
    free(r->capacity);
    free(r->models.list);
    json_decref(r->model_texts);
    json_decref(r->scenario_texts);
    free(r->command);
    free(r->folder);
}
