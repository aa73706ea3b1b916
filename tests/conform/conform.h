// conform.h: the contract as a table of cases that any server program can be put through.
//
// A case knows nothing of the server but its command line, its sockets and what /proc shows of
// its processes. Callers (the cmocka runner, `make conform`, graders) name a candidate, run
// the table and read the findings. Every case runs in a process of its own with a server of its
// own on a free port, so that cases run side by side, and one that hangs or crashes harms nobody.
#ifndef TESTS_CONFORM_H
#define TESTS_CONFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

// ---- For callers ------------------------------------------------------------------------

// How many clients the candidate serves at a time; the one thing about its model that the
// suite must be told.
enum serves {
    SERVES_MANY, // as many as resources allow
    SERVES_CREW, // as many as --workers says; further ones wait in the backlog
    SERVES_ONE,  // one; the second is served when the first leaves
};

struct candidate {
    const char *name;     // for the output: "epoll"
    const char *command;  // as typed to a shell; {host}, {port} and {service} are filled in. Where
                          // {port} does not occur, "--port 0 --service S" is appended and the
                          // `listening on` line is awaited
    const char *services; // those that it offers: "echo frame guess"
    enum serves serves;
    unsigned holds;    // idle clients at once that it is expected to hold
    bool strict;       // an option of the contract that --help does not list is a fault; else
                       // the cases that need it are skipped
    bool instrumented; // built with a sanitizer: memory and speed mean nothing
    bool leaks_once; // zombies and descriptors left behind fail the cases that judge them, and not
                     // every case: a grader takes points for a mistake once
    const char
        *model; // what it should be one of: "select", as models.tsv has them; NULL or "": the
                // cases that prove it from /proc are skipped
    bool known; // conform_run() has just been called with it: what was found out before the cases
                // then is not looked for again
    uint64_t seed; // what the cases send is made from it too; 0: the same for everybody
    // Called in the server's process before it becomes the command, and in each case's process
    // before it does anything: where a grader takes rights away. NULL: none.
    void (*confine)(void);
    void (*attend)(void);
    // Called in the caller's process when that of a case has begun and when it has ended: where a
    // grader has to know its own processes. NULL: none.
    void (*note_case)(pid_t, bool begun);
    int turns; // an open file that suites running side by side have in common: while one of them
               // runs a case that needs quiet, no other runs any; 0: there are no others
};

enum outcome { PASSED, FAILED, SKIPPED };

struct finding {
    enum outcome outcome;
    bool lacking;     // SKIPPED: this machine lacks what the case needs, whatever the server does
    double seconds;   // how long the case took
    char figure[160]; // what it was judged by: "1,048,576 bytes back in 41 ms"
    char reason[600]; // why it failed or was skipped: what was expected, what was seen
};

struct trial;

struct conform_case {
    const char *name;    // group/what-is-seen: "fault/reset-in-mid-write"
    const char *promise; // the contract's promise, in a line
    unsigned needs;      // NEEDS_..., JUDGES_LEAKS
    unsigned seconds;    // its deadline; generous: tests do not depend on speed
    void (*run)(struct trial *);
    const char *option; // an option that --help must list ("--idle-timeout"), or NULL
};

enum {
    NEEDS_FRAME = 1,        // the service frame
    NEEDS_GUESS = 2,        // the service guess
    NEEDS_OPTIONS = 4,      // the contract's command line ({port} is not filled in)
    NEEDS_STRACE = 8,       // strace(1), and the right to use it
    NEEDS_TRUE_MEMORY = 16, // no sanitizer: memory is measured or limited
    NEEDS_QUIET = 32,       // judges latency, or that nothing spins: runs when nothing else does
    NEEDS_CHILDREN = 64,    // the server has child processes (skipped where it shows none)
    NEEDS_MODEL = 128,      // it is said what it should be one of (candidate->model)
    JUDGES_LEAKS = 256,     // (no need) what is left behind is always this case's business
};

// All cases, in the order of the contract: n is 0 to conform_case_count() - 1.
size_t conform_case_count(void);
const struct conform_case *conform_case_at(size_t n);

// Whether the cases of model/ know this model.
bool conform_knows_model(const char *name);

// Runs the cases whose `chosen` is true (all where it is NULL), `width` at a time, those that need
// quiet one by one at the end; fills findings[i] for case i. `done`, where not NULL, is called in
// the caller's process as each one ends. Returns how many failed. SIGINT and SIGTERM end all
// servers; the cases that did not end by themselves are then SKIPPED, and conform_interrupted()
// is that signal's number. A candidate that ends with EXIT_UNAVAILABLE instead of listening cannot
// run on this machine: all cases are SKIPPED, and conform_unavailable() is the last line that it
// said (else NULL). Processes that become the caller's children meanwhile, since a server has
// killed its case, are ended.
size_t conform_run(const struct candidate *, const bool *chosen, unsigned width,
                   struct finding findings[],
                   void (*done)(const struct conform_case *, const struct finding *));
int conform_interrupted(void);
const char *conform_unavailable(void);

// ---- For cases: the trial ---------------------------------------------------------------
//
// Everything below ends the case by itself when it goes wrong, with a reason that says what was
// being done; so a case reads as what should happen. After a case returns, the library looks
// whether the server lives, serves a fresh client, has no zombie and as many descriptors as
// before, stops on SIGTERM with status 0 and leaves no process; and whether a sanitizer has
// complained.

