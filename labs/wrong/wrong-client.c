// wrong-client.c: one variable holds the socket to answer to: that of the client who came last.
// Seen: alone, each client is served well; of two, one gets both answers.
#include <errno.h>
#include <unistd.h>

#include "labs/wrong/common.h"

static int newest = -1;
static uint64_t newest_ordinal;

static void serve(struct conn *c)
{
    if (newest < 0 || server_ordinal(c->fd) > newest_ordinal) {
        newest = c->fd;
        newest_ordinal = server_ordinal(newest);
    }
    if (conn_wants(c) != WANT_WRITE)
        conn_read(c);
    if (conn_wants(c) == WANT_WRITE) {
        // WRONG: the answer belongs to the one who has asked, c->fd.
        ssize_t n = write(newest, buf_data(&c->out.buf), buf_len(&c->out.buf));
        if (n >= 0 || errno != EAGAIN)
            conn_sent(c, n);
    }
    conn_rest(c);
}

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "wrong-client", argc, argv);
    return serve_by_loop(&server, serve);
}
