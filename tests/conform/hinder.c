// hinder.c: the second half of faults.h: a server is made to stand still, or its calls to fail.
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conform/faults.h"
#include "tests/conform/own.h"

enum { MAX_PROCESSES = 4096 };

// A case is a process of its own, so one of each is enough.
static pid_t pids[MAX_PROCESSES];
static bool frozen;
static struct {
    pid_t pid;
    int log, complaints;
} tracer;

// The state of a thread as ps(1) shows it; Z where it has ended.
static char state_of(pid_t pid, const char *tid)
{
    char path[320], line[256], state = 'Z';
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/task/%s/status", pid, tid);
    file = fopen(path, "r");
    if (file == NULL) {
        check_sight();
        return state;
    }
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "State: %c", &state) == 1)
            break;
    fclose(file);
    return state;
}

// Whether all living threads of the first n of `pids` are in one of these states.
static bool all_threads(size_t n, const char *states)
{
    for (size_t i = 0; i < n; i++) {
        char path[64];
        const struct dirent *entry;
        bool all = true;
        DIR *tasks;

        snprintf(path, sizeof path, "/proc/%d/task", pids[i]);
        tasks = opendir(path);
        if (tasks == NULL)
            check_sight();
        while (tasks != NULL && all && (entry = readdir(tasks)) != NULL)
            if (entry->d_name[0] != '.') {
                char state = state_of(pids[i], entry->d_name);
                all = state == 'Z' || strchr(states, state) != NULL;
            }
        if (tasks != NULL)
            closedir(tasks);
        if (!all)
            return false;
    }
    return true;
}

void freeze(struct trial *t)
{
    size_t n = processes(t, pids, MAX_PROCESSES);
    double deadline = now() + patience(t);

    for (size_t i = 0; i < n; i++)
        kill(pids[i], SIGSTOP);
    while (!all_threads(n, "Tt")) {
        expect(t, now() < deadline, "the server did not stand still %d s after SIGSTOP", PATIENCE);
        nap(0.001);
    }
    frozen = true;
}

void thaw(struct trial *t)
{
    size_t n = processes(t, pids, MAX_PROCESSES);

    frozen = false;
    for (size_t i = 0; i < n; i++)
        kill(pids[i], SIGCONT);
}

// Becomes strace, attached to the first n of `pids`.
static _Noreturn void run_strace(size_t n, const char *what)
{
    static char texts[MAX_PROCESSES][16];
    static const char *words[8 + 2 * MAX_PROCESSES + 1] = {"strace", "-f", "-o"};
    char log[32];
    size_t count = 3;

    snprintf(log, sizeof log, "/dev/fd/%d", tracer.log);
    words[count++] = log;
    words[count++] = "-e";
    words[count++] = what;
    words[count++] = "-e";
    words[count++] = "signal=none";
    for (size_t i = 0; i < n; i++) {
        snprintf(texts[i], sizeof texts[i], "%d", pids[i]);
        words[count++] = "-p";
        words[count++] = texts[i];
    }
    prctl(PR_SET_PDEATHSIG, SIGTERM); // a case that fails must not leave it behind
    dup2(tracer.complaints, STDERR_FILENO);
    execvp("strace", (char *const *)(uintptr_t)words);
    _exit(127);
}

// Whether strace has said that it is attached to the first n of `pids`.
static bool is_attached(size_t n)
{
    static char said[64 * MAX_PROCESSES];
    ssize_t length = pread(tracer.complaints, said, sizeof said - 1, 0);

    said[length > 0 ? length : 0] = '\0';
    for (size_t i = 0; i < n; i++) {
        char text[48], tid[16];

        snprintf(text, sizeof text, "Process %d attached", pids[i]);
        snprintf(tid, sizeof tid, "%d", pids[i]);
        if (strstr(said, text) == NULL && state_of(pids[i], tid) != 'Z')
            return false;
    }
    return true;
}

// Waits until the server sleeps in all its threads, and goes on doing so; a second at most, as
// some never do.
static void await_sleep(struct trial *t)
{
    double deadline = now() + 1;

    for (unsigned asleep = 0; asleep < 3 && now() < deadline; nap(0.001))
        if (all_threads(processes(t, pids, MAX_PROCESSES), "SD"))
            asleep++;
        else
            asleep = 0;
}

void inject(struct trial *t, const char *calls, const char *error, const char *when)
{
    char what[512];
    size_t n = processes(t, pids, MAX_PROCESSES);
    double deadline = now() + patience(t);

    doing(t, "attaching strace");
    snprintf(what, sizeof what, "inject=%s:error=%s:when=%s", calls, error, when);
    tracer.log = memfd_create("strace-log", 0);
    tracer.complaints = memfd_create("strace-complaints", 0);
    expect(t, tracer.log >= 0 && tracer.complaints >= 0, "memfd_create: %s", strerror(errno));
    tracer.pid = fork_helper();
    expect(t, tracer.pid >= 0, "fork: %s", strerror(errno));
    if (tracer.pid == 0)
        run_strace(n, what);
    while (!is_attached(n)) {
        if (waitpid(tracer.pid, NULL, WNOHANG) == tracer.pid) {
            char text[256];
            ssize_t length = pread(tracer.complaints, text, sizeof text - 1, 0);
            text[length > 0 ? length : 0] = '\0';
            text[strcspn(text, "\n")] = '\0';
            thaw(t);
            skip_case(t, "strace cannot attach: %s", text);
        }
        expect(t, now() < deadline, "strace had not attached after %.0f s", patience(t));
        nap(0.002);
    }
    // A call that was being slept in is begun again, this time under the tracer's eyes.
    if (!frozen)
        await_sleep(t);
}

size_t inject_end(struct trial *t)
{
    static const char mark[] = "(INJECTED)";
    char line[1024];
    size_t n = 0;
    FILE *log;

    // Let go in the middle of a call that it makes fail, the server would see ENOSYS, from the
    // call that strace has put in its place: so it must stand still outside of all calls.
    await_sleep(t);
    freeze(t);
    kill(tracer.pid, SIGTERM);
    waitpid(tracer.pid, NULL, 0);
    thaw(t);
    log = fdopen(tracer.log, "r");
    expect(t, log != NULL, "fdopen: %s", strerror(errno));
    rewind(log);
    while (fgets(line, sizeof line, log) != NULL)
        n += strstr(line, mark) != NULL;
    fclose(log);
    close(tracer.complaints);
    return n;
}
