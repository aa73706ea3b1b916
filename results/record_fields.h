// record_fields.h: what the parts of a run's record share that write and read it: the plain members
// under their names in run.json, and a repeat, which stands there or in the journal.
#ifndef RESULTS_RECORD_FIELDS_H
#define RESULTS_RECORD_FIELDS_H

#include <stdio.h>

#include "base/fields.h"
#include "base/units.h"
#include "results/record.h"

#define RECORD_SCHEMA "echolab.run/1"

// What a file of ours never exceeds, and a plan could not bear.
enum { RECORD_MODELS_MAX = 256, RECORD_ORDER_MAX = 1000000000 };
#define RECORD_WINDOW_MAX (INT64_C(24) * 3600 * NS_PER_SECOND)

// Of struct record, struct model and struct repeat.
extern const struct field record_fields[], record_fields_model[], record_fields_repeat[];

// "measured", "ended", "failed".
#define OUTCOMES (OUTCOME_FAILED + 1)
extern const char *const record_outcomes[OUTCOMES];

void record_repeat_free(struct repeat *); // what it holds, not itself

// As an object of JSON, and back; dies as fields_read() does.
json_t *record_repeat_json(const struct record *, const struct repeat *);
void record_repeat_read(const json_t *, const struct record *, struct repeat *, struct origin);

// As a row of results.tsv.
void record_repeat_row(const struct record *, const struct repeat *, FILE *);

// FOLDER/NAME; the caller frees it.
char *record_path(const struct record *, const char *name);

// The repeats that the journal has and run.json has not. False: it could not be removed, and that
// has been said.
void record_journal_read(struct record *);
bool record_journal_remove(const struct record *);

#endif
