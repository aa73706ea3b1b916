// readings.h: what the data of a run says, in words: a title per figure, two sentences per
// scenario, warnings. All computed: nothing is said that the intervals do not bear.
#ifndef RESULTS_READINGS_H
#define RESULTS_READINGS_H

#include "results/cells.h"

// The title of a figure: a finding where there is one, else the scenario's question on the first
// figure, and on the others what is drawn. At most 75 characters. The caller frees it.
char *reading_title(const struct cells *, unsigned scenario, const struct figure *);

// What stands under it: the conditions, n, and what the bars mean. At most 120 characters. Freed by
// the caller.
char *reading_subtitle(const struct cells *, unsigned scenario, const struct figure *);

// About two sentences on what the scenario shows. Freed by the caller.
char *reading_text(const struct cells *, unsigned scenario);

// What a reader of the whole run must know first: failed cells, wide spreads, a generator that was
// the limit, an interrupted or short run, cores not pinned. Calls `tell` once for each.
void reading_warnings(const struct cells *, void (*tell)(const char *text, void *to), void *to);

// Why a repeat ended or failed, in short: without what only a log needs.
const char *reading_reason(const char *why);

// A number as people read it: "1.34 ms", "12 300", "0.97": three digits at most.
const char *reading_value(enum metric, double value, char text[32]);

#endif
