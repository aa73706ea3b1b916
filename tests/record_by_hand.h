// record_by_hand.h: a run whose every value a test sets itself, to look at what they add up to.
#ifndef TESTS_RECORD_BY_HAND_H
#define TESTS_RECORD_BY_HAND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/cells.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { SCENARIOS = 2, POINTS = 8, MODELS = 3, REPEATS = 64 };

static struct point points[SCENARIOS][POINTS];
static struct scenario scenarios[SCENARIOS];
static struct model models[MODELS];
static struct repeat repeats[REPEATS];
static struct record record;
static struct cells cells;

static int begin(void **state)
{
    (void)state;
    memset(&record, 0, sizeof record);
    memset(&cells, 0, sizeof cells);
    for (unsigned s = 0; s < SCENARIOS; s++) {
        for (unsigned p = 0; p < POINTS; p++)
            points[s][p].x = 1U << p; // 1 to 128 clients
        scenarios[s] = (struct scenario){.points = points[s], .point_count = POINTS - 3 * s};
    }
    record.scenarios = scenarios;
    record.scenario_count = SCENARIOS;
    record.models = (struct models){models, MODELS};
    record.repeats = repeats;
    return 0;
}

static int end(void **state)
{
    (void)state;
    cells_free(&cells);
    return 0;
}

static inline struct repeat *add(unsigned scenario, unsigned point, unsigned model, unsigned round,
                                 double rps)
{
    struct repeat *q = &repeats[record.repeat_count++];

    assert_true(record.repeat_count <= REPEATS);
    memset(q, 0, sizeof *q);
    q->scenario = scenario;
    q->point = point;
    q->model = model;
    q->round = round;
    for (enum metric m = 0; m < METRIC_COUNT; m++)
        q->value[m] = NAN;
    q->value[METRIC_rps] = rps;
    return q;
}

static void spoil(struct repeat *q, enum repeat_outcome outcome, const char *why)
{
    q->outcome = outcome;
    snprintf(q->why, sizeof q->why, "%s", why);
}

static void assert_near(double got, double expected, double error)
{
    if (!(fabs(got - expected) <= error))
        fail_msg("%.12g is not %.12g within %g", got, expected, error);
}

#define WITH_A_RUN(test) cmocka_unit_test_setup_teardown(test, begin, end)

#endif
