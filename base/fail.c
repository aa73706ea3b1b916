// fail.c: see fail.h.
#include "base/fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_SIZE = 1024 };

static const char *name = "echolab";
static bool silent;

void fail_name(const char *program)
{
    name = program;
}

void fail_quiet(bool quiet)
{
    silent = quiet;
}

// Puts "NAME: MESSAGE[: REASON]\n" on standard error. A reader that has gone is no reason to stop.
static void say(const char *format, va_list args, const char *reason)
{
    char message[LINE_SIZE - 256], line[LINE_SIZE];

    vsnprintf(message, sizeof message, format, args);
    int n = snprintf(line, sizeof line, "%.64s: %s%s%.128s\n", name, message,
                     reason == NULL ? "" : ": ", reason == NULL ? "" : reason);
    (void)!write(STDERR_FILENO, line, (size_t)n);
}

void warn(const char *format, ...)
{
    va_list args;

    if (silent)
        return;
    va_start(args, format);
    say(format, args, NULL);
    va_end(args);
}

void warn_errno(const char *format, ...)
{
    int error = errno;
    va_list args;

    if (silent)
        return;
    va_start(args, format);
    say(format, args, strerror(error));
    va_end(args);
    errno = error;
}

void warn_errno_sometimes(const char *format, ...)
{
    static atomic_llong last = -1;
    static atomic_ulong held_back;
    int error = errno;
    struct timespec now;
    char reason[160];
    va_list args;

    if (silent)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (atomic_exchange(&last, (long long)now.tv_sec) == (long long)now.tv_sec) {
        atomic_fetch_add(&held_back, 1);
        errno = error;
        return;
    }
    unsigned long silenced = atomic_exchange(&held_back, 0);
    if (silenced == 0)
        snprintf(reason, sizeof reason, "%s", strerror(error));
    else
        snprintf(reason, sizeof reason, "%s (and %lu such lines not shown)", strerror(error),
                 silenced);
    va_start(args, format);
    say(format, args, reason);
    va_end(args);
    errno = error;
}

void die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(format, args, NULL);
    va_end(args);
    exit(EXIT_FAILURE);
}

void die_errno(const char *format, ...)
{
    int error = errno;
    va_list args;

    va_start(args, format);
    say(format, args, strerror(error));
    va_end(args);
    exit(EXIT_FAILURE);
}

void die_usage(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(format, args, NULL);
    va_end(args);
    fprintf(stderr, "Try '%s --help'\n", name);
    exit(EXIT_USAGE);
}

void die_unavailable(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(format, args, NULL);
    va_end(args);
    exit(EXIT_UNAVAILABLE);
}
