// work.c: see work.h.
#include "server/work.h"

#include <time.h>

#include "base/clock.h"
#include "base/units.h"
#include "server/stop.h"

// A sleep is cut into pieces of this length, so that none outlasts the stop's deadline for long.
static const int64_t PIECE_NS = NS_PER_SECOND / 20;

static int64_t processor_time(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

// By the thread's own processor clock: work is work, also while the core is shared with others.
static void burn(int64_t ns)
{
    int64_t end = processor_time() + ns;

    while (processor_time() < end && !stop_is_overdue())
        ;
}

static void block(int64_t ns)
{
    int64_t end = clock_now() + ns, now;

    while ((now = clock_now()) < end && !stop_is_overdue()) {
        int64_t piece = end - now < PIECE_NS ? end - now : PIECE_NS;
        struct timespec t = {.tv_nsec = (long)piece};
        nanosleep(&t, NULL);
    }
}

void work_do(const struct work *work)
{
    if (work->kind == WORK_CPU)
        burn(work->ns);
    else if (work->kind == WORK_SLEEP)
        block(work->ns);
}
