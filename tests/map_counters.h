// map_counters.h: a group's set-up, for cmocka's tests of what counts; include it after their
// headers.
#ifndef TESTS_MAP_COUNTERS_H
#define TESTS_MAP_COUNTERS_H

#include "server/counters.h"

static inline int map_counters(void **state)
{
    (void)state;
    counters_map();
    return 0;
}

#endif
