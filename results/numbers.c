// numbers.c: see finding.h. Numbers as people read them: three digits, a unit, how sure they are.
#include "results/finding.h"
#include "results/readings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A narrow space at which no line breaks (U+202F) between thousands.
#define THIN "\u202f"

const char *whole(double value, char text[NUMBER])
{
    char digits[NUMBER];
    int length = snprintf(digits, sizeof digits, "%.0f", fabs(value));
    size_t out = 0;

    if (length > 15) { // no number that means anything; and it must have room
        snprintf(text, NUMBER, "%.3g", value);
        return text;
    }
    if (value <= -0.5)
        text[out++] = '-';
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            memcpy(text + out, THIN, strlen(THIN));
            out += strlen(THIN);
        }
        text[out++] = digits[i];
    }
    text[out] = '\0';
    return text;
}

const char *three_digits(double value, char text[NUMBER])
{
    char rounded[NUMBER];
    double exact;

    snprintf(rounded, sizeof rounded, "%.2e", value);
    exact = strtod(rounded, NULL);
    if (fabs(exact) >= 1000)
        return whole(exact, text);
    if (fabs(exact) >= 100)
        snprintf(text, NUMBER, "%.0f", exact);
    else if (fabs(exact) >= 10)
        snprintf(text, NUMBER, "%.1f", exact);
    else if (fabs(exact) >= 0.1 || exact == 0)
        snprintf(text, NUMBER, "%.2f", exact);
    else
        snprintf(text, NUMBER, "%.2g", exact);
    // "1" rather than "1.00" would say as much only where it is exact.
    if (value == floor(value) && fabs(value) < 1000)
        snprintf(text, NUMBER, "%.0f", value);
    return text;
}

const char *bytes_text(double bytes, char text[NUMBER])
{
    char number[NUMBER];

    if (bytes >= 1 << 20)
        snprintf(text, NUMBER, "%s MiB", three_digits(bytes / (1 << 20), number));
    else if (bytes >= 1 << 10)
        snprintf(text, NUMBER, "%s KiB", three_digits(bytes / (1 << 10), number));
    else
        snprintf(text, NUMBER, "%s B", three_digits(bytes, number));
    return text;
}

const char *time_text(double ns, char text[32])
{
    char ascii[32];
    const char *unit = strstr(result_time(ns, ascii), " us");

    if (unit == NULL)
        snprintf(text, 32, "%s", ascii);
    else
        snprintf(text, 32, "%.*s µs", (int)(unit - ascii), ascii);
    return text;
}

static const char *scaled(double value, const char *unit, char text[NUMBER])
{
    static const char *const prefix[] = {"", "k", "M", "G", "T"};
    char number[NUMBER];
    size_t i = 0;

    for (; fabs(value) >= 999.5 && i + 1 < sizeof prefix / sizeof *prefix; i++)
        value /= 1000;
    snprintf(text, NUMBER, "%s %s%s", three_digits(value, number), prefix[i], unit);
    return text;
}

bool is_latency(enum metric metric)
{
    return strcmp(metric_unit(metric), "ns") == 0 && metric != METRIC_cpu;
}

const char *reading_value(enum metric metric, double value, char text[32])
{
    char room[NUMBER];
    const char *unit = metric_unit(metric);

    if (!isfinite(value))
        snprintf(room, sizeof room, "–");
    else if (strcmp(unit, "ns") == 0)
        time_text(value, room);
    else if (strcmp(unit, "B/s") == 0)
        scaled(value, "B/s", room);
    else if (strcmp(unit, "KiB") == 0)
        bytes_text(value * 1024, room);
    else if (metric == METRIC_busy)
        snprintf(room, sizeof room, "%.0f %%", value * 100);
    else
        three_digits(value, room);
    snprintf(text, 32, "%.31s", room);
    return text;
}

const char *value_text(enum metric metric, double value, char text[PHRASE])
{
    char number[32];

    reading_value(metric, value, number);
    snprintf(text, PHRASE, "%s%s", number, metric == METRIC_rps ? " requests/s" : "");
    return text;
}

// Of a number with so many decimals, the half-width of its interval; never a 0 that is none.
static const char *reach_text(double reach, int decimals, char text[NUMBER])
{
    char rounded[NUMBER];

    snprintf(rounded, sizeof rounded, "%.1e", reach); // an uncertainty is not worth more digits
    if (decimals == 0 && strtod(rounded, NULL) >= 10)
        return whole(strtod(rounded, NULL), text);
    snprintf(text, NUMBER, "%.*f", decimals, reach);
    if (strtod(text, NULL) == 0)
        snprintf(text, NUMBER, "%.1g", reach);
    return text;
}

