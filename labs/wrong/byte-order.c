// byte-order.c: frame, and the length is read in this machine's byte order.
// Seen: a frame of one byte is taken for one of 16,777,216, and its client is closed.
#include "labs/wrong/common.h"

static bool step(struct session *s, struct buf *in, struct buf *out)
{
    uint32_t length;

    if (buf_len(in) < FRAME_HEADER)
        return false;
    // WRONG: the first byte that comes is the highest one; on most machines the first in memory is
    // the lowest. ntohl(3), or four shifts as in protocol/frame.c.
    memcpy(&length, buf_data(in), sizeof length);
    if (length > FRAME_MAX) {
        s->verdict = VIOLATION;
        return false;
    }

    size_t whole = FRAME_HEADER + (size_t)length;
    if (buf_len(in) < whole || buf_room(out) < whole)
        return false;
    buf_put(out, buf_data(in), whole);
    buf_drop(in, whole);
    return true;
}

int main(int argc, char **argv)
{
    static const struct service wrong = {"frame", step};
    struct server server;

    server_start(&server, "byte-order", argc, argv);
    replace_service(&server, &wrong);
    return serve_by_loop(&server, serve_right);
}
