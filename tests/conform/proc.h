// proc.h: all processes of the machine as /proc shows them, for proc.c and proc_end.c.
#ifndef TESTS_CONFORM_PROC_H
#define TESTS_CONFORM_PROC_H

#include "tests/conform/own.h"

struct process {
    pid_t pid, parent;
    char state; // 'Z': a zombie
    double processor;
    size_t threads;
    unsigned long long begun; // tells it from one that gets its number later
};

// False: it is gone.
bool process_read(pid_t, struct process *);
// All of them, in the order of their numbers; free(3) them.
struct process *process_read_all(size_t *n);
// Moves what is below the first `roots` of them behind those, parents before their children;
// returns how many there are then.
size_t process_gather(struct process *all, size_t n, size_t roots);
// Whether the case has made it for itself.
bool process_is_helper(const struct process *);

#endif
