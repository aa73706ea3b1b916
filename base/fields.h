// fields.h: the plain members of a structure under their names in JSON: one table, by which a file
// is written and read.
#ifndef BASE_FIELDS_H
#define BASE_FIELDS_H

#include <jansson.h>
#include <stddef.h>

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

// An integer that is one of its members, from min to max. Dies likewise.
json_int_t field_integer(const json_t *object, const char *name, json_int_t min, json_int_t max,
                         struct origin);

_Noreturn void field_die(struct origin, const char *name, const char *what);

#endif
