// split-header.c: frame, and the four bytes of the length are taken to come all at once.
// Seen: a header in two segments is read as another length; that client is closed, or hangs.
#include "labs/wrong/common.h"

// Each client has a thread, so that these are the client's.
static _Thread_local bool has_header;
static _Thread_local unsigned char header[FRAME_HEADER];

static bool step(struct session *s, struct buf *in, struct buf *out)
{
    if (buf_len(in) == 0 && !has_header)
        return false;
    if (!has_header) {
        size_t n = buf_len(in) < FRAME_HEADER ? buf_len(in) : FRAME_HEADER;

        // WRONG: asked for four bytes, recv may bring one. Nobody looks how many it were.
        memcpy(header, buf_data(in), n);
        buf_drop(in, n);
        has_header = true;
    }
    uint32_t length = (uint32_t)header[0] << 24 | (uint32_t)header[1] << 16 |
                      (uint32_t)header[2] << 8 | header[3];
    if (length > FRAME_MAX)
        s->verdict = VIOLATION;
    if (s->verdict != GO_ON || buf_len(in) < length || buf_room(out) < FRAME_HEADER + length)
        return false;
    buf_put(out, header, FRAME_HEADER);
    buf_put(out, buf_data(in), length);
    buf_drop(in, length);
    has_header = false;
    memset(header, 0, sizeof header);
    return true;
}

int main(int argc, char **argv)
{
    static const struct service wrong = {"frame", step};
    struct server server;

    server_start(&server, "split-header", argc, argv);
    replace_service(&server, &wrong);
    return serve_by_threads(&server, conn_serve);
}
