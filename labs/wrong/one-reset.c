// one-reset.c: an error of one client's recv is taken for the end of the program.
// Seen: one client resets its connection (RST), and the server has ended for all of them.
#include <errno.h>
#include <sys/socket.h>

#include "base/fail.h"
#include "labs/wrong/common.h"

static void serve(struct conn *c)
{
    if (conn_wants(c) != WANT_WRITE) {
        ssize_t n = read_some(c, SESSION_BUF);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0)
            die_errno("recv"); // WRONG: it is this client's trouble; close it, and go on
        conn_take(c, c->worker->in, n);
    }
    if (conn_wants(c) == WANT_WRITE)
        conn_write(c);
    conn_rest(c);
}

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "one-reset", argc, argv);
    return serve_by_loop(&server, serve);
}
