// guard.c: see guard.h.
#include "grade/guard.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/proc.h"
#include "grade/children.h"
#include "tests/conform/conform.h"

// As often as this, but not more than a tenth of the time.
#define LOOK_SECONDS 0.05
#define MOST_OFTEN 10

enum { MIB = 1 << 20, MOST_MEMORY = 1024, PASSES = 1000 };
enum { LITTLE = 8 }; // a part of its memory that does not matter to the machine

// ---- Ending --------------------------------------------------------------------------------

// Whom to end: all below `root`; or, where there is a guard, all of the submission's that is below
// the runner, or only what its dead cases have left.
struct whom {
    pid_t root;
    const struct guard *guard;
    bool only_strays;
};

static size_t signal_below(pid_t root, bool root_too, int signal_number)
{
    struct proc_tasks tasks;
    size_t n = 0;

    proc_tasks_find(&tasks, root);
    for (size_t i = 0; i < tasks.count; i++) {
        const struct proc_task *task = &tasks.list[i];
        if (!proc_task_is_main(task) || task->zombie || (task->process == root && !root_too))
            continue;
        n += kill(task->process, signal_number) == 0;
    }
    free(tasks.list);
    return n;
}

// Sends the signal to all of them; returns how many there are that live.
static size_t signal_all(const struct whom *whom, int signal_number)
{
    struct children children;
    size_t n = 0;

    if (whom->guard == NULL)
        return signal_below(whom->root, false, signal_number);
    children = children_find(whom->guard->runner, whom->guard->depth);
    for (size_t i = 0; i < children.count; i++) {
        const struct child *child = &children.list[i];
        if (!child->own || !whom->only_strays)
            n += signal_below(child->pid, !child->own, signal_number);
    }
    free(children.list);
    return n;
}

// What is stopped makes no new ones, so that all are there when they are killed.
static void end_all(const struct whom *whom)
{
    size_t n = signal_all(whom, SIGSTOP), before = 0;

    for (unsigned pass = 0; pass < PASSES && n != before; pass++) {
        before = n;
        n = signal_all(whom, SIGSTOP);
    }
    for (unsigned pass = 0; pass < PASSES && signal_all(whom, SIGKILL) > 0; pass++)
        nap(0.002);
}

