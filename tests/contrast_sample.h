// contrast_sample.h: two sides to compare, of runs whose truth is known.
#ifndef TESTS_CONTRAST_SAMPLE_H
#define TESTS_CONTRAST_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "loadgen/contrast.h"

enum { REPEATS = 5, ROWS = 12, ANSWERS = 20000 };

// A run of ten seconds after one of warm-up, of so many answers a second, that vary by 1 %. Its
// latencies are evenly cut out of the exponential distribution: nothing here is left to chance.
static inline void make_run(struct result *r, double rps, double mean_ns)
{
    result_init(r);
    strcpy(r->target, "127.0.0.1:7000");
    strcpy(r->service_name, "echo");
    strcpy(r->loop, "closed");
    strcpy(r->size, "64");
    r->warmup_ns = r->interval_ns = NS_PER_SECOND;
    r->duration_ns = 10 * NS_PER_SECOND;
    r->completed = (uint64_t)(10 * rps);
    r->intervals = calloc(ROWS, sizeof *r->intervals);
    assert_non_null(r->intervals);
    r->interval_count = ROWS;
    for (int i = 0; i < ROWS; i++) {
        r->intervals[i].start_ns = i * r->interval_ns;
        r->intervals[i].answered = (uint64_t)(rps * (i % 2 == 0 ? 0.99 : 1.01));
    }
    for (int i = 0; i < ANSWERS; i++)
        histogram_record(r->response, (int64_t)(-log((i + 0.5) / ANSWERS) * mean_ns));
}

// Repeats whose level differs by a percent from one to the next.
static inline struct side make_side(const char *name, size_t count, double rps, double mean_ns)
{
    struct side side = {name, calloc(count, sizeof(struct result)), count};

    assert_non_null(side.runs);
    for (size_t i = 0; i < count; i++) {
        double level = 1 + 0.01 * ((double)i - (double)(count - 1) / 2);
        make_run(&side.runs[i], rps * level, mean_ns / level);
    }
    return side;
}

static inline void free_side(struct side *side)
{
    for (size_t i = 0; i < side->count; i++)
        result_free(&side->runs[i]);
    free(side->runs);
}

// Two sides that tests change as they need.
static struct side a, b;
static struct contrast found;

static inline void make_sides(size_t count, double b_rps, double b_mean_ns)
{
    a = make_side("before", count, 100000, 500e3);
    b = make_side("after", count, b_rps, b_mean_ns);
}

static inline void free_sides(void)
{
    contrast_free(&found);
    free_side(&a);
    free_side(&b);
}

static inline bool warned(const char *text)
{
    for (size_t i = 0; i < found.warning_count; i++)
        if (strstr(found.warnings[i], text) != NULL)
            return true;
    return false;
}

// What `write` writes; the caller frees it.
static inline char *written(void (*write)(const struct contrast *, FILE *))
{
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    assert_non_null(out);
    write(&found, out);
    fclose(out);
    return text;
}

static inline void empty(struct histogram **h)
{
    free(*h);
    *h = histogram_new(3);
    assert_non_null(*h);
}

#endif
