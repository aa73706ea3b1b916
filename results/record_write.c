// record_write.c: a run's record to its folder: run.json, results.tsv, the scenarios. What was
// there stays until the new file is whole.
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/json.h"
#include "results/record_fields.h"
#include "results/whole_file.h"

// ---- run.json ----------------------------------------------------------------------------------

static json_t *metrics_json(void)
{
    json_t *array = json_made(json_array());

    for (enum metric m = 0; m < METRIC_COUNT; m++)
        json_append(array, json_pack("{s:s, s:s, s:s}", "name", metric_name(m), "unit",
                                     metric_unit(m), "what", metric_what(m)));
    return array;
}

static json_t *models_json(const struct models *models)
{
    json_t *array = json_made(json_array());

    for (const struct model *m = models->list; m < models->list + models->count; m++) {
        json_t *object = json_made(json_object());
        fields_write(object, record_fields_model, m);
        json_put(object, "ends", json_text(m->ends));
        json_put(object, "command", json_text(m->command));
        json_append(array, object);
    }
    return array;
}

static json_t *points_json(const struct record *r, unsigned scenario)
{
    const struct scenario *s = &r->scenarios[scenario];
    json_t *array = json_made(json_array());

    for (unsigned p = 0; p < s->point_count; p++) {
        json_t *object = json_made(json_object());
        json_put(object, "name", json_text(s->points[p].name));
        json_put(object, "x", json_real_or_null(record_x(r, scenario, p)));
        json_append(array, object);
    }
    return array;
}

static json_t *why_json(const struct record *r, unsigned scenario)
{
    const char *why = record_why_unprobed(r, scenario);

    return *why != '\0' ? json_text(why) : json_null();
}

static json_t *scenarios_json(const struct record *r)
{
    json_t *array = json_made(json_array());

    for (unsigned i = 0; i < r->scenario_count; i++) {
        const struct scenario *s = &r->scenarios[i];
        json_t *object = json_made(json_object());
        json_put(object, "name", json_text(s->name));
        json_put(object, "question", json_text(s->question));
        json_put(object, "x_title", json_text(s->x_title));
        json_put(object, "duration_ns", json_integer(r->duration_ns[i]));
        json_put(object, "capacity_rps",
                 s->of_capacity && r->capacity[i] > 0 ? json_real(r->capacity[i]) : json_null());
        json_put(object, "unprobed", why_json(r, i));
        json_put(object, "points", points_json(r, i));
        json_put(object, "text", json_text(s->text));
        json_append(array, object);
    }
    return array;
}

json_t *record_repeat_json(const struct record *r, const struct repeat *q)
{
    const struct scenario *s = &r->scenarios[q->scenario];
    json_t *object = json_made(json_object()), *values = json_made(json_object());

    json_put(object, "scenario", json_text(s->name));
    json_put(object, "point", json_text(s->points[q->point].name));
    json_put(object, "model", json_text(r->models.list[q->model].name));
    json_put(object, "outcome", json_text(record_outcomes[q->outcome]));
    fields_write(object, record_fields_repeat, q);
    for (enum metric m = 0; m < METRIC_COUNT; m++)
        json_put(values, metric_name(m), json_real_or_null(q->value[m]));
    json_put(object, "values", values);
    return object;
}

static void write_json(const void *record, FILE *out)
{
    const struct record *r = record;
    json_t *root = json_made(json_object()), *machine = json_made(json_object());
    json_t *repeats = json_made(json_array());

    json_put(root, "schema", json_string(RECORD_SCHEMA));
    json_put(root, "name", json_text(r->name));
    fields_write(root, record_fields, r);
    fields_write(machine, environment_fields, &r->machine);
    json_put(root, "environment", machine);
    json_put(root, "metrics", metrics_json());
    json_put(root, "models", models_json(&r->models));
    json_put(root, "scenarios", scenarios_json(r));
    for (size_t i = 0; i < r->repeat_count; i++)
        json_append(repeats, record_repeat_json(r, &r->repeats[i]));
    json_put(root, "repeats", repeats);
    json_write_lines(root, out);
    json_decref(root);
}

// ---- results.tsv -------------------------------------------------------------------------------

// A tab or a new line would end the field, and a quotation mark open one that hides them from R and
// pandas.
static void write_text(const char *text, FILE *out)
{
    for (; *text != '\0'; text++)
        if (*text == '"')
            fputc('\'', out);
        else
            fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
    fputc('\t', out);
}

static void write_number(double value, FILE *out)
{
    if (isfinite(value))
        fprintf(out, "%.*g", JSON_DIGITS, value);
    else
        fputs("NA", out);
}

void record_repeat_row(const struct record *r, const struct repeat *q, FILE *out)
{
    const struct scenario *s = &r->scenarios[q->scenario];

    write_text(s->name, out);
    write_text(s->points[q->point].name, out);
    write_number(record_x(r, q->scenario, q->point), out);
    fputc('\t', out);
    write_text(r->models.list[q->model].name, out);
    fprintf(out, "%u\t%u\t", q->round, q->order);
    write_text(q->started, out);
    write_text(record_outcomes[q->outcome], out);
    write_text(q->why, out);
    for (enum metric m = 0; m < METRIC_COUNT; m++) {
        write_number(q->value[m], out);
        fputc(m + 1 < METRIC_COUNT ? '\t' : '\n', out);
    }
}

static void write_tsv(const void *record, FILE *out)
{
    const struct record *r = record;

    fputs("scenario\tpoint\tx\tmodel\tround\torder\tstarted\toutcome\twhy", out);
    for (enum metric m = 0; m < METRIC_COUNT; m++)
        fprintf(out, "\t%s", metric_name(m));
    fputc('\n', out);
    for (size_t i = 0; i < r->repeat_count; i++)
        record_repeat_row(r, &r->repeats[i], out);
}

// ---- To disk -----------------------------------------------------------------------------------

// Takes over the path.
static bool replace(char *path, void (*write)(const void *, FILE *), const void *what)
{
    bool good = whole_file_write(path, write, what);

    free(path);
    return good;
}

static void write_scenario(const void *scenario, FILE *out)
{
    fputs(((const struct scenario *)scenario)->text, out);
}

// As they were used: the originals may be edited by the time someone looks.
static bool save_scenarios(const struct record *r)
{
    char *folder = record_path(r, "scenarios"), *name;
    bool good = mkdir(folder, 0777) == 0 || errno == EEXIST;

    if (!good)
        warn_errno("cannot make %s", folder);
    for (size_t i = 0; good && i < r->scenario_count; i++) {
        if (asprintf(&name, "scenarios/%s.scenario", r->scenarios[i].name) < 0)
            die_errno("cannot make the name of a file");
        char *path = record_path(r, name);
        free(name);
        if (access(path, F_OK) == 0)
            free(path);
        else
            good = replace(path, write_scenario, &r->scenarios[i]);
    }
    free(folder);
    return good;
}

bool record_save(const struct record *r)
{
    // The table after it: it never says more than run.json does. And the journal goes when both
    // have what it has.
    return save_scenarios(r) && replace(record_path(r, "run.json"), write_json, r) &&
           replace(record_path(r, "results.tsv"), write_tsv, r) && record_journal_remove(r);
}
