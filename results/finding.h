// finding.h: what the readings of single scenarios share: which cells can be compared, what their
// repeats bear, and the words for it.
#ifndef RESULTS_FINDING_H
#define RESULTS_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "results/cells.h"

// A scenario of a run, as its reading looks at it.
struct view {
    const struct cells *cells;
    const struct record *record;
    const struct scenario *scenario;
    unsigned number; // of the scenario in the record
    size_t points, models;
};
struct view view_of(const struct cells *, unsigned scenario);

// A point or model that there is not.
enum { NONE = -1 };

// ---- finding.c: what can be compared -------------------------------------------------------

const struct cell *cell_of(const struct view *, int point, unsigned model);

// Whether the model has a mean there and did not refuse clients.
bool is_measured(const struct view *, int point, unsigned model, enum metric);

// ... and served all clients that asked: the rate of a server that leaves nine out of ten waiting
// is no rival's. Nor is a response time where the server has fallen behind its load: that tells how
// long the window was, no more.
bool is_rival(const struct view *, int point, unsigned model, enum metric);
bool is_partial(const struct view *, int point, unsigned model); // as cells_partial()

// Whether in most repeats the load generator kept the metric, a throughput, from being higher. What
// differs in spite of that differs; but what is alike may be so because of it.
bool is_limited(const struct view *, int point, unsigned model, enum metric);

// The last point at which every model that has this metric anywhere has it; if there is none, the
// last of those at which most have it. NONE: nothing is measured.
int last_common_point(const struct view *, enum metric);

// The first point that has this metric of any model, or NONE: a short run leaves points out.
int first_point(const struct view *, enum metric);

// The last point that `least` models or more are rivals at, or NONE.
int last_point_of(const struct view *, enum metric, size_t least);

// The rivals at a point, the best first. Returns how many. `order` has room for all models.
size_t rank_rivals(const struct view *, int point, enum metric, unsigned *order);

bool more_is_better(enum metric);

// B / A over the rounds that have both, with the interval of 95 %. `clear` asks more of it than to
// exclude 1, since a reading picks what it tells from several looks at the data: the interval that
// all `looks` together hold with 95 % (Bonferroni) must exclude 1, and the ratio must be 5 % or
// more off it, since what is less is not the same tomorrow.
struct ratio {
    unsigned rounds;
    double value, low, high; // NAN below 2 rounds
    bool clear;
};
struct ratio ratio_of_models(const struct view *, int point, unsigned a, unsigned b, enum metric,
                             size_t looks);
struct ratio ratio_of_points(const struct view *, unsigned model, int a, int b, enum metric,
                             size_t looks);

// Whether the interval shows that A and B are within 10 % of each other.
bool is_steady(const struct ratio *);

// B - A in the same way. `clear`: the interval of all looks together excludes 0.
struct surplus {
    unsigned rounds;
    double value, low, high;
    bool clear;
};
struct surplus surplus_of(const struct view *, int point, unsigned a, unsigned b, enum metric,
                          size_t looks);

// What going from point `from` to point `to` does to each model that has both, the greatest ratio
// first. `list` has room for all models; `rivals`: only those that are at `from` and `to`.
struct shift {
    unsigned model;
    struct ratio ratio;
    bool limited; // the metric, at one of the points
};
size_t shifts_between(const struct view *, int from, int to, enum metric, bool rivals,
                      struct shift *list);

// One of them that stays within 10 %, for sure, and by itself (is_limited), or NULL. Of several the
// last of the headline.
const struct shift *find_steady(const struct view *, const struct shift *list, size_t n);

// Whether all change clearly, and about alike: then none of them is to be named.
bool is_common(const struct shift *list, size_t n);

void *room_for(size_t n, size_t size); // zeroed; dies where there is none

// ---- numbers.c and wording.c: numbers and words --------------------------------------------

enum { NUMBER = 48, PHRASE = 160 };

// Keeps the first title offered that is not too long.
enum { TITLE_MAX = 75, SUBTITLE_MAX = 120 };
void offer(char **title, const char *format, ...) __attribute__((format(printf, 2, 3)));
size_t characters(const char *text); // of UTF-8

// A copy, cut between words where it is too long. The caller frees it.
char *copy_within(const char *text, size_t most);

const char *three_digits(double value, char text[NUMBER]); // "12 300", "0.97"
const char *whole(double value, char text[NUMBER]);        // "1 024"
const char *bytes_text(double bytes, char text[NUMBER]);   // "64 KiB"

