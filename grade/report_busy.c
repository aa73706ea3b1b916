// report_busy.c: see report_busy.h.
#include "grade/report_busy.h"

#include <stdio.h>

#include "base/proc.h"
#include "tests/conform/conform.h"

#define LOOK_SECONDS 0.5
static const double others_most = 1.0 / 3; // of all processors' time

// The machine's processor time so far, in ticks: all of it, and what was not idle. proc(5)
static bool read_ticks(double *all, double *used)
{
    enum { IDLE = 3, IOWAIT, FIELDS = 8 }; // and steal is the last
    double ticks[FIELDS] = {0};
    FILE *f = proc_open("/proc/stat");
    int n = 0;

    // NOLINTNEXTLINE(cert-err34-c): the kernel's numbers fit
    if (f != NULL && fscanf(f, "cpu ") == 0)
        while (n < FIELDS && fscanf(f, "%lf", &ticks[n]) == 1) // NOLINT(cert-err34-c): the same
            n++;
    if (f != NULL)
        fclose(f);
    *all = *used = 0;
    for (int i = 0; i < n; i++) {
        *all += ticks[i];
        *used += i == IDLE || i == IOWAIT ? 0 : ticks[i];
    }
    return n == FIELDS;
}

bool report_busy(void)
{
    double all[2], used[2];

    if (!read_ticks(&all[0], &used[0]))
        return false;
    nap(LOOK_SECONDS);
    return read_ticks(&all[1], &used[1]) && all[1] > all[0] &&
           (used[1] - used[0]) / (all[1] - all[0]) > others_most;
}
