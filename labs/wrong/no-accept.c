// no-accept.c: it listens, and never accepts.
// Seen: clients are connected, up to --backlog, and their bytes taken; no answer ever comes.
#include <poll.h>

#include "server/server.h"

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "no-accept", argc, argv);
    // WRONG: nobody calls accept. The handshake is the kernel's work, and says nothing about us.
    struct pollfd door = {.fd = server.listener, .events = 0};
    while (!stop_is_on())
        poll(&door, 1, -1); // until the stop shuts the listener down (POLLHUP)
    return server_finish(&server);
}
