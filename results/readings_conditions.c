// readings_conditions.c: what stands under a figure's title: how it was measured, how often, and
// what its bars mean.
#include "results/finding.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "results/load_options.h"

// The value of an option that is the same at all points; empty if it is not.
static const char *common_option(const struct scenario *s, const char *name, const char *otherwise,
                                 char text[NUMBER])
{
    char other[NUMBER];

    *text = '\0';
    for (size_t p = 0; p < s->point_count; p++) {
        load_option(s->points[p].load, name, otherwise, other);
        if (p > 0 && strcmp(text, other) != 0) {
            *text = '\0';
            return text;
        }
        snprintf(text, NUMBER, "%s", other);
    }
    return text;
}

// How many cores a list such as "0-2,5" names.
static unsigned count_cores(const char *list)
{
    unsigned n = 0;

    while (*list != '\0') {
        char *end;
        unsigned long first = strtoul(list, &end, 10), last = first;
        if (*end == '-')
            last = strtoul(end + 1, &end, 10);
        n += (unsigned)(last - first + 1);
        if (*end != ',')
            break;
        list = end + 1;
    }
    return n;
}

static void write_cores(const struct view *v, FILE *out)
{
    unsigned cores = v->points > 0 ? v->scenario->points[0].cores : 0;

    for (size_t p = 1; p < v->points; p++)
        if (v->scenario->points[p].cores != cores)
            return; // that is what is varied
    if (v->record->server_cores[0] == '\0') {
        fputs(" · cores not pinned", out);
        return;
    }
    cores = cores > 0 ? cores : count_cores(v->record->server_cores);
    fprintf(out, " · server on %u core%s", cores, cores == 1 ? "" : "s");
}

// How much is said, of what has no room in full.
enum wording { IN_FULL, IN_SHORT, IN_PART, WORDINGS };

static void write_repeats(const struct view *v, const struct figure *figure, enum metric metric,
                          enum wording wording, FILE *out)
{
    unsigned least = 0, most = 0;
    char count[NUMBER];

    for (unsigned p = 0; p < v->points; p++)
        for (unsigned m = 0; m < v->models; m++) {
            unsigned n = cell_at(v->cells, v->number, p, m)->of[metric].n;
            if (n > 0 && (least == 0 || n < least))
                least = n;
            most = n > most ? n : most;
        }
    if (most == 0 || strcmp(figure->kind, "heat") == 0 || strcmp(figure->kind, "clients") == 0)
        return;
    if (least == most)
        snprintf(count, sizeof count, "%u repeat%s", most, most == 1 ? "" : "s");
    else
        snprintf(count, sizeof count, "%u to %u repeats", least, most);
    if (strcmp(figure->kind, "percentiles") == 0)
        fprintf(out, " · %s%s", count, most > 1 ? " together" : "");
    else if (most > 1)
        fprintf(out, " · %s · %s: 95 %% interval%s", count,
                strcmp(figure->kind, "bars") == 0 ? "whiskers" : "bars",
                wording == IN_FULL ? " of the mean" : "");
    else
        fprintf(out, " · %s, no intervals", count);
}

static void write_size(const char *size, enum wording wording, FILE *out)
{
    char text[NUMBER];
    uint64_t bytes;

    // A mix of sizes stays as it was written.
    bool one = units_size(size, 0, UINT64_MAX, &bytes);
    fprintf(out, " · %s%s", one ? bytes_text((double)bytes, text) : size,
            wording == IN_FULL ? " a message" : "");
}

// Of --work: "cpu:50us", "sleep:5ms".
static void write_work(const char *work, FILE *out)
{
    const char *time = strchr(work, ':');
    char text[32];
    int64_t ns;

    if (time != NULL && units_time(time + 1, INT64_MAX, &ns))
        fprintf(out, " · handler %s %s", *work == 'c' ? "computes" : "sleeps",
                round_time((double)ns, text));
}

static void write_conditions(const struct view *v, enum wording wording, FILE *out)
{
    const struct scenario *s = v->scenario;
    char text[NUMBER], work[NUMBER];
    const char *loop = loop_text(v, NONE);

    fputs(strcmp(loop, "both loops") == 0 ? "closed and open loop" : loop, out);
    if (wording != IN_PART && *common_option(s, "size", "64", text) != '\0')
        write_size(text, wording, out);
    if (wording != IN_PART && *common_option(s, "connections", "50", text) != '\0')
        fprintf(out, " · %s client%s", whole(load_connections(s->points[0].load), text),
                strcmp(text, "1") == 0 ? "" : "s");
    if (v->points > 0)
        write_work(load_option(s->points[0].server, "work", "", work), out);
    write_cores(v, out);
}

char *conditions_text(const struct view *v, const struct figure *figure, enum metric metric)
{
    char *text = NULL;
    size_t size = 0;

    for (enum wording wording = IN_FULL; wording < WORDINGS; wording++) {
        free(text);
        FILE *out = text_open(&text, &size);
        write_conditions(v, wording, out);
        write_repeats(v, figure, metric, wording, out);
        text_close(out);
        if (characters(text) <= SUBTITLE_MAX)
            return text;
    }
    char *cut = copy_within(text, SUBTITLE_MAX);
    free(text);
    return cut;
}
