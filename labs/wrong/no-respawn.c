// no-respawn.c: a fixed crew of processes, and nobody replaces one that dies.
// Seen: one SIGKILL, and a client fewer can be served, for good; after the last, none.
#include <unistd.h>

#include "base/fail.h"
#include "server/children.h"
#include "server/conn.h"
#include "server/server.h"

static void serve_clients(struct server *server)
{
    int fd;

    while ((fd = server_accept(server)) != ACCEPT_STOPPED)
        conn_serve(server, fd);
}

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "no-respawn", argc, argv);
    while (children_alive() < server.options.workers && !stop_is_on()) {
        pid_t pid = fork();
        if (pid == 0) {
            child_begin(0);
            serve_clients(&server);
            _exit(0);
        }
        if (pid > 0) {
            children_add(pid, 0);
        } else {
            warn_errno_sometimes("one worker is missing: fork");
            server_nap(); // then try again
        }
    }
    // WRONG: the crew is counted at the start only. fork/prefork.c does all of this in a loop.
    while (!stop_is_on())
        if (!children_wait())
            server_nap();
    while (children_wait())
        ;
    return server_finish(&server);
}
