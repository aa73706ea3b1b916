// confine.h: what keeps a submission away from the grader, and from everything else.
//
// All of it happens in one process of the grader's, the runner, and below it. Whatever of this the
// system allows is used: namespaces (a network of its own with a loopback only, its own process
// numbers, all files read-only but a /tmp of limited size, no System V memory; and once a submitted
// folder is copied, nothing in sight but that copy and the system's), a user of its own where the
// grader is root's, Landlock, no new privileges, limits.
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
    WITHOUT_SCOPES = 8, // of Landlock, as a kernel before 6.12
};

enum { KEPT_HERE, KEPT_PROGRAMS, KEPT_SUBMISSION, MOST_KEPT };

struct confinement {
    unsigned without;
    unsigned processes; // the most, threads too, that a submission may have at a time
    bool hides;         // it runs in a folder of its own, and sees the system's besides, no other
    // Folders that are in sight until files_hide(), though below /tmp; NULL: there is none.
    char *kept[MOST_KEPT];

    // What holds, after confine_fork():
    bool user_space, pids, files, network; // namespaces
    int landlock;                          // its version; 0: there is none
    uid_t uid;                             // the submission's own; 0: the grader's
    char folder[64];                       // where the submission may write: a folder of its own
    char missing[256]; // what is not possible here, in words; empty where nothing is
};

// Fills `kept`: the current folder, that of the grader's own program, and the submission's (or
// NULL). Returns that of the program.
const char *confine_keep(struct confinement *, const char *folder);
// Frees what confine_keep() has found.
void confine_forget(struct confinement *);

// As fork(2): the child is the runner, in its namespaces. A signal that the grader's end sends it
// is SIGKILL where all below it end with it, else SIGTERM. -1 with errno.
pid_t confine_fork(struct confinement *);

// Whether the submission has a user who is nobody else's.
bool confine_has_own_user(const struct confinement *);

// Whether anything keeps the submission from the grader itself: where it has the grader's user, it
// could end what grades it, or set its limits (prlimit(2), of which Landlock knows nothing).
bool confine_guards_grader(const struct confinement *);

// A user number (confine_user.c) that no other grader on this machine has given away, until this
// process and all that it has forked have ended. The search begins with the place `from`, any
// number. 0: who is not root cannot give one.
uid_t user_choose(unsigned from);
// Whether it was chosen so; else it may be somebody's.
bool user_is_chosen(uid_t);

// In the runner, as the last step before anything of the submission runs: nobody can trace it or
// read its memory from now on.
void confine_seal(void);

// For the conformance library's candidate: in a server's process before exec, and in a case's.
void confine_server(void);
void confine_case(void);
// In a process that builds the submission, before exec.
void confine_build(void);
// In a process of ours that runs beside the submission, before exec: no rights but its user's.
void confine_drop_rights(void);

// Landlock (confine_landlock.c): what it can do depends on its version (landlock(7)).
enum {
    LANDLOCK_RENAMES = 2,   // may allow to move a file to another folder
    LANDLOCK_TRUNCATES = 3, // can keep from emptying files
    LANDLOCK_SCOPES = 6,    // can keep from signals to others, and from their abstract sockets
};
// 0: there is none.
int landlock_version(void);
// Restricts the calling process, and all that it makes: it writes to its own folder, reads what the
// confinement says, and traces none that is not restricted with it. False, with errno.
bool landlock_restrict(const struct confinement *);

// Files (confine_files.c), in the runner: everything read-only, and a /tmp of its own, in which
// the folders that are kept are where they were. False, with errno.
bool files_close(const struct confinement *);
// And once the submission has been copied, where others' files are to be hidden: only the system's
// folders and the submission's own are left. False, with errno.
bool files_hide(const struct confinement *);
// Those of the system: their names below /, NULL after the last.
extern const char *const files_of_system[];
// Whether files of the grader's, or other submissions, lie among the system's, and stay in sight.
bool files_stay_in_sight(const struct confinement *);
// The runner's or, where that has died, the grader's: takes the folder away, and where files could
// be written elsewhere what the submission's user has left in /tmp, /var/tmp and /dev/shm.
void files_clear(const struct confinement *);

#endif
