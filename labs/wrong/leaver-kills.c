// leaver-kills.c: guess, and the end of a client's input is taken for an empty guess.
// Seen: one client closes its connection, and the server has ended for all.
#include <errno.h>

#include "base/fail.h"
#include "labs/wrong/common.h"

static void serve(struct conn *c)
{
    if (conn_wants(c) != WANT_WRITE) {
        ssize_t n = read_some(c, SESSION_BUF);
        if (n < 0 && errno == EAGAIN)
            return;
        // WRONG: 0 is no line, it is the end of all lines. Here it goes where bad numbers go, and
        // a bad number is where nobody thought of going on.
        if (n == 0 && c->state == TALKING && !stop_is_on() && c->session.service == &guess_service)
            die("'' is not a number");
        conn_take(c, c->worker->in, n);
    }
    if (conn_wants(c) == WANT_WRITE)
        conn_write(c);
    conn_rest(c);
}

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "leaver-kills", argc, argv);
    return serve_by_loop(&server, serve);
}
