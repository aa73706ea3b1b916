// dial.h: opening connections, as many as the machine has ports for and more.
#ifndef LOADGEN_DIAL_H
#define LOADGEN_DIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

// Where one thread's connections come from. All of 127.0.0.0/8 is this machine, and each address
// has ephemeral ports of its own (28,232 as Linux comes): a loopback target is dialled from as many
// addresses as it takes. An ephemeral port whose connection we closed first stays taken for a
// minute.
struct dial {
    struct address target;
    uint64_t made;        // connections dialled so far
    uint32_t part, parts; // of the threads, so that no two use one address
    uint32_t per_source;  // connections from one source address
    uint32_t skipped;     // source addresses that had no port left
    bool loopback;        // the target is in 127.0.0.0/8
};

void dial_open(struct dial *, const struct address *target, uint32_t part, uint32_t parts);

// Begins a connection without waiting: a non-blocking descriptor, Nagle's algorithm off, on which
// EPOLLOUT (or an error) says that it stands. -1 with errno: see connect(2), socket(2).
int dial_begin(struct dial *);

// Once it is said to: 0, or why it does not stand, an errno.
int dial_outcome(int fd);

// What an error of connect(2) or recv(2) means for somebody who runs a load, and what to do. ""
// where the error's own name says all there is.
const char *dial_advice(int error);

#endif
