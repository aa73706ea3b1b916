// record_read.c: a run's record out of its folder. Nothing is taken on trust: a file may be cut
// off, edited, or another program's; its names become names of files, its colours parts of scripts.
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fail.h"
#include "base/json.h"
#include "results/record_fields.h"
#include "results/run_folder.h"

// Beyond this a number is no measurement, and what is computed from it no number.
static const double LARGEST = 1e18;

static void *allocate(size_t n, size_t size)
{
    void *memory = calloc(n > 0 ? n : 1, size);

    if (memory == NULL)
        die_errno("cannot hold the run");
    return memory;
}

static char *copy(const char *text)
{
    char *made = strdup(text);

    if (made == NULL)
        die_errno("cannot hold the run");
    return made;
}

static json_t *load(const char *folder, const char *file)
{
    struct stat about;
    json_error_t error;

    if (stat(folder, &about) != 0)
        die_errno("cannot read %s", folder);
    if (!S_ISDIR(about.st_mode))
        die("%s is no folder: a run is a folder such as results/data/reference", folder);
    FILE *in = fopen(file, "re");
    if (in == NULL && errno == ENOENT)
        die("%s is no run: there is no run.json in it", folder);
    if (in == NULL)
        die_errno("cannot read %s", file);
    json_t *root = json_loadf(in, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        die("%s: line %d: %s", file, error.line, error.text);
    fclose(in);
    return root;
}

static void check_schema(const json_t *root, struct origin origin)
{
    const char *schema = json_string_value(json_object_get(root, "schema"));

    if (schema == NULL || strcmp(schema, RECORD_SCHEMA) != 0)
        die("%s: schema: \"" RECORD_SCHEMA "\" is expected, not %s%s%s", origin.file,
            schema != NULL ? "\"" : "", schema != NULL ? schema : "nothing",
            schema != NULL ? "\"" : "");
}

// Files are named by them.
static void check_name(const char *name, struct origin origin)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "_-.+";

    if (*name == '\0' || *name == '.' || name[strspn(name, allowed)] != '\0')
        field_die(origin, "name", "letters, digits and _ - . + are expected, and no . first");
}

static void check_colour(const char *colour, struct origin origin)
{
    bool good = strlen(colour) == 7 && colour[0] == '#';

    for (size_t i = 1; good && i < 7; i++)
        good = isxdigit((unsigned char)colour[i]) != 0;
    if (!good)
        field_die(origin, "colour", "# and six hexadecimal digits are expected");
}

static void read_models(const json_t *root, struct record *r, struct origin origin)
{
    json_t *array = field_get(root, "models", JSON_ARRAY, origin), *one;
    char object[48];
    size_t i;

    r->model_texts = json_incref(array);
    if (json_array_size(array) > RECORD_MODELS_MAX)
        field_die(origin, "models", "there are too many");
    r->models.list = allocate(json_array_size(array), sizeof *r->models.list);
    json_array_foreach(array, i, one)
    {
        struct model *m = &r->models.list[i];
        snprintf(object, sizeof object, "models[%zu].", i);
        struct origin within = {origin.file, object};
        fields_read(one, record_fields_model, m, within);
        check_name(m->name, within);
        check_colour(m->colour, within);
        if (models_find(&r->models, m->name) != NULL)
            field_die(within, "name", "there is a model of this name already");
        m->ends = json_string_value(field_get(one, "ends", JSON_STRING, within));
        m->command = json_string_value(field_get(one, "command", JSON_STRING, within));
        r->models.count++;
    }
}

// Its place in the list, or scenario_count.
static unsigned find_scenario(const struct record *r, const char *name)
{
    unsigned i = 0;

    while (i < r->scenario_count && strcmp(r->scenarios[i].name, name) != 0)
        i++;
    return i;
}

