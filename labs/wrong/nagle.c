// nagle.c: an answer leaves in two small writes, with Nagle's algorithm on.
// Seen: each answer takes 40 ms, and no processor is busy meanwhile.
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "labs/wrong/common.h"

static void serve(struct conn *c)
{
    if (conn_wants(c) != WANT_WRITE)
        conn_read(c);
    if (conn_wants(c) == WANT_WRITE && buf_len(&c->out.buf) > FRAME_HEADER) {
        // WRONG: the second small segment may leave only when the first is acknowledged, and the
        // client delays that. One write for the whole answer, and TCP_NODELAY.
        ssize_t n = write(c->fd, buf_data(&c->out.buf), FRAME_HEADER);
        if (n >= 0 || errno != EAGAIN)
            conn_sent(c, n);
    }
    if (conn_wants(c) == WANT_WRITE)
        conn_write(c);
    conn_rest(c);
}

int main(int argc, char **argv)
{
    struct server server;
    int no = 0;

    server_start(&server, "nagle", argc, argv);
    // Accepted sockets have it from their listener.
    setsockopt(server.listener, IPPROTO_TCP, TCP_NODELAY, &no, sizeof no);
    return serve_by_loop(&server, serve);
}
