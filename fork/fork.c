// fork.c: one process per client. The kernel schedules them; memory is not shared.
#include <unistd.h>

#include "server/children.h"
#include "server/conn.h"
#include "server/server.h"

int main(int argc, char **argv)
{
    struct server server;
    int fd;

    server_start(&server, "fork", argc, argv);
    children_reap_by_signal(); // SIGCHLD: no zombie stays

    while ((fd = server_accept(&server)) != ACCEPT_STOPPED) {
        children_hold(); // no reaping before the birth is on record
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
        children_release();
    }
    children_hold();        // the rest are reaped here, not by the signal
    while (children_wait()) // sleeps until another has ended
        ;
    return server_finish(&server);
}