// "9.1 times", or "23 %" below twice; of a ratio above 1.
const char *times(double ratio, char text[NUMBER]);

// As result_time(), but with a Greek letter for a millionth, since this is not for terminals that
// know ASCII only: "12.3 µs". round_time(): of a time that was asked for: "1 s", not "1.00 s".
const char *time_text(double ns, char text[32]);

// As reading_value(), with two digits.
const char *about_text(enum metric, double value, char text[32]);
const char *round_time(double ns, char text[32]);

// "0.53 (0.50 to 0.56)"
const char *ratio_text(const struct ratio *, char text[NUMBER]);

// Whether an interval reaches clearly further to one side than to the other, so that no ± tells it.
bool is_lopsided(const struct estimate *);

// "121 000 ± 3 000 requests/s": the mean of a cell, as far as there is an interval; of a lopsided
// one "109 µs (54.2 to 218 µs)", and "54.2 to 218 µs" by estimate_text(). What is far too wide is
// told in words.
const char *mean_text(const struct view *, int point, unsigned model, enum metric,
                      char text[PHRASE]);
const char *estimate_text(enum metric, const struct estimate *,
                          char text[PHRASE]);                         // no "requests/s"
const char *value_text(enum metric, double value, char text[PHRASE]); // "121 000 requests/s"
const char *metric_phrase(enum metric); // "processor time per request"

// "p99 (closed loop)": a latency never stands without its loop.
const char *subject_text(const struct view *, int point, enum metric, char text[PHRASE]);

// "At 1 000 clients " at the beginning of a sentence, "at 1 000 clients" elsewhere; empty where the
// scenario has but one point.
const char *at_point(const struct view *, int point, bool opening, char text[PHRASE]);
const char *point_text(const struct view *, int point, char text[PHRASE]); // "1 000 clients"

// As a table's heading: as its scenario's file has it, but sizes with their unit: "256 KiB".
const char *point_heading(const struct scenario *, unsigned point, char text[NUMBER]);

const char *model_name(const struct view *, unsigned model);
const char *genitive(const struct view *, unsigned model,
                     char text[NUMBER]); // "epoll's", "threads'"

// Writes "a, b and c"; after the fifth "and 3 more".
void write_names(const struct view *, const unsigned *list, size_t n, FILE *);

// "open loop" or "closed loop"; "both loops" where the points differ and none is named.
const char *loop_text(const struct view *, int point);
bool is_latency(enum metric);

bool is_open_loop(const struct view *, int point);

// ---- ranking.c: who is ahead at a point, in any scenario -----------------------------------

char *ranking_title(const struct view *, int point, enum metric);
void tell_ranking(const struct view *, int point, enum metric, FILE *);

// Which models ended, where and why; which left clients waiting.
void tell_ends(const struct view *, FILE *);
void tell_partial(const struct view *, int point, FILE *);

// Which answered less than 99 % of what was asked at a point; at which points the generator was the
// limit for whom.
void tell_short(const struct view *, int point, FILE *);
void tell_limits(const struct view *, FILE *);

// "poll 0.11 (0.10 to 0.12), epoll 0.97 (0.93 to 1.01). ", and whether that is more than noise.
void tell_shifts(const struct view *, const struct shift *, size_t n, FILE *);

// readings_conditions.c: "closed loop · 64 B a message · server on 1 core · 5 repeats · bars: 95 %
// interval of the mean", and shorter where there is no room. The caller frees it.
char *conditions_text(const struct view *, const struct figure *, enum metric);

// ---- The scenarios: NULL is no finding; a text may be left empty ---------------------------

typedef char *title_maker(const struct view *, enum metric);
typedef void teller(const struct view *, FILE *);

// readings_sweeps.c
title_maker connections_title, idle_title;
teller connections_text, idle_text;
// readings_load.c. Percentiles are drawn at the last point at which as many keep up as anywhere.
char *percentiles_title(const struct view *);
title_maker load_title;
teller load_text;
// readings_shapes.c
title_maker sleep_title, cpu_title, pipeline_title;
teller sleep_text, cpu_text, pipeline_text;
// readings_size.c
title_maker size_title;
teller size_text;
// readings_costs.c
title_maker churn_title, cost_title;
teller churn_text, cost_text;
// readings_disturbed.c
title_maker stall_title, fair_title, uneven_title;
teller stall_text, fair_text, uneven_text;

#endif
