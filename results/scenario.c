// scenario.c: see scenario.h. First the lines (keyed.h), then the values that hold for the whole
// scenario, in the order in which one needs another, then those of each point.
#include "results/scenario.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "base/units.h"
#include "results/keyed.h"
#include "results/scenario_figures.h"
#include "results/scenario_points.h"
#include "results/scenario_read.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define LONGEST_NS (3600 * NS_PER_SECOND)

enum { REPEATS_MAX = 1000 };

bool reading_fault(const struct reading *r, const struct keyed_entry *entry, const char *format,
                   ...)
{
    va_list arguments;
    char *what;
    const char *dot = *entry->point == '\0' ? "" : ".";

    va_start(arguments, format);
    if (vasprintf(&what, format, arguments) < 0)
        die_errno("cannot allocate memory for a message");
    va_end(arguments);
    keyed_fault(&r->lines, entry->line, r->why, "%s%s%s: %s", entry->key, dot, entry->point, what);
    free(what);
    return false;
}

void *reading_keep(void *memory)
{
    static struct kept {
        struct kept *before;
        void *memory;
    } * kept;
    struct kept *one = malloc(sizeof *one);

    if (memory == NULL || one == NULL)
        die_errno("cannot allocate memory for a scenario");
    one->before = kept;
    one->memory = memory;
    kept = one;
    return memory;
}

// ---- What holds for the whole scenario --------------------------------------------------------

static bool take_question(struct reading *r, const struct keyed_entry *entry)
{
    if (entry->value[strlen(entry->value) - 1] != '?')
        return reading_fault(r, entry, "a scenario answers a question: end it with '?'");
    r->scenario->question = reading_keep(strdup(entry->value));
    return true;
}

static bool take_about(struct reading *r, const struct keyed_entry *entry)
{
    r->scenario->about = reading_keep(strdup(entry->value));
    return true;
}

static bool take_x(struct reading *r, const struct keyed_entry *entry)
{
    r->scenario->x_title = reading_keep(strdup(entry->value));
    return true;
}

static bool take_models(struct reading *r, const struct keyed_entry *entry)
{
    r->scenario->models = reading_keep(strdup(entry->value));
    return true;
}

static bool take_capacity(struct reading *r, const struct keyed_entry *entry)
{
    if (!reading_check_options(r, entry))
        return false;
    if (strchr(entry->value, '{') != NULL || strstr(entry->value, "--rate") != NULL)
        return reading_fault(r, entry,
                             "the probe comes before all points and finds out the rate: options of "
                             "a closed loop, without {x} and --rate");
    r->scenario->of_capacity = true;
    r->scenario->capacity_load = reading_keep(strdup(entry->value));
    return true;
}

static bool take_count(struct reading *r, const struct keyed_entry *entry, unsigned most,
                       unsigned *count)
{
    uint64_t given;

    if (!units_count(entry->value, 1, most, &given))
        return reading_fault(r, entry, "'%s' is no whole number from 1 to %u", entry->value, most);
    *count = (unsigned)given;
    return true;
}

static bool take_repeats(struct reading *r, const struct keyed_entry *entry)
{
    return take_count(r, entry, REPEATS_MAX, &r->scenario->repeats);
}

static bool take_place(struct reading *r, const struct keyed_entry *entry)
{
    return take_count(r, entry, SCENARIO_LAST, &r->scenario->place);
}

static bool take_time(struct reading *r, const struct keyed_entry *entry, int64_t least_ns,
                      int64_t *ns)
{
    int64_t given;

    if (!units_time(entry->value, LONGEST_NS, &given) || given < least_ns)
        return reading_fault(r, entry,
                             "'%s' is no time from %s to 60min: a number and its unit (ns, us, ms, "
                             "s, min), such as 500ms",
                             entry->value, least_ns == 0 ? "0s" : "50ms");
    *ns = given;
    return true;
}

static bool take_duration(struct reading *r, const struct keyed_entry *entry)
{
    return take_time(r, entry, NS_PER_SECOND / 20, &r->scenario->duration_ns);
}

static bool take_warmup(struct reading *r, const struct keyed_entry *entry)
{
    return take_time(r, entry, 0, &r->scenario->warmup_ns);
}

static bool take_drain(struct reading *r, const struct keyed_entry *entry)
{
    return take_time(r, entry, 0, &r->scenario->drain_ns);
}

static bool take_account(struct reading *r, const struct keyed_entry *entry)
{
    r->scenario->whole_life = strcmp(entry->value, "life") == 0;
    if (!r->scenario->whole_life && strcmp(entry->value, "window") != 0)
        return reading_fault(r, entry, "'%s' is none of window, life", entry->value);
    return true;
}

static bool take_keep(struct reading *r, const struct keyed_entry *entry)
{
    char *words = reading_keep(strdup(entry->value)), *rest;

    for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        if (strcmp(word, "clients") == 0)
            r->scenario->per_client = true;
        else if (strcmp(word, "timeline") == 0)
            r->scenario->timeline = true;
        else
            return reading_fault(r, entry, "'%s' is none of clients, timeline", word);
    return true;
}

// ---- All together -----------------------------------------------------------------------------

