// sockets.h: what the descriptors of a server are, and what TCP tells of its sockets (proc(5),
// /proc/PID/net/tcp).
#ifndef WATCH_SOCKETS_H
#define WATCH_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/address.h"

struct sockets {
    // Open descriptors, of all processes that were added: one that two of them share counts twice.
    size_t all, eventpolls, io_urings;
    size_t listeners; // of those that listen (TCP)
    size_t sockets;   // the other sockets
    bool told;        // false: none of the processes may be looked at
    // The listening sockets themselves, each once.
    char listens[ADDRESS_TEXT]; // the first one's address; empty: there is none
    size_t ports;               // different ones that it listens on
    uint64_t waiting;           // connections in their queues, which nobody has accepted yet
    uint64_t clients;           // established connections to these ports that it holds

    uint64_t *inode; // of each descriptor that is a socket
    size_t count, room;
};

// Adds the descriptors of a process to those that are there; all 0 to begin with. Dies if there is
// no memory.
void sockets_add(struct sockets *, pid_t);

// The kernel keeps a table of TCP for each version of IP. To go through one takes milliseconds.
enum { TCP_V4 = 1, TCP_V6 = 2 };

// After the last process: asks what these tables know of them, in the network namespace of that
// process. Returns those that know a listener. count_clients: else `clients` stays 0, and the
// connections, which stand behind the listeners, need not be read.
unsigned sockets_ask(struct sockets *, pid_t, unsigned tables, bool count_clients);

void sockets_free(struct sockets *);

// A line of /proc/net/tcp (v6: of tcp6).
struct tcp_row {
    struct address local;
    uint16_t port;    // the local one
    unsigned state;   // as in netinet/tcp.h: TCP_LISTEN, TCP_ESTABLISHED
    unsigned waiting; // bytes that nobody has read; of a listener: connections not accepted
    uint64_t inode;   // 0: no process has it
};

// False: it is the heading, or no such line.
bool tcp_row_parse(const char *line, bool v6, struct tcp_row *);

#endif
