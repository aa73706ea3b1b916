// proc.c: what /proc shows of the server's processes.
//
// A process is the server's if it descends from the main one, or if it is in the main one's
// process group and came to us (the subreaper) when its parent died.
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conform/own.h"

struct process {
    pid_t pid, parent, group;
    char state;  // 'Z': a zombie
    bool tracer; // strace, which is no part of the server though it is below it
    double processor;
    size_t threads;
};

// ---- Reading /proc ----

static bool read_process(pid_t pid, struct process *p)
{
    char path[32], text[1024];
    unsigned long user, system;
    long dead_user, dead_system, threads;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return false;
    text[n] = '\0';
    // The name may hold anything, brackets too: what follows begins at the last one.
    const char *rest = strrchr(text, ')');
    int parent, group;
    if (rest == NULL)
        return false;
    // What the kernel prints fits. NOLINTNEXTLINE(cert-err34-c)
    int n_read = sscanf(
        rest, ") %c %d %d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld %*d %*d %ld", &p->state,
        &parent, &group, &user, &system, &dead_user, &dead_system, &threads);
    if (n_read != 8)
        return false;
    p->pid = pid;
    p->parent = parent;
    p->group = group;
    p->tracer = strstr(text, "(strace)") != NULL;
    p->threads = (size_t)threads;
    p->processor = ((double)(user + system) + (double)(dead_user + dead_system)) /
                   (double)sysconf(_SC_CLK_TCK);
    return true;
}

// All processes of the machine, in the order of their numbers; free(3) them.
static struct process *read_all(size_t *n)
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
        *n += read_process((pid_t)strtol(entry->d_name, NULL, 10), &all[*n]);
    }
    closedir(dir);
    return all;
}

// Moves `roots` and all below them to the front, parents before their children; returns how many.
// all[0..roots) are given.
static size_t gather(struct process *all, size_t n, size_t roots)
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

// The server's processes, zombies and tracers included, the main one first.
static size_t look(struct trial *t, struct process **all)
{
    size_t n, roots = 0;

    *all = read_all(&n);
    for (unsigned pass = 0; pass < 2; pass++)
        for (size_t i = roots; i < n; i++) {
            bool main = (*all)[i].pid == t->server && t->server != 0;
            bool orphan = (*all)[i].group == t->own->group && (*all)[i].parent == getpid();
            if (pass == 0 ? main : orphan && !main) {
                struct process root = (*all)[i];
                (*all)[i] = (*all)[roots];
                (*all)[roots++] = root;
            }
        }
    return gather(*all, n, roots);
}

// ---- Counting ----

size_t processes(struct trial *t, pid_t pids[], size_t max)
{
    struct process *all;
    size_t n = look(t, &all), living = 0;

    for (size_t i = 0; i < n; i++)
        if (all[i].state != 'Z' && !all[i].tracer && living < max)
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
    return p->state != 'Z' && !p->tracer;
}

static bool is_zombie(const struct process *p)
{
    return p->state == 'Z' && !p->tracer;
}

static bool is_there(const struct process *p)
{
    return p->state != 'Z';
}

size_t children(struct trial *t)
{
    return count(t, lives);
}

size_t zombies(struct trial *t)
{
    return count(t, is_zombie);
}

size_t leftovers(struct trial *t)
{
    return count(t, is_there);
}

// What /proc says of a process is said of its first thread.
static bool any_thread_awake(pid_t pid)
{
    char path[32];
    const struct dirent *entry;
    bool awake = false;

    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    while (tasks != NULL && !awake && (entry = readdir(tasks)) != NULL) {
        struct process p;
        if (isdigit((unsigned char)*entry->d_name) &&
            read_process((pid_t)strtol(entry->d_name, NULL, 10), &p))
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
        awake += !all[i].tracer && any_thread_awake(all[i].pid);
    free(all);
    return awake == 0;
}

double processor_seconds(struct trial *t)
{
    struct process *all;
    size_t n = look(t, &all);
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += all[i].tracer ? 0 : all[i].processor;
    free(all);
    return sum;
}

size_t threads_of(pid_t pid)
{
    struct process p;

    return read_process(pid, &p) ? p.threads : 0;
}

// ---- Ending ----

// Ends those below `root` except the processes of group `spared` and what is below them.
static void end_below(pid_t root, pid_t spared)
{
    bool again = true;

    while (again) {
        size_t n, roots = 0;
        struct process *all = read_all(&n);

        for (size_t i = 0; i < n; i++)
            if (all[i].parent == root && (spared == 0 || all[i].group != spared)) {
                struct process child = all[i];
                all[i] = all[roots];
                all[roots++] = child;
            }
        size_t below = gather(all, n, roots);
        again = false;
        for (size_t i = 0; i < below; i++)
            if (all[i].state != 'Z') {
                kill(all[i].pid, SIGKILL);
                again = true;
            } else if (root == getpid()) {
                waitpid(all[i].pid, NULL, WNOHANG);
            }
        free(all);
        if (again)
            nap(0.001);
    }
}

void end_all_below(pid_t root)
{
    end_below(root, 0);
}

void end_helpers(struct trial *t)
{
    end_below(getpid(), t->own->group);
}
