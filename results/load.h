// load.h: bin/loadgen as a child: started, listened to, ended.
#ifndef RESULTS_LOAD_H
#define RESULTS_LOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct load_plan {
    char *options;   // as the scenario has them, {x} filled in
    char service[8]; // what they name, or echo
    int64_t warmup_ns, duration_ns, drain_ns;
    uint64_t seed;                   // of arrivals and contents
    char *json, *timeline, *clients; // files; NULL: not wanted
};

// Finds --service in the options.
void load_find_service(struct load_plan *);
void load_plan_free(struct load_plan *);

struct load {
    pid_t pid;     // 0: none
    int process;   // a pidfd: readable when it has ended
    int notify;    // what --notify-fd tells; -1: nothing
    char *command; // as it was run; the caller frees it
    char *log;     // the file of its output and errors; allocated
    char *json;    // points into the plan
};

// Starts it on these cores (empty: any). False with errno: it could not be started.
bool load_start(struct load *, const struct load_plan *, const char *target, const char *cores,
                const char *folder);

// A second client, by the scenario's `beside`: "slow-reader" or "loadgen OPTIONS". It goes on until
// it is stopped.
bool load_disturb(struct load *, const char *beside, const char *target, const char *cores,
                  const char *folder);

// Reads what has been told.
enum load_moment { LOAD_NOTHING, LOAD_BEGINS, LOAD_ENDS };
enum load_moment load_heed(struct load *);

// After LOAD_ENDS: its connections are no longer needed.
void load_go_on(struct load *);

// Its exit status (128 + n: ended by signal n). One that has not `ended` by itself is ended.
int load_stop(struct load *, bool ended);

// What is left to free when all has been asked; its log stays in the folder where it is of use.
void load_free(struct load *, bool keep_log);

// Whether a file holds a result, to its end: a full disk, or what killed loadgen, may have come
// between.
bool load_has_written(const char *file);

// The last line of its errors. Valid until the next call.
const char *load_last_words(const struct load *);

#endif
