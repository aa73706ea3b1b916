// talk_report.c: see talk_report.h.
#include "loadgen/talk_report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/units.h"
#include "loadgen/talk_text.h"

enum { WIDTH = 80, LINE = 1024, ESCAPED = 4 * TALK_KEPT + 8 };

static double seconds(int64_t ns)
{
    return (double)ns / NS_PER_SECOND;
}

// A line as it grows; what does not fit into 80 columns is left out.
struct line {
    char text[LINE];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *l, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = vsnprintf(l->text + l->length, sizeof l->text - l->length, format, args);
    va_end(args);
    l->length += (size_t)n < sizeof l->text - l->length ? (size_t)n
                                                        : sizeof l->text - l->length - 1;
}

static int room(const struct line *l)
{
    return WIDTH - talk_columns(l->text);
}

// ---- One client --------------------------------------------------------------------------------

static bool moves_bytes(enum talk_verb verb)
{
    return verb == TALK_SEND || verb == TALK_SEND_BYTES || verb == TALK_READ ||
           verb == TALK_SILENT || verb == TALK_END;
}

// What follows the bytes, or stands for them; "" where they say all.
static void name_end(const struct talk_step *step, const struct talk_client *c, char end[96])
{
    static const char *const did[] = {
        [TALK_CONNECT] = "connected",
        [TALK_SEND] = "",
        [TALK_SEND_BYTES] = "",
        [TALK_READ] = "",
        [TALK_SILENT] = "came",
        [TALK_END] = "",
        [TALK_FINISH] = "no more to send",
        [TALK_CLOSE] = "closed",
        [TALK_RESET] = "reset",
        [TALK_PAUSE] = "",
    };
    const char *lacks = "nothing";

    switch (c->outcome) {
    case TALK_DONE:
        snprintf(end, 96, "%s", did[step->verb]);
        return;
    case TALK_WAS_SILENT:
        if (step->verb == TALK_CONNECT)
            lacks = "no answer";
        else if (step->verb == TALK_SEND || step->verb == TALK_SEND_BYTES)
            lacks = "no room";
        else if (step->verb == TALK_END)
            lacks = "no end";
        snprintf(end, 96, "%s for %.3f s", lacks, seconds(c->ended - c->begun));
        return;
    case TALK_WAS_ENDED:
        snprintf(end, 96, "end of stream");
        return;
    case TALK_WAS_RESET:
        snprintf(end, 96, "reset by the server");
        return;
    case TALK_WAS_REFUSED:
        snprintf(end, 96, "refused");
        return;
    case TALK_HAS_FAILED:
    case TALK_OUTCOMES:
        snprintf(end, 96, "failed: %s", strerror(c->error));
        return;
    }
}

static bool tells_waiting(const struct talk_step *step, const struct talk_client *c)
{
    static const int64_t MS_NS = NS_PER_SECOND / 1000;

    if (c->waited < 0 || c->outcome == TALK_WAS_SILENT)
        return false;
    // On one machine a connection stands at once, unless the server's queue is full.
    return step->verb != TALK_CONNECT || c->waited >= MS_NS;
}

// The first bytes, as far as there is room for them and `after` too.
static void add_text(struct line *l, const struct talk_step *step, const struct talk_client *c,
                     size_t after)
{
    const unsigned char *bytes = c->text;
    size_t n = c->kept;
    char text[ESCAPED];
    int used;

    if (step->verb == TALK_SEND) {
        bytes = (const unsigned char *)step->text;
        n = c->bytes < TALK_KEPT ? (size_t)c->bytes : TALK_KEPT;
    }
    int columns = room(l) - (int)after - (int)strlen(" \"\"...");
    if (n == 0 || columns < 1)
        return;
    size_t shown = talk_text(bytes, n, columns, text, sizeof text, &used);
    add(l, " \"%s\"%s", text, shown < c->bytes ? "..." : "");
}

static void say_one(struct line *l, const struct talk_step *step, const struct talk_client *c)
{
    struct line after = {.length = 0};
    bool bytes = moves_bytes(step->verb) &&
                 (c->bytes > 0 || (step->bytes > 0 && c->outcome == TALK_WAS_SILENT));
    char end[96];

    name_end(step, c, end);
    if (bytes && *end != '\0')
        add(&after, "%s", c->outcome == TALK_DONE ? " " : ", ");
    add(&after, "%s", end);
    if (tells_waiting(step, c))
        add(&after, ", waited %.3f s", seconds(c->waited));
    if (bytes) {
        add(l, "%" PRIu64, c->bytes);
        if (c->bytes < step->bytes)
            add(l, " of %" PRIu64, step->bytes);
        add(l, " byte%s", c->bytes == 1 && step->bytes <= 1 ? "" : "s");
        add_text(l, step, c, after.length);
    }
    add(l, "%.*s", room(l), after.text); // ASCII, a column for each byte
}

// ---- Many clients ------------------------------------------------------------------------------

static const char *const outcome_names[] = {
    [TALK_DONE] = "ok",         [TALK_WAS_SILENT] = "silent",   [TALK_WAS_ENDED] = "end",
    [TALK_WAS_RESET] = "reset", [TALK_WAS_REFUSED] = "refused", [TALK_HAS_FAILED] = "failed",
};

// What most of them should have come to.
static enum talk_outcome usual(enum talk_verb verb)
{
    if (verb == TALK_SILENT)
        return TALK_WAS_SILENT;
    return verb == TALK_END ? TALK_WAS_ENDED : TALK_DONE;
}

