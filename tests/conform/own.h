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
};

struct trial_private {
    struct board *board;
    double slowness;      // what deadlines are multiplied by: 1, instrumented builds more
    struct rlimit nofile; // as the caller had it; servers get the same
    unsigned most;        // descriptors that the case itself may have, as it was at its start:
                          // whoever is of the same user can change it later
    int out, err;         // what the server prints goes to these nameless files
    char *said, *printed; // the last that server_said() and server_printed() returned
    size_t descriptors;   // of the server, before its first client
};

// What a case can't be run without, and this machine may not have.
enum lack {
    LACKS_STRACE,
    LACKS_CALLS,       // the kernel says in which call a server's process sleeps
    LACKS_DESCRIPTORS, // and which descriptors it has
    LACKS_SOCKETS,     // sock_diag(7)
    LACKS_SOMAXCONN,   // the longest backlog
    LACKS_IPV6,        // ::1
    LACKS_IGNORING,    // env(1) that starts a program with a signal ignored
    LACKS
};

// What was found out about the machine and the candidate before the first case; the same for all
// cases.
struct probe {
    char lacks[LACKS][160]; // why not; empty where it is there
    unsigned somaxconn;
    bool has_children;
    char unavailable[160]; // why it cannot run on this machine; empty where it can
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
// Ends the case with lack_case() where the machine lacks this. Nothing else may end it so: that
// something is not to be had in a case, the candidate may have brought about.
void need(struct trial *, enum lack);
// Fails the case where a process of the server's keeps its descriptors, memory and calls from being
// looked at, on a machine that shows those of others: what is not seen would count as none.
void expect_in_sight(struct trial *);

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
// As fork(2): a process of the case's own, such as a client program. All other processes below the
// case are the server's.
pid_t fork_helper(void);
// Fails the case where one of those was ended or stopped by a signal that is none of ours.
void see_helpers_unharmed(struct trial *);
// Where opening what /proc shows has failed, with its errno: ends a case that may open nothing
// more, as when somebody has lowered its limit. It sees nothing then, which must be no verdict.
void check_sight(void);
// Kills every process below `root` but not itself, until none is left.
void end_all_below(pid_t root);
// The same of the case's own, and of all below them.
void end_helpers(void);
// The same of the caller's children but for these, and what is below them.
void end_children(const pid_t spared[], size_t count);
// The caller's children, zombies too, to be freed; returns how many.
size_t find_children(pid_t **pids);
bool sleeps(struct trial *); // none of the server's processes has anything to do
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
