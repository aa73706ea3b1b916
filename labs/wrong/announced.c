// announced.c: frame, and memory is taken for as many bytes as a client announces.
// Seen: a client that sends 14 bytes can cost 64 KiB; many of them cost all the memory there is.
#include <stdlib.h>

#include "labs/wrong/common.h"

static _Thread_local unsigned char *message; // of this thread's client

static bool step(struct session *s, struct buf *in, struct buf *out)
{
    const unsigned char *p = buf_data(in);

    if (message == NULL && buf_len(in) >= FRAME_HEADER) {
        uint32_t length = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
        // WRONG: memory should follow what has come, not what somebody says will come.
        if (length <= FRAME_MAX && (message = malloc(FRAME_HEADER + length)) != NULL)
            memset(message, '?', FRAME_HEADER + length);
    }
    if (!frame_service.step(s, in, out))
        return false;
    free(message);
    message = NULL;
    return true;
}

static void serve(struct server *server, int fd)
{
    conn_serve(server, fd);
    free(message); // a message that never became whole
}

int main(int argc, char **argv)
{
    static const struct service wrong = {"frame", step};
    struct server server;

    server_start(&server, "announced", argc, argv);
    replace_service(&server, &wrong);
    return serve_by_threads(&server, serve);
}
