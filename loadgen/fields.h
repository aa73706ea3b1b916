// fields.h: the plain members of a result under their names in JSON: one table, by which a file is
// written and read.
#ifndef LOADGEN_FIELDS_H
#define LOADGEN_FIELDS_H

#include <jansson.h>
#include <stddef.h>

#include "loadgen/result.h"

#define RESULT_SCHEMA "echolab.loadgen/1"

// As many significant digits survive text and back, and 0.1 stays 0.1.
enum { RESULT_DIGITS = 15 };

enum field_type {
    FIELD_TEXT,    // char[]
    FIELD_FLAG,    // bool
    FIELD_SMALL,   // unsigned
    FIELD_COUNT,   // uint64_t
    FIELD_WIDE,    // uint64_t that needs all 64 bits, which JSON's readers don't have: a string of
                   // digits
    FIELD_NS,      // int64_t
    FIELD_SECONDS, // int64_t of nanoseconds, as seconds with a fraction
    FIELD_REAL,    // double; null where it is not finite
    FIELD_RATE,    // double; null where it is 0
    FIELD_SIZE,    // double; an integer where it is whole
    FIELD_BYTE,    // int; null where it is -1
    FIELD_STRING,  // char *; null where it is NULL; read: allocated
};

struct field {
    const char *name; // NULL ends a table
    enum field_type type;
    size_t offset, size;
};

#define FIELD(type, of, member, name)                                                              \
    {                                                                                              \
        name, FIELD_##type, offsetof(struct of, member), sizeof(((struct of *)NULL)->member)       \
    }

// Of struct result, except for the last four, of struct environment, requests, wrong and interval.
extern const struct field fields_run[], fields_clients[], fields_errors[], fields_generator[];
extern const struct field fields_environment[], fields_requests[], fields_wrong[];
extern const struct field fields_interval[];

// The histograms of a result.
struct result_histogram {
    const char *name;
    size_t offset;    // of the pointer in struct result
    bool of_requests; // those that were never answered count as slower than all in it
};
enum { RESULT_HISTOGRAMS = 4 };
extern const struct result_histogram result_histograms[RESULT_HISTOGRAMS];
struct histogram *result_histogram(const struct result *, const struct result_histogram *);

// Adds the fields of the structure at `base` to a JSON object.
void fields_write(json_t *object, const struct field *table, const void *base);

// Where a value comes from, for messages: in which file, in which object ("requests.", or "").
struct origin {
    const char *file, *object;
};

// The way back. Dies naming file and field where one is missing or is not what it should be.
void fields_read(const json_t *object, const struct field *table, void *base, struct origin);

// The member of an object, of a type. Dies likewise.
json_t *field_get(const json_t *object, const char *name, json_type type, struct origin);
_Noreturn void field_die(struct origin, const char *name, const char *what);

// A finite number, or null.
json_t *json_real_or_null(double);

// JSON is UTF-8, but a command line may hold any bytes, and a text may have been cut within a
// character: what is not ASCII in such a one is shown as "?".
json_t *json_text(const char *);

// Writes an object in lines that people and line-oriented tools find their way in: a line for each
// member, and within members that hold objects or lists, one for each of these. jansson's own
// indentation has one number a line.
void json_write_lines(json_t *, FILE *);

// The whole as JSON, without what only adds bulk (histograms, timeline); the caller has the
// reference.
json_t *result_outline(const struct result *);

// The figures of a histogram that are printed everywhere alike.
enum { RESULT_PERCENTILES = 5 };
struct result_percentile {
    const char *name, *title; // "p99_9", "p99.9"
    double fraction;
};
extern const struct result_percentile result_percentiles[RESULT_PERCENTILES];

#endif
