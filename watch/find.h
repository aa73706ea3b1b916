// find.h: the servers of ours that run now.
#ifndef WATCH_FIND_H
#define WATCH_FIND_H

#include <stddef.h>
#include <sys/types.h>

// Stores the main processes of the servers with counters that this user has started, up to `max`,
// in the order of their numbers. Returns how many there are, which may be more. Dies if there is no
// memory.
size_t find_servers(pid_t servers[], size_t max);

#endif
