// usage.c: see usage.h.
#include "loadgen/usage.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/file.h"
#include "base/units.h"

// What the scheduler has on record (Documentation/scheduler/sched-stats.rst): nanoseconds on a
// core, and nanoseconds ready to run without one. False where the kernel keeps no such record.
static bool read_schedstat(int64_t *ran, int64_t *waited)
{
    char line[128], *end;

    if (!file_first_line("/proc/thread-self/schedstat", line, sizeof line))
        return false;
    *ran = strtoll(line, &end, 10);
    *waited = strtoll(end, &end, 10);
    return *ran > 0;
}

void usage_read(struct usage *u, int64_t now)
{
    struct rusage used;

    getrusage(RUSAGE_THREAD, &used);
    u->user_ns = used.ru_utime.tv_sec * NS_PER_SECOND + used.ru_utime.tv_usec * 1000;
    u->system_ns = used.ru_stime.tv_sec * NS_PER_SECOND + used.ru_stime.tv_usec * 1000;
    if (!read_schedstat(&u->ran_ns, &u->waited_ns)) {
        u->ran_ns = u->user_ns + u->system_ns;
        u->waited_ns = 0;
    }
    u->at = now;
}
