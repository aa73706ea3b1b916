// children.h: the child processes of a server, on record from birth to end, so that the stop
// reaches each of them and nobody else.
#ifndef SERVER_CHILDREN_H
#define SERVER_CHILDREN_H

#include <stdbool.h>
#include <sys/types.h>

// In the new child: a row of counters, a stop and a deadline of its own. `clients`: how many the
// parent has accepted on its behalf (fork: 1, prefork: 0).
void child_begin(unsigned clients);

// In the parent: puts the newborn on record; `clients` as above.
void children_add(pid_t, unsigned clients);

unsigned children_alive(void);

// Sleeps until a child has ended, and reaps it. False: there was none.
bool children_wait(void);

// The same for this one.
void children_wait_for(pid_t);

// Reaps the children that have ended, without sleeping.
void children_reap(void);

// For parents that sleep elsewhere than in children_wait(): from now on SIGCHLD reaps. Between
// children_hold() and children_release() it waits, so that a child that ends at once is on
// record before it is reaped.
void children_reap_by_signal(void);
void children_hold(void);
void children_release(void);

// Sends the signal to every child on record. Async-signal-safe.
void children_tell(int signal_number);

#endif
