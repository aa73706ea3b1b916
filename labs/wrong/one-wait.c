// one-wait.c: a process for each client, and for each SIGCHLD one child is waited for.
// Seen: as long as clients leave one by one all is well; after many at once zombies stay.
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "server/children.h"
#include "server/conn.h"
#include "server/server.h"

static void reap(int signal_number, siginfo_t *info, void *context)
{
    int error = errno;

    (void)signal_number, (void)context;
    // WRONG: a signal is no counter. While one is pending others are merged with it, and it names
    // one child; wait until there is none left (children_reap()).
    children_wait_for(info->si_pid);
    errno = error;
}

static void reap_by_signal(void)
{
    struct sigaction action = {.sa_sigaction = reap,
                               .sa_flags = SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP};

    sigaddset(&action.sa_mask, SIGTERM);
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGALRM);
    sigaction(SIGCHLD, &action, NULL);
}

int main(int argc, char **argv)
{
    struct server server;
    int fd;

    server_start(&server, "one-wait", argc, argv);
    reap_by_signal();

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
    children_hold();
    while (children_wait())
        ;
    return server_finish(&server);
}
