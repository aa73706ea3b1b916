// look.c: see look.h.
#include "watch/look.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/proc.h"
#include "watch/words.h"

// ---- Who it is -----------------------------------------------------------------------------

static void read_command(pid_t pid, char command[LOOK_COMMAND])
{
    char raw[LOOK_COMMAND];
    FILE *f = proc_open("/proc/%d/cmdline", (int)pid);
    size_t n = f == NULL ? 0 : fread(raw, 1, sizeof raw - 1, f);

    if (f != NULL)
        fclose(f);
    while (n > 0 && raw[n - 1] == '\0')
        n--;
    raw[n] = '\0';
    for (size_t i = 0; i < n; i++) // a NUL ends each word
        if (raw[i] == '\0')
            raw[i] = ' ';
    words_printable(command, LOOK_COMMAND, raw);
}

// The process that a thread belongs to; 0: there is no such thread.
static pid_t process_of(pid_t thread)
{
    double number = NAN;
    const struct proc_reading reading = {"Tgid", &number};

    proc_add_lines(proc_open("/proc/%d/status", (int)thread), &reading, 1);
    return isnan(number) ? 0 : (pid_t)number;
}

static bool may_look(pid_t pid)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return false;
    closedir(folder);
    return true;
}

bool watch_has_ended(const struct watched *w)
{
    struct pollfd end = {.fd = w->pidfd, .events = POLLIN};

    return poll(&end, 1, 0) > 0;
}

bool watch_begin(struct watched *w, pid_t pid, char why[128])
{
    struct proc_stat stat;
    pid_t process = process_of(pid);

    *w = (struct watched){.pid = pid, .pidfd = -1, .pss_kib = NAN};
    if (process != 0 && process != pid) {
        snprintf(why, 128, "%d is a thread; its process is %d", (int)pid, (int)process);
        return false;
    }
    w->pidfd = process == 0 ? -1 : pidfd_open(pid, 0);
    if (process == 0 || (w->pidfd < 0 && errno == ESRCH))
        snprintf(why, 128, "there is no process %d", (int)pid);
    else if (w->pidfd < 0)
        snprintf(why, 128, "cannot watch process %d: %s", (int)pid, strerror(errno));
    else if (watch_has_ended(w) || !proc_stat_read(pid, &stat))
        snprintf(why, 128, "process %d has ended", (int)pid);
    else if (!may_look(pid))
        snprintf(why, 128, "cannot look at process %d: %s", (int)pid, strerror(errno));
    else {
        words_printable(w->name, sizeof w->name, stat.name);
        read_command(pid, w->command);
        meter_open(&w->meter, pid);
        return true;
    }
    watch_end(w);
    return false;
}

void watch_end(struct watched *w)
{
    meter_close(&w->meter);
    if (w->pidfd >= 0)
        close(w->pidfd);
    w->pidfd = -1;
}

// ---- Its threads ---------------------------------------------------------------------------

// What follows KEY at the beginning of a line. No name can imitate it: the kernel writes a new line
// in a name as two characters.
static const char *find_line(const char *text, const char *key)
{
    size_t n = strlen(key);

    while (text != NULL && strncmp(text, key, n) != 0) {
        text = strchr(text, '\n');
        text = text == NULL ? NULL : text + 1;
    }
    return text == NULL ? NULL : text + n;
}

bool seen_parse(struct seen *seen, const char *status, char *state)
{
    const char *name = find_line(status, "Name:\t"), *at = find_line(status, "State:\t");
    const char *voluntary = find_line(status, "voluntary_ctxt_switches:\t");
    const char *forced = find_line(status, "nonvoluntary_ctxt_switches:\t");
    char raw[LOOK_NAME];

    if (name == NULL || at == NULL || voluntary == NULL || forced == NULL)
        return false;
    snprintf(raw, sizeof raw, "%.*s", (int)strcspn(name, "\n"), name);
    words_printable(seen->name, sizeof seen->name, raw);
    *state = *at;
    seen->voluntary = strtoull(voluntary, NULL, 10);
    seen->forced = strtoull(forced, NULL, 10);
    return true;
}

// False: it has ended.
static bool look_at_thread(struct seen *seen, const struct proc_task *task)
{
    char text[4096], state;
    FILE *f = proc_open("/proc/%d/task/%d/status", (int)task->process, (int)task->thread);

    if (f == NULL)
        return false;
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    *seen = (struct seen){.process = task->process, .thread = task->thread};
    if (!seen_parse(seen, text, &state))
        return false;
    call_look(task->process, task->thread, state, seen->at);
    return true;
}

