// leaks-descriptor.c: a descriptor is opened for each client, and never closed.
// Seen: /proc/PID/fd grows by one with each client that has left, until nobody can be accepted.
#include <fcntl.h>
#include <stdio.h>

#include "labs/wrong/common.h"

static void serve(struct server *server, int fd)
{
    int log = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (log >= 0)
        dprintf(log, "client %d has come\n", fd);
    conn_serve(server, fd);
    // WRONG: close(log) is missing. The socket is closed, but it is not all that was opened.
}

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "leaks-descriptor", argc, argv);
    return serve_by_threads(&server, serve);
}
