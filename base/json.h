// json.h: what our JSON files have in common: numbers that come back as they were, texts that are
// UTF-8, and lines that people and line-oriented tools find their way in.
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdio.h>

// As many significant digits survive text and back, and 0.1 stays 0.1.
enum { JSON_DIGITS = 15 };

// What was just made: dies where there is no memory for it.
json_t *json_made(json_t *);

// Take over the value, and die likewise.
void json_put(json_t *object, const char *name, json_t *value);
void json_append(json_t *array, json_t *value);

// A finite number, or null.
json_t *json_real_or_null(double);

// JSON is UTF-8, but a command line may hold any bytes, and a text may have been cut within a
// character: what is not ASCII in such a one is shown as "?".
json_t *json_text(const char *);

// Writes any value on one line, without an end of it.
void json_write_flat(const json_t *, FILE *);

// Writes an object as a line for each member, and within members that hold objects or lists, one
// for each of these. jansson's own indentation has one number a line.
void json_write_lines(json_t *, FILE *);

#endif
