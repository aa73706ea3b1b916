// off-by-one.c: frame, and the longest message that is allowed is refused.
// Seen: 65,535 bytes come back, with 65,536 the client is closed.
#include "labs/wrong/common.h"

static bool step(struct session *s, struct buf *in, struct buf *out)
{
    const unsigned char *p = buf_data(in);

    // WRONG: >= in place of >. Tests that stay away from the limit never find it.
    if (buf_len(in) >= FRAME_HEADER &&
        ((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]) >= FRAME_MAX) {
        s->verdict = VIOLATION;
        return false;
    }
    return frame_service.step(s, in, out);
}

int main(int argc, char **argv)
{
    static const struct service wrong = {"frame", step};
    struct server server;

    server_start(&server, "off-by-one", argc, argv);
    replace_service(&server, &wrong);
    return serve_by_loop(&server, serve_right);
}
