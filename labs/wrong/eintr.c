// eintr.c: a process for each client, and an accept that a signal interrupts is taken for broken.
// Seen: the first client that leaves ends the server: SIGCHLD, and accept returns EINTR.
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fail.h"
#include "server/children.h"
#include "server/conn.h"
#include "server/server.h"

static void reap(int signal_number)
{
    int error = errno;

    (void)signal_number;
    children_reap();
    errno = error;
}

static void reap_by_signal(void)
{
    struct sigaction action = {.sa_handler = reap}; // SA_RESTART would spare us most of it

    sigaddset(&action.sa_mask, SIGTERM);
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGALRM);
    sigaction(SIGCHLD, &action, NULL);
}

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "eintr", argc, argv);
    reap_by_signal();

    while (!stop_is_on()) {
        int fd = accept4(server.listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0 && stop_is_on())
            break;
        if (fd < 0)
            die_errno("accept"); // WRONG: EINTR only says that somebody spoke in between; try again
        if ((fd = server_accepted(&server, fd)) < 0)
            continue;
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
    children_hold();
    while (children_wait())
        ;
    return server_finish(&server);
}
