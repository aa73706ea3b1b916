// report_read.c: see report_read.h.
#include "grade/report_read.h"

#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/fail.h"

enum { MOST_REPEATS = 10000, MOST_COLUMNS = 128 };

const char *const report_columns[COLUMN_COUNT] = {
#define X(name) #name,
    REPORT_COLUMNS(X)
#undef X
};

// ---- Files and texts -----------------------------------------------------------------------

void report_copy(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text != NULL ? text : "");
}

double report_time(const char *text)
{
    struct tm when = {0};

    if (text == NULL || strptime(text, "%Y-%m-%dT%H:%M:%S", &when) == NULL)
        return NAN;
    return (double)timegm(&when);
}

static void lack_file(struct report *r, const char *name)
{
    snprintf(r->trouble, sizeof r->trouble,
             "there is no file %s (links are not followed; 8 MiB each and 256 MiB in all are "
             "the most)",
             name);
}

// A name that a file's can be made of.
static bool take_name(char *to, const char *text)
{
    size_t n = text != NULL ? strlen(text) : 0;

    *to = '\0';
    if (n == 0 || n >= REPORT_NAME || strchr(text, '/') != NULL)
        return false;
    memcpy(to, text, n + 1);
    return true;
}

static double number_of(const char *text)
{
    char *end;
    double value = strtod(text, &end);

    return end != text && *end == '\0' && isfinite(value) ? value : NAN;
}

// Cuts the next line off, and it into its columns; their number, 0 at the end. Comments and empty
// lines are none.
static size_t next_row(char **rest, char *columns[], size_t most)
{
    char *line;

    while ((line = strsep(rest, "\n")) != NULL) {
        size_t n = 0;
        line[strcspn(line, "\r")] = '\0';
        if (*line == '\0' || *line == '#')
            continue;
        for (char *column; n < most && (column = strsep(&line, "\t")) != NULL; n++)
            columns[n] = column;
        return n;
    }
    return 0;
}

// ---- answers.tsv ---------------------------------------------------------------------------

void report_claim_name(const struct report *r, unsigned which, char *name, size_t size)
{
    if (which < P99_FIRST)
        snprintf(name, size, "%s", which == P99 ? "p99" : "throughput");
    else
        snprintf(name, size, "p99-%s", r->models[which - P99_FIRST]);
}

static void take_claim(struct report *r, char *columns[])
{
    enum { CLAIM, SCENARIO, POINT, VALUE, UNIT = VALUE + 3, VERDICT };

    for (unsigned i = 0; i < CLAIMS; i++) {
        struct report_claim *c = &r->claims[i];
        char name[2 * REPORT_NAME];
        report_claim_name(r, i, name, sizeof name);
        if (strcmp(columns[CLAIM], name) != 0 || *c->claim != '\0')
            continue;
        report_copy(c->claim, sizeof c->claim, name);
        report_copy(c->scenario, sizeof c->scenario, columns[SCENARIO]);
        report_copy(c->point, sizeof c->point, columns[POINT]);
        report_copy(c->unit, sizeof c->unit, columns[UNIT]);
        report_copy(c->verdict, sizeof c->verdict, columns[VERDICT]);
        for (unsigned k = 0; k < 3; k++) {
            report_copy(c->text[k], sizeof c->text[k], columns[VALUE + k]);
            c->number[k] = number_of(columns[VALUE + k]);
        }
    }
}

static void read_answers(struct report *r)
{
    enum { COLUMNS = 8 };
    char *columns[COLUMNS + 1];
    size_t size, n;
    char *text = report_file(r, "answers.tsv", &size), *rest = text;

    if (text == NULL) {
        lack_file(r, "answers.tsv");
        return;
    }
    while ((n = next_row(&rest, columns, COLUMNS + 1)) > 0)
        if (n == COLUMNS)
            take_claim(r, columns);
    free(text);
}

// ---- run.json ------------------------------------------------------------------------------

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

// The last one counts, as for the server.
static void take_work(struct report_repeat *q, const char *command)
{
    static const char option[] = " --work";
    const char *work = command != NULL ? command : "";

    while ((work = strstr(work, option)) != NULL) {
        work += strlen(option);
        if (*work == ' ' || *work == '=')
            snprintf(q->work, sizeof q->work, "%.*s", (int)strcspn(work + 1, " "), work + 1);
    }
}

// False: it has no place in the run.
static bool take_repeat(struct report_repeat *q, const json_t *from)
{
    const char *outcome = text_of(from, "outcome");
    json_int_t round = json_integer_value(json_object_get(from, "round"));
    json_int_t order = json_integer_value(json_object_get(from, "order"));
    const json_t *values = json_object_get(from, "values");

    if (!take_name(q->scenario, text_of(from, "scenario")) ||
        !take_name(q->point, text_of(from, "point")) ||
        !take_name(q->model, text_of(from, "model")) || round < 1 || round > MOST_REPEATS ||
        order < 1 || order > INT_MAX)
        return false;
    q->round = (unsigned)round;
    q->order = (unsigned)order;
    q->measured = outcome != NULL && strcmp(outcome, "measured") == 0;
    q->started = report_time(text_of(from, "started"));
    take_work(q, text_of(from, "server"));
    for (unsigned c = 0; c < COLUMN_COUNT; c++) {
        const json_t *value = json_object_get(values, report_columns[c]);
        q->said[c] = json_is_number(value) ? json_number_value(value) : NAN;
        q->tabled[c] = NAN;
    }
    return true;
}

