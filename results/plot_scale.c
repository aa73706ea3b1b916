// plot_scale.c: see drawing.h. Axes that begin and end at round numbers, and the words on them.
#include <math.h>
#include <string.h>

#include "results/drawing.h"

// A narrow space at which no line breaks (U+202F), between thousands.
#define THIN "\u202f"

enum { STEPS = 6 }; // of a linear axis, about

static double round_step(double about)
{
    static const double steps[] = {1, 2, 2.5, 5, 10};
    double power = pow(10, floor(log10(about)));
    size_t i = 0;

    while (steps[i] * power < about * (1 - 1e-9))
        i++;
    return steps[i] * power;
}

// Rounded to 1, 2 or 5 times a power of ten, downwards or upwards.
static double round_down(double value)
{
    double power = pow(10, floor(log10(value) + 1e-9)), part = value / power * (1 + 1e-9);

    return power * (part >= 5 ? 5 : part >= 2 ? 2 : 1);
}

static double round_up(double value)
{
    double below = round_down(value);

    if (below >= value * (1 - 1e-9))
        return below;
    // 1 goes to 2, 2 to 5, 5 to 10: doubled, or two and a half times where that is the next one.
    return round_down(below * 2.6);
}

void scale_from_zero(struct scale *s, double most)
{
    double step = round_step((most > 0 ? most : 1) / STEPS);

    *s = (struct scale){.high = step * ceil((most > 0 ? most : 1) / step - 1e-9)};
}

void scale_decades(struct scale *s, double least, double most, bool with_zero)
{
    *s = (struct scale){.log = true, .low = round_down(least), .high = round_up(most)};
    if (s->high < 10 * s->low)
        s->high = 10 * s->low;
    if (with_zero) {
        // As far from the least as a tenth of the axis.
        s->first = s->low;
        s->zero = s->low / pow(s->high / s->low, 0.1);
        s->low = s->zero;
    }
}

double scale_at(const struct scale *s, double value)
{
    if (!s->log)
        return (value - s->low) / (s->high - s->low);
    if (value <= 0)
        value = s->zero > 0 ? s->zero : s->low;
    return log(value / s->low) / log(s->high / s->low);
}

// ---- Words --------------------------------------------------------------------------------------

static const struct {
    const char *title, *unit;
    enum measure measure;
    bool log;
} axes[METRIC_COUNT] = {
    [METRIC_rps] = {"requests", "per second", MEASURE_COUNT, false},
    [METRIC_payload] = {"payload", "per second, one way", MEASURE_RATE, false},
    [METRIC_offered] = {"requests asked for", "per second", MEASURE_COUNT, false},
    [METRIC_p50] = {"p50", "response time", MEASURE_TIME, true},
    [METRIC_p90] = {"p90", "response time", MEASURE_TIME, true},
    [METRIC_p99] = {"p99", "response time", MEASURE_TIME, true},
    [METRIC_p99_9] = {"p99.9", "response time", MEASURE_TIME, true},
    [METRIC_max] = {"slowest answer", "", MEASURE_TIME, true},
    [METRIC_mean] = {"mean", "response time", MEASURE_TIME, true},
    [METRIC_connect_p50] = {"p50", "time to connect", MEASURE_TIME, true},
    [METRIC_connect_p99] = {"p99", "time to connect", MEASURE_TIME, true},
    [METRIC_sent] = {"requests sent", "", MEASURE_COUNT, false},
    [METRIC_answered] = {"requests answered", "", MEASURE_COUNT, false},
    [METRIC_wrong] = {"wrong answers", "", MEASURE_COUNT, false},
    [METRIC_lost] = {"requests lost", "", MEASURE_COUNT, false},
    [METRIC_unfinished] = {"requests unfinished", "", MEASURE_COUNT, false},
    [METRIC_clients_served] = {"clients", "that got an answer", MEASURE_COUNT, false},
    [METRIC_jain] = {"Jain’s index", "1: all clients alike", MEASURE_COUNT, false},
    [METRIC_cpu] = {"processor time", "per request", MEASURE_TIME, false},
    [METRIC_switches] = {"context switches", "per request", MEASURE_COUNT, false},
    [METRIC_switches_forced] = {"forced switches", "per request", MEASURE_COUNT, false},
    [METRIC_calls] = {"I/O calls", "per request", MEASURE_COUNT, false},
    [METRIC_wakeups] = {"waits", "per request", MEASURE_COUNT, false},
    [METRIC_scanned] = {"descriptors scanned", "per request", MEASURE_COUNT, false},
    [METRIC_memory] = {"memory", "per connection", MEASURE_BYTES, false},
    [METRIC_resident] = {"resident memory", "of all processes", MEASURE_BYTES, false},
    [METRIC_tasks] = {"tasks", "threads and processes", MEASURE_COUNT, false},
    [METRIC_descriptors] = {"descriptors", "open", MEASURE_COUNT, false},
    [METRIC_busy] = {"generator busy", "share of the window", MEASURE_COUNT, false},
};

const char *metric_title(enum metric metric)
{
    return axes[metric].title;
}

const char *metric_unit_title(enum metric metric)
{
    return axes[metric].unit;
}

bool metric_is_log(enum metric metric)
{
    return axes[metric].log;
}

enum measure measure_of(enum metric metric)
{
    return axes[metric].measure;
}

