// confine.h: what keeps a submission away from the grader, and from everything else.
//
// All of it happens in one process of the grader's, the runner, and below it. Whatever of this the
// system allows is used: namespaces (a network of its own with a loopback only, its own process
// numbers, all files read-only but a /tmp of limited size, no System V memory), a user of its own
// where the grader is root's, Landlock, no new privileges, limits.
#ifndef GRADE_CONFINE_H
#define GRADE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// What can be left off, as on a system that does not allow it (--without).
enum {
    WITHOUT_NAMESPACES = 1,
    WITHOUT_USER = 2,
    WITHOUT_LANDLOCK = 4,
};

struct confinement {
    unsigned without;
    unsigned processes; // the most, threads too, that a submission may have at a time
    char *kept[3];      // folders that stay where they are, though below /tmp; NULL: fewer

    // What holds, after confine_fork():
    bool user_space, pids, files, network; // namespaces
    bool landlock;
    uid_t uid;         // the submission's own; 0: the grader's
    char folder[64];   // where the submission may write: a folder of its own
    char missing[256]; // what is not possible here, in words; empty where nothing is
};

// Keeps the current folder, this one (or NULL) and that of the grader's own program in sight, which
// is returned.
const char *confine_keep(struct confinement *, const char *folder);
// Frees what confine_keep() has found.
void confine_forget(struct confinement *);

// As fork(2): the child is the runner, in its namespaces. A signal that the grader's end sends it
// is SIGKILL where all below it end with it, else SIGTERM. -1 with errno.
pid_t confine_fork(struct confinement *);

// Whether the submission has a user who is nobody else's.
bool confine_has_own_user(const struct confinement *);

// In the runner, as the last step before anything of the submission runs: nobody can trace it or
// read its memory from now on.
void confine_seal(void);

// For the conformance library's candidate: in a server's process before exec, and in a case's.
void confine_server(void);
void confine_case(void);
// In a process that builds the submission, before exec.
void confine_build(void);

// Landlock (confine_landlock.c): whether there is one, and to restrict the calling process to
// writing below this folder, and to signals to those that are restricted with it. False: it can't.
bool landlock_works(void);
bool landlock_restrict(const char *folder);

// Files (confine_files.c), in the runner: everything read-only, and a /tmp of its own, in which
// the folders that are kept are where they were. False, with errno.
bool files_close(const struct confinement *);
// The runner's or, where that has died, the grader's: takes the folder away, and where files could
// be written elsewhere what the submission's user has left in /tmp, /var/tmp and /dev/shm.
void files_clear(const struct confinement *);

#endif
