// scenario_points.c: see scenario_points.h.
#include "results/scenario_points.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/units.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define NUMBER_MAX 1e12

enum { CORES_MAX = 1024 };

bool points_take_axis(struct reading *r, const struct keyed_entry *entry)
{
    static const struct {
        const char *name;
        enum axis axis;
        bool bytes;
    } axes[] = {{"log", AXIS_LOG, false},
                {"linear", AXIS_LINEAR, false},
                {"bytes", AXIS_LOG, true},
                {"words", AXIS_WORDS, false}};

    for (size_t i = 0; i < COUNT(axes); i++)
        if (strcmp(entry->value, axes[i].name) == 0) {
            r->scenario->axis = axes[i].axis;
            r->scenario->bytes = axes[i].bytes;
            return true;
        }
    return reading_fault(r, entry, "'%s' is none of log, linear, bytes, words", entry->value);
}

// ---- The list of points -----------------------------------------------------------------------

static bool is_word(const char *text)
{
    return *text >= 'a' && *text <= 'z' &&
           text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static bool number_of(const struct reading *r, const char *text, double *x)
{
    char share[sizeof((struct point *)NULL)->name];
    uint64_t bytes;
    size_t last = strlen(text) - 1;

    if (r->scenario->of_capacity) {
        if (text[last] != '%')
            return false;
        snprintf(share, sizeof share, "%.*s", (int)last, text);
        if (!units_rate(share, 0, 1000, x))
            return false;
        *x /= 100;
        return true;
    }
    if (!r->scenario->bytes)
        return units_rate(text, 0, NUMBER_MAX, x);
    if (!units_size(text, 0, (uint64_t)NUMBER_MAX, &bytes))
        return false;
    *x = (double)bytes;
    return true;
}

static bool fault_point(const struct reading *r, const struct keyed_entry *entry, const char *text)
{
    const char *allowed = "a number, such as 50 or 20k (20,000)";

    if (r->scenario->of_capacity)
        allowed = "a share of the capacity up to 1000%, such as 30%";
    else if (r->scenario->axis == AXIS_WORDS)
        allowed = "a word of a-z, 0-9 and '-' that begins with a letter";
    else if (r->scenario->bytes)
        allowed = "a size, such as 64 or 4k (4,096)";
    return reading_fault(r, entry, "'%s' is not %s", text, allowed);
}

static bool take_point(struct reading *r, const struct keyed_entry *entry, const char *text)
{
    struct scenario *s = r->scenario;
    struct point *point = &s->points[s->point_count];
    const struct point *before = s->point_count == 0 ? NULL : point - 1;

    if (strlen(text) >= sizeof point->name)
        return reading_fault(r, entry, "'%s' is longer than %zu characters", text,
                             sizeof point->name - 1);
    if (s->axis == AXIS_WORDS && !s->of_capacity) {
        point->x = (double)(s->point_count + 1);
        if (!is_word(text))
            return fault_point(r, entry, text);
    } else if (!number_of(r, text, &point->x)) {
        return fault_point(r, entry, text);
    }
    if (scenario_point(s, text) != NULL)
        return reading_fault(r, entry, "'%s' is there twice", text);
    if (s->axis == AXIS_LOG && !(point->x > 0))
        return reading_fault(r, entry, "'%s' has no place on a log axis; `axis = linear` has one",
                             text);
    if (before != NULL && !(point->x > before->x))
        return reading_fault(r, entry, "'%s' is not above '%s': let the points rise", text,
                             before->name);
    snprintf(point->name, sizeof point->name, "%s", text);
    s->point_count++;
    return true;
}

bool points_take(struct reading *r, const struct keyed_entry *entry)
{
    char *words = reading_keep(strdup(entry->value)), *rest;

    // A point has a letter and a blank at least.
    r->scenario->points = reading_keep(
        calloc(strlen(entry->value) / 2 + 1, sizeof *r->scenario->points));
    for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        if (!take_point(r, entry, word))
            return false;
    return true;
}

static bool fault_no_point(const struct reading *r, const struct keyed_entry *entry,
                           const char *name)
{
    return reading_fault(r, entry, "'%s' is none of the points: %s", name,
                         keyed_find(&r->lines, "points", "")->value);
}

bool points_take_quick(struct reading *r, const struct keyed_entry *entry)
{
    char *words = reading_keep(strdup(entry->value)), *rest;

    for (char *word = strtok_r(words, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        const struct point *found = scenario_point(r->scenario, word);
        if (found == NULL)
            return fault_no_point(r, entry, word);
        r->scenario->points[found - r->scenario->points].quick = true;
    }
    return true;
}

// ---- What it says for each --------------------------------------------------------------------

bool reading_check_options(const struct reading *r, const struct keyed_entry *entry)
{
    static const char *const loads[] = {"--duration", "--warmup",   "--drain",
                                        "--quiet",    "--json",     "--csv",
                                        "--hgrm",     "--timeline", "--clients"};
    static const char *const servers[] = {"--host", "--port", "--stats", "--trace"};
    bool server = strcmp(entry->key, "server") == 0;
    const char *const *own = server ? servers : loads;
    size_t count = server ? COUNT(servers) : COUNT(loads);

    for (const char *brace = entry->value; (brace = strchr(brace, '{')) != NULL; brace++)
        if (strncmp(brace, SCENARIO_X, strlen(SCENARIO_X)) != 0)
            return reading_fault(r, entry, "'%.8s' in it: only " SCENARIO_X " is filled in", brace);
    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(entry->value, own[i]);
        size_t length = strlen(own[i]);
        if (found != NULL && strchr(" =", found[length]) != NULL)
            return reading_fault(r, entry, "%s is set by the run%s", own[i],
                                 i < 3 && !server ? "; the scenario has a key for it" : "");
    }
    return true;
}

// The line that holds for a point; NULL: none, or "none".
static const struct keyed_entry *line_for(const struct reading *r, const char *key,
                                          const struct point *point)
{
    const struct keyed_entry *entry = keyed_find(&r->lines, key, point->name);

    if (entry == NULL)
        entry = keyed_find(&r->lines, key, "");
    return entry != NULL && strcmp(entry->value, "none") != 0 ? entry : NULL;
}

static bool fill_options(struct reading *r, const struct point *point, const char *key,
                         const char **text)
{
    const struct keyed_entry *entry = line_for(r, key, point);
    char digits[32];

    *text = "";
    if (entry == NULL)
        return true;
    if (!reading_check_options(r, entry))
        return false;
    if (!r->scenario->of_capacity) {
        // Sixteen digits, so that no number falls into the form 1e+06.
        snprintf(digits, sizeof digits, "%.16g", point->x);
        *text = reading_keep(scenario_fill(entry->value, digits));
        return true;
    }
    if (strcmp(key, "load") != 0 && strstr(entry->value, SCENARIO_X) != NULL)
        return reading_fault(r, entry, SCENARIO_X " is a rate here, which only `load` can take");
    *text = reading_keep(strdup(entry->value));
    return true;
}

static bool fill_beside(struct reading *r, struct point *point)
{
    static const char loadgen[] = "loadgen ";

    if (!fill_options(r, point, "beside", &point->beside))
        return false;
    if (*point->beside != '\0' && strcmp(point->beside, "slow-reader") != 0 &&
        strncmp(point->beside, loadgen, strlen(loadgen)) != 0)
        return reading_fault(r, line_for(r, "beside", point),
                             "'%s' is none of slow-reader, loadgen OPTIONS, none", point->beside);
    return true;
}

static bool fill_cores(struct reading *r, struct point *point)
{
    const struct keyed_entry *entry = line_for(r, "cores", point);
    uint64_t cores;

    if (entry == NULL)
        return true;
    if (!units_count(entry->value, 1, CORES_MAX, &cores))
        return reading_fault(r, entry, "'%s' is no whole number from 1 to %d", entry->value,
                             CORES_MAX);
    point->cores = (unsigned)cores;
    return true;
}

static bool fill_stall(struct reading *r, struct point *point)
{
    const struct keyed_entry *entry = line_for(r, "stall", point);
    char length[32], at[32], more;

    if (entry == NULL)
        return true;
    if (sscanf(entry->value, "%31s after %31s %c", length, at, &more) != 2 ||
        !units_time(length, r->scenario->duration_ns, &point->stall_ns) || point->stall_ns == 0 ||
        !units_time(at, r->scenario->duration_ns, &point->stall_at_ns))
        return reading_fault(r, entry, "'%s' is not like `500ms after 1s`, or none", entry->value);
    if (point->stall_at_ns + point->stall_ns > r->scenario->duration_ns)
        return reading_fault(r, entry, "the stall ends after the window, whose `duration` is %g s",
                             (double)r->scenario->duration_ns / NS_PER_SECOND);
    return true;
}

static bool check_points_of_lines(const struct reading *r)
{
    for (size_t i = 0; i < r->lines.count; i++) {
        const struct keyed_entry *entry = &r->lines.list[i];
        if (*entry->point != '\0' && scenario_point(r->scenario, entry->point) == NULL)
            return fault_no_point(r, entry, entry->point);
    }
    return true;
}

bool points_fill(struct reading *r)
{
    if (!check_points_of_lines(r))
        return false;
    for (size_t i = 0; i < r->scenario->point_count; i++) {
        struct point *point = &r->scenario->points[i];
        if (!fill_options(r, point, "server", &point->server) ||
            !fill_options(r, point, "load", &point->load) || !fill_beside(r, point) ||
            !fill_cores(r, point) || !fill_stall(r, point))
            return false;
        if (*point->load == '\0')
            return keyed_fault(&r->lines, r->lines.lines, r->why,
                               "the file ends without `load = ...` for the point %s: options of "
                               "loadgen",
                               point->name);
    }
    return true;
}
