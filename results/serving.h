// serving.h: a server under measurement: started, watched, stopped.
#ifndef RESULTS_SERVING_H
#define RESULTS_SERVING_H

#include <stdbool.h>
#include <sys/types.h>

#include "results/listening.h"
#include "results/models.h"

struct serving {
    const char *name;         // the model's
    pid_t pid;                // its process group has this number too
    char target[TARGET_SIZE]; // HOST:PORT
    char *command;            // as it was run; the caller frees it
    char *stats;              // the file of --stats; NULL for a foreign one
    char *log;                // all that it prints, in one file: it can never wait for a reader
    long said;                // how much of that was there when it listened
    bool unavailable;         // it has not started, since this machine lacks what it needs
};

// What --stats told at the end; all 0 where it did not.
struct counted {
    double messages, reads, writes, waits, events, scanned, accepted, refused;
};

struct ended {
    bool cleanly;  // by our SIGTERM: exit status 0, or a foreign one that just died of it
    char why[256]; // if not, to be read after "the server": "was killed by signal 9 (Killed)",
                   // "ended with exit status 1: LAST LINE OF ITS LOG"
    double cpu_ns; // of its whole life, children and threads included (wait4(2))
    double switches, switches_forced;
    struct counted counted;
};

// How a reason begins that holds for all that this model could be asked.
#define CANNOT_RUN "cannot run here: "

// Starts it on a free port of 127.0.0.1 with `options` (words with spaces between, ours only), on
// the cores of `cores` (as in taskset(1); empty: any), and waits until it listens, 10 s at most.
// Its files, MODEL.log and MODEL.stats.json, go to `folder`. A foreign command is divided by
// spawn_words(), and must stay in the foreground. One with {port} in it gets a free port, which is
// tried until it accepts; another gets "--port 0 --service S". False, with why ("did not start:
// exit status 1: LAST LINE OF ITS LOG"): nothing is left of it then but its log. Where it ended
// with EXIT_UNAVAILABLE: false, why CANNOT_RUN "LAST LINE", and not even a log is left. As
// soon as the descriptor `interrupt` is readable: false, why "interrupted", and that is left to the
// caller to read (-1: none). It may write 64 MiB to each of its files, of which its log is one.
bool serving_start(struct serving *, const struct model *, const char *service, const char *options,
                   const char *cores, const char *folder, int interrupt, char why[256]);

// Whether it still runs.
bool serving_lives(const struct serving *);

// Ends it with SIGTERM, and what does not end within 5 s with SIGKILL, with all of its process
// group. Its log stays only where it did not end cleanly.
void serving_stop(struct serving *, struct ended *);

#endif