struct trial {
    const struct candidate *candidate;
    const struct conform_case *which;
    pid_t server;  // the server's main process; 0 while none runs
    char host[64]; // where it listens: "127.0.0.1", "::1"
    uint16_t port;
    char service[16];
    bool ends_by_itself; // set by a case that stops the server: no aftercare
    // (the library's own fields follow)
    struct trial_private *own;
};

// Ends the case: FAILED (expected/seen), or SKIPPED with what is missing.
_Noreturn void fail_case(struct trial *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
_Noreturn void skip_case(struct trial *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// SKIPPED, for want of something that no server could make up for: a program, a kernel's answer.
_Noreturn void lack_case(struct trial *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
#define expect(t, condition, ...)                                                                  \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_case((t), __VA_ARGS__);                                                           \
    } while (0)

// The figure that the case was judged by, for the output.
void figure(struct trial *, const char *format, ...) __attribute__((format(printf, 2, 3)));

// ---- The server -------------------------------------------------------------------------

// Starts the candidate for this service and waits until it listens. `clients`: how many the case
// wants served at once (a crew gets --workers clients + 1, for the bystander; 0: the default
// number). `options`: further words for the command line, or NULL.
void start(struct trial *, const char *service, unsigned clients, const char *options);

// The same with a way to run it: a prefix such as "env --ignore-signal=CHLD" before the command, or
// NULL; and which of its descriptors 0, 1, 2 to close at the start (bits 1, 2, 4).
void start_under(struct trial *, const char *service, unsigned clients, const char *options,
                 const char *prefix, unsigned closed);

// Runs the candidate's command with options that should make it end by itself; returns its exit
// status (128 + signal if a signal ended it; fails the case when it goes on for 10 s). Both
// outputs are stored, NUL-terminated.
int run_to_end(struct trial *, const char *options, char *out, size_t out_size, char *err,
               size_t err_size);

// Sends the signal to the main process alone.
void signal_server(struct trial *, int signal_number);

// Waits for the main process to end; returns its exit status (128 + signal). Fails the case where
// it still runs after `seconds`, or where another process of the server does.
int await_end(struct trial *, double seconds);

// What the server has said so far on standard error / output (NUL-terminated; the library's
// memory).
const char *server_said(struct trial *);
const char *server_printed(struct trial *);

// ---- What /proc shows of the server's processes -----------------------------------------------

size_t processes(struct trial *, pid_t pids[], size_t max); // the main one first, then all below it
size_t children(struct trial *);                            // living, zombies not counted
size_t zombies(struct trial *);
size_t descriptors(struct trial *);       // of all its processes
double processor_seconds(struct trial *); // with the dead ones that were reaped
long private_kib(struct trial *);         // resident and private, all its processes
long process_kib(pid_t);                  // the same of one process
size_t threads_of(pid_t);
// The process of the server that holds the other end of this client's connection; where parent and
// child both do, the child; 0 where none does.
pid_t holder(struct trial *, int client);
// Sets a resource limit (RLIMIT_NOFILE, RLIMIT_AS) of all its processes; returns the old soft
// limit.
uint64_t limit(struct trial *, int resource, uint64_t soft);
// The lowest descriptor number that is free in this process.
unsigned lowest_free_descriptor(pid_t);

// ---- Clients ------------------------------------------------------------------------------
//
// A client is a blocking socket with TCP_NODELAY. Nothing waits for ever: every wait fails the
// case after PATIENCE seconds, saying what it waited for.

enum { PATIENCE = 15 };

int dial(struct trial *);     // connects; fails the case if refused
int try_dial(struct trial *); // connects, or -1 with errno
void dial_many(struct trial *, int clients[], size_t n);
void hang_up_many(int clients[], size_t n);
void reset_client(int client);   // close with RST (SO_LINGER 0)
void finish_sending(int client); // FIN: shutdown(SHUT_WR)

void say(struct trial *, int client, const void *bytes, size_t n);     // sends all
void hear(struct trial *, int client, const void *expected, size_t n); // receives just these
void hear_end(struct trial *, int client);  // the next thing is a clean end (FIN); data or RST fail
void hear_gone(struct trial *, int client); // it ends, FIN or RST; data before is ignored
// Waits up to `seconds` for input or the end: 1 readable, 0 not.
int wait_readable(int client, double seconds);
// Sends what a slow reader leaves room for, without waiting longer than `seconds` at a time;
// returns the number of bytes that went out before it stood still.
size_t stuff(struct trial *, int client, const void *bytes, size_t n, double seconds);

// Sends n bytes and receives the answer at once, side by side, so that no size can deadlock.
void exchange(struct trial *, int client, const void *bytes, size_t n, const void *expected,
              size_t expected_n);
// One message in the trial's service and its right answer (guess: an invalid line); returns the
// milliseconds it took.
double round_trip(struct trial *, int client);
// The same with a deadline in place of PATIENCE; false if no right answer came in time.
bool answered_within(struct trial *, int client, double seconds);

// ---- Bytes, frames, times -----------------------------------------------------------------

// Reproducible, from this seed and the candidate's.
void fill_random(void *bytes, size_t n, uint64_t seed);
size_t put_frame(unsigned char *to, const void *payload, uint32_t n); // returns 4 + n
double now(void);                                                     // seconds, CLOCK_MONOTONIC
void nap(double seconds);        // only to let time pass that a case measures, never to hope
const char *grouped(uint64_t n); // "1,048,576"; one of 8 static buffers

#endif
