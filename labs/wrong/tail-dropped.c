// tail-dropped.c: one client at a time, and a client that has finished (FIN) is taken for gone.
// Seen: what came just before the end of the input is never answered, and often the end is a reset.
#include <poll.h>

#include "server/conn.h"

static void serve(struct worker *worker, struct conn *c)
{
    while (conn_wants(c) != 0 && worker_expired(worker) == NULL) {
        struct pollfd p = {.fd = c->fd, .events = POLLIN | POLLRDHUP};

        if (conn_wants(c) != WANT_READ)
            p.events = conn_wants(c) == WANT_WRITE ? POLLOUT : 0;
        poll(&p, 1, worker_timeout(worker));
        // WRONG: the peer's FIN says that no more will come. What came before it still waits to be
        // read, and the peer waits for the answers; the end is when read returns 0.
        if (p.revents & POLLRDHUP)
            break;
        if (p.revents != 0)
            conn_advance(c);
    }
}

int main(int argc, char **argv)
{
    static struct worker worker;
    struct server server;
    int fd;

    server_start(&server, "tail-dropped", argc, argv);
    worker_init(&worker, &server);
    while ((fd = server_accept(&server)) != ACCEPT_STOPPED) {
        struct conn *c = conn_open(&worker, fd);

        if (c == NULL) {
            server_refuse(fd, "memory");
            continue;
        }
        serve(&worker, c);
        conn_close(c);
    }
    return server_finish(&server);
}
