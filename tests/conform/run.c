// run.c: the table, several cases at a time. Each runs in a process of its own, which is a
// subreaper, so that whatever its server leaves behind comes back to it.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/conform/own.h"

// A case's deadline is for what it does itself; starting the server and the aftercare come on top.
enum { AROUND_SECONDS = 60 };

struct job {
    const struct conform_case *which;
    size_t index;
    pid_t pid; // 0: not running
    double started;
    struct board *board;
};

// One call of conform_run().
struct run {
    const struct candidate *candidate;
    struct finding *findings;
    void (*done)(const struct conform_case *, const struct finding *);
    sigset_t mask; // the caller's
    pid_t *others; // the caller's children from before
    size_t other_count;
    unsigned running;
    size_t failed;
};

struct probe *probe;
static int interrupted;

int conform_interrupted(void)
{
    return interrupted;
}

const char *conform_unavailable(void)
{
    return probe != NULL && *probe->unavailable != '\0' ? probe->unavailable : NULL;
}

// ---- One job ----

static void launch_job(struct run *run, struct job *job)
{
    fflush(NULL);
    snprintf(job->board->waiting, sizeof job->board->waiting, "at its start");
    job->started = now();
    job->pid = fork();
    if (job->pid == -1)
        abort();
    if (job->pid == 0) {
        sigprocmask(SIG_SETMASK, &run->mask, NULL);
        run_case(run->candidate, job->which, job->board);
    }
    run->running++;
    if (run->candidate->note_case != NULL)
        run->candidate->note_case(job->pid, true);
}

// Ends a case's process and all below it. Stopped first, it can't make new ones meanwhile.
static void end_job(const struct job *job)
{
    kill(job->pid, SIGSTOP);
    end_all_below(job->pid);
    kill(job->pid, SIGKILL);
}

// When a case's process dies before it has cleared up, what was below it comes to us, in whatever
// group or session it is. What is below the other cases stays there.
static void end_strays(const struct run *run, const struct job *jobs, size_t n)
{
    size_t count = run->other_count;
    pid_t *spared = calloc(count + n + 1, sizeof *spared);

    if (spared == NULL)
        abort();
    if (count > 0)
        memcpy(spared, run->others, count * sizeof *spared);
    for (size_t i = 0; i < n; i++)
        if (jobs[i].pid != 0)
            spared[count++] = jobs[i].pid;
    end_children(spared, count);
    free(spared);
}

// The case ended without a verdict, or was made to.
static void judge_for_it(const struct job *job, int status, bool late)
{
    struct finding *f = &job->board->finding;
    const char *waiting = job->board->waiting;

    f->outcome = interrupted ? SKIPPED : FAILED;
    f->lacking = false;
    if (interrupted)
        snprintf(f->reason, sizeof f->reason, "interrupted");
    else if (WIFSTOPPED(status))
        snprintf(f->reason, sizeof f->reason, "the test itself was stopped with signal %d, %s",
                 WSTOPSIG(status), waiting);
    else if (WIFCONTINUED(status))
        snprintf(f->reason, sizeof f->reason, "the test itself was stopped, and continued, %s",
                 waiting);
    else if (late)
        snprintf(f->reason, sizeof f->reason, "still running after %.0f s, %s", f->seconds,
                 waiting);
    else if (WIFSIGNALED(status))
        snprintf(f->reason, sizeof f->reason, "the test itself ended with signal %d, %s",
                 WTERMSIG(status), waiting);
    else
        snprintf(f->reason, sizeof f->reason, "the test itself exited with status %d, %s",
                 WEXITSTATUS(status), waiting);
}

static void hand_over(struct run *run, const struct job *job)
{
    struct finding *finding = &run->findings[job->index];

    *finding = job->board->finding;
    run->failed += finding->outcome == FAILED;
    if (run->done != NULL)
        run->done(job->which, finding);
}

// Looks whether the job has ended or must end; hands over its finding if so. One that somebody has
// stopped must, since what it measures means nothing then. False: it goes on.
static bool look_after(struct run *run, struct job *job)
{
    double slowness = run->candidate->instrumented ? SLOWNESS : 1;
    double seconds = now() - job->started;
    bool late = seconds > (job->which->seconds + AROUND_SECONDS) * slowness;
    int status;

    pid_t pid = waitpid(job->pid, &status, WNOHANG | WUNTRACED | WCONTINUED);
    if (pid == 0 && !late && !interrupted)
        return false;
    if (pid == 0 || WIFSTOPPED(status) || WIFCONTINUED(status)) {
        end_job(job);
        waitpid(job->pid, pid == 0 ? &status : NULL, 0);
    }
    job->board->finding.seconds = seconds;
    if (!atomic_load(&job->board->decided))
        judge_for_it(job, status, late);
    if (run->candidate->note_case != NULL)
        run->candidate->note_case(job->pid, false);
    job->pid = 0;
    run->running--;
    hand_over(run, job);
    return true;
}