static void read_scenario_file(struct record *r, const char *name, struct origin origin)
{
    char *file, *why;

    if (strlen(name) >= SCENARIO_NAME)
        field_die(origin, "name", "this text is too long");
    check_name(name, origin);
    if (find_scenario(r, name) < r->scenario_count)
        field_die(origin, "name", "there is a scenario of this name already");
    if (asprintf(&file, "%s/scenarios/%s.scenario", r->folder, name) < 0)
        die_errno("cannot make the name of a file");
    if (!scenario_read(&r->scenarios[r->scenario_count], file, &why))
        die("%s", why);
    free(file);
}

static double read_capacity(const json_t *object, struct origin origin)
{
    const json_t *rps = json_object_get(object, "capacity_rps");

    if (!json_is_null(rps) && !(json_number_value(rps) > 0 && json_number_value(rps) < LARGEST))
        field_die(origin, "capacity_rps", "a number above 0 or null is expected");
    return json_number_value(rps);
}

static void read_scenarios(const json_t *root, struct record *r, struct origin origin)
{
    json_t *array = field_get(root, "scenarios", JSON_ARRAY, origin), *one;
    size_t n = json_array_size(array), i;
    char object[48];

    r->scenarios = allocate(n, sizeof *r->scenarios);
    r->duration_ns = allocate(n, sizeof *r->duration_ns);
    r->capacity = allocate(n, sizeof *r->capacity);
    r->unprobed = allocate(n, sizeof *r->unprobed);
    r->scenario_texts = json_incref(array);
    json_array_foreach(array, i, one)
    {
        snprintf(object, sizeof object, "scenarios[%zu].", i);
        struct origin within = {origin.file, object};
        read_scenario_file(r, json_string_value(field_get(one, "name", JSON_STRING, within)),
                           within);
        r->duration_ns[i] = field_integer(one, "duration_ns", 1, RECORD_WINDOW_MAX, within);
        r->capacity[i] = read_capacity(one, within);
        r->scenario_count++;
        // Without a capacity the probe is made again, and tells anew.
        const char *why = json_string_value(json_object_get(one, "unprobed"));
        if (why != NULL && r->capacity[i] > 0)
            r->unprobed[i] = copy(why);
    }
}

// ---- Repeats -----------------------------------------------------------------------------------

static const char *read_word(const json_t *object, const char *name, struct origin origin)
{
    return json_string_value(field_get(object, name, JSON_STRING, origin));
}

static void read_place(const json_t *object, const struct record *r, struct repeat *q,
                       struct origin origin)
{
    q->scenario = find_scenario(r, read_word(object, "scenario", origin));
    if (q->scenario == r->scenario_count)
        field_die(origin, "scenario", "it is not in the list of scenarios");
    const struct scenario *s = &r->scenarios[q->scenario];
    const struct point *point = scenario_point(s, read_word(object, "point", origin));
    if (point == NULL)
        field_die(origin, "point", "its scenario's file has no such point");
    q->point = (unsigned)(point - s->points);
    const struct model *model = models_find(&r->models, read_word(object, "model", origin));
    if (model == NULL)
        field_die(origin, "model", "it is not in the list of models");
    q->model = (unsigned)(model - r->models.list);
}

static enum repeat_outcome read_outcome(const json_t *object, struct origin origin)
{
    const char *word = read_word(object, "outcome", origin);
    enum repeat_outcome outcome = 0;

    while (outcome < OUTCOMES && strcmp(record_outcomes[outcome], word) != 0)
        outcome++;
    if (outcome == OUTCOMES)
        field_die(origin, "outcome", "\"measured\", \"ended\" or \"failed\" is expected");
    return outcome;
}

