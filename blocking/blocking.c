// blocking.c: one process, one client at a time. The others wait in the accept queue.
#include "server/conn.h"
#include "server/server.h"

int main(int argc, char **argv)
{
    struct server server;
    int fd;

    server_start(&server, "blocking", argc, argv);
    while ((fd = server_accept(&server)) != ACCEPT_STOPPED) // sleeps until a client comes,
        conn_serve(&server, fd);                            // then in its read and write
    return server_finish(&server);
}
