// proc.c: see proc.h.
#include "base/proc.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/units.h"

enum { PATH_SIZE = 64 };

FILE *proc_open(const char *format, ...)
{
    char path[PATH_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(path, sizeof path, format, args);
    va_end(args);
    return fopen(path, "re");
}

// ---- One process or thread -----------------------------------------------------------------

bool proc_stat_parse(const char *text, struct proc_stat *p)
{
    int parent;
    long user, system;
    // The name may hold anything, brackets too: what follows begins at the last one.
    const char *name = strchr(text, '('), *rest = strrchr(text, ')');

    if (name == NULL || rest == NULL || rest < name)
        return false;
    snprintf(p->name, sizeof p->name, "%.*s", (int)(rest - name - 1), name + 1);
    // The kernel's numbers fit. NOLINTNEXTLINE(cert-err34-c)
    if (sscanf(rest, ") %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %ld %ld %*d %*d %u",
               &p->state, &parent, &user, &system, &p->threads) != 5)
        return false;
    p->parent = parent;
    p->ended_children_ns = (double)(user + system) *
                           ((double)NS_PER_SECOND / (double)sysconf(_SC_CLK_TCK));
    return true;
}

bool proc_stat_read(pid_t pid, struct proc_stat *p)
{
    char text[PROC_STAT];
    FILE *f = proc_open("/proc/%d/stat", (int)pid);

    if (f == NULL)
        return false;
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return proc_stat_parse(text, p);
}

double proc_processor_ns(pid_t process)
{
    clockid_t clock;
    struct timespec t;

    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &t) != 0)
        return NAN;
    return (double)t.tv_sec * (double)NS_PER_SECOND + (double)t.tv_nsec;
}

// ---- All that belong together --------------------------------------------------------------

static void add_task(struct proc_tasks *t, pid_t process, pid_t thread)
{
    if (t->count == t->room) {
        t->room = t->room > 0 ? 2 * t->room : 64;
        t->list = realloc(t->list, t->room * sizeof *t->list);
        if (t->list == NULL)
            die("no memory for a list of %zu tasks", t->room);
    }
    t->list[t->count++] = (struct proc_task){.process = process, .thread = thread};
}

// All threads of a process but the main one.
static void add_threads(struct proc_tasks *t, pid_t pid)
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
static void add_children(struct proc_tasks *t, pid_t process, pid_t thread)
{
    int child;
    FILE *f = proc_open("/proc/%d/task/%d/children", (int)process, (int)thread);

    if (f == NULL)
        return;
    // The kernel's numbers fit. NOLINTNEXTLINE(cert-err34-c)
    while (fscanf(f, "%d", &child) == 1)
        add_task(t, child, child);
    fclose(f);
}

// The list grows behind the place where it is read, until all have told of theirs.
void proc_tasks_find(struct proc_tasks *t, pid_t root)
{
    size_t kept = 0;

    *t = (struct proc_tasks){.ended_children_ns = NAN};
    add_task(t, root, root);
    for (size_t i = 0; i < t->count; i++) {
        struct proc_task task = t->list[i];
        if (proc_task_is_main(&task)) {
            struct proc_stat p;
            if (!proc_stat_read(task.process, &p))
                continue;
            proc_add(&t->ended_children_ns, p.ended_children_ns);
            task.zombie = p.state == 'Z';
            if (p.threads > 1)
                add_threads(t, task.process);
        }
        add_children(t, task.process, task.thread);
        t->list[kept++] = task;
    }
    t->count = kept;
}

// ---- Sums ----------------------------------------------------------------------------------

void proc_add_lines(FILE *f, const struct proc_reading *readings, size_t count)
{
    char line[256];

    if (f == NULL)
        return;
    while (fgets(line, sizeof line, f) != NULL)
        for (size_t i = 0; i < count; i++) {
            size_t n = strlen(readings[i].key);
            if (strncmp(line, readings[i].key, n) == 0 && line[n] == ':')
                proc_add(readings[i].sum, strtod(line + n + 1, NULL));
        }
    fclose(f);
}
