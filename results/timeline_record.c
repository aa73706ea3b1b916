// timeline_record.c: see timeline.h. timeline.json, written and read. Nothing is taken on trust:
// its names become names of files, its colours parts of scripts.
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/json.h"
#include "results/record_fields.h"
#include "results/run_folder.h"
#include "results/timeline.h"
#include "results/whole_file.h"

#define SCHEMA "echolab.timeline/1"

enum { MODELS_MAX = RECORD_MODELS_MAX, TAKES_MAX = MODELS_MAX * TIMELINE_ROUNDS_MAX };

static const double MOST_US = 1e12;

static const struct field fields_of_record[] = {
    FIELD(TEXT, timeline_record, work, "work"),
    FIELD(SMALL, timeline_record, rounds, "rounds"),
    FIELD(FLAG, timeline_record, chosen, "chosen"),
    FIELD(FLAG, timeline_record, interrupted, "interrupted"),
    {0},
};

static const struct field fields_of_take[] = {
    FIELD(SMALL, timeline_take, round, "round"),    FIELD(SMALL, timeline_take, pid, "pid"),
    FIELD(TEXT, timeline_take, why, "why"),         FIELD(NS, timeline_take, zero_ns, "zero_ns"),
    FIELD(STRING, timeline_take, server, "server"), {0},
};

static char *path_in(const char *folder, const char *name)
{
    char *path;

    if (asprintf(&path, "%s/%s", folder, name) < 0)
        die_errno("cannot make the name of a file");
    return path;
}

void timeline_record_free(struct timeline_record *r)
{
    for (size_t i = 0; i < r->take_count; i++)
        free(r->takes[i].server);
    for (size_t i = 0; i < r->models.count; i++)
        free(r->models.list[i].unavailable);
    free(r->takes);
    free(r->models.list);
    free(r->folder);
}

// ---- Writing -------------------------------------------------------------------------------

static json_t *models_json(const struct models *models)
{
    json_t *array = json_made(json_array());

    for (const struct model *m = models->list; m < models->list + models->count; m++) {
        json_t *object = json_made(json_object());
        fields_write(object, record_fields_model, m);
        json_put(object, "crew", json_boolean(m->crew));
        json_put(object, "why", json_text(m->unavailable != NULL ? m->unavailable : ""));
        json_append(array, object);
    }
    return array;
}

static json_t *moments_json(const double *us, size_t count)
{
    json_t *array = json_made(json_array());

    for (size_t i = 0; i < count; i++)
        json_append(array, json_real_or_null(us[i]));
    return array;
}

static json_t *client_json(const struct timeline_client *c)
{
    json_t *object = json_made(json_object());

    json_put(object, "connects_us", json_real_or_null(c->connects));
    json_put(object, "connected_us", json_real_or_null(c->connected));
    json_put(object, "asked_us", moments_json(c->asked, TIMELINE_REQUESTS));
    json_put(object, "answered_us", moments_json(c->answered, TIMELINE_REQUESTS));
    return object;
}

static json_t *takes_json(const struct timeline_record *r)
{
    json_t *array = json_made(json_array());

    for (size_t n = 0; n < r->take_count; n++) {
        const struct timeline_take *t = &r->takes[n];
        json_t *object = json_made(json_object()), *clients = json_made(json_array());
        json_put(object, "model", json_text(r->models.list[t->model].name));
        fields_write(object, fields_of_take, t);
        for (size_t i = 0; i < TIMELINE_CLIENTS; i++)
            json_append(clients, client_json(&t->met[i]));
        json_put(object, "clients", clients);
        json_append(array, object);
    }
    return array;
}

static void write_record(const void *what, FILE *out)
{
    const struct timeline_record *r = what;
    json_t *root = json_made(json_object()), *machine = json_made(json_object());

    json_put(root, "schema", json_string(SCHEMA));
    json_put(root, "name", json_text(r->name));
    fields_write(root, fields_of_record, r);
    fields_write(machine, environment_fields, &r->machine);
    json_put(root, "environment", machine);
    json_put(root, "models", models_json(&r->models));
    json_put(root, "takes", takes_json(r));
    json_write_lines(root, out);
    json_decref(root);
}

bool timeline_record_save(const struct timeline_record *r)
{
    char *file = path_in(r->folder, "timeline.json");
    bool written = whole_file_write(file, write_record, r);

    free(file);
    return written;
}

// ---- Reading -------------------------------------------------------------------------------

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);

    if (memory == NULL)
        die_errno("cannot hold the timeline");
    return memory;
}

static json_t *load(const char *file)
{
    json_error_t error;
    FILE *in = fopen(file, "re");

    if (in == NULL && errno == ENOENT)
        die("there is no %s: `bench timeline' makes a folder with one", file);
    if (in == NULL)
        die_errno("cannot read %s", file);
    json_t *root = json_loadf(in, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        die("%s: line %d: %s", file, error.line, error.text);
    fclose(in);
    const char *schema = json_string_value(json_object_get(root, "schema"));
    if (schema == NULL || strcmp(schema, SCHEMA) != 0)
        die("%s: schema: \"" SCHEMA "\" is expected", file);
    return root;
}

// Files are named by them, and scripts have them in it.
static void check_model(const struct model *m, struct origin origin)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "_-.+";
    bool coloured = strlen(m->colour) == 7 && m->colour[0] == '#';

    if (*m->name == '\0' || *m->name == '.' || m->name[strspn(m->name, allowed)] != '\0')
        field_die(origin, "name", "letters, digits and _ - . + are expected, and no . first");
    for (size_t i = 1; coloured && i < 7; i++)
        coloured = isxdigit((unsigned char)m->colour[i]) != 0;
    if (!coloured)
        field_die(origin, "colour", "# and six hexadecimal digits are expected");
}

