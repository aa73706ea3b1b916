// own.h: what the files of the library share with one another, and with those few cases that
// must start a server in an unusual way.
#ifndef TESTS_CONFORM_OWN_H
#define TESTS_CONFORM_OWN_H

#include <stdatomic.h>
#include <sys/resource.h>

#include "tests/conform/conform.h"

// One case's page of memory shared with the process that runs the table: it can be read whatever
// becomes of the case.
struct board {
    atomic_bool decided; // `finding` holds the verdict
    struct finding finding;
    char waiting[256]; // what the case was doing last: "waiting for 5 bytes"
    pid_t server;      // the last one started; its process group has the same number
};

struct trial_private {
    struct board *board;
    double slowness;      // what deadlines are multiplied by: 1, instrumented builds more
    struct rlimit nofile; // as the caller had it; servers get the same
    int out, err;         // what the server prints goes to these nameless files
    char *said, *printed; // the last that server_said() and server_printed() returned
    pid_t group;          // the server's process group; stays set after its end
    size_t descriptors;   // of the server, before its first client
};

// What was found out about the candidate before the first case; the same for all cases.
struct probe {
    bool has_children;
    char unavailable[160]; // why it cannot run on this machine; empty where it can
    char no_strace[160];   // why not; empty where strace works
    char help[16384];      // what --help printed
};

extern struct probe *probe;
void probe_candidate(struct trial *); // runs in a process of its own, as a case does
// Called where the server has ended instead of listening; ends the probe, and not a case, where the
// reason is the machine.
void note_unavailable(struct trial *, int exit_status);
// Whether a case can't be run with this candidate; the finding says why.
bool is_missing(const struct candidate *, const struct conform_case *, struct finding *);
bool lists_option(const char *option); // --help does

// Deadlines are multiplied by this for instrumented builds.
enum { SLOWNESS = 4 };

// trial.c
_Noreturn void run_case(const struct candidate *, const struct conform_case *, struct board *);
void judge(struct trial *, enum outcome, const char *reason); // the first verdict stands
_Noreturn void leave(struct trial *);                         // ends all it started, then itself

// Notes what is being done, for the finding of a case that hangs.
void doing(struct trial *, const char *format, ...) __attribute__((format(printf, 2, 3)));

// command.c
enum { COMMAND_SIZE = 4096 };
struct launch {
    const char *service;
    unsigned clients;    // to be served at once; 0: the default number
    const char *options; // or NULL
    const char *prefix;  // or NULL
    unsigned closed;     // bits 1, 2, 4: descriptors 0, 1, 2 are closed
    int out, err;        // descriptors in place of the files; 0: the files
};
bool takes_options(const struct candidate *);
bool offers(const struct candidate *, const char *service);
uint16_t free_port(struct trial *);
void compose_command(struct trial *, char command[COMMAND_SIZE], uint16_t port,
                     const struct launch *);
pid_t run_command(struct trial *, const char *command, const struct launch *);
int run_words(struct trial *, const char *words, char *out, size_t out_size, char *err,
              size_t err_size);
int nameless_file(struct trial *, const char *name);
int exit_status_of(int wait_status); // 128 + signal, as a shell has it

// server.c
void launch(struct trial *, const struct launch *);
// Whether the main process still runs; where not, `how` says how it ended.
bool server_runs(struct trial *, char *how, size_t size);

// aftercare.c
void aftercare(struct trial *);
void check_complaints(struct trial *); // of a sanitizer, on standard error

// proc.c
// Kills every process below `root` but not itself, until none is left.
void end_all_below(pid_t root);
// The same of those that the case started for itself: client programs.
void end_helpers(struct trial *);
bool sleeps(struct trial *);      // none of the server's processes has anything to do
size_t leftovers(struct trial *); // processes of the server after its end, a tracer included
// Where a process of the server listens: "127.0.0.1" and the port; false where none does.
bool find_listener(struct trial *, uint16_t only, char host[64], uint16_t *port);
size_t sockets_in_state(uint16_t local_port, unsigned state);

// bytes.c
void vary_random(uint64_t seed); // what fill_random() mixes in from now on

// client.c
// With a receive buffer of this size (0: the kernel's). It must be set before connecting, since TCP
// holds back what is less than half of the largest window it has ever seen.
int dial_with_rcvbuf(struct trial *, int rcvbuf);
double patience(const struct trial *); // PATIENCE, in this case's seconds
void close_clients(struct trial *);    // every socket that is connected to the server

#endif
