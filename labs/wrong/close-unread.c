// close-unread.c: when a conversation is over the socket is closed, whatever it still holds unread.
// Seen: the close becomes a reset; "bye" may be lost, and its reader is told of an error.
#include <errno.h>
#include <unistd.h>

#include "labs/wrong/common.h"

// The last answers, then the close.
static void send_last(struct conn *c)
{
    ssize_t n = 1;

    while (n > 0 && buf_len(&c->out.buf) > 0)
        if ((n = write(c->fd, buf_data(&c->out.buf), buf_len(&c->out.buf))) > 0)
            buf_drop(&c->out.buf, (size_t)n);
    if (n < 0 && errno == EAGAIN)
        return; // go on when there is room
    // WRONG: a close with unread input sends RST, and that can overtake what was just sent. First
    // SHUT_WR, then read and discard until the client closes too (server/conn.h, LINGERING).
    buf_drop(&c->out.buf, buf_len(&c->out.buf));
    c->state = GONE;
}

static void serve(struct conn *c)
{
    if (conn_wants(c) != WANT_WRITE)
        conn_read(c);
    if (c->state == ENDING || c->state == LINGERING)
        send_last(c);
    else if (conn_wants(c) == WANT_WRITE)
        conn_write(c);
    conn_rest(c);
}

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "close-unread", argc, argv);
    return serve_by_loop(&server, serve);
}
