// proc.h: what /proc tells of processes and their threads (proc(5)).
//
// A number that nobody tells is NAN. Processes and threads that end meanwhile are passed over.
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

// Opens the file with this path, for reading. NULL, with errno: it can't be.
FILE *proc_open(const char *format, ...) __attribute__((format(printf, 1, 2)));

// ---- One process or thread -----------------------------------------------------------------

enum { PROC_NAME = 64, PROC_STAT = 1024 };

struct proc_stat {
    char name[PROC_NAME]; // any bytes: a process chooses its name itself
    char state;           // 'R': runs, or could; 'T': stopped; 'Z': a zombie
    pid_t parent;
    unsigned threads;
    double ended_children_ns; // processor time of those it has waited for, to a tick of 10 ms
};

// From the text of /proc/PID/stat. False: it is no such text.
bool proc_stat_parse(const char *text, struct proc_stat *);

// False: the process is gone.
bool proc_stat_read(pid_t, struct proc_stat *);

// Processor time of all its threads so far, in nanoseconds, or NAN.
double proc_processor_ns(pid_t);

// ---- All that belong together --------------------------------------------------------------

// A thread. The main one of a process, whose number is the process's, stands for the process too.
struct proc_task {
    pid_t process, thread;
    bool zombie; // has ended, and nobody has waited for it yet
};

struct proc_tasks {
    struct proc_task *list; // the caller frees it
    size_t count, room;
    double ended_children_ns; // of all processes
};

static inline bool proc_task_is_main(const struct proc_task *task)
{
    return task->process == task->thread;
}

// All threads of a process and of its descendants, beginning with its main one. Dies if there is no
// memory.
void proc_tasks_find(struct proc_tasks *, pid_t root);

// ---- Sums ----------------------------------------------------------------------------------

// What has been told by anyone is a number.
static inline void proc_add(double *sum, double amount)
{
    if (!isnan(amount))
        *sum = isnan(*sum) ? amount : *sum + amount;
}

struct proc_reading {
    const char *key;
    double *sum;
};

// Adds the numbers of lines such as "Pss:    123 kB", and closes the file. NULL: does nothing.
void proc_add_lines(FILE *, const struct proc_reading *, size_t count);

#endif