static void take_machine(struct report *r, const json_t *root)
{
    const json_t *machine = json_object_get(root, "environment");

    r->cores = json_number_value(json_object_get(machine, "cores"));
    r->interrupted = json_is_true(json_object_get(root, "interrupted"));
    report_copy(r->kernel, sizeof r->kernel, text_of(machine, "kernel"));
    report_copy(r->cpu, sizeof r->cpu, text_of(machine, "cpu"));
    report_copy(r->commit, sizeof r->commit, text_of(machine, "commit"));
    report_copy(r->version, sizeof r->version, text_of(machine, "version"));
    report_copy(r->server_cores, sizeof r->server_cores, text_of(root, "server_cores"));
    report_copy(r->load_cores, sizeof r->load_cores, text_of(root, "load_cores"));
}

static void read_run(struct report *r)
{
    size_t size;
    char *text = report_file(r, "run/run.json", &size);
    json_t *root = text != NULL ? json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const char *schema = text_of(root, "schema");
    const json_t *repeats = json_object_get(root, "repeats");
    size_t n = json_array_size(repeats);

    if (text == NULL)
        lack_file(r, "run/run.json");
    else if (schema == NULL || strcmp(schema, "echolab.run/1") != 0)
        report_copy(r->trouble, sizeof r->trouble, "run/run.json is no run of bench");
    else if (n == 0 || n > MOST_REPEATS)
        snprintf(r->trouble, sizeof r->trouble, "run/run.json has %zu repeats", n);
    else if ((r->repeats = calloc(n, sizeof *r->repeats)) == NULL)
        snprintf(r->trouble, sizeof r->trouble, "there is no memory for %zu repeats", n);
    for (size_t i = 0; r->repeats != NULL && i < n; i++)
        if (take_repeat(&r->repeats[r->count], json_array_get(repeats, i)))
            r->count++;
        else
            memset(&r->repeats[r->count], 0, sizeof *r->repeats);
    if (r->repeats != NULL)
        take_machine(r, root);
    json_decref(root);
    free(text);
}

// ---- results.tsv ---------------------------------------------------------------------------

static size_t column_of(char *const heading[], size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(heading[i], name) == 0)
            return i;
    return SIZE_MAX;
}

static struct report_repeat *find(struct report *r, char *const cells[], size_t n,
                                  const size_t places[])
{
    for (unsigned i = 0; i < 4; i++)
        if (places[i] >= n)
            return NULL;
    for (size_t i = 0; i < r->count; i++) {
        struct report_repeat *q = &r->repeats[i];
        if (strcmp(q->scenario, cells[places[0]]) == 0 && strcmp(q->point, cells[places[1]]) == 0 &&
            strcmp(q->model, cells[places[2]]) == 0 &&
            number_of(cells[places[3]]) == (double)q->round)
            return q;
    }
    return NULL;
}

static void read_table(struct report *r)
{
    static const char *const keys[] = {"scenario", "point", "model", "round"};
    char *heading[MOST_COLUMNS], *cells[MOST_COLUMNS];
    size_t size, n, columns, places[4], of[COLUMN_COUNT];
    char *text = report_file(r, "run/results.tsv", &size), *rest = text;

    if (text == NULL) {
        lack_file(r, "run/results.tsv");
        return;
    }
    columns = next_row(&rest, heading, MOST_COLUMNS);
    for (unsigned i = 0; i < 4; i++)
        places[i] = column_of(heading, columns, keys[i]);
    for (unsigned c = 0; c < COLUMN_COUNT; c++)
        of[c] = column_of(heading, columns, report_columns[c]);
    // One too many says as much as a million.
    while (r->rows <= r->count && (n = next_row(&rest, cells, MOST_COLUMNS)) > 0) {
        struct report_repeat *q = find(r, cells, n, places);
        r->rows++;
        if (q == NULL || q->in_table) {
            r->rows_unknown++;
            continue;
        }
        q->in_table = true;
        for (unsigned c = 0; c < COLUMN_COUNT; c++)
            q->tabled[c] = of[c] < n ? number_of(cells[of[c]]) : NAN;
    }
    free(text);
}

// --------------------------------------------------------------------------------------------

void report_read(struct report *r, const char *folder, const char *models)
{
    struct rlimit before;

    memset(r, 0, sizeof *r);
    if (sscanf(models, "%63s %63s", r->models[0], r->models[1]) != 2)
        die("the reference of a lab of measuring is the two models that are compared, not '%s'",
            models);
    report_limit_memory(&before);
    if (!report_open(r, folder))
        report_copy(r->trouble, sizeof r->trouble, "the folder cannot be read");
    else
        read_answers(r);
    if (*r->trouble == '\0')
        read_run(r);
    if (*r->trouble == '\0')
        read_table(r);
    for (size_t i = 0; i < r->count && *r->trouble == '\0'; i++)
        report_raw_read(r, &r->repeats[i]);
    report_close(r);
    setrlimit(RLIMIT_DATA, &before);
}

void report_free(struct report *r)
{
    free(r->repeats);
}
