// one-answer.c: the conversation is over after its first answer.
// Seen: the first message comes back, and then the end of the connection.
#include <errno.h>

#include "labs/wrong/common.h"

static void serve(struct conn *c)
{
    if (conn_wants(c) != WANT_WRITE) {
        ssize_t n = read_some(c, SESSION_BUF);
        if (n < 0 && errno == EAGAIN)
            return;
        conn_take(c, c->worker->in, n);
    }
    if (conn_wants(c) == WANT_WRITE) {
        // WRONG: one read, one write, and the loop round them was forgotten. It is the client who
        // says when it has finished.
        if (c->state == TALKING)
            c->state = ENDING;
        conn_write(c);
    }
    conn_rest(c);
}

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "one-answer", argc, argv);
    return serve_by_loop(&server, serve);
}
