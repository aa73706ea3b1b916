// run_build.c: see run.h; a submission's own copy, and its build.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "grade/children.h"
#include "grade/guard.h"
#include "grade/run.h"

enum { COPY_SECONDS = 30, BUILD_SECONDS = 90 };

// ---- A program with a deadline -------------------------------------------------------------

static _Noreturn void become(const char *const words[], const char *in, bool confined, int out)
{
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    if (chdir(in) != 0) { // which may be a descriptor's
        dprintf(STDERR_FILENO, "%s: %s\n", in, strerror(errno));
        _exit(127);
    }
    close_range(3, ~0U, 0);
    setpgid(0, 0);
    if (confined)
        confine_build();
    execvp(words[0], (char *const *)(uintptr_t)words);
    dprintf(STDERR_FILENO, "%s: %s\n", words[0], strerror(errno));
    _exit(127);
}

// Keeps the end of what comes.
static void keep_end(char *said, size_t size, const char *text, size_t n)
{
    size_t had = strlen(said), room = size - 1;

    if (n > room) {
        text += n - room;
        n = room;
    }
    if (had + n > room) {
        size_t gone = had + n - room;
        memmove(said, said + gone, had - gone);
        had -= gone;
    }
    memcpy(said + had, text, n);
    said[had + n] = '\0';
}

// Returns once the program has ended, or should have.
static int await_tool(pid_t pid, int out, double seconds, char *said, size_t size)
{
    struct pollfd wait = {.fd = out, .events = POLLIN};
    double end = now() + seconds;
    char text[4096];
    int status;

    while (now() < end && !run_is_over()) {
        pid_t ended = waitpid(pid, &status, WNOHANG);
        // What it said last is in the pipe when it has ended; others may go on writing.
        for (unsigned i = 0; i < 64 && poll(&wait, 1, ended == pid ? 0 : 20) > 0; i++) {
            ssize_t n = read(out, text, sizeof text);
            if (n <= 0) {
                nap(ended == pid ? 0 : 0.005);
                break;
            }
            for (ssize_t k = 0; k < n; k++)
                if (text[k] == '\0')
                    text[k] = '?';
            keep_end(said, size, text, (size_t)n);
        }
        if (ended == pid)
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    return -1;
}

// In a process of its own, as a case has it: what it leaves behind comes to that one, and is ended.
int run_tool(const char *const words[], const char *in, bool confined, double seconds, char *said,
             size_t size)
{
    int out[2], verdict[2], status = -1;

    *said = '\0';
    if (pipe2(out, O_CLOEXEC) == -1 || pipe2(verdict, O_CLOEXEC) == -1)
        return -1;
    pid_t keeper = fork();
    if (keeper == 0) {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pid_t pid = fork();
        if (pid == 0)
            become(words, in, confined, out[1]);
        close(out[1]);
        status = pid < 0 ? -1 : await_tool(pid, out[0], seconds, said, size);
        guard_end_below(getpid());
        if (write(verdict[1], &status, sizeof status) == sizeof status)
            (void)!write(verdict[1], said, strlen(said));
        _exit(0);
    }
    close(out[0]);
    close(out[1]);
    close(verdict[1]);
    if (keeper > 0) {
        children_note(keeper, true);
        if (read(verdict[0], &status, sizeof status) != sizeof status)
            status = -1;
        ssize_t n = read(verdict[0], said, size - 1);
        said[n > 0 ? n : 0] = '\0';
        waitpid(keeper, NULL, 0);
        children_note(keeper, false);
        guard_end_below(getpid()); // where the keeper was killed, what it kept came to us
    }
    close(verdict[0]);
    return status;
}

// ---- The submission ------------------------------------------------------------------------

static bool has_makefile(const char *folder)
{
    static const char *const names[] = {"GNUmakefile", "makefile", "Makefile"};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (access(path, F_OK) == 0)
            return true;
    }
    return false;
}

// The grader's own tools: whatever lies in the folder, they only read it.
static bool copy(const struct order *order, char *why, size_t size)
{
    const struct confinement *c = order->confinement;
    char user[32], said[300];
    const char *const cp[] = {"cp", "-R", "-P",      "--preserve=mode,timestamps",
                              "--", ".",  c->folder, NULL};

    if (run_tool(cp, order->submission, false, COPY_SECONDS, said, sizeof said) != 0) {
        snprintf(why, size, "the submission cannot be copied: %s", said);
        return false;
    }
    snprintf(user, sizeof user, "%u:%u", (unsigned)c->uid, (unsigned)c->uid);
    const char *const chown[] = {"chown", "-R", "-h", "--", user, c->folder, NULL};
    if (c->uid != 0 && run_tool(chown, "/", false, COPY_SECONDS, said, sizeof said) != 0) {
        snprintf(why, size, "the submission's copy cannot be given away: %s", said);
        return false;
    }
    return true;
}

static bool make(const struct order *order, char *why, size_t size)
{
    static const char *const words[] = {"make", NULL};
    char said[600];
    int status = run_tool(words, order->confinement->folder, true, BUILD_SECONDS, said,
                          sizeof said);

    if (status == -1)
        snprintf(why, size, "make was not done after %d s: %s", BUILD_SECONDS, said);
    else if (status != 0)
        snprintf(why, size, "make failed (status %d): %s", status, said);
    return status == 0;
}

bool build_submission(const struct order *order, char *why, size_t size)
{
    const char *folder = order->confinement->folder;

    if (!copy(order, why, size))
        return false;
    if (!files_hide(order->confinement)) {
        snprintf(why, size, "the files of others cannot be hidden from it: %s", strerror(errno));
        return false;
    }
    if (has_makefile(folder) && !make(order, why, size))
        return false;
    if (chdir(folder) != 0 || access("server", X_OK) != 0) {
        snprintf(why, size, "there is no program ./server%s",
                 has_makefile(folder) ? " after make" : ", nor a Makefile to make it");
        return false;
    }
    return true;
}
