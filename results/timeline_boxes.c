// timeline_boxes.c: see timeline.h. A thread does one thing at a time, and an event lasts since the
// one before it in the same thread: so a thread's row can be told event by event.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/timeline_events.h"

enum { WHY = 256 };

// Where a row is.
struct state {
    const struct event *last; // what it has done last
    const struct event *read; // what it has read and not yet worked on
    size_t open;              // its box that may grow: a place in the list; NONE: there is none
};
#define NONE SIZE_MAX

struct sorting {
    struct timeline *t;
    const struct events *events;
    struct state states[TIMELINE_ROWS_MAX];
    long numbers[TIMELINE_CLIENTS]; // that A, B, C, D have in the trace; -1: not seen
    int taken_by[TIMELINE_CLIENTS]; // the row that accepted A, B, C, D; -1: not seen
};

// ---- Who is who ----------------------------------------------------------------------------

// A number of the trace, and what was read from it.
struct talker {
    long number;
    double bytes;
};

static int by_number(const void *a, const void *b)
{
    const struct talker *x = a, *y = b;

    return (x->number > y->number) - (x->number < y->number);
}

// Up to four, in the order in which they were accepted. False: there are more.
static bool list_talkers(const struct events *events, struct talker found[TIMELINE_CLIENTS],
                         size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < events->count; i++) {
        const struct event *e = &events->list[i];
        size_t at = 0;
        if (e->client < 0)
            continue;
        while (at < *count && found[at].number != e->client)
            at++;
        if (at == TIMELINE_CLIENTS)
            return false;
        if (at == *count)
            found[(*count)++] = (struct talker){.number = e->client};
        if (e->kind == EVENT_READ && e->n > 0)
            found[at].bytes += e->n;
    }
    qsort(found, *count, sizeof *found, by_number);
    return true;
}

// The client that has messages of that length; -1: none of them.
static int client_of(double bytes)
{
    for (unsigned i = 0; i < TIMELINE_CLIENTS; i++)
        for (unsigned k = 1; k <= TIMELINE_REQUESTS; k++)
            if (bytes == (double)(k * timeline_message_size(i)))
                return (int)i;
    return -1;
}

// By the lengths of their messages. Who can't be told by them (events were lost, or one was cut off
// in the middle) takes the place that is left, in the order of accepting.
static bool tell_clients(struct sorting *s, char why[WHY])
{
    struct talker talkers[TIMELINE_CLIENTS] = {0};
    size_t count, next = 0;

    for (size_t i = 0; i < TIMELINE_CLIENTS; i++)
        s->numbers[i] = s->taken_by[i] = -1;
    if (!list_talkers(s->events, talkers, &count)) {
        snprintf(why, WHY, "more than %d clients were there", TIMELINE_CLIENTS);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        int who = client_of(talkers[i].bytes);
        if (who >= 0 && s->numbers[who] < 0) {
            s->numbers[who] = talkers[i].number;
            talkers[i].number = -1;
        }
    }
    for (size_t i = 0; i < count; i++) {
        while (next < TIMELINE_CLIENTS && s->numbers[next] >= 0)
            next++;
        if (talkers[i].number >= 0 && next < TIMELINE_CLIENTS)
            s->numbers[next] = talkers[i].number;
    }
    return true;
}

// 0: A; -1: nobody.
static int who_is(const struct sorting *s, const struct event *e)
{
    for (int i = 0; e->client >= 0 && i < TIMELINE_CLIENTS; i++)
        if (s->numbers[i] == e->client)
            return i;
    return -1;
}

// ---- Rows ----------------------------------------------------------------------------------

// A thread's row; a new one, if it had none. NULL: there are too many.
static struct timeline_row *row_of(struct sorting *s, long process, long thread, double since_us)
{
    struct timeline *t = s->t;

    for (unsigned i = 0; i < t->row_count; i++)
        if (t->rows[i].thread == thread) {
            if (t->rows[i].process == 0)
                t->rows[i].process = process;
            return &t->rows[i];
        }
    if (t->row_count == TIMELINE_ROWS_MAX)
        return NULL;
    s->states[t->row_count] = (struct state){.open = NONE};
    t->rows[t->row_count] = (struct timeline_row){
        .process = process, .thread = thread, .since_us = since_us};
    return &t->rows[t->row_count++];
}

static unsigned place_of(const struct sorting *s, const struct timeline_row *row)
{
    return (unsigned)(row - s->t->rows);
}

// Plain words: what a row is, by what it did.
static void name_rows(struct timeline *t, bool crew)
{
    bool watched = t->rows[0].waits && !crew; // main waits for all of them
    unsigned loops = 0, loop = 0, other = 0;

    for (unsigned i = 0; i < t->row_count; i++)
        loops += watched && t->rows[i].waits;
    for (unsigned i = 0; i < t->row_count; i++) {
        struct timeline_row *row = &t->rows[i];
        bool child = row->process != t->rows[0].process;
        if (watched && row->waits && loops > 1)
            snprintf(row->name, sizeof row->name, "loop %u", ++loop);
        else if (watched && row->waits && row->serves)
            snprintf(row->name, sizeof row->name, "loop");
        else if (i == 0)
            snprintf(row->name, sizeof row->name, "main");
        else
            snprintf(row->name, sizeof row->name, "%s %u",
                     crew || watched ? "worker"
                     : child         ? "child"
                                     : "thread",
                     ++other);
    }
}

