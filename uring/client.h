// client.h: what the kernel has been asked to do for a client, and how it is asked.
//
// Light clients, nearly all, are received from without pause, in small pieces, and their answers
// sent at once. A client becomes heavy when it sends more than a small buffer holds, or does not
// take its answers at once. It is received from piece by piece, in large ones, when it is owed
// nothing: what it sends without reading waits in its own kernel. After some turns it is taken for
// light again.
#ifndef URING_CLIENT_H
#define URING_CLIENT_H

#include <stdbool.h>

#include "server/conn.h"
#include "uring/ring.h"

struct client {
    struct conn *conn;
    enum operation receiving, sending; // what the kernel has still to do for it, or NOTHING
    unsigned heavy;                    // for how many more turns
    bool ended;                        // nothing more will come; it may still be owed answers
    bool cancelled;                    // the kernel has been asked to leave off
    bool parting;                      // to be closed once the kernel has nothing to do for it
};

// How many completions the next call should wait for. All sends at once are complete when it has
// handed them in, so to wait for as many is not to sleep; but the kernel, which since Linux 6.13
// stops receiving after 20 clients, goes on until it has what is waited for.
unsigned client_awaited(void);

// Each of these asks, where nothing of the kind has been asked before. To receive may come to the
// end of the input at once: what conn_wants() says can be another thing afterwards.
void client_send(struct client *);
void client_receive(struct client *);
void client_cancel(struct client *);

// To be told of each completion first. False: nothing was done, and it may be asked again.
bool client_note(struct client *, const struct io_uring_cqe *);

#endif
