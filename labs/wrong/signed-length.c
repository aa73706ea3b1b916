// signed-length.c: frame, and the length is kept in an int.
// Seen: one client announces 2^31 bytes, and the server crashes for all.
#include "labs/wrong/common.h"

static bool step(struct session *s, struct buf *in, struct buf *out)
{
    const unsigned char *p = buf_data(in);

    if (buf_len(in) < FRAME_HEADER)
        return false;
    // WRONG: what others send is not to be trusted. From 2^31 on the number is negative, which is
    // not above the limit, and as a count of bytes to copy it is larger than all memory.
    int length = (int)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
    if (length > FRAME_MAX) {
        s->verdict = VIOLATION;
        return false;
    }

    int whole = FRAME_HEADER + length;
    if ((int)buf_len(in) < whole || (int)buf_room(out) < whole)
        return false;
    buf_put(out, p, (size_t)whole);
    buf_drop(in, (size_t)whole);
    return true;
}

int main(int argc, char **argv)
{
    static const struct service wrong = {"frame", step};
    struct server server;

    server_start(&server, "signed-length", argc, argv);
    replace_service(&server, &wrong);
    return serve_by_loop(&server, serve_right);
}
