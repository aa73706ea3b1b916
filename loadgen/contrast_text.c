// contrast_text.c: see contrast.h.
#include <jansson.h>
#include <string.h>

#include "base/fail.h"
#include "loadgen/contrast.h"
#include "loadgen/wrap.h"

static const char *const words[] = {
    [B_HIGHER] = "B is higher",    [B_LOWER] = "B is lower",      [NOISE] = "cannot tell apart",
    [NO_INTERVAL] = "no interval", [NO_FIGURES] = "not compared",
};
static const char *const keys[] = {
    [B_HIGHER] = "higher",         [B_LOWER] = "lower",           [NOISE] = "noise",
    [NO_INTERVAL] = "no interval", [NO_FIGURES] = "not compared",
};

static const char *show(const struct difference *d, double value, char text[32])
{
    if (d->is_time)
        return result_time(value, text);
    snprintf(text, 32, "%.*f/s", value < 1000 ? 1 : 0, value);
    return text;
}

static void write_row(const struct contrast *c, const struct difference *d, FILE *out)
{
    char label[32], a[32] = "-", b[32] = "-", ratio[32] = "-", interval[64] = "-";

    snprintf(label, sizeof label, "%s", d->name);
    if (d->is_time) // a latency never stands without its loop
        snprintf(label, sizeof label, "%s, %s", d->name,
                 strcmp(c->a->runs->loop, c->b->runs->loop) == 0 ? c->a->runs->loop : "either");
    if (d->verdict != NO_FIGURES) {
        show(d, d->a, a);
        show(d, d->b, b);
        snprintf(ratio, sizeof ratio, "%#.4g", d->ratio.value);
    }
    if (d->verdict < NO_INTERVAL)
        snprintf(interval, sizeof interval, "%#.4g to %#.4g", d->ratio.low, d->ratio.high);
    fprintf(out, "%-14s %9s %9s %7s  %-17s %s\n", label, a, b, ratio, interval, words[d->verdict]);
    if (d->why != NULL)
        fprintf(out, "%-14s %s\n", "", d->why);
}

static void write_side(const struct side *side, const char *letter, FILE *out)
{
    fprintf(out, "%s: %s (%zu %s, %s loop)\n", letter, side->name, side->count,
            side->count == 1 ? "run" : "runs", side->runs->loop);
}

void contrast_write_text(const struct contrast *c, FILE *out)
{
    static const char warning[] = "warning: ";

    write_side(c->a, "A", out);
    write_side(c->b, "B", out);
    fprintf(out, "\n%-14s %9s %9s %7s  %-17s %s\n", "", "A", "B", "B/A", "95 % interval",
            "verdict");
    for (size_t i = 0; i < DIFFERENCES; i++)
        write_row(c, &c->differences[i], out);
    if (c->warning_count > 0)
        fputc('\n', out);
    for (size_t i = 0; i < c->warning_count; i++) {
        fputs(warning, out);
        wrap_text(out, sizeof warning - 1, c->warnings[i]);
    }
}

static json_t *side_json(const struct side *side)
{
    return json_pack("{s:s, s:I, s:s}", "name", side->name, "runs", (json_int_t)side->count, "loop",
                     side->runs->loop);
}

static json_t *difference_json(const struct difference *d)
{
    json_t *row = json_pack("{s:s, s:s}", "metric", d->name, "unit", d->is_time ? "ns" : "1/s");
    bool figures = d->verdict != NO_FIGURES, interval = d->verdict < NO_INTERVAL;

    json_object_set_new(row, "a", figures ? json_real(d->a) : json_null());
    json_object_set_new(row, "b", figures ? json_real(d->b) : json_null());
    json_object_set_new(row, "ratio", figures ? json_real(d->ratio.value) : json_null());
    json_object_set_new(row, "low", interval ? json_real(d->ratio.low) : json_null());
    json_object_set_new(row, "high", interval ? json_real(d->ratio.high) : json_null());
    json_object_set_new(row, "verdict", json_string(keys[d->verdict]));
    json_object_set_new(row, "why", d->why != NULL ? json_string(d->why) : json_null());
    return row;
}

void contrast_write_json(const struct contrast *c, FILE *out)
{
    json_t *rows = json_array(), *warnings = json_array();

    for (size_t i = 0; i < DIFFERENCES; i++)
        json_array_append_new(rows, difference_json(&c->differences[i]));
    for (size_t i = 0; i < c->warning_count; i++)
        json_array_append_new(warnings, json_string(c->warnings[i]));
    json_t *root = json_pack("{s:s, s:f, s:b, s:o, s:o, s:o, s:o}", "schema", "echolab.compare/1",
                             "confidence", 0.95, "repeated", c->repeated, "a", side_json(c->a), "b",
                             side_json(c->b), "differences", rows, "warnings", warnings);
    if (root == NULL || json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(10)) != 0)
        die("cannot write the comparison as JSON: is a name in it not UTF-8?");
    fputc('\n', out);
    json_decref(root);
}
