// common.h: what the wrong servers share: a right server around the one wrong place.
#ifndef LABS_WRONG_COMMON_H
#define LABS_WRONG_COMMON_H

#include "server/conn.h"
#include "server/server.h"

// One loop over poll(2) for all clients, and serve(): one turn for a client that is ready (or whose
// time to be looked at has come), as conn_advance() is. Returns the exit status when the stop is
// over.
int serve_by_loop(struct server *, void serve(struct conn *));
void serve_right(struct conn *); // conn_advance(), for those who are wrong elsewhere

// A detached thread for each client, and serve(): a client from its accept to its close, as
// conn_serve() does it. Returns likewise.
int serve_by_threads(struct server *, void serve(struct server *, int fd));

// A crew of --workers processes, each of which calls run() once, and a parent that replaces whoever
// dies, as in fork/prefork.c. Returns likewise.
int serve_by_crew(struct server *, void run(struct server *));

// Where the right service of this name was asked for, the wrong one takes its place.
void replace_service(struct server *, const struct service *wrong);

// One read as conn_read() does it, with the bytes for the caller to see: they are at
// c->worker->in, no more than `most` of them. 0: the end; -1: failed, with errno. conn_take() comes
// next.
ssize_t read_some(struct conn *c, size_t most);

#endif
