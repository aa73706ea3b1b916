// spawn.c: see spawn.h.
#include "results/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"
#include "results/cores.h"

enum { WHY = 256 };

// What a child that could not become the program sends to its parent. The text lies in the program
// that both still run.
struct failure {
    const char *doing;
    int error;
};

// ---- Starting: the child's side ------------------------------------------------------------

// No handler of ours runs in the child, since the parent has blocked all signals; and what this
// process ignores, a program need not expect to be ignored.
static void reset_signals(void)
{
    sigset_t none;

    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool redirect(const struct spawn_plan *plan)
{
    int nothing = open("/dev/null", O_RDONLY);

    return nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
           (plan->out <= 0 || dup2(plan->out, STDOUT_FILENO) >= 0) &&
           (plan->err <= 0 || dup2(plan->err, STDERR_FILENO) >= 0);
}

static bool limit_files(int64_t bytes)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
        return false;
    if ((rlim_t)bytes < limit.rlim_max) // RLIM_INFINITY is the largest of all
        limit.rlim_max = (rlim_t)bytes;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

// What could not be done, with errno; or NULL.
static const char *prepare(const struct spawn_plan *plan, const cpu_set_t *cores, pid_t parent)
{
    setpgid(0, 0);
    if (prctl(PR_SET_PDEATHSIG, plan->farewell) < 0)
        return "prepare";
    if (getppid() != parent) // it ended before it could be asked for the signal
        _exit(127);
    if (cores != NULL && sched_setaffinity(0, sizeof *cores, cores) < 0)
        return "pin";
    if (plan->file_max > 0 && !limit_files(plan->file_max))
        return "limit";
    if (!redirect(plan))
        return "redirect";
    if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) < 0 ||
        (plan->keep > 0 && fcntl(plan->keep, F_SETFD, 0) < 0))
        return "prepare";
    reset_signals();
    return NULL;
}

static _Noreturn void become(const struct spawn_plan *plan, const cpu_set_t *cores, pid_t parent,
                             int tell)
{
    struct failure failure = {.doing = prepare(plan, cores, parent)};

    if (failure.doing == NULL) {
        execvp(plan->argv[0], plan->argv);
        failure.doing = "run";
    }
    failure.error = errno;
    (void)!write(tell, &failure, sizeof failure);
    _exit(127);
}

// ---- Whose children there are --------------------------------------------------------------

struct pids {
    pid_t *list;
    size_t count;
};

// Those that were there before the first of ours: a script that has become this program by exec(3)
// may have left some.
static struct pids strangers;

// How many of ours run.
static unsigned running;

static void add_pid(struct pids *pids, pid_t pid)
{
    pid_t *list = reallocarray(pids->list, pids->count + 1, sizeof *list);

    if (list == NULL)
        die("no memory for a list of processes");
    list[pids->count++] = pid;
    pids->list = list;
}

static bool contains(const struct pids *pids, pid_t pid)
{
    for (size_t i = 0; i < pids->count; i++)
        if (pids->list[i] == pid)
            return true;
    return false;
}

// The children of this process, zombies too; the caller frees the list. Each thread has a list of
// its own in /proc.
static struct pids list_children(void)
{
    struct pids children = {0};
    glob_t files;
    pid_t pid;

    if (glob("/proc/self/task/*/children", 0, NULL, &files) != 0)
        return children; // a kernel without such lists
    for (size_t i = 0; i < files.gl_pathc; i++) {
        FILE *f = fopen(files.gl_pathv[i], "re");
        if (f == NULL)
            continue;                      // the thread has ended
        while (fscanf(f, "%d", &pid) == 1) // NOLINT(cert-err34-c): the kernel writes them
            add_pid(&children, pid);
        fclose(f);
    }
    globfree(&files);
    return children;
}

// All that our descendants leave behind comes to this process from now on.
static bool adopt(void)
{
    static bool adopting;

    if (!adopting) {
        strangers = list_children();
        adopting = prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
    }
    return adopting;
}

// ---- Starting: the parent's side -----------------------------------------------------------

static pid_t fork_quietly(void)
{
    sigset_t all, before;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    int error = errno;
    if (pid != 0)
        sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return pid;
}

// A successful exec(2) closes the pipe without a word.
static bool hear_failure(int ear, struct failure *failure)
{
    ssize_t n;

    do
        n = read(ear, failure, sizeof *failure);
    while (n < 0 && errno == EINTR);
    return n == sizeof *failure;
}

