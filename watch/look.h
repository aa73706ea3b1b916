// look.h: what a server, its children and their threads are at one moment, seen from outside.
#ifndef WATCH_LOOK_H
#define WATCH_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/calls.h"
#include "watch/meter.h"
#include "watch/sockets.h"

enum { LOOK_NAME = 24, LOOK_COMMAND = 256 };

struct seen { // a thread
    pid_t process, thread;
    char name[LOOK_NAME];       // printable
    char at[CALL_TEXT];         // "in read", "running": see calls.h
    uint64_t voluntary, forced; // context switches so far: it went to sleep, or it was made to stop
};

// A server that is watched, from one look to the next.
struct watched {
    pid_t pid;
    int pidfd;                                   // readable once it has ended
    bool ended;                                  // no further looks
    struct meter meter;                          // without a head where it is none of ours
    char name[LOOK_NAME], command[LOOK_COMMAND]; // printable
    unsigned tables; // of TCP, in which its listeners stand; 0: it is not known
    double pss_kib;
    int64_t pss_due_ns; // clock_now() from which on it is looked at again
};

struct look {
    int64_t at_ns; // clock_now(), when counters and processor time were read
    double cpu_ns; // processor time so far, NAN: not told
    double calls;  // reads and writes so far, as /proc/PID/io has them; NAN: not told, or ours
    double resident_kib, pss_kib; // of all processes; NAN: not told
    size_t processes, zombies;    // zombies are not among the processes
    struct seen *seen;            // threads of all processes, by number
    size_t count;
    struct sockets sockets;
    struct reading counted; // where there is a meter
};

// Begins to watch a process. False, with why ("there is no process 7"): it can't be.
bool watch_begin(struct watched *, pid_t, char why[128]);
bool watch_has_ended(const struct watched *);
void watch_end(struct watched *);

// The caller frees it with look_free(). Takes less than 0.5 ms for a process and its thread, about
// 35 ms for 1,000 threads or 10,000 sockets, 100 ms for 1,000 processes. Dies if there is no
// memory.
void look_take(struct look *, struct watched *);
void look_free(struct look *);

// Name, state and context switches of a thread, by the text of its /proc/PID/task/TID/status.
// False: it is no such text.
bool seen_parse(struct seen *, const char *status, char *state);

// Context switches between two looks, of the threads that live now.
void look_switches(const struct look *before, const struct look *now, uint64_t *voluntary,
                   uint64_t *forced);

#endif
