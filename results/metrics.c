// metrics.c: see metrics.h.
#include "results/metrics.h"

#include <string.h>

static const struct {
    const char *name, *unit, *what;
} list[] = {
#define X(name, unit, what) {#name, unit, what},
    METRICS(X)
#undef X
};

const char *metric_name(enum metric m)
{
    return list[m].name;
}

const char *metric_unit(enum metric m)
{
    return list[m].unit;
}

const char *metric_what(enum metric m)
{
    return list[m].what;
}

enum metric metric_find(const char *name)
{
    enum metric m = 0;

    while (m < METRIC_COUNT && strcmp(list[m].name, name) != 0)
        m++;
    return m;
}
