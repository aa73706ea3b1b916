// record_fields.h: the plain members of a run's record under their names in run.json: one table, by
// which it is written and read.
#ifndef RESULTS_RECORD_FIELDS_H
#define RESULTS_RECORD_FIELDS_H

#include "loadgen/fields.h"
#include "results/record.h"

#define RECORD_SCHEMA "echolab.run/1"

// Of struct record, struct model and struct repeat.
extern const struct field record_fields[], record_fields_model[], record_fields_repeat[];

// "measured", "ended", "failed".
#define OUTCOMES (OUTCOME_FAILED + 1)
extern const char *const record_outcomes[OUTCOMES];

#endif