// ---- All of them ----

// Sleeps until a child ends, a signal wants us to stop, or it is time to look at the clock.
static void wait_for_news(long milliseconds)
{
    sigset_t news;

    sigemptyset(&news);
    sigaddset(&news, SIGCHLD);
    sigaddset(&news, SIGINT);
    sigaddset(&news, SIGTERM);
    int n = sigtimedwait(&news, NULL, &(struct timespec){.tv_nsec = milliseconds * 1000000});
    if (n == SIGINT || n == SIGTERM)
        interrupted = n;
}

static void run_jobs(struct run *run, struct job *jobs, size_t n, unsigned width)
{
    size_t next = 0;

    while (next < n || run->running > 0) {
        while (run->running < width && next < n && !interrupted)
            launch_job(run, &jobs[next++]);
        wait_for_news(200);
        bool any_ended = false;
        for (size_t i = 0; i < next; i++)
            any_ended |= jobs[i].pid != 0 && look_after(run, &jobs[i]);
        if (any_ended)
            end_strays(run, jobs, next);
        for (; interrupted && next < n; next++) {
            judge_for_it(&jobs[next], 0, false);
            hand_over(run, &jobs[next]);
        }
    }
}

// Suites that run side by side share a lock (flock(2)) as long as they run what may disturb others;
// one that measures holds it alone. The lock that was held before is lost, even to one that waits.
static void take_turn(int turns, bool alone)
{
    while (turns != 0 && !interrupted && flock(turns, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0)
        wait_for_news(5); // sooner than a suite that is just started
}

static bool is_quiet(const struct job *job)
{
    return job->which->needs & NEEDS_QUIET;
}

// The longest first, so that none of them is left running alone at the end; the quiet ones last.
static int by_deadline(const void *a, const void *b)
{
    const struct job *x = a, *y = b;

    if (is_quiet(x) != is_quiet(y))
        return is_quiet(x) ? 1 : -1;
    if (x->which->seconds != y->which->seconds)
        return x->which->seconds > y->which->seconds ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

static void *share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        abort();
    return memory;
}

// Fills `probe`. If the candidate can't even be started, each case will find that out.
static void run_probe(const struct run *run, struct board *board)
{
    static const struct conform_case which = {
        .name = "probe", .seconds = 30, .run = probe_candidate};
    struct finding finding;
    struct job job = {.which = &which, .board = board};
    struct run alone = *run;

    alone.findings = &finding;
    alone.done = NULL;

    memset(probe, 0, sizeof *probe);
    run_jobs(&alone, &job, 1, 1);
    memset(board, 0, sizeof *board);
}

size_t conform_run(const struct candidate *candidate, const bool *chosen, unsigned width,
                   struct finding findings[],
                   void (*done)(const struct conform_case *, const struct finding *))
{
    struct run run = {.candidate = candidate, .findings = findings, .done = done};
    size_t all = conform_case_count(), n = 0, loud = 0;
    struct job *jobs = calloc(all + 1, sizeof *jobs);
    struct board *boards = share((all + 1) * sizeof *boards);
    sigset_t news;
    int was_subreaper = 0;

    if (jobs == NULL)
        abort();
    if (probe == NULL)
        probe = share(sizeof *probe);
    sigemptyset(&news);
    sigaddset(&news, SIGCHLD);
    sigaddset(&news, SIGINT);
    sigaddset(&news, SIGTERM);
    sigprocmask(SIG_BLOCK, &news, &run.mask);
    prctl(PR_GET_CHILD_SUBREAPER, &was_subreaper);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    run.other_count = find_children(&run.others);
    interrupted = 0;
    vary_random(candidate->seed);
    take_turn(candidate->turns, false);
    if (!candidate->known)
        run_probe(&run, &boards[all]);
    for (size_t i = 0; i < all; i++) {
        struct job job = {.which = conform_case_at(i), .index = i, .board = &boards[i]};
        if (chosen != NULL && !chosen[i])
            continue;
        if (is_missing(candidate, job.which, &job.board->finding))
            hand_over(&run, &job);
        else
            jobs[n++] = job;
    }
    qsort(jobs, n, sizeof *jobs, by_deadline);
    while (loud < n && !is_quiet(&jobs[loud]))
        loud++;
    run_jobs(&run, jobs, loud, width);
    if (loud < n)
        take_turn(candidate->turns, true);
    run_jobs(&run, jobs + loud, n - loud, 1);
    if (candidate->turns != 0)
        flock(candidate->turns, LOCK_UN);
    prctl(PR_SET_CHILD_SUBREAPER, was_subreaper);
    sigprocmask(SIG_SETMASK, &run.mask, NULL);
    munmap(boards, (all + 1) * sizeof *boards);
    free(run.others);
    free(jobs);
    return run.failed;
}