static const char *many_did(enum talk_verb verb)
{
    static const char *const did[] = {
        [TALK_CONNECT] = "connected", [TALK_SEND] = "sent",
        [TALK_SEND_BYTES] = "sent",   [TALK_READ] = "answered",
        [TALK_SILENT] = "silent",     [TALK_END] = "ended",
        [TALK_FINISH] = "finished",   [TALK_CLOSE] = "closed",
        [TALK_RESET] = "reset",       [TALK_PAUSE] = "",
    };

    return did[verb];
}

// How many came to this, and how long they waited at least and at most.
struct crowd {
    unsigned n;
    int64_t shortest, longest; // -1: none says
};

static struct crowd count(const struct talk *t, const struct talk_step *step,
                          enum talk_outcome outcome)
{
    struct crowd crowd = {0, -1, -1};

    for (unsigned i = 0; i <= step->last - step->first; i++) {
        const struct talk_client *c = talk_who(t, step, i);
        if (c->outcome != outcome)
            continue;
        crowd.n++;
        if (c->waited >= 0 && (crowd.shortest < 0 || c->waited < crowd.shortest))
            crowd.shortest = c->waited;
        if (c->waited > crowd.longest)
            crowd.longest = c->waited;
    }
    return crowd;
}

// Adds "silent: 0, 7-9": as many as fit.
static void add_those(struct line *l, const struct talk *t, const struct talk_step *step,
                      enum talk_outcome outcome)
{
    unsigned n = step->last - step->first + 1;
    const char *between = ": ";

    add(l, "; %s", outcome == TALK_DONE ? "answered" : outcome_names[outcome]);
    for (unsigned i = 0, from; i < n; i++) {
        char those[32];
        if (talk_who(t, step, i)->outcome != outcome)
            continue;
        for (from = i; i + 1 < n && talk_who(t, step, i + 1)->outcome == outcome; i++)
            ;
        int length = snprintf(those, sizeof those, "%u", step->first + from);
        if (i > from)
            snprintf(those + length, sizeof those - (size_t)length, "-%u", step->first + i);
        if (room(l) < (int)(strlen(between) + strlen(those) + strlen(", ..."))) {
            add(l, "%s...", between);
            return;
        }
        add(l, "%s%s", between, those);
        between = ", ";
    }
}

static void say_many(struct line *l, const struct talk *t, const struct talk_step *step)
{
    struct crowd most = count(t, step, usual(step->verb));
    char waiting[64];

    add(l, "%u of %u %s", most.n, step->last - step->first + 1, many_did(step->verb));
    for (enum talk_outcome o = TALK_DONE; o < TALK_OUTCOMES; o++)
        if (o != usual(step->verb) && count(t, step, o).n > 0 && room(l) > 16)
            add_those(l, t, step, o);
    snprintf(waiting, sizeof waiting, ", waited %.3f to %.3f s", seconds(most.shortest),
             seconds(most.longest));
    if (step->verb == TALK_READ && most.shortest >= 0 && room(l) >= (int)strlen(waiting))
        add(l, "%s", waiting);
}

// ---- Lines and rows -----------------------------------------------------------------------------

struct talk_layout talk_layout(const struct talk_script *s)
{
    struct talk_layout layout = {1, (int)strlen("connect")};

    for (unsigned i = 0; i < s->n; i++) {
        int who = (int)strlen(s->steps[i].who);
        int verb = (int)strlen(talk_verb_name(s->steps[i].verb));
        layout.who = who > layout.who ? who : layout.who;
        layout.verb = verb > layout.verb ? verb : layout.verb;
    }
    return layout;
}

void talk_say(FILE *out, const struct talk *t, const struct talk_step *step,
              struct talk_layout layout)
{
    struct line l = {.length = 0};

    add(&l, "%7.3f s  %-*s  %-*s  ", seconds(t->ended - t->began), layout.who, step->who,
        layout.verb, talk_verb_name(step->verb));
    if (step->verb == TALK_PAUSE)
        add(&l, "%.3f s", seconds(t->ended - t->begun));
    else if (step->first < step->last)
        say_many(&l, t, step);
    else
        say_one(&l, step, talk_who(t, step, 0));
    fprintf(out, "%s\n", l.text);
    fflush(out); // somebody is watching
}

void talk_write_heading(FILE *out)
{
    fputs("who\tstep\tbegun_s\tended_s\toutcome\tbytes\ttext\twaited_s\n", out);
}

static void write_row(FILE *out, const struct talk *t, const struct talk_step *step, unsigned i)
{
    const struct talk_client *c = talk_who(t, step, i);
    char text[ESCAPED] = "";
    int used;

    if (step->verb == TALK_SEND)
        talk_text((const unsigned char *)step->text,
                  c->bytes < TALK_KEPT ? (size_t)c->bytes : TALK_KEPT, 0, text, sizeof text, &used);
    else
        talk_text(c->text, c->kept, 0, text, sizeof text, &used);
    if (step->numbered)
        fprintf(out, "%u", step->first + i);
    else
        fputs(step->who, out);
    fprintf(out, "\t%s\t%.6f\t%.6f\t%s\t%" PRIu64 "\t%s\t", talk_verb_name(step->verb),
            seconds(c->begun - t->began), seconds(c->ended - t->began), outcome_names[c->outcome],
            c->bytes, text);
    if (c->waited >= 0)
        fprintf(out, "%.6f\n", seconds(c->waited));
    else
        fputs("NA\n", out);
}

void talk_write_rows(FILE *out, const struct talk *t, const struct talk_step *step)
{
    if (step->verb == TALK_PAUSE) {
        fprintf(out, "-\tpause\t%.6f\t%.6f\tok\t0\t\tNA\n", seconds(t->begun - t->began),
                seconds(t->ended - t->began));
        return;
    }
    for (unsigned i = 0; i <= step->last - step->first; i++)
        write_row(out, t, step, i);
}
