// zombies.c: a process for each client, and nobody waits for those that have ended.
// Seen: a zombie (Z) stays for each client that has left, until no process can be made any more.
#include <unistd.h>

#include "server/children.h"
#include "server/conn.h"
#include "server/server.h"

int main(int argc, char **argv)
{
    struct server server;
    int fd;

    server_start(&server, "zombies", argc, argv);
    // WRONG: no rule for SIGCHLD. The kernel keeps each dead child's exit status until its parent
    // asks for it, and this one never does; children_reap_by_signal() would.

    while ((fd = server_accept(&server)) != ACCEPT_STOPPED) {
        pid_t pid = fork();
        if (pid == 0) {
            child_begin(1);
            close(server.listener); // the parent's business
            conn_serve(&server, fd);
            _exit(0);
        }
        if (pid > 0) {
            children_add(pid, 1);
            close(fd); // the child has its own
        } else {
            server_refuse(fd, "fork"); // this client is lost, the server is not
        }
    }
    while (children_wait()) // at the end it clears up, as the kernel would
        ;
    return server_finish(&server);
}
