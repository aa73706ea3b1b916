// prefork.c: a fixed crew of processes, all asleep in accept on the same listener. The parent
// serves nobody: it replaces whoever dies.
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

    server_start(&server, "prefork", argc, argv);
    do {
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
                children_reap();
            }
        }
    } while (children_wait()); // sleeps until one has ended
    return server_finish(&server);
}
