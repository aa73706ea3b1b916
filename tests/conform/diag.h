// diag.h: what the kernel says of a server's sockets, as ss(8) shows it.
#ifndef TESTS_CONFORM_DIAG_H
#define TESTS_CONFORM_DIAG_H

#include "tests/conform/conform.h"

struct socket_facts {
    uint32_t sndbuf, rcvbuf; // as the kernel counts them: twice what was asked for
    uint32_t backlog;        // of a listener
};

// The server's socket that listens (client -1), or that this client is connected to. Fails the case
// where there is no such socket.
struct socket_facts ask_kernel(struct trial *, int client);

// Whether the kernel answers such questions at all: asked about a socket of our own.
bool kernel_knows_sockets(void);

#endif
