// json.c: see json.h.
#include "base/json.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"

json_t *json_made(json_t *json)
{
    if (json == NULL)
        die("cannot make the JSON: out of memory");
    return json;
}

void json_put(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, json_made(value)) != 0)
        die("cannot make the JSON: out of memory");
}

void json_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, json_made(value)) != 0)
        die("cannot make the JSON: out of memory");
}

json_t *json_real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_text(const char *text)
{
    json_t *json = json_string(text);

    if (json != NULL)
        return json;
    char *ascii = strdup(text);
    if (ascii == NULL)
        return NULL;
    for (char *c = ascii; *c != '\0'; c++)
        if (!isascii(*c))
            *c = '?';
    json = json_string(ascii);
    free(ascii);
    return json;
}

// ---- Lines -------------------------------------------------------------------------------------

static bool is_container(const json_t *json)
{
    return json_is_object(json) || json_is_array(json);
}

static bool holds_containers(json_t *json)
{
    void *member = json_object_iter(json); // NULL of what is no object

    // All of a list's members are of one kind.
    if (is_container(json_array_get(json, 0)))
        return true;
    while (member != NULL && !is_container(json_object_iter_value(member)))
        member = json_object_iter_next(json, member);
    return member != NULL;
}

void json_write_flat(const json_t *json, FILE *out)
{
    json_dumpf(json, out, JSON_REAL_PRECISION(JSON_DIGITS) | JSON_ENCODE_ANY);
}

// A line for each member.
static void dump_lines(json_t *json, FILE *out)
{
    const char *name, *comma = "";
    json_t *value;
    size_t i;

    fputc(json_is_object(json) ? '{' : '[', out);
    json_object_foreach(json, name, value)
    {
        fprintf(out, "%s\n    \"%s\": ", comma, name);
        json_write_flat(value, out);
        comma = ",";
    }
    json_array_foreach(json, i, value)
    {
        fprintf(out, "%s\n    ", comma);
        json_write_flat(value, out);
        comma = ",";
    }
    fprintf(out, "\n  %c", json_is_object(json) ? '}' : ']');
}

void json_write_lines(json_t *root, FILE *out)
{
    const char *name, *comma = "{";
    json_t *value;

    json_object_foreach(root, name, value)
    {
        fprintf(out, "%s\n  \"%s\": ", comma, name);
        if (holds_containers(value))
            dump_lines(value, out);
        else
            json_write_flat(value, out);
        comma = ",";
    }
    fputs("\n}\n", out);
}
