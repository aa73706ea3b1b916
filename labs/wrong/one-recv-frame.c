// one-recv-frame.c: frame, and whatever one recv brings is taken for one message.
// Seen: of frames that share a segment the first is answered; half a frame is answered at once.
#include "labs/wrong/common.h"

static bool step(struct session *s, struct buf *in, struct buf *out)
{
    const unsigned char *p = buf_data(in);
    size_t n = buf_len(in), whole = n;

    if (n == 0)
        return false;
    if (n >= FRAME_HEADER) {
        uint32_t length = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
        if (length > FRAME_MAX) {
            s->verdict = VIOLATION;
            return false;
        }
        whole = FRAME_HEADER + (size_t)length;
    }
    // WRONG: the message is what has come, as far as it goes, and what came behind it is dropped.
    // Only the length in front says where a message ends.
    buf_put(out, p, whole < n ? whole : n);
    buf_drop(in, n);
    return true;
}

int main(int argc, char **argv)
{
    static const struct service wrong = {"frame", step};
    struct server server;

    server_start(&server, "one-recv-frame", argc, argv);
    replace_service(&server, &wrong);
    return serve_by_loop(&server, serve_right);
}
