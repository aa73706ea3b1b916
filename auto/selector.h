// selector.h: one small interface to whatever a system has for waiting on many descriptors. Each
// backend (by_select.c, by_poll.c, by_epoll.c) is one file, with the same names in it, and keeps
// its interest list to itself: there is one list of each kind in a process.
#ifndef AUTO_SELECTOR_H
#define AUTO_SELECTOR_H

#include <stdbool.h>

struct selector {
    const char *name;  // what --backend calls it
    const char *costs; // what a wait costs

    // Tries it for real, and begins with an empty list. False: it can't be had here (errno).
    bool (*begin)(void);

    // From now on the descriptor is of interest; `want`: WANT_READ, WANT_WRITE (conn.h), both, or 0
    // for nothing at present. False: the list has no place for it (errno).
    bool (*watch)(int fd, unsigned want);
    void (*rewatch)(int fd, unsigned want); // it is of interest for this instead
    void (*unwatch)(int fd);                // no longer; to be called before its close

    // Sleeps until descriptors are ready for what is wanted of them (one that has failed or hung
    // up is), for `ms` milliseconds at most, -1: for ever. Puts them in ready[], each once, and
    // returns how many, or -1 (errno). ready[] has room for all that are watched.
    int (*wait)(int ready[], int ms);

    void (*end)(void);
};

extern const struct selector by_select, by_poll, by_epoll;

// choice.c. Adds --backend to the command line that server_start() reads.
void selector_offer(void);

// After server_start(): the one that was asked for, or the first of epoll, poll and select that
// works here. It has begun. Says which it is, and why.
const struct selector *selector_chosen(void);

#endif
