// values.h: what may stand after loadgen's options. Each function reads one text, or ends the
// program with one line that says what was given and what is allowed (status 64).
#ifndef LOADGEN_VALUES_H
#define LOADGEN_VALUES_H

#include <stdint.h>

#include "loadgen/options.h"

enum { CONNECTIONS_MAX = 1000000, THREADS_MAX = 1024, PIPELINE_MAX = 10000 };

// `allowed` completes "give ...".
uint64_t value_count(const char *option, const char *text, uint64_t min, uint64_t max,
                     const char *allowed);
int64_t value_time(const char *option, const char *text);         // from 0
int64_t value_time_from_ms(const char *option, const char *text); // where 0 would make no sense
double value_rate(const char *text);
enum service_kind value_service(const char *text);
enum arrivals value_arrivals(const char *text);
const char *value_file(const char *option, const char *text);
int value_descriptor(const char *option, const char *text);
void value_require(struct plan *, const char *text); // one more
void value_target(struct plan *, const char *text);

// The texts of those options that make sense only beside others, or without them. NULL: not given.
struct given {
    const char *size, *arrivals, *think, *pipeline, *threads, *idle, *duration, *requests,
        *interval;
};

// What single values can't show: completes the plan (its sizes depend on the service) and ends the
// program when something is missing or does not go together.
void values_complete(struct plan *, const struct given *);

#endif
