// fields.h: the plain members of a result under their names in JSON (base/fields.h), and its
// histograms and percentiles.
#ifndef LOADGEN_FIELDS_H
#define LOADGEN_FIELDS_H

#include <stddef.h>

#include "base/fields.h"
#include "loadgen/result.h"

#define RESULT_SCHEMA "echolab.loadgen/1"

// Of struct result, except for the last three, of struct requests, wrong and interval.
extern const struct field fields_run[], fields_clients[], fields_errors[], fields_generator[];
extern const struct field fields_requests[], fields_wrong[], fields_interval[];

// The histograms of a result.
struct result_histogram {
    const char *name;
    size_t offset;    // of the pointer in struct result
    bool of_requests; // those that were never answered count as slower than all in it
};
enum { RESULT_HISTOGRAMS = 4 };
extern const struct result_histogram result_histograms[RESULT_HISTOGRAMS];
struct histogram *result_histogram(const struct result *, const struct result_histogram *);

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
