// report_check.h: the questions that a report's tasks are, each answered with a finding, and what
// they share.
#ifndef GRADE_REPORT_CHECK_H
#define GRADE_REPORT_CHECK_H

#include "grade/grading.h"
#include "grade/report_read.h"
#include "loadgen/statistics.h"

enum { CELL_MOST = 1000, REPEATS_LEAST = 5 };

// The measured repeats of one model at the point that a claim rests on, in the run's order.
struct report_cell {
    const struct report_repeat *list[CELL_MOST];
    size_t n;
};
void cell_find(const struct report *, unsigned claim, unsigned model, struct report_cell *);

// The same of both models, paired by their rounds: only rounds that both have. Returns how many.
size_t cell_pairs(const struct report *, unsigned claim, const struct report_repeat *a[],
                  const struct report_repeat *b[]);

// The second model's ratio to the first, from the raw files: false where there is no interval.
bool claim_ratio(const struct report *, unsigned claim, struct estimate *);

// FAILED, with a reason: "expected ...; saw ...". What passes is left as it is.
void check_fail(struct finding *, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool check_failed(const struct finding *);

// report_check.c
void check_complete(const struct report *, struct finding *);
void check_repeats(const struct report *, struct finding *);
void check_interleaved(const struct report *, struct finding *);
void check_warm_up(const struct report *, struct finding *);
void check_open_loop(const struct report *, struct finding *);
void check_below_capacity(const struct report *, struct finding *);
void check_samples(const struct report *, struct finding *);
void check_generator(const struct report *, struct finding *);
void check_environment(const struct report *, struct finding *);
// report_claims.c
void check_from_raw(const struct report *, struct finding *);
void check_intervals(const struct report *, struct finding *);
void check_verdict(const struct report *, struct finding *);

#endif
