// backlog-one.c: listen(2) with room for one client.
// Seen: in a burst most connections are not even made; those clients try again a second later.
#include <sys/socket.h>

#include "labs/wrong/common.h"

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "backlog-one", argc, argv);
    // WRONG: the queue holds clients while the server is busy for a moment. To make it short sends
    // nobody away politely; the kernel drops their SYN, and they wait for its second try.
    listen(server.listener, 1);
    return serve_by_loop(&server, serve_right);
}
