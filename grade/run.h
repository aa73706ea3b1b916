// run.h: a submission is built, started and asked; by the runner, which tells of it as it goes.
#ifndef GRADE_RUN_H
#define GRADE_RUN_H

#include "grade/confine.h"
#include "grade/grading.h"

struct order {
    const struct lab *lab;
    const char *submission; // the runner's path to a folder, or NULL: `command` is run where it is
    const char *command;    // as typed to a shell: "./server" for a folder
    const char *programs;   // the folder of bin/loadgen and the references
    const char *seed;
    unsigned jobs;  // cases at a time
    bool any_model; // what the model is does not matter
    struct confinement *confinement;
};

enum news_kind {
    NEWS_TROUBLE, // `text`: nothing can be asked
    NEWS_MARK,    // how a task went
    NEWS_SHUT,    // the gate failed, and no other task will be asked
    NEWS_END,     // every task was asked
};

// As it comes through the pipe, in one write(2), which no other can mix with.
struct news {
    enum news_kind kind;
    size_t task;
    struct finding finding;
    double ratio;   // of LAB_RATIO; 0: not measured
    char text[800]; // NUL-terminated
};

// In the runner, whose end this is. `to` is where news are written to.
_Noreturn void run_submission(const struct order *, int to);

// run_build.c: copies the submission's folder to the confinement's and makes it. False: `why`.
bool build_submission(const struct order *, char *why, size_t size);

// Runs a program in the folder `in`, with a deadline: `confined` as the submission is, else with
// the runner's own rights. Ends all that it leaves behind, and stores the end of what it said.
// Returns its exit status, 128 + signal, or -1 where it could not be run or was not done in time.
int run_tool(const char *const words[], const char *in, bool confined, double seconds, char *said,
             size_t size);

// Whether SIGTERM has told the runner to end.
bool run_is_over(void);

#endif