static void read_models(const json_t *root, struct timeline_record *r, struct origin origin)
{
    json_t *array = field_get(root, "models", JSON_ARRAY, origin), *one;
    char object[48];
    size_t i;

    if (json_array_size(array) > MODELS_MAX)
        field_die(origin, "models", "there are too many");
    r->models.list = allocate(json_array_size(array), sizeof *r->models.list);
    json_array_foreach(array, i, one)
    {
        struct model *m = &r->models.list[i];
        snprintf(object, sizeof object, "models[%zu].", i);
        struct origin within = {origin.file, object};
        fields_read(one, record_fields_model, m, within);
        check_model(m, within);
        if (models_find(&r->models, m->name) != NULL)
            field_die(within, "name", "there is a model of this name already");
        m->ends = m->command = "";
        m->crew = json_is_true(json_object_get(one, "crew"));
        const char *why = json_string_value(field_get(one, "why", JSON_STRING, within));
        if (*why != '\0' && (m->unavailable = strdup(why)) == NULL)
            die_errno("cannot hold the timeline");
        r->models.count++;
    }
}

// A number; NAN: null.
static double read_moment(const json_t *value, const char *name, struct origin origin)
{
    if (json_is_null(value))
        return NAN;
    if (!json_is_number(value) || !(fabs(json_number_value(value)) <= MOST_US))
        field_die(origin, name, "microseconds are expected, or null");
    return json_number_value(value);
}

static void read_moments(const json_t *object, const char *name, double us[TIMELINE_REQUESTS],
                         struct origin origin)
{
    const json_t *array = field_get(object, name, JSON_ARRAY, origin);

    if (json_array_size(array) != TIMELINE_REQUESTS)
        field_die(origin, name, "a moment for each request is expected");
    for (size_t k = 0; k < TIMELINE_REQUESTS; k++)
        us[k] = read_moment(json_array_get(array, k), name, origin);
}

static void read_clients(const json_t *take, struct timeline_client met[TIMELINE_CLIENTS],
                         struct origin origin)
{
    const json_t *array = field_get(take, "clients", JSON_ARRAY, origin);

    if (json_array_size(array) != TIMELINE_CLIENTS)
        field_die(origin, "clients", "four of them are expected");
    for (size_t i = 0; i < TIMELINE_CLIENTS; i++) {
        const json_t *one = json_array_get(array, i);
        met[i].connects = read_moment(json_object_get(one, "connects_us"), "connects_us", origin);
        met[i].connected = read_moment(json_object_get(one, "connected_us"), "connected_us",
                                       origin);
        read_moments(one, "asked_us", met[i].asked, origin);
        read_moments(one, "answered_us", met[i].answered, origin);
    }
}

static void read_takes(const json_t *root, struct timeline_record *r, struct origin origin)
{
    const json_t *array = field_get(root, "takes", JSON_ARRAY, origin), *one;
    char object[48];
    size_t i;

    if (json_array_size(array) > TAKES_MAX)
        field_die(origin, "takes", "there are too many");
    r->takes = allocate(json_array_size(array), sizeof *r->takes);
    json_array_foreach(array, i, one)
    {
        struct timeline_take *t = &r->takes[i];
        snprintf(object, sizeof object, "takes[%zu].", i);
        struct origin within = {origin.file, object};
        const char *name = json_string_value(field_get(one, "model", JSON_STRING, within));
        const struct model *m = models_find(&r->models, name);
        if (m == NULL)
            field_die(within, "model", "there is no such model in this file");
        t->model = (unsigned)(m - r->models.list);
        fields_read(one, fields_of_take, t, within);
        field_integer(one, "round", 1, TIMELINE_ROUNDS_MAX, within);
        field_integer(one, "pid", 0, 1 << 22, within);
        read_clients(one, t->met, within);
        r->take_count++;
    }
}

void timeline_record_read(struct timeline_record *r, const char *folder)
{
    int64_t work_ns;

    *r = (struct timeline_record){.folder = strdup(folder)};
    if (r->folder == NULL)
        die_errno("cannot hold the timeline");
    r->name = run_folder_name(r->folder);
    char *file = path_in(r->folder, "timeline.json");
    struct origin origin = {file, ""};
    json_t *root = load(file);
    fields_read(root, fields_of_record, r, origin);
    if (!timeline_read_work(r->work, &work_ns))
        field_die(origin, "work", "cpu:TIME or sleep:TIME is expected, from 100us to 1s");
    field_integer(root, "rounds", 1, TIMELINE_ROUNDS_MAX, origin);
    fields_read(field_get(root, "environment", JSON_OBJECT, origin), environment_fields,
                &r->machine, (struct origin){file, "environment."});
    read_models(root, r, origin);
    read_takes(root, r, origin);
    json_decref(root);
    free(file);
}
