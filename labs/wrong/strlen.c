// strlen.c: echo, and what was received is taken for a C string.
// Seen: from the first NUL byte on, nothing of what one read has brought comes back.
#include "server/conn.h"

static bool step(struct session *s, struct buf *in, struct buf *out)
{
    char text[SESSION_BUF + 1];
    size_t n = buf_len(in);

    (void)s;
    if (n == 0)
        return false;
    memcpy(text, buf_data(in), n);
    text[n] = '\0';
    // WRONG: the length is what read returned. A NUL is a byte like any other.
    buf_put(out, text, strlen(text));
    buf_drop(in, n);
    return true;
}

int main(int argc, char **argv)
{
    static const struct service wrong = {"echo", step};
    struct server server;
    int fd;

    server_start(&server, "strlen", argc, argv);
    if (server.options.service == &echo_service)
        server.options.service = &wrong;
    while ((fd = server_accept(&server)) != ACCEPT_STOPPED)
        conn_serve(&server, fd);
    return server_finish(&server);
}
