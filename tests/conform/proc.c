// proc.c: what /proc shows of the server's processes.
//
// A process is the server's if it descends from the main one, or if it came to us (the subreaper)
// when its parent died: every child of ours but those that the case has made for itself. What group
// or session it is in says nothing, since it can choose those.
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conform/proc.h"

// ---- Reading /proc ----

void check_sight(void)
{
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
        abort();
}

bool process_read(pid_t pid, struct process *p)
{
    char path[32], text[1024];
    unsigned long user, system;
    long dead_user, dead_system, threads;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1) {
        check_sight();
        return false;
    }
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return false;
    text[n] = '\0';
    // The name may hold anything, brackets too: what follows begins at the last one.
    const char *rest = strrchr(text, ')');
    int parent;
    if (rest == NULL)
        return false;
    // What the kernel prints fits. NOLINTNEXTLINE(cert-err34-c)
    int n_read = sscanf(
        rest, ") %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld %*d %*d %ld %*d %llu",
        &p->state, &parent, &user, &system, &dead_user, &dead_system, &threads, &p->begun);
    if (n_read != 8)
        return false;
    p->pid = pid;
    p->parent = parent;
    p->threads = (size_t)threads;
    p->processor = ((double)(user + system) + (double)(dead_user + dead_system)) /
                   (double)sysconf(_SC_CLK_TCK);
    return true;
}

struct process *process_read_all(size_t *n)
{
    size_t room = 512;
    struct process *all = malloc(room * sizeof *all);
    DIR *dir = opendir("/proc");

    *n = 0;
    if (dir == NULL || all == NULL)
        abort();
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (!isdigit((unsigned char)*entry->d_name))
            continue;
        if (*n == room) {
            struct process *more = realloc(all, (room *= 2) * sizeof *all);
            if (more == NULL)
                abort();
            all = more;
        }
        *n += process_read((pid_t)strtol(entry->d_name, NULL, 10), &all[*n]);
    }
    closedir(dir);
    return all;
}

size_t process_gather(struct process *all, size_t n, size_t roots)
{
    size_t found = roots;

    for (size_t parent = 0; parent < found; parent++)
        for (size_t i = found; i < n; i++)
            if (all[i].parent == all[parent].pid) {
                struct process child = all[i];
                all[i] = all[found];
                all[found++] = child;
            }
    return found;
}

// ---- Whose they are ----

// Those that the case has made for itself. A case is a process of its own, so one list is enough.
struct helper {
    pid_t pid;
    unsigned long long begun;
};
static struct helper *helpers;
static size_t helper_count;

pid_t fork_helper(void)
{
    struct process p;
    pid_t pid = fork();

    if (pid <= 0)
        return pid;
    struct helper *more = reallocarray(helpers, helper_count + 1, sizeof *helpers);
    if (more == NULL || !process_read(pid, &p))
        abort();
    helpers = more;
    helpers[helper_count++] = (struct helper){pid, p.begun};
    return pid;
}

bool process_is_helper(const struct process *p)
{
    for (size_t i = 0; i < helper_count; i++)
        if (helpers[i].pid == p->pid && helpers[i].begun == p->begun)
            return true;
    return false;
}

void see_helpers_unharmed(struct trial *t)
{
    for (size_t i = 0; i < helper_count; i++) {
        siginfo_t info = {0};
        struct process p;
        if (process_read(helpers[i].pid, &p) && process_is_helper(&p) &&
            waitid(P_PID, (id_t)p.pid, &info,
                   WEXITED | WSTOPPED | WCONTINUED | WNOHANG | WNOWAIT) == 0 &&
            info.si_pid == p.pid && info.si_code != CLD_EXITED)
            fail_case(t,
                      "a process of the test itself was ended or stopped with signal %d: whom does "
                      "the server send signals to? (kill(0, ...) and kill(-1, ...) reach more than "
                      "its own)",
                      info.si_status);
    }
}

static double buried; // processor seconds of the orphans that we have waited for

// As init would, at once: who has no parent left leaves no zombie.
static bool bury(const struct process *orphan)
{
    struct rusage used;

    if (orphan->state != 'Z' || wait4(orphan->pid, NULL, WNOHANG, &used) != orphan->pid)
        return false;
    buried += (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
              (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    return true;
}

// The server's processes, zombies included, the main one first.
static size_t look(struct trial *t, struct process **all)
{
    size_t n, roots = 0;

    *all = process_read_all(&n);
    for (unsigned pass = 0; pass < 2; pass++)
        for (size_t i = roots; i < n; i++) {
            struct process p = (*all)[i];
            bool main = p.pid == t->server && t->server != 0;
            bool orphan = p.parent == getpid() && !main && !process_is_helper(&p);
            if (pass == 1 && orphan && bury(&p)) {
                (*all)[i--] = (*all)[--n];
            } else if (pass == 0 ? main : orphan) {
                (*all)[i] = (*all)[roots];
                (*all)[roots++] = p;
            }
        }
    return process_gather(*all, n, roots);
}

// ---- Counting ----

size_t processes(struct trial *t, pid_t pids[], size_t max)
{
    struct process *all;
    size_t n = look(t, &all), living = 0;

    for (size_t i = 0; i < n; i++)
        if (all[i].state != 'Z' && living < max)
            pids[living++] = all[i].pid;
    free(all);
    return living;
}

static size_t count(struct trial *t, bool wanted(const struct process *))
{
    struct process *all;
    size_t n = look(t, &all), found = 0;

    for (size_t i = 0; i < n; i++)
        found += all[i].pid != t->server && wanted(&all[i]);
    free(all);
    return found;
}

static bool lives(const struct process *p)
{
    return p->state != 'Z';
}

static bool is_zombie(const struct process *p)
{
    return p->state == 'Z';
}

size_t children(struct trial *t)
{
    return count(t, lives);
}

size_t zombies(struct trial *t)
{
    return count(t, is_zombie);
}

// What /proc says of a process is said of its first thread.
static bool any_thread_awake(pid_t pid)
{
    char path[32];
    const struct dirent *entry;
    bool awake = false;

    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    if (tasks == NULL)
        check_sight();
    while (tasks != NULL && !awake && (entry = readdir(tasks)) != NULL) {
        struct process p;
        if (isdigit((unsigned char)*entry->d_name) &&
            process_read((pid_t)strtol(entry->d_name, NULL, 10), &p))
            awake = strchr("SIZ", p.state) == NULL;
    }
    if (tasks != NULL)
        closedir(tasks);
    return awake;
}

bool sleeps(struct trial *t)
{
    struct process *all;
    size_t n = look(t, &all), awake = 0;

    for (size_t i = 0; i < n; i++)
        awake += any_thread_awake(all[i].pid);
    free(all);
    return awake == 0;
}

double processor_seconds(struct trial *t)
{
    struct process *all;
    size_t n = look(t, &all);
    double sum = buried;

    for (size_t i = 0; i < n; i++)
        sum += all[i].processor;
    free(all);
    return sum;
}

size_t threads_of(pid_t pid)
{
    struct process p;

    return process_read(pid, &p) ? p.threads : 0;
}
