// timeline_trace.c: see timeline.h. A trace is read as a stranger's file: it may be cut off,
// edited, or another program's.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/units.h"
#include "results/timeline_events.h"

enum { WHY = 256, COLUMNS = 8 };

static const char heading[] = "begin_us\tend_us\tprocess\tthread\tevent\tclient\tfd\tn";

// No trace that could be drawn reaches that: 11 days.
static const double MOST_US = 1e12;
// As many as there can be (proc(5), pid_max).
static const uint64_t MOST_ID = 1 << 22;

static const char *const names[] = {
    [EVENT_ACCEPT] = "accept", [EVENT_CREATE] = "create",     [EVENT_WAIT] = "wait",
    [EVENT_READ] = "read",     [EVENT_PROTOCOL] = "protocol", [EVENT_WRITE] = "write",
    [EVENT_CLOSE] = "close",
};

// A plain decimal number: no blanks, no "nan", nothing behind it.
static bool read_number(const char *text, double most, double *value)
{
    char *end;

    if (text[strspn(text, "+-.0123456789eE")] != '\0' || *text == '\0')
        return false;
    *value = strtod(text, &end);
    return *end == '\0' && fabs(*value) <= most;
}

static bool read_id(const char *text, uint64_t least, uint64_t most, long *id)
{
    uint64_t value;

    if (!units_count(text, least, most, &value))
        return false;
    *id = (long)value;
    return true;
}

static enum event_kind kind_of(const char *word)
{
    for (enum event_kind kind = 0; kind < EVENT_OTHER; kind++)
        if (strcmp(names[kind], word) == 0)
            return kind;
    return EVENT_OTHER;
}

// What is wrong with a line, or NULL. Cuts it at its tabs.
static const char *read_event(char *line, struct event *e)
{
    char *field[COLUMNS];
    size_t count = 0;

    for (char *next; count < COLUMNS && (next = strsep(&line, "\t")) != NULL;)
        field[count++] = next;
    if (count < COLUMNS)
        return "an event has eight columns with a tab between two";
    e->kind = kind_of(field[4]);
    e->client = -1;
    if (!read_number(field[0], MOST_US, &e->begin_us) ||
        !read_number(field[1], MOST_US, &e->end_us))
        return "begin_us and end_us are numbers";
    if (e->begin_us > e->end_us)
        return "it ends before it begins";
    if (!read_id(field[2], 1, MOST_ID, &e->process) || !read_id(field[3], 1, MOST_ID, &e->thread))
        return "process and thread are ids of the system";
    if (*field[5] != '\0' && !read_id(field[5], 0, UINT32_MAX, &e->client))
        return "client is a number from 0, or empty";
    if (!read_number(field[7], 1e18, &e->n))
        return "n is a number";
    return NULL;
}

// "# origin_ns: 1234567890", and "# events: 70, lost: 0", which comes last. Others are passed over.
static void read_remark(struct events *all, const char *line)
{
    static const char origin[] = "# origin_ns: ", events[] = "# events: ", lost[] = ", lost: ";
    const char *at = strstr(line, lost);
    uint64_t value;

    if (strncmp(line, origin, strlen(origin)) == 0 &&
        units_count(line + strlen(origin), 1, INT64_MAX, &value))
        all->origin_ns = (int64_t)value;
    if (strncmp(line, events, strlen(events)) == 0 && at != NULL &&
        units_count(at + strlen(lost), 0, UINT64_MAX, &all->lost))
        all->whole = true;
}

static bool add(struct events *all, const struct event *e)
{
    // Doubled whenever its length is a power of two.
    if ((all->count & (all->count - 1)) == 0) {
        size_t room = all->count == 0 ? 1 : 2 * all->count;
        struct event *list = reallocarray(all->list, room, sizeof *list);
        if (list == NULL)
            return false;
        all->list = list;
    }
    all->list[all->count++] = *e;
    return true;
}

// What is wrong with it, or NULL.
static const char *read_line(struct events *all, char *line, size_t length)
{
    struct event e;

    if (strlen(line) != length)
        return "a zero byte";
    // A server that was killed in the middle of a line has not finished it.
    if (length == 0 || line[length - 1] != '\n')
        return "the line has no end";
    line[length - 1] = '\0';
    if (*line == '#') {
        read_remark(all, line);
        return NULL;
    }
    const char *wrong = read_event(line, &e);
    if (wrong != NULL)
        return wrong;
    if (all->count > 0 && e.end_us < all->list[all->count - 1].end_us)
        return "it ended before the one above it";
    if (all->count == TIMELINE_EVENTS_MAX)
        return "there are more events than twelve requests make";
    return add(all, &e) ? NULL : "there is no memory for so many events";
}

bool timeline_events_read(struct events *all, const char *file, char why[WHY])
{
    FILE *in = fopen(file, "re");
    const char *wrong = NULL;
    char *line = NULL;
    size_t room = 0;
    unsigned number = 0;
    ssize_t length;

    *all = (struct events){0};
    if (in == NULL) {
        snprintf(why, WHY, "cannot read %.160s: %s", file, strerror(errno));
        return false;
    }
    while (wrong == NULL && (length = getline(&line, &room, in)) >= 0)
        if (number++ > 0)
            wrong = read_line(all, line, (size_t)length);
        else if (strncmp(line, heading, strlen(heading)) != 0)
            wrong = "it is no trace: another heading is expected";
    if (wrong == NULL && number == 0)
        wrong = "it is empty";
    free(line);
    fclose(in);
    if (wrong == NULL)
        return true;
    snprintf(why, WHY, "%.160s:%u: %.60s", file, number, wrong);
    free(all->list);
    return false;
}

bool timeline_read(struct timeline *t, const char *file, long main_process, bool crew,
                   char why[WHY])
{
    struct events all;
    char reason[WHY];

    if (!timeline_events_read(&all, file, why))
        return false;
    bool sorted = timeline_events_sort(t, &all, main_process, crew, reason);
    if (!sorted)
        snprintf(why, WHY, "%.160s: %.80s", file, reason);
    free(all.list);
    return sorted;
}

void timeline_free(struct timeline *t)
{
    free(t->boxes);
    t->boxes = NULL;
    t->box_count = 0;
}

bool timeline_align(struct timeline *t, int64_t zero_ns)
{
    double offset = (double)(t->origin_ns - zero_ns) / 1e3;

    if (t->origin_ns <= 0)
        return false;
    for (unsigned i = 0; i < t->row_count; i++)
        t->rows[i].since_us += offset;
    for (size_t i = 0; i < t->box_count; i++) {
        t->boxes[i].begin_us += offset;
        t->boxes[i].end_us += offset;
    }
    return true;
}
