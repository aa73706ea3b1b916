// traced.c: see traced.h.
#include "tests/conform/traced.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- What holds for both ---------------------------------------------------------------------

static bool is_known(const char *name)
{
    static const char *const names[] = {"accept",   "create", "wait", "read",
                                        "protocol", "write",  "close"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

// Doubled whenever its length is a power of two.
static const char *add(struct traced *t, const struct traced_event *e)
{
    if ((t->count & (t->count - 1)) == 0) {
        struct traced_event *longer = reallocarray(t->event, t->count > 0 ? 2 * t->count : 1,
                                                   sizeof *longer);
        if (longer == NULL)
            return "the test itself is out of memory";
        t->event = longer;
    }
    t->event[t->count++] = *e;
    if (!is_known(e->name))
        return "an event has a name that is none of the seven";
    if (e->process <= 0 || e->thread <= 0)
        return "an event has no process or no thread";
    if (e->begun_ns < 0 || e->over_ns < e->begun_ns)
        return "an event ends before it begins, or begins before the server listens";
    if ((e->client < 0) != (e->fd < 0))
        return "an event has a client and no descriptor, or the reverse";
    if (t->count > 1 && e->over_ns < t->event[t->count - 2].over_ns)
        return "an event stands below one that ended later";
    return NULL;
}

static int by_thread(const void *a, const void *b)
{
    const struct traced_event *x = *(const struct traced_event *const *)a;
    const struct traced_event *y = *(const struct traced_event *const *)b;

    if (x->process != y->process)
        return x->process < y->process ? -1 : 1;
    if (x->thread != y->thread)
        return x->thread < y->thread ? -1 : 1;
    return (x > y) - (x < y);
}

// A thread does one thing at a time.
static const char *find_overlap(const struct traced *t)
{
    const struct traced_event **sorted = calloc(t->count + 1, sizeof *sorted);
    const char *wrong = NULL;

    if (sorted == NULL)
        return "the test itself is out of memory";
    for (size_t i = 0; i < t->count; i++)
        sorted[i] = &t->event[i];
    qsort(sorted, t->count, sizeof *sorted, by_thread);
    for (size_t i = 1; i < t->count; i++)
        if (sorted[i]->process == sorted[i - 1]->process &&
            sorted[i]->thread == sorted[i - 1]->thread &&
            sorted[i]->begun_ns < sorted[i - 1]->over_ns)
            wrong = "an event begins before the one before it in its thread is over";
    free(sorted);
    return wrong;
}

size_t traced_find(const struct traced *t, size_t from, const char *name, int64_t client,
                   int64_t least)
{
    while (from < t->count && (strcmp(t->event[from].name, name) != 0 || t->event[from].n < least ||
                               (client >= 0 && t->event[from].client != client)))
        from++;
    return from;
}

// ---- The table -------------------------------------------------------------------------------

// Nothing but the number; where it may be left out, -1 for nothing.
static bool read_integer(const char *text, bool may_lack, int64_t *value)
{
    char *end;

    *value = -1;
    if (*text == '\0')
        return may_lack;
    errno = 0;
    *value = strtoll(text, &end, 10);
    return *end == '\0' && errno == 0 && (*text == '-' || (*text >= '0' && *text <= '9'));
}

// Microseconds with three decimals.
static bool read_time(char *text, int64_t *ns)
{
    char *point = strchr(text, '.');
    int64_t us, rest;

    if (point == NULL || strlen(point + 1) != 3 || point[1] == '-')
        return false;
    *point = '\0';
    if (!read_integer(text, false, &us) || !read_integer(point + 1, false, &rest))
        return false;
    *ns = us * 1000 + rest;
    return true;
}

static const char *read_line(struct traced *t, char *line)
{
    struct traced_event e = {.begun_ns = 0};
    char *field[8];
    int64_t process, thread;
    size_t fields = 0;

    for (char *next; (next = strsep(&line, "\t")) != NULL; fields++) {
        if (fields == 8)
            return "a line has more than eight columns";
        field[fields] = next;
    }
    if (fields < 8)
        return "a line has fewer than eight columns";
    if (!read_time(field[0], &e.begun_ns) || !read_time(field[1], &e.over_ns))
        return "a time is none in microseconds with three decimals";
    if (!read_integer(field[2], false, &process) || !read_integer(field[3], false, &thread) ||
        !read_integer(field[5], true, &e.client) || !read_integer(field[6], true, &e.fd) ||
        !read_integer(field[7], false, &e.n))
        return "process, thread, client, fd or n is no number";
    e.process = (long)process;
    e.thread = (long)thread;
    snprintf(e.name, sizeof e.name, "%s", field[4]);
    return add(t, &e);
}

// "# WORD: number", or what is left of it when an earlier number has been cut off.
static bool read_total(char *line, const char *word, int64_t *value)
{
    char *at = line != NULL ? strstr(line, word) : NULL;

    return at == line && at != NULL && read_integer(at + strlen(word), false, value) && *value >= 0;
}

static const char *read_totals(struct traced *t, char *origin, char *rest)
{
    char *events = strsep(&rest, "\n"), *lost = events;
    int64_t total, n;

    if (!read_total(origin, "# origin_ns: ", &t->origin_ns))
        return "below the events there is no line \"# origin_ns: N\"";
    strsep(&lost, ",");
    if (!read_total(events, "# events: ", &total) || !read_total(lost, " lost: ", &n) ||
        rest == NULL || *rest != '\0')
        return "the last line is not \"# events: N, lost: N\"";
    if ((size_t)total != t->count)
        return "the last line names another number of events";
    t->lost = (uint64_t)n;
    return NULL;
}

const char *traced_read_table(struct traced *t, char *text)
{
    static const char heading[] = "begin_us\tend_us\tprocess\tthread\tevent\tclient\tfd\tn";
    const char *wrong = NULL;
    char *line = strsep(&text, "\n");

    *t = (struct traced){.count = 0};
    if (line == NULL || strcmp(line, heading) != 0)
        return "the first line has not the names of the columns";
    while (wrong == NULL && (line = strsep(&text, "\n")) != NULL && *line != '#')
        wrong = read_line(t, line);
    if (wrong == NULL)
        wrong = read_totals(t, line, text);
    return wrong != NULL ? wrong : find_overlap(t);
}

// ---- Chrome's format -------------------------------------------------------------------------

static bool is_named(const json_t *all, json_int_t process)
{
    const json_t *element;
    size_t i;

    json_array_foreach(all, i, element)
    {
        const char *name = json_string_value(json_object_get(element, "name"));
        const char *phase = json_string_value(json_object_get(element, "ph"));
        if (phase != NULL && name != NULL && strcmp(phase, "M") == 0 &&
            strcmp(name, "process_name") == 0 &&
            json_integer_value(json_object_get(element, "pid")) == process &&
            json_is_string(json_object_get(json_object_get(element, "args"), "name")))
            return true;
    }
    return false;
}

static int64_t integer_or_none(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_integer(value) ? json_integer_value(value) : -1;
}

// The nearest one; below 0 for all that is no time.
static int64_t to_ns(double us)
{
    return us >= 0 && us < 1e12 ? (int64_t)(us * 1000 + 0.5) : -1;
}

static const char *read_element(struct traced *t, json_t *element)
{
    const char *name, *category, *phase = json_string_value(json_object_get(element, "ph"));
    struct traced_event e = {.begun_ns = 0};
    json_t *arguments;
    json_error_t error;
    double ts, dur;
    json_int_t n;

    if (phase == NULL)
        return "an element has no \"ph\"";
    if (strcmp(phase, "X") != 0)
        return NULL;
    int pid, tid;
    if (json_unpack_ex(element, &error, 0, "{s:s, s:s, s:F, s:F, s:i, s:i, s:o}", "name", &name,
                       "cat", &category, "ts", &ts, "dur", &dur, "pid", &pid, "tid", &tid, "args",
                       &arguments) < 0 ||
        json_unpack(arguments, "{s:I}", "n", &n) < 0)
        return "an event lacks one of name, cat, ts, dur, pid, tid, args and the n in it";
    snprintf(e.name, sizeof e.name, "%s", name);
    e.begun_ns = to_ns(ts);
    e.over_ns = e.begun_ns + to_ns(dur);
    e.process = pid;
    e.thread = tid;
    e.client = integer_or_none(arguments, "client");
    e.fd = integer_or_none(arguments, "fd");
    e.n = n;
    return add(t, &e);
}

static const char *read_elements(struct traced *t, json_t *trace)
{
    json_t *element, *all = json_object_get(trace, "traceEvents");
    json_t *other = json_object_get(trace, "otherData");
    const char *wrong;
    json_int_t lost, total, origin;
    size_t i;

    if (!json_is_array(all))
        return "it has no array \"traceEvents\"";
    json_array_foreach(all, i, element)
    {
        if ((wrong = read_element(t, element)) != NULL)
            return wrong;
    }
    for (i = 0; i < t->count; i++)
        if ((i == 0 || t->event[i].process != t->event[i - 1].process) &&
            !is_named(all, t->event[i].process))
            return "a process has no name";
    if (json_unpack(other, "{s:I, s:I, s:I}", "lost", &lost, "events", &total, "origin_ns",
                    &origin) < 0)
        return "otherData lacks one of lost, events and origin_ns";
    if ((size_t)total != t->count)
        return "otherData names another number of events";
    t->lost = (uint64_t)lost;
    t->origin_ns = origin;
    return find_overlap(t);
}

const char *traced_read_json(struct traced *t, const char *text)
{
    json_t *trace = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

    *t = (struct traced){.count = 0};
    if (!json_is_object(trace)) {
        json_decref(trace);
        return "it is not one JSON object";
    }
    const char *wrong = read_elements(t, trace);
    json_decref(trace);
    return wrong;
}
