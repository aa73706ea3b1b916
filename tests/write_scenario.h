// write_scenario.h: a scenario file written for a test, and read. Include it after cmocka.h.
#ifndef TESTS_WRITE_SCENARIO_H
#define TESTS_WRITE_SCENARIO_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "results/scenario.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

// Nothing but what is needed, in six lines.
#define LEAST                                                                                      \
    "question = How fast?\n"                                                                       \
    "axis = log\n"                                                                                 \
    "points = 1 10 1k\n"                                                                           \
    "load = --connections {x}\n"                                                                   \
    "figures = lines:rps\n"

static char scenario_folder[] = "/tmp/echolab-scenario-XXXXXX";
static char scenario_file[64]; // in it

static inline bool read_text(struct scenario *s, const char *text, char **why)
{
    FILE *to = fopen(scenario_file, "we");

    assert_non_null(to);
    fputs(text, to);
    assert_int_equal(fclose(to), 0);
    return scenario_read(s, scenario_file, why);
}

static inline int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(scenario_folder) == NULL)
        return -1;
    snprintf(scenario_file, sizeof scenario_file, "%s/test.scenario", scenario_folder);
    return 0;
}

static inline int remove_folder(void **state)
{
    (void)state;
    unlink(scenario_file);
    return rmdir(scenario_folder);
}

#endif
