// tables.h: the tables that the cases_*.c files export; table.c joins them into conform_cases.
#ifndef TESTS_CONFORM_TABLES_H
#define TESTS_CONFORM_TABLES_H

#include "tests/conform/conform.h"

extern const struct conform_case echo_cases[];
extern const size_t echo_cases_count;
extern const struct conform_case frame_cases[];
extern const size_t frame_cases_count;
extern const struct conform_case guess_cases[];
extern const size_t guess_cases_count;
extern const struct conform_case game_cases[];
extern const size_t game_cases_count;
extern const struct conform_case violation_cases[];
extern const size_t violation_cases_count;
extern const struct conform_case client_cases[];
extern const size_t client_cases_count;
extern const struct conform_case fault_cases[];
extern const size_t fault_cases_count;
extern const struct conform_case signal_cases[];
extern const size_t signal_cases_count;
extern const struct conform_case owed_cases[];
extern const size_t owed_cases_count;
extern const struct conform_case children_cases[];
extern const size_t children_cases_count;
extern const struct conform_case system_cases[];
extern const size_t system_cases_count;
extern const struct conform_case wear_cases[];
extern const size_t wear_cases_count;
extern const struct conform_case limit_cases[];
extern const size_t limit_cases_count;
extern const struct conform_case start_cases[];
extern const size_t start_cases_count;
extern const struct conform_case usage_cases[];
extern const size_t usage_cases_count;
extern const struct conform_case stop_cases[];
extern const size_t stop_cases_count;
extern const struct conform_case drain_cases[];
extern const size_t drain_cases_count;
extern const struct conform_case parting_cases[];
extern const size_t parting_cases_count;
extern const struct conform_case option_cases[];
extern const size_t option_cases_count;
extern const struct conform_case output_cases[];
extern const size_t output_cases_count;
extern const struct conform_case trace_cases[];
extern const size_t trace_cases_count;
extern const struct conform_case model_cases[];
extern const size_t model_cases_count;
extern const struct conform_case herd_cases[];
extern const size_t herd_cases_count;

#endif
