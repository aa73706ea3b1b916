// record_write.c: a run's record to its folder: run.json, results.tsv, the scenarios. A run may
// take an hour, and is saved after each repeat: what was there stays until the new file is whole.
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "results/record_fields.h"

// ---- run.json ----------------------------------------------------------------------------------

static json_t *made(json_t *json)
{
    if (json == NULL)
        die("cannot make the JSON of the run: out of memory");
    return json;
}

static void put(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, made(value)) != 0)
        die("cannot make the JSON of the run: out of memory");
}

static void append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, made(value)) != 0)
        die("cannot make the JSON of the run: out of memory");
}

static json_t *metrics_json(void)
{
    json_t *array = made(json_array());

    for (enum metric m = 0; m < METRIC_COUNT; m++)
        append(array, json_pack("{s:s, s:s, s:s}", "name", metric_name(m), "unit", metric_unit(m),
                                "what", metric_what(m)));
    return array;
}

static json_t *models_json(const struct models *models)
{
    json_t *array = made(json_array());

    for (const struct model *m = models->list; m < models->list + models->count; m++) {
        json_t *object = made(json_object());
        fields_write(object, record_fields_model, m);
        put(object, "ends", json_text(m->ends));
        put(object, "command", json_text(m->command));
        append(array, object);
    }
    return array;
}

static json_t *points_json(const struct record *r, unsigned scenario)
{
    const struct scenario *s = &r->scenarios[scenario];
    json_t *array = made(json_array());

    for (unsigned p = 0; p < s->point_count; p++) {
        json_t *object = made(json_object());
        put(object, "name", json_text(s->points[p].name));
        put(object, "x", json_real_or_null(record_x(r, scenario, p)));
        append(array, object);
    }
    return array;
}

static json_t *scenarios_json(const struct record *r)
{
    json_t *array = made(json_array());

    for (unsigned i = 0; i < r->scenario_count; i++) {
        const struct scenario *s = &r->scenarios[i];
        json_t *object = made(json_object());
        put(object, "name", json_text(s->name));
        put(object, "question", json_text(s->question));
        put(object, "x_title", json_text(s->x_title));
        put(object, "duration_ns", json_integer(r->duration_ns[i]));
        put(object, "capacity_rps",
            s->of_capacity && r->capacity[i] > 0 ? json_real(r->capacity[i]) : json_null());
        put(object, "points", points_json(r, i));
        append(array, object);
    }
    return array;
}

static json_t *repeat_json(const struct record *r, const struct repeat *q)
{
    const struct scenario *s = &r->scenarios[q->scenario];
    json_t *object = made(json_object()), *values = made(json_object());

    put(object, "scenario", json_text(s->name));
    put(object, "point", json_text(s->points[q->point].name));
    put(object, "model", json_text(r->models.list[q->model].name));
    put(object, "outcome", json_text(record_outcomes[q->outcome]));
    fields_write(object, record_fields_repeat, q);
    for (enum metric m = 0; m < METRIC_COUNT; m++)
        put(values, metric_name(m), json_real_or_null(q->value[m]));
    put(object, "values", values);
    return object;
}

static void write_json(const void *record, FILE *out)
{
    const struct record *r = record;
    json_t *root = made(json_object()), *machine = made(json_object());
    json_t *repeats = made(json_array());

    put(root, "schema", json_string(RECORD_SCHEMA));
    put(root, "name", json_text(r->name));
    fields_write(root, record_fields, r);
    fields_write(machine, fields_environment, &r->machine);
    put(root, "environment", machine);
    put(root, "metrics", metrics_json());
    put(root, "models", models_json(&r->models));
    put(root, "scenarios", scenarios_json(r));
    for (size_t i = 0; i < r->repeat_count; i++)
        append(repeats, repeat_json(r, &r->repeats[i]));
    put(root, "repeats", repeats);
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
        fprintf(out, "%.*g", RESULT_DIGITS, value);
    else
        fputs("NA", out);
}

static void write_row(const struct record *r, const struct repeat *q, FILE *out)
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
        write_row(r, &r->repeats[i], out);
}

// ---- To disk -----------------------------------------------------------------------------------

static char *path_in(const struct record *r, const char *format, const char *name)
{
    char *file, *path;

    if (asprintf(&file, format, name) < 0 || asprintf(&path, "%s/%s", r->folder, file) < 0)
        die_errno("cannot make the name of a file");
    free(file);
    return path;
}

static bool write_whole(const char *path, void (*write)(const void *, FILE *), const void *what)
{
    FILE *out = fopen(path, "we");

    if (out == NULL)
        return false;
    errno = 0;
    write(what, out);
    bool good = fflush(out) == 0 && !ferror(out) && fsync(fileno(out)) == 0;
    int error = errno != 0 ? errno : EIO;
    if (fclose(out) != 0)
        good = false;
    else
        errno = error;
    return good;
}

// Takes over the path.
static bool replace(char *path, void (*write)(const void *, FILE *), const void *what)
{
    char *part;

    if (asprintf(&part, "%s.part", path) < 0)
        die_errno("cannot make the name of a file");
    bool good = write_whole(part, write, what) && rename(part, path) == 0;
    if (!good) {
        warn_errno("cannot write %s; it is as it was before", path);
        unlink(part);
    }
    free(part);
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
    char *folder = path_in(r, "%s", "scenarios");
    bool good = mkdir(folder, 0777) == 0 || errno == EEXIST;

    if (!good)
        warn_errno("cannot make %s", folder);
    for (size_t i = 0; good && i < r->scenario_count; i++) {
        char *path = path_in(r, "scenarios/%s.scenario", r->scenarios[i].name);
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
    // The table last: it never says more than run.json does.
    return save_scenarios(r) && replace(path_in(r, "%s", "run.json"), write_json, r) &&
           replace(path_in(r, "%s", "results.tsv"), write_tsv, r);
}
