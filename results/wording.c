// wording.c: see finding.h. Names, places and conditions as people read them.
#include "results/finding.h"
#include "results/readings.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "results/load_options.h"

size_t characters(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

char *copy_within(const char *text, size_t most)
{
    size_t bytes = strlen(text);
    char *copy;

    if (characters(text) > most) {
        size_t room = most - 1, kept = 0;
        for (size_t i = 0, n = 0; text[i] != '\0' && n <= room; i++) {
            n += ((unsigned char)text[i] & 0xC0) != 0x80;
            if (text[i] == ' ' && n <= room)
                kept = i;
        }
        bytes = kept;
    }
    if (asprintf(&copy, "%.*s%s", (int)bytes, text, text[bytes] == '\0' ? "" : "…") < 0)
        die_errno("cannot allocate memory for a title");
    return copy;
}

void offer(char **title, const char *format, ...)
{
    va_list args;
    char *text;

    if (*title != NULL)
        return;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0)
        die_errno("cannot allocate memory for a title");
    if (characters(text) <= TITLE_MAX)
        *title = text;
    else
        free(text);
}

const char *reading_reason(const char *why)
{
    static const char program[] = "loadgen: ";

    // loadgen says what it has tried, to which address, how often, and then this.
    if (strstr(why, "listen queue is full") != NULL)
        return "its listen queue is full";
    return strncmp(why, program, strlen(program)) == 0 ? why + strlen(program) : why;
}

const char *model_name(const struct view *v, unsigned model)
{
    return v->record->models.list[model].name;
}

const char *genitive(const struct view *v, unsigned model, char text[NUMBER])
{
    const char *name = model_name(v, model);
    size_t length = strlen(name);

    snprintf(text, NUMBER, "%s%s", name, length > 0 && name[length - 1] == 's' ? "’" : "’s");
    return text;
}

void write_names(const struct view *v, const unsigned *list, size_t n, FILE *out)
{
    enum { SHOWN = 5 };
    size_t shown = n <= SHOWN + 1 ? n : SHOWN;

    for (size_t i = 0; i < shown; i++)
        fprintf(out, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", model_name(v, list[i]));
    if (shown < n)
        fprintf(out, " and %zu more", n - shown);
}

const char *metric_phrase(enum metric metric)
{
    static const char *const phrases[METRIC_COUNT] = {
        [METRIC_rps] = "throughput",
        [METRIC_payload] = "payload per second",
        [METRIC_p50] = "median response time",
        [METRIC_p90] = "p90",
        [METRIC_p99] = "p99",
        [METRIC_p99_9] = "p99.9",
        [METRIC_max] = "slowest answer",
        [METRIC_mean] = "mean response time",
        [METRIC_connect_p50] = "median time to connect",
        [METRIC_connect_p99] = "p99 of the time to connect",
        [METRIC_jain] = "Jain’s index",
        [METRIC_clients_served] = "number of clients served",
        [METRIC_cpu] = "processor time per request",
        [METRIC_switches] = "context switches per request",
        [METRIC_switches_forced] = "involuntary switches per request",
        [METRIC_calls] = "reads, writes and waits per request",
        [METRIC_wakeups] = "waits per request",
        [METRIC_scanned] = "descriptors looked at per request",
        [METRIC_memory] = "memory per connection",
        [METRIC_resident] = "resident memory",
        [METRIC_tasks] = "number of threads and processes",
        [METRIC_descriptors] = "number of descriptors",
    };

    return phrases[metric] != NULL ? phrases[metric] : metric_name(metric);
}

bool is_open_loop(const struct view *v, int point)
{
    char text[NUMBER];

    return *load_option(v->scenario->points[point].load, "rate", "", text) != '\0';
}

const char *loop_text(const struct view *v, int point)
{
    size_t open = 0;

    if (point != NONE)
        return is_open_loop(v, point) ? "open loop" : "closed loop";
    for (size_t p = 0; p < v->points; p++)
        open += is_open_loop(v, (int)p);
    return open == 0 ? "closed loop" : open == v->points ? "open loop" : "both loops";
}

const char *subject_text(const struct view *v, int point, enum metric metric, char text[PHRASE])
{
    snprintf(text, PHRASE, is_latency(metric) ? "%s (%s)" : "%s", metric_phrase(metric),
             loop_text(v, point));
    return text;
}

// How the points of the scenarios that come with echolab are spoken of.
static const struct spoken {
    const char *scenario, *preposition, *one, *many;
} table[] = {
    {"connections", "at", "client", "clients"},
    {"idle", "with", "silent client", "silent clients"},
    {"load", "at", "request/s", "requests/s"},
    {"sleep", "at", "client", "clients"},
    {"churn", "at", "client", "clients"},
    {"cost", "at", "client", "clients"},
    {"pipeline", "with", "in flight", "in flight"},
};

static const struct spoken *spoken_of(const struct view *v)
{
    if (v->scenario->axis == AXIS_WORDS)
        return NULL;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].scenario, v->scenario->name) == 0)
            return &table[i];
    return NULL;
}

const char *point_text(const struct view *v, int point, char text[PHRASE])
{
    const struct point *p = &v->scenario->points[point];
    const struct spoken *spoken = spoken_of(v);
    double x = record_x(v->record, v->number, (unsigned)point);
    char number[NUMBER];

    if (x == floor(x))
        whole(x, number);
    else
        three_digits(x, number);
    if (x == 0 && spoken != NULL)
        snprintf(number, sizeof number, "no");
    if (v->scenario->axis == AXIS_WORDS || !isfinite(x))
        snprintf(text, PHRASE, "“%s”", p->name);
    else if (v->scenario->bytes)
        bytes_text(x, text);
    else if (spoken != NULL)
        snprintf(text, PHRASE, "%s %s", number, x == 1 ? spoken->one : spoken->many);
    else
        snprintf(text, PHRASE, "%s (%.80s)", number, v->scenario->x_title);
    return text;
}

const char *point_heading(const struct scenario *s, unsigned point, char text[NUMBER])
{
    if (s->bytes)
        return bytes_text(s->points[point].x, text);
    snprintf(text, NUMBER, "%s", s->points[point].name);
    return text;
}

const char *at_point(const struct view *v, int point, bool opening, char text[PHRASE])
{
    char place[PHRASE], room[2 * PHRASE];
    const struct spoken *spoken = spoken_of(v);
    const char *preposition = v->scenario->axis == AXIS_WORDS ? "for" : "at";

    if (spoken != NULL)
        preposition = spoken->preposition;

    if (v->points == 1) {
        *text = '\0';
        return text;
    }
    snprintf(room, sizeof room, "%s %s%s", preposition, point_text(v, point, place),
             opening ? " " : "");
    if (opening)
        room[0] = (char)(room[0] - 'a' + 'A');
    snprintf(text, PHRASE, "%.*s", PHRASE - 1, room);
    return text;
}
