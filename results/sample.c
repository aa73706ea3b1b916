// sample.c: see sample.h.
#include "results/sample.h"

#include <dirent.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/units.h"

enum { PATH_SIZE = 64 };

// A thread. The main one of a process, whose number is the process's, stands for the process too.
struct task {
    pid_t process, thread;
    bool zombie; // has ended, and nobody has waited for it yet
};

struct tasks {
    struct task *list;
    size_t count, room;
};

static void add_task(struct tasks *t, pid_t process, pid_t thread)
{
    if (t->count == t->room) {
        t->room = t->room > 0 ? 2 * t->room : 64;
        t->list = realloc(t->list, t->room * sizeof *t->list);
        if (t->list == NULL)
            die("no memory for a sample of %zu tasks", t->room);
    }
    t->list[t->count++] = (struct task){.process = process, .thread = thread};
}

static bool is_main(const struct task *task)
{
    return task->process == task->thread;
}

// What has been told by anyone is a number; NAN is what nobody has told.
static void add(double *sum, double amount)
{
    *sum = isnan(*sum) ? amount : *sum + amount;
}

__attribute__((format(printf, 1, 2))) static FILE *open_file(const char *format, ...)
{
    char path[PATH_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(path, sizeof path, format, args);
    va_end(args);
    return fopen(path, "re");
}

// ---- Who they are --------------------------------------------------------------------------

struct process {
    char state; // 'Z': a zombie
    unsigned threads;
    double ended_children_ns; // their processor time, to a tick of 10 ms
};

// False: it is gone.
static bool read_process(pid_t pid, struct process *p)
{
    char text[1024];
    long user, system;
    FILE *f = open_file("/proc/%d/stat", (int)pid);

    if (f == NULL)
        return false;
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    // The name may hold anything, brackets too: what follows begins at the last one.
    const char *rest = strrchr(text, ')');
    // The kernel's numbers fit. NOLINTNEXTLINE(cert-err34-c)
    if (rest == NULL || sscanf(rest,
                               ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %ld %ld %*d "
                               "%*d %u",
                               &p->state, &user, &system, &p->threads) != 4)
        return false;
    p->ended_children_ns = (double)(user + system) *
                           ((double)NS_PER_SECOND / (double)sysconf(_SC_CLK_TCK));
    return true;
}

// All threads of a process but the main one.
static void add_threads(struct tasks *t, pid_t pid)
{
    char path[PATH_SIZE];
    const struct dirent *entry;

    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return;
    while ((entry = readdir(folder)) != NULL) {
        pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);
        if (thread > 0 && thread != pid)
            add_task(t, pid, thread);
    }
    closedir(folder);
}

// Child processes are listed under the thread that made them.
static void add_children(struct tasks *t, pid_t process, pid_t thread)
{
    int child;
    FILE *f = open_file("/proc/%d/task/%d/children", (int)process, (int)thread);

    if (f == NULL)
        return;
    // The kernel's numbers fit. NOLINTNEXTLINE(cert-err34-c)
    while (fscanf(f, "%d", &child) == 1)
        add_task(t, child, child);
    fclose(f);
}

// The list grows behind the place where it is read, until all have told of theirs.
static void find_tasks(struct tasks *t, pid_t server, double *ended_children_ns)
{
    size_t kept = 0;

    add_task(t, server, server);
    for (size_t i = 0; i < t->count; i++) {
        struct task task = t->list[i];
        if (is_main(&task)) {
            struct process p;
            if (!read_process(task.process, &p))
                continue;
            add(ended_children_ns, p.ended_children_ns);
            task.zombie = p.state == 'Z';
            if (p.threads > 1)
                add_threads(t, task.process);
        }
        add_children(t, task.process, task.thread);
        t->list[kept++] = task;
    }
    t->count = kept;
}

// ---- What is told of them ------------------------------------------------------------------

static void add_processor_time(struct sample *s, pid_t process)
{
    clockid_t clock;
    struct timespec t;

    if (clock_getcpuclockid(process, &clock) == 0 && clock_gettime(clock, &t) == 0)
        add(&s->cpu_ns, (double)t.tv_sec * (double)NS_PER_SECOND + (double)t.tv_nsec);
}

struct reading {
    const char *key;
    double *sum;
};

// Adds the numbers of lines such as "Pss:    123 kB", and closes the file.
static void add_lines(FILE *f, const struct reading *readings, size_t count)
{
    char line[256];

    if (f == NULL)
        return;
    while (fgets(line, sizeof line, f) != NULL)
        for (size_t i = 0; i < count; i++) {
            size_t n = strlen(readings[i].key);
            if (strncmp(line, readings[i].key, n) == 0 && line[n] == ':')
                add(readings[i].sum, strtod(line + n + 1, NULL));
        }
    fclose(f);
}

static void add_switches(struct sample *s, const struct task *task)
{
    const struct reading readings[] = {{"voluntary_ctxt_switches", &s->switches},
                                       {"nonvoluntary_ctxt_switches", &s->switches},
                                       {"nonvoluntary_ctxt_switches", &s->switches_forced}};

    add_lines(open_file("/proc/%d/task/%d/status", (int)task->process, (int)task->thread), readings,
              3);
}

static void add_memory(struct sample *s, pid_t process)
{
    const struct reading readings[] = {
        {"Rss", &s->resident_kib}, {"Pss_Anon", &s->own_kib}, {"Pss_Shmem", &s->own_kib}};

    add_lines(open_file("/proc/%d/smaps_rollup", (int)process), readings, 3);
}

static void add_descriptors(struct sample *s, pid_t process)
{
    char path[PATH_SIZE];
    struct stat about;
    double count = 0;
    const struct dirent *entry;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)process);
    // Since Linux 6.2 the folder's size is their number. To count them takes 20 ms for 8,000.
    if (stat(path, &about) == 0 && about.st_size > 0) {
        add(&s->descriptors, (double)about.st_size);
        return;
    }
    DIR *folder = opendir(path);
    if (folder == NULL)
        return;
    while ((entry = readdir(folder)) != NULL)
        count += entry->d_name[0] != '.';
    closedir(folder);
    add(&s->descriptors, count);
}

static void take(struct sample *s, pid_t server, bool all)
{
    struct tasks t = {0};
    double ended_children_ns = NAN;

    *s = (struct sample){0, 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    find_tasks(&t, server, &ended_children_ns);
    for (size_t i = 0; i < t.count; i++)
        if (is_main(&t.list[i]))
            add_processor_time(s, t.list[i].process);
    s->cpu_ns += ended_children_ns;
    s->cpu_at = clock_now();
    for (size_t i = 0; i < t.count; i++)
        if (!t.list[i].zombie)
            add_switches(s, &t.list[i]);
    s->switches_at = s->cpu_at + (clock_now() - s->cpu_at) / 2;
    for (size_t i = 0; i < t.count && all; i++)
        if (!t.list[i].zombie) {
            add(&s->tasks, 1);
            if (is_main(&t.list[i])) {
                add_memory(s, t.list[i].process);
                add_descriptors(s, t.list[i].process);
            }
        }
    free(t.list);
}

void sample_take(struct sample *s, pid_t server)
{
    take(s, server, true);
}

void sample_times(struct sample *s, pid_t server)
{
    take(s, server, false);
}
