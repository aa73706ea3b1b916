// result_csv.c: a result as one row under its heading: the JSON's members, their names joined by
// dots, without lists. RFC 4180; what is null is left empty.
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/json.h"
#include "loadgen/fields.h"

static void write_text(const char *text, FILE *out)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++)
        fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, out);
    fputc('"', out);
}

static void write_value(const json_t *json, FILE *out)
{
    if (json_is_string(json))
        write_text(json_string_value(json), out);
    else if (!json_is_null(json))
        json_write_flat(json, out);
}

// One line: of names under `prefix`, or of values. Three levels deep at most.
// NOLINTNEXTLINE(misc-no-recursion)
static void write_cells(json_t *object, const char *prefix, bool names, FILE *out)
{
    const char *name, *comma = "";
    json_t *value;
    char path[128];

    json_object_foreach(object, name, value)
    {
        snprintf(path, sizeof path, "%s%s", prefix, name);
        fputs(comma, out);
        comma = ",";
        if (json_is_object(value)) {
            snprintf(path, sizeof path, "%s%s.", prefix, name);
            write_cells(value, path, names, out);
        } else if (names) {
            fputs(path, out);
        } else {
            write_value(value, out);
        }
    }
}

void result_write_csv(const struct result *r, FILE *out)
{
    json_t *outline = result_outline(r);

    write_cells(outline, "", true, out);
    fputc('\n', out);
    write_cells(outline, "", false, out);
    fputc('\n', out);
    json_decref(outline);
}
