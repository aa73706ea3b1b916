// sigpipe.c: SIGPIPE is left as it is.
// Seen: a client goes away while it is owed bytes; the next write to it ends the server, silently.
#include <signal.h>
#include <unistd.h>

#include "labs/wrong/common.h"

static void serve(struct conn *c)
{
    if (conn_wants(c) != WANT_WRITE)
        conn_read(c);
    // In two parts, as others send a header and a body. Whether the first has gone, the second
    // shows: after a reset one write fails with ECONNRESET, and each further one with EPIPE.
    if (conn_wants(c) == WANT_WRITE && buf_len(&c->out.buf) > 1) {
        ssize_t n = write(c->fd, buf_data(&c->out.buf), 1);
        if (n > 0)
            conn_sent(c, n);
    }
    if (conn_wants(c) == WANT_WRITE)
        conn_write(c);
    conn_rest(c);
}

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "sigpipe", argc, argv);
    // WRONG: server_start() has had the signal ignored, so that a write to a reader that has gone
    // is an error (EPIPE) of that one client. By default it is the death of the program.
    signal(SIGPIPE, SIG_DFL);
    return serve_by_loop(&server, serve);
}
