// short-write.c: write is taken to send all that it is given.
// Seen: a client that reads slowly gets the first part of a long answer, then the next answer.
#include <errno.h>
#include <unistd.h>

#include "labs/wrong/common.h"

static void serve(struct conn *c)
{
    if (conn_wants(c) != WANT_WRITE)
        conn_read(c);
    if (conn_wants(c) == WANT_WRITE) {
        size_t n = buf_len(&c->out.buf);
        ssize_t sent = write(c->fd, buf_data(&c->out.buf), n);
        // WRONG: write returns how many bytes had room. The rest is still owed, and must wait until
        // the socket can be written to again.
        if (sent >= 0)
            conn_sent(c, (ssize_t)n);
        else if (errno != EAGAIN)
            conn_sent(c, -1);
    }
    conn_rest(c);
}

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "short-write", argc, argv);
    return serve_by_loop(&server, serve);
}