pid_t spawn(const struct spawn_plan *plan, char why[WHY])
{
    const char *program = plan->argv[0];
    bool pinned = plan->cores != NULL && *plan->cores != '\0';
    pid_t parent = getpid();
    struct failure failure;
    cpu_set_t cores;
    int ends[2];

    if (pinned && !cores_read(plan->cores, &cores, sizeof cores)) {
        snprintf(why, WHY, "cannot pin %s: '%s' are no cores that we may use", program,
                 plan->cores);
        return -1;
    }
    if (!adopt() || pipe2(ends, O_CLOEXEC) < 0) {
        snprintf(why, WHY, "cannot start %s: %s", program, strerror(errno));
        return -1;
    }
    pid_t pid = fork_quietly();
    if (pid == 0)
        become(plan, pinned ? &cores : NULL, parent, ends[1]);
    failure = (struct failure){"start", errno};
    close(ends[1]);
    bool failed = pid < 0 || hear_failure(ends[0], &failure);
    close(ends[0]);
    if (!failed) {
        running++;
        return pid;
    }
    snprintf(why, WHY, "cannot %s %s: %s", failure.doing, program, strerror(failure.error));
    if (pid > 0)
        waitpid(pid, NULL, 0);
    return -1;
}

// ---- Waiting and ending --------------------------------------------------------------------

int spawn_watch(pid_t pid)
{
    int fd = pidfd_open(pid, 0);

    if (fd < 0)
        die_errno("cannot watch process %d", (int)pid);
    return fd;
}

// Whether it ends before the deadline. It stays a zombie then, so that its number is still its own.
static bool await_end(pid_t pid, int64_t deadline_ns)
{
    struct pollfd watch = {.fd = spawn_watch(pid), .events = POLLIN};

    while (watch.revents == 0) {
        int64_t left_ns = deadline_ns - clock_now();
        // An hour at a time, so that any deadline fits into poll's int.
        int64_t ms = left_ns <= 0                  ? 0
                     : left_ns / 1000000 < 3600000 ? left_ns / 1000000 + 1
                                                   : 3600000;
        if (poll(&watch, 1, (int)ms) < 0 && errno != EINTR)
            die_errno("cannot wait for process %d", (int)pid);
        if (left_ns <= 0)
            break;
    }
    close(watch.fd);
    return watch.revents != 0;
}

static double ns_of(struct timeval t)
{
    return (double)t.tv_sec * (double)NS_PER_SECOND + (double)t.tv_usec * 1000;
}

// Takes leave of one of `those`, as wait4(2) has them. False: there is none. `end` is that of `pid`
// with all that it has left behind.
static bool reap(pid_t those, pid_t pid, struct spawn_end *end, int *status)
{
    struct rusage used;
    pid_t gone;

    do
        gone = wait4(those, status, 0, &used);
    while (gone < 0 && errno == EINTR);
    if (gone < 0)
        return false;
    if (gone == pid)
        end->status = *status;
    end->cpu_ns += ns_of(used.ru_utime) + ns_of(used.ru_stime);
    end->switches += (double)(used.ru_nvcsw + used.ru_nivcsw);
    end->switches_forced += (double)used.ru_nivcsw;
    return true;
}

// Ends the children that are not ours and no strangers. Returns how many there were, and counts
// those that still ran.
static size_t end_orphans(pid_t pid, struct spawn_end *end, unsigned *ended)
{
    struct pids children = list_children();
    size_t found = 0;
    int status;

    for (size_t i = 0; i < children.count; i++) {
        if (contains(&strangers, children.list[i]))
            continue;
        kill(children.list[i], SIGKILL);
        if (!reap(children.list[i], pid, end, &status))
            continue;
        found++;
        *ended += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }
    free(children.list);
    return found;
}

// What has left its process group, as by setsid(2), is nobody's any more when the last of ours has
// gone; whose it was before can't be told. Each that dies may leave us its own children: none is
// left when there is nothing more to find.
static void take_leave_of_orphans(pid_t pid, struct spawn_end *end)
{
    int64_t deadline = clock_now() + 5 * NS_PER_SECOND; // they may start others as fast
    unsigned ended = 0;

    while (end_orphans(pid, end, &ended) > 0 && clock_now() < deadline)
        ;
    if (ended > 0)
        warn("killed %u process(es) that had left their process group", ended);
}

// Ends what is left of its group, and takes leave of all. Orphans of the group come to us when
// their parent dies, which is before we hear of its death: none is overlooked.
static void take_leave(pid_t pid, struct spawn_end *end)
{
    int status;

    *end = (struct spawn_end){0};
    kill(-pid, SIGKILL);
    while (reap(-pid, pid, end, &status))
        ;
    if (--running == 0)
        take_leave_of_orphans(pid, end);
}

bool spawn_wait(pid_t pid, int64_t deadline_ns, struct spawn_end *end)
{
    bool ended = await_end(pid, deadline_ns);

    if (ended)
        take_leave(pid, end);
    return ended;
}

bool spawn_stop(pid_t pid, int signal, int64_t patience_ns, struct spawn_end *end)
{
    kill(-pid, SIGCONT); // one stopped hears nothing; later it would undo LeakSanitizer's stop
    kill(pid, signal);
    bool ended = await_end(pid, clock_now() + patience_ns);
    take_leave(pid, end);
    return ended;
}
