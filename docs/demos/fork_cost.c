// fork_cost.c: what it costs to make a process and a thread, while the parent's memory grows.
// fork() copies the page table of all that is resident; pthread_create() shares it.
#include <argp.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/command_line.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/units.h"

enum { ROUNDS_MAX = 10001, SIZES_MAX = 16, MIB = 1 << 20, MIB_MAX = 1 << 16 };

struct plan {
    unsigned rounds;
    bool dontfork;
    size_t size_count;
    uint64_t mib[SIZES_MAX];
};

static int64_t fork_ns[ROUNDS_MAX], thread_ns[ROUNDS_MAX];

// ---- What is timed ----------------------------------------------------------------------------

static int64_t time_fork(void)
{
    int64_t begun = clock_now();
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    int64_t ended = clock_now();
    if (pid < 0)
        die_errno("fork");
    if (waitpid(pid, NULL, 0) < 0)
        die_errno("waitpid");
    return ended - begun;
}

static void *end_at_once(void *arg)
{
    return arg;
}

static int64_t time_thread(void)
{
    pthread_t thread;

    int64_t begun = clock_now();
    errno = pthread_create(&thread, NULL, end_at_once, NULL);
    int64_t ended = clock_now();
    if (errno != 0)
        die_errno("pthread_create");
    pthread_join(thread, NULL);
    return ended - begun;
}

// ---- The parent's memory ----------------------------------------------------------------------

// Every page written to, so that each is there and is this process's own. In small pages, as a heap
// has that has grown bit by bit: of a huge one fork() would copy a single entry.
static void *take_memory(size_t bytes, bool dontfork)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        die_errno("cannot take %zu MiB", bytes / MIB);
    if (madvise(memory, bytes, MADV_NOHUGEPAGE) < 0 && errno != EINVAL) // a kernel without them
        die_errno("madvise");
    if (dontfork && madvise(memory, bytes, MADV_DONTFORK) < 0)
        die_errno("madvise");
    memset(memory, 1, bytes);
    return memory;
}

static double resident_mib(void)
{
    char line[128], *resident;

    if (!file_first_line("/proc/self/statm", line, sizeof line))
        die_errno("cannot read /proc/self/statm");
    strtoul(line, &resident, 10); // all that is mapped
    return (double)strtoul(resident, NULL, 10) * (double)sysconf(_SC_PAGESIZE) / MIB;
}

// ---- The table --------------------------------------------------------------------------------

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static double median_us(int64_t *ns, unsigned n)
{
    unsigned middle = n / 2;

    qsort(ns, n, sizeof *ns, compare);
    return (double)(ns[middle] + ns[n - 1 - middle]) / 2000;
}

// Not in turns: a thread would pay for what the fork before it leaves behind, cold caches and pages
// that are copied when they are next written to.
static void measure(uint64_t mib, const struct plan *plan)
{
    size_t bytes = (size_t)mib * MIB;
    void *memory = bytes > 0 ? take_memory(bytes, plan->dontfork) : NULL;

    double resident = resident_mib();
    for (unsigned i = 0; i < plan->rounds; i++)
        fork_ns[i] = time_fork();
    for (unsigned i = 0; i < plan->rounds; i++)
        thread_ns[i] = time_thread();
    printf("%8.0f MiB %9.0f us %15.0f us\n", resident, median_us(fork_ns, plan->rounds),
           median_us(thread_ns, plan->rounds));
    fflush(stdout);
    if (memory != NULL)
        munmap(memory, bytes);
}

// ---- The command line -------------------------------------------------------------------------

enum key { ROUNDS = 256, DONTFORK };

static const struct argp_option table[] = {
    {"rounds", ROUNDS, "N", 0, "Make so many of each, for each size (41)", 0},
    {"dontfork", DONTFORK, NULL, 0,
     "Keep the memory out of children: madvise(2), MADV_DONTFORK (off)", 0},
    COMMAND_LINE_OPTIONS,
    {0},
};

static error_t read_option(int key, char *text, struct argp_state *state)
{
    struct plan *plan = state->input;
    uint64_t value;

    switch (key) {
    case ROUNDS:
        if (!units_count(text, 1, ROUNDS_MAX, &value))
            die_usage("--rounds: '%s' is not allowed; give 1 to %d", text, ROUNDS_MAX);
        plan->rounds = (unsigned)value;
        return 0;
    case DONTFORK:
        plan->dontfork = true;
        return 0;
    case ARGP_KEY_ARG:
        if (!units_count(text, 0, MIB_MAX, &value))
            die_usage("MIB: '%s' is not allowed; give 0 to %d", text, MIB_MAX);
        if (plan->size_count == SIZES_MAX)
            die_usage("MIB: '%s' is one too many; give up to %d", text, SIZES_MAX);
        plan->mib[plan->size_count++] = value;
        return 0;
    default:
        return command_line_read(key, state, ARGP_HELP_SHORT_USAGE);
    }
}

static const struct argp argp = {
    .options = table,
    .parser = read_option,
    .args_doc = "[MIB...]",
    .doc = "Times fork() and pthread_create() in a parent that has so many MiB of memory resident "
           "besides its own: 0, 64 and 256, if none is given. Prints the medians, in "
           "microseconds.",
};

int main(int argc, char **argv)
{
    static char name[] = "fork-cost";
    struct plan plan = {.rounds = 41};

    fail_name(name);
    argv[0] = name;
    command_line_parse(&argp, argc, argv, &plan);
    if (plan.size_count == 0) {
        static const uint64_t usual[] = {0, 64, 256};
        plan.size_count = sizeof usual / sizeof *usual;
        memcpy(plan.mib, usual, sizeof usual);
    }
    printf("%12s %12s %18s\n", "resident", "fork()", "pthread_create()");
    for (size_t i = 0; i < plan.size_count; i++)
        measure(plan.mib[i], &plan);
    if (fflush(stdout) != 0)
        die_errno("cannot write");
    return 0;
}
