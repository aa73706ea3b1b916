// frame.c: messages with a length in front, answered one whole message at a time.
//
//     +-----------------------------+-----------------------+
//     | length, 4 bytes, big-endian | payload, length bytes |
//     +-----------------------------+-----------------------+
#include "protocol/protocol.h"

static uint32_t read_length(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool frame_step(struct session *s, struct buf *in, struct buf *out)
{
    if (buf_len(in) < FRAME_HEADER)
        return false;

    uint32_t length = read_length(buf_data(in));
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

const struct service frame_service = {"frame", frame_step};
