// stop.h: how every model is stopped, by one mechanism and no flag in its loop.
//
// SIGTERM or SIGINT shuts the listener down, which on Linux wakes whoever sleeps on it, in
// accept, select, poll or epoll_wait, and shuts the receiving side of every live client, so
// that a sleeping read returns what is queued and then 0, as if the client had finished. Each
// client gets what it is owed, each loop runs out of descriptors to watch, and ends. Clients that
// do not take their bytes before the deadline (--drain) are then shut both ways.
//
// Sources: shutdown(2), signal-safety(7).
#ifndef SERVER_STOP_H
#define SERVER_STOP_H

#include <stdbool.h>
#include <stdint.h>

// Highest descriptor that a server will use, plus one: room for the tables indexed by descriptor.
enum { MAX_FDS = 1 << 20 };

// Arms the signals for this process and its (first) listener.
void stop_arm(const char *model, int listener, int64_t drain_ns);

// One more listener, for models with several: the stop shuts them all.
void stop_watch_listener(int fd);

// In a new child process: its stop is told by its parent, or by its parent's death.
void stop_arm_child(void);

// A client's descriptor is live until stop_forget(), which comes before its close. When the stop
// has already begun, stop_watch() shuts its receiving side like that of the others.
void stop_watch(int fd);
void stop_forget(int fd);

// The stop no longer shuts this client's receiving side; the deadline still shuts both. For a
// client that has been sent its last answer: on Linux a socket shut both ways answers further input
// with a reset, which could destroy it.
void stop_let_go(int fd);

bool stop_is_on(void);      // the signal has come
bool stop_is_overdue(void); // and the deadline has passed

#endif
