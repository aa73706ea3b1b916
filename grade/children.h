// children.h: which of the runner's children are the grader's, and which the submission's.
//
// A process whose parent has died becomes a child of the runner: so does what a submission has
// started when it kills the process of its case. Which children it has made itself, only the runner
// knows; it notes them where the grader can read it.
#ifndef GRADE_CHILDREN_H
#define GRADE_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// Before the runner is forked: makes what both have in common. Dies if there is no memory.
void children_share(void);

// In the runner: its child with this number is the grader's, or is so no longer.
void children_note(pid_t, bool begun);

// In how many spaces of process numbers, one in the other, the process is; 1: in none of its own.
size_t children_depth(pid_t);

// One that the runner has made a moment ago may not be noted yet: it is taken for a stray, which
// does it harm only while the submission has too much.
struct children {
    struct child {
        pid_t pid;
        bool own; // the grader's; else a stray
    } * list;     // to be freed
    size_t count;
};

// Those of the runner, which is that deep.
struct children children_find(pid_t runner, size_t depth);

#endif