// In the order in which they are taken. Those without a function belong to the points.
static const struct key {
    const char *name;
    bool (*take)(struct reading *, const struct keyed_entry *);
    const char *needed; // it must be there: what it is
} keys[] = {
    {"question", take_question, "what the scenario is to answer, one sentence"},
    {"about", take_about, NULL},
    {"place", take_place, NULL},
    {"x", take_x, NULL},
    {"models", take_models, NULL},
    {"axis", points_take_axis, NULL},
    {"capacity", take_capacity, NULL},
    {"points", points_take, "the values of what is varied, with blanks between"},
    {"quick", points_take_quick, NULL},
    {"keep", take_keep, NULL},
    {"figures", figures_take, "what is drawn, such as lines:rps"},
    {"repeats", take_repeats, NULL},
    {"duration", take_duration, NULL},
    {"warmup", take_warmup, NULL},
    {"drain", take_drain, NULL},
    {"account", take_account, NULL},
    {"server", NULL, NULL},
    {"load", NULL, NULL},
    {"beside", NULL, NULL},
    {"cores", NULL, NULL},
    {"stall", NULL, NULL},
};

static const struct key *find_key(const char *name)
{
    for (size_t i = 0; i < COUNT(keys); i++)
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

static bool fault_unknown(const struct reading *r, const struct keyed_entry *entry)
{
    char list[256];
    size_t length = 0;

    for (size_t i = 0; i < COUNT(keys); i++)
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%s", i == 0 ? "" : ", ",
                                   keys[i].name);
    return keyed_fault(&r->lines, entry->line, r->why, "'%s' is no key; there are: %s", entry->key,
                       list);
}

static bool check_keys(const struct reading *r)
{
    for (size_t i = 0; i < r->lines.count; i++) {
        const struct keyed_entry *entry = &r->lines.list[i];
        const struct key *key = find_key(entry->key);
        if (key == NULL)
            return fault_unknown(r, entry);
        if (key->take != NULL && *entry->point != '\0')
            return reading_fault(r, entry,
                                 "'%s' holds for all points; for one point there may be: server, "
                                 "load, beside, cores, stall",
                                 entry->key);
    }
    return true;
}

static bool read_all(struct reading *r)
{
    if (!check_keys(r))
        return false;
    for (size_t i = 0; i < COUNT(keys); i++) {
        const struct keyed_entry *entry = keyed_find(&r->lines, keys[i].name, "");
        if (entry == NULL && keys[i].needed != NULL)
            return keyed_fault(&r->lines, r->lines.lines, r->why,
                               "the file ends without `%s = ...`: %s", keys[i].name,
                               keys[i].needed);
        if (entry != NULL && keys[i].take != NULL && !keys[i].take(r, entry))
            return false;
    }
    return points_fill(r);
}

// The file's name without its folder and ending.
static bool name_it(struct reading *r, const char *file)
{
    const char *slash = strrchr(file, '/'), *base = slash == NULL ? file : slash + 1;
    static const char ending[] = ".scenario";
    size_t length = strlen(base);

    if (length >= sizeof ending && strcmp(base + length - (sizeof ending - 1), ending) == 0)
        length -= sizeof ending - 1;
    if (length >= SCENARIO_NAME || strspn(base, "abcdefghijklmnopqrstuvwxyz0123456789-_") < length)
        return keyed_fault(&r->lines, 0, r->why,
                           "the file's name is the scenario's: NAME.scenario, where NAME has at "
                           "most %d of a-z, 0-9, '-', '_'",
                           SCENARIO_NAME - 1);
    memcpy(r->scenario->name, base, length);
    r->scenario->x_title = reading_keep(strdup(r->scenario->name));
    r->scenario->text = reading_keep(strdup(r->lines.text));
    return true;
}

bool scenario_read(struct scenario *scenario, const char *file, char **why)
{
    struct reading r = {.scenario = scenario, .why = why};

    *scenario = (struct scenario){.question = "",
                                  .about = "",
                                  .models = "headline",
                                  .capacity_load = "",
                                  .place = SCENARIO_LAST,
                                  .repeats = 5,
                                  .duration_ns = 2 * NS_PER_SECOND,
                                  .warmup_ns = 300 * (NS_PER_SECOND / 1000),
                                  .drain_ns = 300 * (NS_PER_SECOND / 1000)};
    bool good = keyed_read(&r.lines, file, why) && name_it(&r, file) && read_all(&r);
    keyed_free(&r.lines);
    return good;
}

const struct point *scenario_point(const struct scenario *scenario, const char *name)
{
    for (size_t i = 0; i < scenario->point_count; i++)
        if (strcmp(scenario->points[i].name, name) == 0)
            return &scenario->points[i];
    return NULL;
}

char *scenario_fill(const char *text, const char *x)
{
    char *filled = NULL;
    size_t size;
    FILE *to = text_open(&filled, &size);

    for (const char *hole; (hole = strstr(text, SCENARIO_X)) != NULL;
         text = hole + strlen(SCENARIO_X))
        fprintf(to, "%.*s%s", (int)(hole - text), text, x);
    fputs(text, to);
    text_close(to);
    return filled;
}