static const char *thousands(double value, char text[WORDS])
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%.10g", value), out = 0;

    if (value != floor(value) || fabs(value) < 1000 || length > 15 || strchr(digits, 'e') != NULL) {
        snprintf(text, WORDS, "%s", digits);
        return text;
    }
    for (int i = 0; i < length; i++)
        out += snprintf(text + out, (size_t)(WORDS - out), "%s%c",
                        i > 0 && (length - i) % 3 == 0 ? THIN : "", digits[i]);
    return text;
}

static const char *stepped(double value, const char *const units[], size_t count, double factor,
                           char text[WORDS])
{
    char number[WORDS];
    size_t i = 0;

    for (; value >= factor * (1 - 1e-9) && i + 1 < count; i++)
        value /= factor;
    snprintf(text, WORDS, "%.40s %s", thousands(value, number), units[i]);
    return text;
}

const char *scale_words(enum measure measure, double value, char text[WORDS])
{
    static const char *const times[] = {"ns", "µs", "ms", "s"};
    static const char *const rates[] = {"B/s", "kB/s", "MB/s", "GB/s"};
    static const char *const sizes[] = {"B", "KiB", "MiB", "GiB"};

    // A rounding error of the tick's arithmetic is not worth digits.
    value = fabs(value) < 1e-12 ? 0 : value;
    if (measure == MEASURE_COUNT && value >= 1e6 && fmod(value, 1e5) == 0) { // a tick of an axis
        snprintf(text, WORDS, "%.10g M", value / 1e6);
        return text;
    }
    if (measure == MEASURE_COUNT || value == 0)
        return thousands(value, text);
    if (measure == MEASURE_TIME)
        return stepped(value, times, 4, 1000, text);
    if (measure == MEASURE_RATE)
        return stepped(value, rates, 4, 1000, text);
    return stepped(value, sizes, 4, 1024, text);
}

const char *scale_remark(const struct scale *s, enum measure measure, char text[WORDS])
{
    char first[WORDS];

    snprintf(text, WORDS, "%s", s->log ? " (log scale)" : "");
    if (s->log && s->zero > 0)
        snprintf(text, WORDS, " (log scale above %.40s)", scale_words(measure, s->first, first));
    return text;
}

// ---- For gnuplot --------------------------------------------------------------------------------

static void write_range(FILE *out, const char *axis, const struct scale *s)
{
    fprintf(out, "%s_LOW = %.10g; %s_HIGH = %.10g; %s_LOG = %d; %s_ZERO = %.10g\n", axis, s->low,
            axis, s->high, axis, s->log, axis, s->zero);
}

void write_scale_at(FILE *out, const char *axis, const struct scale *s, enum measure measure,
                    const double *values, size_t count, double pixels)
{
    double taken = -INFINITY;
    char words[WORDS];
    bool any = false;

    write_range(out, axis, s);
    fprintf(out, "%s_TICS = \"(", axis);
    for (size_t i = 0; i < count; i++) {
        double at = scale_at(s, values[i]) * pixels;
        double half = text_width(scale_words(measure, values[i], words), FONT_LABEL) / 2;
        if (pixels > 0 && at - half < taken)
            continue;
        taken = at + half + 8;
        fprintf(out, "%s'%s' %.10g", any ? ", " : "", words,
                s->log && values[i] <= 0 ? s->zero : values[i]);
        any = true;
    }
    fputs(")\"\n", out);
}

enum { TICKS_MOST = 64 };

static size_t linear_ticks(const struct scale *s, double *values)
{
    double step = round_step((s->high - s->low) / STEPS), first = ceil(s->low / step);
    size_t count = 0;

    while (count < TICKS_MOST && (first + (double)count) * step <= s->high * (1 + 1e-9)) {
        values[count] = (first + (double)count) * step;
        count++;
    }
    return count;
}

// From a hundredfold on, or where there is little room, powers of ten are enough.
static size_t log_ticks(const struct scale *s, double pixels, double *values)
{
    static const double parts[] = {1, 2, 5};
    size_t used = s->high / s->low > 200 || (pixels > 0 && pixels < 1000) ? 1 : 3, count = 0;
    double least = s->low * 0.999;
    int last = (int)floor(log10(s->high * 1.001));

    if (s->zero > 0) {
        values[count++] = 0;
        least = s->low * 1.3;
    }
    for (int power = (int)floor(log10(s->low)); power <= last; power++)
        for (size_t i = 0; i < used && count < TICKS_MOST; i++) {
            double value = parts[i] * pow(10, power);
            if (value >= least && value <= s->high * 1.001)
                values[count++] = value;
        }
    return count;
}

void write_scale(FILE *out, const char *axis, const struct scale *s, enum measure measure,
                 double pixels)
{
    double values[TICKS_MOST];
    size_t count = s->log ? log_ticks(s, pixels, values) : linear_ticks(s, values);

    write_scale_at(out, axis, s, measure, values, count, pixels);
}

void write_box(FILE *out, const struct box *b)
{
    fprintf(out, "LEFT = %.1f; RIGHT = %.1f; BOTTOM = %.1f; TOP = %.1f\n", b->left, b->right,
            b->bottom, b->top);
}

// ---- Points -------------------------------------------------------------------------------------

enum measure points_measure(const struct scenario *s)
{
    return s->bytes ? MEASURE_BYTES : MEASURE_COUNT;
}

const char *point_words(const struct drawing *d, unsigned point, char text[WORDS])
{
    double x = record_x(d->record, d->number, point);

    if (d->scenario->axis != AXIS_WORDS && isfinite(x))
        return scale_words(points_measure(d->scenario), x, text);
    snprintf(text, WORDS, "%s", d->scenario->points[point].name);
    return text;
}
