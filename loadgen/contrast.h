// contrast.h: what can be said of the difference between two sides, each of them one run or,
// better, several repeats of it.
#ifndef LOADGEN_CONTRAST_H
#define LOADGEN_CONTRAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "loadgen/result.h"
#include "loadgen/statistics.h"

struct side {
    const char *name; // the file or folder it was read from
    struct result *runs;
    size_t count; // above 0
};

enum verdict {
    B_HIGHER,
    B_LOWER,
    NOISE,       // the interval holds 1: no difference is shown
    NO_INTERVAL, // figures on both sides, and no way to say how sure they are
    NO_FIGURES,  // a side has none
};

struct difference {
    const char *name; // "throughput", "p99"
    bool is_time;     // nanoseconds; else per second
    enum verdict verdict;
    const char *why;       // of NO_INTERVAL and NO_FIGURES
    double a, b;           // over repeats the geometric mean
    struct estimate ratio; // B / A
};

enum { DIFFERENCES = 6 };

struct contrast {
    const struct side *a, *b;
    bool repeated; // on both sides: the intervals come from the spread between runs
    struct difference differences[DIFFERENCES];
    char **warnings; // what stands against taking the verdicts at their word
    size_t warning_count;
};

// Dies where nothing can be compared. The sides must outlive what is found.
void contrast_make(struct contrast *, const struct side *a, const struct side *b);
void contrast_free(struct contrast *);

// contrast_warn.c: what in these runs differs that should not, and what went wrong in them.
void contrast_look(struct contrast *);
void contrast_warn(struct contrast *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// contrast_text.c: the table for people; the schema "echolab.compare/1" for scripts.
void contrast_write_text(const struct contrast *, FILE *);
void contrast_write_json(const struct contrast *, FILE *);

#endif
