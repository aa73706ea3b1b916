// scenario.h: a question put to several servers, as a small text file
// (results/scenarios/README.md).
#ifndef RESULTS_SCENARIO_H
#define RESULTS_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCENARIO_LAST = 1000 };
enum { SCENARIO_NAME = 32, SCENARIO_FIGURES = 4 };

// One value of what is varied.
struct point {
    char name[24]; // as written: "1000", "64k", "closed", "30%"
    double x;      // the number it stands for, suffixes applied; a share: "30%" is 0.3; a word: its
                   // place in the list, from 1
    bool quick;    // belongs to the short run
    // What the scenario says for this point, or else for all; {x} is filled in already (but see
    // `of_capacity`: there, `load` may still hold it). Never NULL.
    const char *server; // further options of our servers
    const char *load;   // options of loadgen
    const char *beside; // empty; "slow-reader"; or "loadgen OPTIONS": a second, disturbing client
    unsigned cores;     // that the server may use; 0: as the run has it
    int64_t stall_at_ns,
        stall_ns; // SIGSTOP so long after the window's begin, for so long; 0: never
};

enum axis { AXIS_LOG, AXIS_LINEAR, AXIS_WORDS };

// How a figure is drawn, and of which metrics. In the file: "lines:rps", "bars:rps,p99". Its files
// are called after the scenario and the metric, or, if it has not just one, the kind.
struct figure {
    char kind[16]; // lines, bars, load, heat, clients, percentiles
    char name[48]; // of its files: "connections-rps"
    unsigned metrics;
    int metric[8]; // enum metric
};

struct scenario {
    char name[SCENARIO_NAME]; // the file's, without ".scenario"
    const char *text;         // the whole file, for the copy in a run's folder
    const char *question;     // one sentence with a question mark
    const char *about;        // a few sentences: what is done, and what to look for; may be empty
    const char *x_title;      // "active clients"
    const char *models;       // names with spaces between; "headline": all headline models
    enum axis axis;
    bool bytes;       // the points are sizes: k is 1024, not 1000
    unsigned repeats; // wished for in a full run
    struct point *points;
    size_t point_count;
    struct figure figures[SCENARIO_FIGURES];
    size_t figure_count;
    int64_t duration_ns, warmup_ns; // wished for; a budget may shorten the duration
    int64_t drain_ns;               // how long the end waits for answers
    const char *capacity_load;      // empty, or:
    unsigned place;                 // among the others in lists and the report, from 1
    bool of_capacity; // the points are shares of what the fastest model can do: {x} is a rate,
                      // which is found out first, with `capacity_load`
    bool whole_life;  // cost is counted from the server's start to its end, since its processes
                      // come and go
    bool per_client;  // the distribution over connections is kept
    bool timeline;    // intervals are kept, for a heat map
};

// Reads a file. False, and *why says "FILE:LINE: what is wrong and what is allowed" (allocated; the
// caller frees it). What the pointers point to lives as long as the program.
bool scenario_read(struct scenario *, const char *file, char **why);

// The point of that name, or NULL.
const struct point *scenario_point(const struct scenario *, const char *name);

// The text with each {x} replaced. The caller frees it.
char *scenario_fill(const char *text, const char *x);

#endif