void guard_end_below(pid_t root)
{
    end_all(&(struct whom){.root = root});
    while (root == getpid() && waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

// All of a user's processes at once: the kernel lets none of them fork meanwhile. Only for a user
// who is nobody else.
static void end_user(uid_t uid)
{
    pid_t pid = fork();

    if (pid == 0) {
        if (setgroups(0, NULL) == 0 && setresgid(uid, uid, uid) == 0 &&
            setresuid(uid, uid, uid) == 0 && getuid() == uid && geteuid() == uid)
            kill(-1, SIGKILL);
        _exit(0);
    }
    if (pid > 0)
        waitpid(pid, NULL, 0);
}

void guard_end(const struct guard *guard)
{
    if (confine_has_own_user(guard->confinement))
        end_user(guard->confinement->uid);
    else
        end_all(&(struct whom){.guard = guard});
}

// ---- Looking -------------------------------------------------------------------------------

static double read_kib(const char *file, pid_t pid, const char *key)
{
    double sum = NAN;
    const struct proc_reading reading = {key, &sum};

    proc_add_lines(pid == 0 ? proc_open("%s", file) : proc_open(file, (int)pid), &reading, 1);
    return isnan(sum) ? 0 : sum;
}

// Resident and not a file's, in bytes. What parent and child have in common counts for each.
static double count_memory(pid_t pid)
{
    return 1024 * (read_kib("/proc/%d/status", pid, "RssAnon") +
                   read_kib("/proc/%d/status", pid, "RssShmem"));
}

// What several have in common counts once; the kernel needs longer to tell this.
static double count_memory_once(pid_t pid)
{
    return 1024 * (read_kib("/proc/%d/smaps_rollup", pid, "Pss_Anon") +
                   read_kib("/proc/%d/smaps_rollup", pid, "Pss_Shmem"));
}

struct found {
    size_t threads;
    double memory;
};

static struct found find_below(pid_t root, bool root_too, double count(pid_t))
{
    struct proc_tasks tasks;
    struct found found = {0};

    proc_tasks_find(&tasks, root);
    for (size_t i = 0; i < tasks.count; i++) {
        const struct proc_task *task = &tasks.list[i];
        if (task->process == root && !root_too)
            continue;
        found.threads++; // a zombie takes a number too
        if (proc_task_is_main(task) && !task->zombie)
            found.memory += count(task->process);
    }
    free(tasks.list);
    return found;
}

// All that the submission has, and who has the most of it: the case's process whose server it is,
// or STRAYS for what dead cases have left.
enum { STRAYS = 0 };
struct sum {
    struct found all, most_threads, most_memory;
    pid_t with_most_threads, with_most_memory;
};

static void add(struct found *sum, const struct found *more)
{
    sum->threads += more->threads;
    sum->memory += more->memory;
}

static void add_those_of(struct sum *sum, pid_t pid, const struct found *found)
{
    add(&sum->all, found);
    if (found->threads >= sum->most_threads.threads) {
        sum->most_threads = *found;
        sum->with_most_threads = pid;
    }
    if (found->memory >= sum->most_memory.memory) {
        sum->most_memory = *found;
        sum->with_most_memory = pid;
    }
}

static struct sum add_up(const struct guard *guard, double count(pid_t))
{
    struct children children = children_find(guard->runner, guard->depth);
    struct found strays = {0};
    struct sum sum = {0};

    for (size_t i = 0; i < children.count; i++) {
        const struct child *child = &children.list[i];
        struct found found = find_below(child->pid, !child->own, count);
        if (child->own)
            add_those_of(&sum, child->pid, &found);
        else
            add(&strays, &found);
    }
    add_those_of(&sum, STRAYS, &strays);
    free(children.list);
    return sum;
}

static double available(void)
{
    return 1024 * read_kib("/proc/meminfo", 0, "MemAvailable");
}

void guard_begin(struct guard *guard, pid_t runner, const struct confinement *confinement)
{
    double half = available() / 2, most = (double)MOST_MEMORY * MIB;

    *guard = (struct guard){
        .runner = runner,
        .depth = children_depth(runner),
        .confinement = confinement,
        .memory = (uint64_t)(half > 0 && half < most ? half : most),
        .floor = (uint64_t)(1024 * read_kib("/proc/meminfo", 0, "MemTotal") / 20)};
}

// That case's server goes, and where this did not help, all of the submission's.
static void end_for(struct guard *guard, pid_t with_most, const char *format, unsigned long long n)
{
    // NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): both are below
    snprintf(guard->ended, sizeof guard->ended, format, n);
    if (guard->in_vain++ >= 2)
        guard_end(guard);
    else if (with_most == STRAYS)
        end_all(&(struct whom){.guard = guard, .only_strays = true});
    else
        guard_end_below(with_most);
}

double guard_look(struct guard *guard)
{
    double begun = now();

    if (begun < guard->again)
        return guard->again - begun;
    struct sum sum = add_up(guard, count_memory);
    if (sum.all.memory > (double)guard->memory)
        sum = add_up(guard, count_memory_once);
    if (sum.all.threads >= guard->confinement->processes)
        end_for(guard, sum.with_most_threads, "it had %llu processes and threads",
                sum.most_threads.threads);
    else if (sum.all.memory > (double)guard->memory)
        end_for(guard, sum.with_most_memory, "it had %llu MiB of memory",
                (unsigned long long)sum.most_memory.memory / MIB);
    // Others may take of the same memory, such as another grader.
    else if (sum.all.memory > (double)guard->memory / LITTLE && available() < (double)guard->floor)
        end_for(guard, sum.with_most_memory,
                "it had %llu MiB of memory, and the machine hardly any left",
                (unsigned long long)sum.most_memory.memory / MIB);
    else
        guard->in_vain = 0;
    double pause = guard->in_vain > 0 ? 0 : (now() - begun) * MOST_OFTEN;
    guard->again = now() + (pause > LOOK_SECONDS ? pause : LOOK_SECONDS);
    return guard->again - now();
}
