// parent-keeps.c: a process for each client, and the parent keeps its copy of the socket.
// Seen: the child has closed, and the client waits for the end; the parent's descriptors run out.
#include <unistd.h>

#include "server/children.h"
#include "server/conn.h"
#include "server/server.h"

int main(int argc, char **argv)
{
    struct server server;
    int fd;

    server_start(&server, "parent-keeps", argc, argv);
    children_reap_by_signal();

    while ((fd = server_accept(&server)) != ACCEPT_STOPPED) {
        children_hold();
        pid_t pid = fork();
        if (pid == 0) {
            child_begin(1);
            close(server.listener); // the parent's business
            conn_serve(&server, fd);
            _exit(0);
        }
        if (pid > 0)
            // WRONG: close(fd) is missing. A socket ends when its last descriptor is closed, and
            // the parent still has one.
            children_add(pid, 1);
        else
            server_refuse(fd, "fork"); // this client is lost, the server is not
        children_release();
    }
    children_hold();
    while (children_wait())
        ;
    return server_finish(&server);
}