// Metrics that this program does not know are passed over; those that the file has not are NAN.
static void read_values(const json_t *object, struct repeat *q, struct origin origin)
{
    const json_t *values = field_get(object, "values", JSON_OBJECT, origin);

    for (enum metric m = 0; m < METRIC_COUNT; m++) {
        const json_t *value = json_object_get(values, metric_name(m));
        q->value[m] = json_is_number(value) ? json_number_value(value) : NAN;
        if (value != NULL && !json_is_null(value) && !json_is_number(value))
            field_die(origin, metric_name(m), "a number or null is expected");
        if (fabs(q->value[m]) > LARGEST)
            field_die(origin, metric_name(m), "this number is out of range");
    }
}

void record_repeat_read(const json_t *object, const struct record *r, struct repeat *q,
                        struct origin origin)
{
    read_place(object, r, q, origin);
    q->outcome = read_outcome(object, origin);
    fields_read(object, record_fields_repeat, q, origin);
    field_integer(object, "round", 1, RECORD_ROUNDS_MAX, origin);
    field_integer(object, "order", 0, RECORD_ORDER_MAX, origin);
    read_values(object, q, origin);
}

static void read_repeats(const json_t *root, struct record *r, struct origin origin)
{
    const json_t *array = field_get(root, "repeats", JSON_ARRAY, origin), *one;
    char object[48];
    size_t i;

    r->repeats = allocate(json_array_size(array), sizeof *r->repeats);
    json_array_foreach(array, i, one)
    {
        snprintf(object, sizeof object, "repeats[%zu].", i);
        record_repeat_read(one, r, &r->repeats[i], (struct origin){origin.file, object});
        r->repeat_count++;
    }
}

// ---- The whole ---------------------------------------------------------------------------------

void record_read(struct record *r, const char *folder)
{
    memset(r, 0, sizeof *r);
    r->folder = copy(folder);
    r->name = run_folder_name(r->folder);
    char *file = record_path(r, "run.json");
    struct origin origin = {file, ""};
    json_t *root = load(r->folder, file);
    check_schema(root, origin);
    fields_read(root, record_fields, r, origin);
    field_integer(root, "rounds", 1, RECORD_ROUNDS_MAX, origin);
    fields_read(field_get(root, "environment", JSON_OBJECT, origin), environment_fields,
                &r->machine, (struct origin){file, "environment."});
    read_models(root, r, origin);
    read_scenarios(root, r, origin);
    read_repeats(root, r, origin);
    json_decref(root);
    free(file);
    record_journal_read(r);
}

// ---- Edited since ------------------------------------------------------------------------------

// The next line of a text, without its end; of a text that has none, "".
static const char *next_line(const char **text, int *length)
{
    const char *line = *text;

    *length = (int)strcspn(line, "\n");
    *text = line + *length + (line[*length] != '\0');
    return line;
}

// NULL: their lines are the same.
static char *tell_difference(const struct record *r, const char *name, const char *used,
                             const char *found)
{
    char *told;

    for (unsigned number = 1; *used != '\0' || *found != '\0'; number++) {
        int before, now;
        const char *was = next_line(&used, &before), *is = next_line(&found, &now);
        if (before == now && strncmp(was, is, (size_t)now) == 0)
            continue;
        if (asprintf(&told,
                     "%s/scenarios/%s.scenario, line %u: \"%.*s\" was \"%.*s\" when the run began: "
                     "its repeats would not be alike; put it back, or begin another run",
                     r->folder, name, number, now, is, before, was) < 0)
            die_errno("cannot compare two texts");
        return told;
    }
    return NULL;
}

char *record_edited(const struct record *r)
{
    for (size_t i = 0; i < r->scenario_count && r->scenario_texts != NULL; i++) {
        const json_t *used = json_object_get(json_array_get(r->scenario_texts, i), "text");
        // As it would be written now: JSON has shown some bytes as "?".
        json_t *found = json_made(json_text(r->scenarios[i].text));
        char *told = json_is_string(used)
                         ? tell_difference(r, r->scenarios[i].name, json_string_value(used),
                                           json_string_value(found))
                         : NULL;
        json_decref(found);
        if (told != NULL)
            return told;
    }
    return NULL;
}
