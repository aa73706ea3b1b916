// guard.c: see guard.h.
#include "grade/guard.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/proc.h"
#include "tests/conform/conform.h"

// As often as this, but not more than a tenth of the time.
#define LOOK_SECONDS 0.05
#define MOST_OFTEN 10

enum { MIB = 1 << 20, MOST_MEMORY = 1024, SPARED = 512, PASSES = 1000 };

// ---- Whose they are ------------------------------------------------------------------------

// The runner's children, each of which runs a case, are the grader's; what is below them is not.
struct spared {
    pid_t root, pids[SPARED];
    size_t count;
};

static struct spared spare(pid_t runner)
{
    struct spared spared = {.root = runner};
    int child;
    FILE *f = proc_open("/proc/%d/task/%d/children", (int)runner, (int)runner);

    // The kernel's numbers fit. NOLINTNEXTLINE(cert-err34-c)
    while (f != NULL && spared.count < SPARED && fscanf(f, "%d", &child) == 1)
        spared.pids[spared.count++] = child;
    if (f != NULL)
        fclose(f);
    return spared;
}

static bool is_spared(const struct spared *spared, pid_t pid)
{
    if (pid == spared->root)
        return true;
    for (size_t i = 0; i < spared->count; i++)
        if (spared->pids[i] == pid)
            return true;
    return false;
}

// ---- Ending --------------------------------------------------------------------------------

// Sends the signal to all below; returns how many there are that live.
static size_t signal_all(const struct spared *spared, int signal_number)
{
    struct proc_tasks tasks;
    size_t n = 0;

    proc_tasks_find(&tasks, spared->root);
    for (size_t i = 0; i < tasks.count; i++) {
        const struct proc_task *task = &tasks.list[i];
        if (!proc_task_is_main(task) || task->zombie || is_spared(spared, task->process))
            continue;
        n += kill(task->process, signal_number) == 0;
    }
    free(tasks.list);
    return n;
}

// What is stopped makes no new ones, so that all are there when they are killed.
static void end_all(const struct spared *spared)
{
    size_t n = signal_all(spared, SIGSTOP), before = 0;

    for (unsigned pass = 0; pass < PASSES && n != before; pass++) {
        before = n;
        n = signal_all(spared, SIGSTOP);
    }
    for (unsigned pass = 0; pass < PASSES && signal_all(spared, SIGKILL) > 0; pass++)
        nap(0.002);
}

void guard_end_below(pid_t root)
{
    struct spared spared = {.root = root};

    end_all(&spared);
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
    struct spared spared = spare(guard->runner);

    if (confine_has_own_user(guard->confinement))
        end_user(guard->confinement->uid);
    else
        end_all(&spared);
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

static struct found find_below(pid_t root, double count(pid_t))
{
    struct proc_tasks tasks;
    struct found found = {0};

    proc_tasks_find(&tasks, root);
    for (size_t i = 0; i < tasks.count; i++) {
        const struct proc_task *task = &tasks.list[i];
        if (task->process == root)
            continue;
        found.threads++; // a zombie takes a number too
        if (proc_task_is_main(task) && !task->zombie)
            found.memory += count(task->process);
    }
    free(tasks.list);
    return found;
}

// All that the submission has, and the case whose server has the most of it.
struct sum {
    struct found all, most_threads, most_memory;
    pid_t with_most_threads, with_most_memory;
};

static struct sum add_up(const struct guard *guard, double count(pid_t))
{
    struct spared spared = spare(guard->runner);
    struct sum sum = {0};

    for (size_t i = 0; i < spared.count; i++) {
        struct found found = find_below(spared.pids[i], count);
        sum.all.threads += found.threads;
        sum.all.memory += found.memory;
        if (found.threads >= sum.most_threads.threads) {
            sum.most_threads = found;
            sum.with_most_threads = spared.pids[i];
        }
        if (found.memory >= sum.most_memory.memory) {
            sum.most_memory = found;
            sum.with_most_memory = spared.pids[i];
        }
    }
    return sum;
}

static double available(void)
{
    return 1024 * read_kib("/proc/meminfo", 0, "MemAvailable");
}

void guard_begin(struct guard *guard, pid_t runner, const struct confinement *confinement)
{
    double half = available() / 2, most = (double)MOST_MEMORY * MIB;

    *guard = (struct guard){.runner = runner,
                            .confinement = confinement,
                            .memory = (uint64_t)(half > 0 && half < most ? half : most)};
}

// That case's server goes, and where this did not help, all of the submission's.
static void end_for(struct guard *guard, pid_t with_most, const char *format, unsigned long long n)
{
    // NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): both are below
    snprintf(guard->ended, sizeof guard->ended, format, n);
    if (guard->in_vain++ < 2)
        guard_end_below(with_most);
    else
        guard_end(guard);
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
    else
        guard->in_vain = 0;
    double pause = guard->in_vain > 0 ? 0 : (now() - begun) * MOST_OFTEN;
    guard->again = now() + (pause > LOOK_SECONDS ? pause : LOOK_SECONDS);
    return guard->again - now();
}
