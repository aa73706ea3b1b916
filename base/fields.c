// fields.c: see fields.h.
#include "base/fields.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/json.h"
#include "base/units.h"

static json_t *wide_json(uint64_t value)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    return json_string(digits);
}

static json_t *field_json(enum field_type type, const void *at)
{
    switch (type) {
    case FIELD_TEXT:
        return json_text(at);
    case FIELD_FLAG:
        return json_boolean(*(const bool *)at);
    case FIELD_SMALL:
        return json_integer(*(const unsigned *)at);
    case FIELD_COUNT:
        return json_integer((json_int_t) * (const uint64_t *)at);
    case FIELD_WIDE:
        return wide_json(*(const uint64_t *)at);
    case FIELD_NS:
        return json_integer(*(const int64_t *)at);
    case FIELD_SECONDS:
        return json_real((double)*(const int64_t *)at / NS_PER_SECOND);
    case FIELD_REAL:
        return json_real_or_null(*(const double *)at);
    case FIELD_RATE:
        return *(const double *)at > 0 ? json_real_or_null(*(const double *)at) : json_null();
    case FIELD_SIZE: {
        double size = *(const double *)at;
        return size == floor(size) && fabs(size) < 1e15 ? json_integer((json_int_t)size)
                                                        : json_real_or_null(size);
    }
    case FIELD_BYTE: {
        int byte = *(const int *)at;
        return byte < 0 ? json_null() : json_integer(byte);
    }
    case FIELD_STRING: {
        const char *text = *(char *const *)at;
        return text != NULL ? json_text(text) : json_null();
    }
    }
    return NULL;
}

void fields_write(json_t *object, const struct field *table, const void *base)
{
    for (const struct field *f = table; f->name != NULL; f++)
        json_put(object, f->name, field_json(f->type, (const char *)base + f->offset));
}

void field_die(struct origin origin, const char *name, const char *what)
{
    die("%s: %s%s: %s", origin.file, origin.object, name, what);
}

json_t *field_get(const json_t *object, const char *name, json_type type, struct origin origin)
{
    static const char *const words[] = {
        [JSON_OBJECT] = "an object",   [JSON_ARRAY] = "a list",       [JSON_STRING] = "a text",
        [JSON_INTEGER] = "an integer", [JSON_REAL] = "a real number", [JSON_TRUE] = "true or false",
    };
    char what[64];
    json_t *json = json_object_get(object, name);

    if (json == NULL || json_typeof(json) != type) {
        snprintf(what, sizeof what, "%s is expected%s", words[type],
                 json == NULL ? ", but it is missing" : "");
        field_die(origin, name, what);
    }
    return json;
}

json_int_t field_integer(const json_t *object, const char *name, json_int_t min, json_int_t max,
                         struct origin origin)
{
    json_int_t value = json_integer_value(field_get(object, name, JSON_INTEGER, origin));

    if (value < min || value > max)
        field_die(origin, name, "this integer is out of range");
    return value;
}

// Any number; null only where that is a value.
static double get_number(const json_t *object, const char *name, bool null, struct origin origin)
{
    const json_t *json = json_object_get(object, name);

    if (null && json_is_null(json))
        return 0;
    if (!json_is_number(json))
        field_die(origin, name, "a number is expected");
    if (json_number_value(json) < 0 || json_number_value(json) > 9e18)
        field_die(origin, name, "this number is out of range");
    return json_number_value(json);
}

static void get_text(const json_t *object, const struct field *f, char *text, struct origin origin)
{
    const json_t *json = field_get(object, f->name, JSON_STRING, origin);

    if (json_string_length(json) >= f->size)
        field_die(origin, f->name, "this text is too long");
    memcpy(text, json_string_value(json), json_string_length(json) + 1);
}

static char *get_string(const json_t *object, const char *name, struct origin origin)
{
    if (json_is_null(json_object_get(object, name)))
        return NULL;
    char *text = strdup(json_string_value(field_get(object, name, JSON_STRING, origin)));
    if (text == NULL)
        field_die(origin, name, "no memory for this text");
    return text;
}

static bool get_flag(const json_t *object, const char *name, struct origin origin)
{
    const json_t *json = json_object_get(object, name);

    return json_is_true(json) ||
           (!json_is_false(json) && field_get(object, name, JSON_TRUE, origin));
}

static uint64_t get_wide(const json_t *object, const char *name, struct origin origin)
{
    uint64_t value;

    if (!units_count(json_string_value(field_get(object, name, JSON_STRING, origin)), 0, UINT64_MAX,
                     &value))
        field_die(origin, name, "a text of digits is expected");
    return value;
}

static int64_t get_seconds(const json_t *object, const char *name, struct origin origin)
{
    double seconds = get_number(object, name, false, origin);

    if (seconds > 9e9)
        field_die(origin, name, "this number is out of range");
    return llround(seconds * NS_PER_SECOND);
}

void fields_read(const json_t *object, const struct field *table, void *base, struct origin origin)
{
    for (const struct field *f = table; f->name != NULL; f++) {
        void *at = (char *)base + f->offset;
        switch (f->type) {
        case FIELD_TEXT:
            get_text(object, f, at, origin);
            break;
        case FIELD_FLAG:
            *(bool *)at = get_flag(object, f->name, origin);
            break;
        case FIELD_SMALL:
            *(unsigned *)at = (unsigned)field_integer(object, f->name, 0, UINT32_MAX, origin);
            break;
        case FIELD_COUNT:
            *(uint64_t *)at = (uint64_t)field_integer(object, f->name, 0, INT64_MAX, origin);
            break;
        case FIELD_WIDE:
            *(uint64_t *)at = get_wide(object, f->name, origin);
            break;
        case FIELD_NS:
            *(int64_t *)at = field_integer(object, f->name, 0, INT64_MAX, origin);
            break;
        case FIELD_SECONDS:
            *(int64_t *)at = get_seconds(object, f->name, origin);
            break;
        case FIELD_REAL:
        case FIELD_RATE:
            *(double *)at = get_number(object, f->name, true, origin);
            break;
        case FIELD_SIZE:
            *(double *)at = get_number(object, f->name, false, origin);
            break;
        case FIELD_BYTE:
            *(int *)at = json_is_null(json_object_get(object, f->name))
                             ? -1
                             : (int)field_integer(object, f->name, 0, UINT8_MAX, origin);
            break;
        case FIELD_STRING:
            *(char **)at = get_string(object, f->name, origin);
            break;
        }
    }
}
