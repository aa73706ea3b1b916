// trace.c: see trace.h.
#include "server/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/units.h"

bool trace_on;

static int file = -1;
static struct timespec start;

void trace_open(const char *path)
{
    if (path == NULL)
        return;
    if (strcmp(path, "-") == 0)
        file = STDOUT_FILENO;
    else if ((file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666)) < 0)
        die_errno("cannot write the trace to %s", path);
}

void trace_begin(void)
{
    static const char columns[] = "us\tprocess\tthread\tevent\tfd\tn\n";

    if (file < 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &start);
    (void)!write(file, columns, sizeof columns - 1);
    trace_on = true;
}

// One write(2) a line, to a file opened with O_APPEND: lines of several processes do not mix.
void trace_line(const char *event, int fd, long n)
{
    int error = errno;
    char line[128];
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    double us = (double)(t.tv_sec - start.tv_sec) * 1e6 + (double)(t.tv_nsec - start.tv_nsec) / 1e3;
    int length = snprintf(line, sizeof line, "%.1f\t%d\t%d\t%s\t%d\t%ld\n", us, getpid(), gettid(),
                          event, fd, n);
    (void)!write(file, line, (size_t)length);
    errno = error;
}