static int by_number(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;

    return (x->thread > y->thread) - (x->thread < y->thread);
}

static void look_at_threads(struct look *l, const struct proc_tasks *tasks)
{
    l->seen = malloc((tasks->count > 0 ? tasks->count : 1) * sizeof *l->seen);
    if (l->seen == NULL)
        die("no memory to look at %zu threads", tasks->count);
    for (size_t i = 0; i < tasks->count; i++)
        if (!tasks->list[i].zombie)
            l->count += look_at_thread(&l->seen[l->count], &tasks->list[i]);
    qsort(l->seen, l->count, sizeof *l->seen, by_number);
}

void look_switches(const struct look *before, const struct look *now, uint64_t *voluntary,
                   uint64_t *forced)
{
    static const struct seen unborn;
    size_t old = 0;

    *voluntary = *forced = 0;
    for (size_t i = 0; i < now->count; i++) {
        const struct seen *seen = &now->seen[i];
        while (old < before->count && before->seen[old].thread < seen->thread)
            old++;
        const struct seen *then = &unborn;
        if (old < before->count && before->seen[old].thread == seen->thread &&
            before->seen[old].voluntary <= seen->voluntary)
            then = &before->seen[old]; // else its number has been given to another
        *voluntary += seen->voluntary - then->voluntary;
        *forced += seen->forced > then->forced ? seen->forced - then->forced : 0;
    }
}

// ---- Its processes -------------------------------------------------------------------------

static void look_at_memory(struct look *l, pid_t process, bool pss)
{
    const struct proc_reading resident = {"VmRSS", &l->resident_kib};
    const struct proc_reading shared = {"Pss", &l->pss_kib};

    proc_add_lines(proc_open("/proc/%d/status", (int)process), &resident, 1);
    if (pss)
        proc_add_lines(proc_open("/proc/%d/smaps_rollup", (int)process), &shared, 1);
}

// To divide shared pages, the kernel goes through all of them and holds up the server's page faults
// meanwhile. No more than a twentieth of the time goes into that; in between stands what it was.
static void look_at_memories(struct look *l, struct watched *w, const struct proc_tasks *tasks)
{
    int64_t begun = clock_now();
    bool pss = begun >= w->pss_due_ns;

    for (size_t i = 0; i < tasks->count; i++)
        if (proc_task_is_main(&tasks->list[i]) && !tasks->list[i].zombie)
            look_at_memory(l, tasks->list[i].process, pss);
    if (pss) {
        w->pss_kib = l->pss_kib;
        w->pss_due_ns = begun + 20 * (clock_now() - begun);
    }
    l->pss_kib = w->pss_kib;
}

// A server of ours opens no further listener; another one may.
static void look_at_tcp(struct look *l, struct watched *w)
{
    bool is_ours = w->meter.head != NULL;
    unsigned tables = is_ours && w->tables != 0 ? w->tables : TCP_V4 | TCP_V6;

    w->tables = sockets_ask(&l->sockets, w->pid, tables, !is_ours);
}

void look_take(struct look *l, struct watched *w)
{
    struct proc_tasks tasks;

    *l = (struct look){.cpu_ns = NAN, .calls = NAN, .resident_kib = NAN, .pss_kib = NAN};
    const struct proc_reading calls[] = {{"syscr", &l->calls}, {"syscw", &l->calls}};
    proc_tasks_find(&tasks, w->pid);
    for (size_t i = 0; i < tasks.count; i++)
        if (proc_task_is_main(&tasks.list[i]))
            proc_add(&l->cpu_ns, proc_processor_ns(tasks.list[i].process));
    proc_add(&l->cpu_ns, tasks.ended_children_ns);
    l->at_ns = clock_now();
    if (w->meter.head != NULL)
        meter_read(&w->meter, &l->counted);
    look_at_threads(l, &tasks);
    for (size_t i = 0; i < tasks.count; i++) {
        pid_t process = tasks.list[i].process;
        if (!proc_task_is_main(&tasks.list[i]))
            continue;
        l->zombies += tasks.list[i].zombie;
        l->processes += !tasks.list[i].zombie;
        sockets_add(&l->sockets, process);
        if (w->meter.head == NULL)
            proc_add_lines(proc_open("/proc/%d/io", (int)process), calls, 2);
    }
    look_at_tcp(l, w);
    look_at_memories(l, w, &tasks);
    free(tasks.list);
}

void look_free(struct look *l)
{
    free(l->seen);
    sockets_free(&l->sockets);
    *l = (struct look){.seen = NULL};
}
