// echo.c: RFC 862. Whatever comes in goes out.
#include "protocol/protocol.h"

static bool echo_step(struct session *s, struct buf *in, struct buf *out)
{
    size_t n = buf_len(in) < buf_room(out) ? buf_len(in) : buf_room(out);

    (void)s;
    if (n == 0)
        return false;
    buf_put(out, buf_data(in), n);
    buf_drop(in, n);
    // Bytes have no messages; what one read returned counts as one, when its last byte has gone.
    return buf_len(in) == 0;
}

const struct service echo_service = {"echo", echo_step};