// ---- Boxes ---------------------------------------------------------------------------------

static bool add_box(struct sorting *s, enum timeline_kind kind, const struct timeline_row *row,
                    int client, double begin_us, double end_us)
{
    struct timeline *t = s->t;

    // Doubled whenever its length is a power of two.
    if ((t->box_count & (t->box_count - 1)) == 0) {
        size_t room = t->box_count == 0 ? 1 : 2 * t->box_count;
        struct timeline_box *boxes = reallocarray(t->boxes, room, sizeof *boxes);
        if (boxes == NULL)
            return false;
        t->boxes = boxes;
    }
    t->boxes[t->box_count++] = (struct timeline_box){.kind = kind,
                                                     .row = place_of(s, row),
                                                     .client = client,
                                                     .begin_us = begin_us,
                                                     .end_us = end_us};
    return true;
}

// Whether this row has the client for itself, so that it sleeps in its read and is there for nobody
// else. Not where it waits for many; and not in a process whose watcher, another thread, accepted
// the client: then anybody may serve it.
static bool owns(const struct sorting *s, const struct timeline_row *row, int client)
{
    int taken_by = s->taken_by[client];
    const struct timeline_row *from = taken_by >= 0 ? &s->t->rows[taken_by] : row;

    return !row->waits && (!from->waits || from->process != row->process);
}

static bool take_read(struct sorting *s, const struct timeline_row *row, const struct event *e,
                      int client)
{
    struct state *state = &s->states[place_of(s, row)];
    bool slept = e->n >= 0 && owns(s, row, client);

    state->open = NONE;
    state->read = e->n > 0 ? e : NULL;
    return !slept || add_box(s, TIMELINE_THINK, row, client, e->begin_us, e->end_us);
}

// The protocol's step, or a write: it belongs to the box that the read before it has begun.
static bool take_answer(struct sorting *s, struct timeline_row *row, const struct event *e,
                        int client)
{
    struct state *state = &s->states[place_of(s, row)];

    if (state->open != NONE) {
        s->t->boxes[state->open].end_us = e->end_us;
        return true;
    }
    // A write that comes later, when what was in the way has gone, is nothing to be seen.
    if (state->read == NULL && e->kind == EVENT_WRITE)
        return true;
    row->serves = true;
    state->open = s->t->box_count;
    double begin_us = state->read != NULL ? state->read->end_us : e->begin_us;
    state->read = NULL;
    return add_box(s, TIMELINE_SERVE, row, client, begin_us, e->end_us);
}

static bool take_event(struct sorting *s, struct timeline_row *row, const struct event *e)
{
    struct state *state = &s->states[place_of(s, row)];
    int client = who_is(s, e);
    bool answer = client >= 0 && (e->kind == EVENT_PROTOCOL || e->kind == EVENT_WRITE);

    // A box ends where the row turns to something else.
    if (!answer || state->last == NULL || state->last->client != e->client) {
        state->open = NONE;
        state->read = NULL;
    }
    if (answer)
        return take_answer(s, row, e, client);
    if (e->kind == EVENT_READ && client >= 0)
        return take_read(s, row, e, client);
    if (e->kind == EVENT_CREATE && e->n >= 0)
        return add_box(s, TIMELINE_CREATE, row, -1, e->begin_us, e->end_us);
    if (e->kind == EVENT_WAIT)
        row->waits = row->waits || e->n > 0;
    if (e->kind == EVENT_ACCEPT && client >= 0) {
        s->taken_by[client] = (int)place_of(s, row);
        return add_box(s, TIMELINE_ACCEPT, row, client, e->end_us, e->end_us);
    }
    return true;
}

static int by_end(const void *a, const void *b)
{
    const struct timeline_box *x = a, *y = b;

    return (x->end_us > y->end_us) - (x->end_us < y->end_us);
}

static const char *sort_all(struct sorting *s, long main_process)
{
    static const char *const too_many = "more processes and threads than four clients need";

    row_of(s, main_process, main_process, 0);
    for (size_t i = 0; i < s->events->count; i++) {
        const struct event *e = &s->events->list[i];
        struct timeline_row *row = row_of(s, e->process, e->thread, e->begin_us);
        if (row == NULL)
            return too_many;
        if (!take_event(s, row, e))
            return "there is no memory for so many boxes";
        s->states[place_of(s, row)].last = e;
        // Its id is known: it has its row now, in the order of being created.
        if (e->kind == EVENT_CREATE && e->n > 0 && e->n <= 1 << 22 &&
            row_of(s, 0, (long)e->n, e->end_us) == NULL)
            return too_many;
    }
    return NULL;
}

bool timeline_events_sort(struct timeline *t, const struct events *events, long main_process,
                          bool crew, char why[WHY])
{
    struct sorting s = {.t = t, .events = events};

    *t = (struct timeline){
        .origin_ns = events->origin_ns, .lost = events->lost, .whole = events->whole};
    if (!tell_clients(&s, why))
        return false;
    const char *wrong = sort_all(&s, main_process);
    if (wrong != NULL) {
        snprintf(why, WHY, "%s", wrong);
        timeline_free(t);
        return false;
    }
    name_rows(t, crew);
    if (t->box_count > 0)
        qsort(t->boxes, t->box_count, sizeof *t->boxes, by_end);
    return true;
}