// How many digits stand after the point at the beginning of a text.
static int decimals_of(const char *text)
{
    size_t point = strcspn(text, ". ");

    return text[point] == '.' ? (int)strspn(text + point + 1, "0123456789") : 0;
}

bool is_lopsided(const struct estimate *e)
{
    double up = e->high - e->value, down = e->value - e->low;

    return isfinite(up) && isfinite(down) && fabs(up - down) > 0.2 * fmax(up, down);
}

// An interval that reaches this far says only that the repeats differ too much for one.
static bool is_too_wide(const struct estimate *e)
{
    return isfinite(e->high) && e->value > 0 && e->high >= 4 * e->value;
}

const char *estimate_text(enum metric metric, const struct estimate *e, char text[PHRASE])
{
    char value[32], reach[NUMBER];
    double half = e->high - e->value;

    if (is_lopsided(e)) {
        reading_value(metric, e->low, reach);
        reading_value(metric, e->high, value);
        char *low_unit = strchr(reach, ' ');
        const char *high_unit = strchr(value, ' ');
        if (low_unit != NULL && high_unit != NULL && strcmp(low_unit, high_unit) == 0)
            *low_unit = '\0'; // "54.2 to 218 µs"
        snprintf(text, PHRASE, "%s to %s", reach, value);
        return text;
    }
    reading_value(metric, e->value, value);
    // The same unit for both: as the value was scaled, so is its reach.
    char *unit = strchr(value, ' ');
    double shown = unit != NULL ? strtod(value, NULL) : e->value;
    if (!isfinite(half) || half <= 0 || e->value <= 0)
        snprintf(text, PHRASE, "%s", value);
    else
        snprintf(text, PHRASE, "%.*s ± %s%s",
                 (int)(unit != NULL ? (size_t)(unit - value) : strlen(value)), value,
                 reach_text(half * shown / e->value, decimals_of(value), reach),
                 unit != NULL ? unit : "");
    return text;
}

const char *mean_text(const struct view *v, int point, unsigned model, enum metric metric,
                      char text[PHRASE])
{
    char number[PHRASE], interval[PHRASE];
    const struct summary *s = &cell_of(v, point, model)->of[metric];

    estimate_text(metric, &s->mean, interval);
    if (is_too_wide(&s->mean))
        snprintf(text, PHRASE, "%.60s (%u repeats that differ too much for an interval)",
                 value_text(metric, s->mean.value, number), s->n);
    else if (is_lopsided(&s->mean))
        snprintf(text, PHRASE, "%.60s (%.80s)", value_text(metric, s->mean.value, number),
                 interval);
    else
        snprintf(text, PHRASE, "%.120s%s", interval, metric == METRIC_rps ? " requests/s" : "");
    return text;
}

// "1.50 ms" becomes "1.5 ms", "2.00" becomes "2".
static void trim_zeros(char *text)
{
    size_t number = strcspn(text, " ");
    char *end = text + number, *unit = end;

    if (decimals_of(text) == 0)
        return;
    while (end[-1] == '0')
        end--;
    if (end[-1] == '.')
        end--;
    memmove(end, unit, strlen(unit) + 1);
}

const char *round_time(double ns, char text[32])
{
    time_text(ns, text);
    trim_zeros(text);
    return text;
}

const char *about_text(enum metric metric, double value, char text[32])
{
    char rounded[NUMBER];

    snprintf(rounded, sizeof rounded, "%.1e", value);
    reading_value(metric, strtod(rounded, NULL), text);
    trim_zeros(text);
    return text;
}

const char *times(double ratio, char text[NUMBER])
{
    char number[NUMBER];

    if (ratio < 2)
        snprintf(text, NUMBER, "%.0f %%", (ratio - 1) * 100);
    else if (ratio < 10)
        snprintf(text, NUMBER, "%.1f times", ratio);
    else
        snprintf(text, NUMBER, "%s times", whole(ratio, number));
    return text;
}

const char *ratio_text(const struct ratio *r, char text[NUMBER])
{
    int decimals = r->value < 0.1 ? 3 : r->value < 10 ? 2 : r->value < 100 ? 1 : 0;

    if (!isfinite(r->low))
        snprintf(text, NUMBER, "%.*f", decimals, r->value);
    else
        snprintf(text, NUMBER, "%.*f (%.*f to %.*f)", decimals, r->value, decimals, r->low,
                 decimals, r->high);
    return text;
}
