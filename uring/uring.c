// uring.c: one process, many clients, told what is done and not what could be done. What to accept,
// receive and send is written into a ring; one call hands it all to the kernel, and sleeps until
// something has come of it.
#include <stdbool.h>

#include "server/conn.h"
#include "server/counters.h"
#include "server/server.h"
#include "server/trace.h"
#include "server/worker.h"
#include "uring/client.h"
#include "uring/ring.h"

static struct server server;
static struct worker worker;
static struct client clients[MAX_FDS]; // by descriptor
static int watched;                    // clients, and the listener

// The kernel works for a client by itself. As long as it has something to do for it, the place must
// stay taken: what it tells later would be taken for the next client's.
static void part(struct client *k)
{
    if (!k->parting)
        conn_leave(k->conn);
    k->parting = true;
    if (k->receiving != NOTHING || k->sending != NOTHING) {
        client_cancel(k);
    } else {
        conn_close(k->conn);
        watched--;
    }
}

// What it is owed is sent, and before that is done nothing more is asked of it.
static void serve(struct client *k)
{
    if (!k->parting) {
        client_send(k);
        if (conn_wants(k->conn) == WANT_READ)
            client_receive(k);
    }
    if (k->parting || conn_wants(k->conn) == 0)
        part(k);
}

static void received(struct client *k, const struct io_uring_cqe *done)
{
    // The end can wait until the answers have gone: client_receive() comes to it again.
    if (client_note(k, done) && !k->ended && !k->parting)
        conn_take(k->conn, ring_bytes(done), done->res);
    ring_give_back(done);
    serve(k);
}

static void sent(struct client *k, const struct io_uring_cqe *done)
{
    if (client_note(k, done) && !k->parting && conn_wants(k->conn) == WANT_WRITE) {
        trace(TRACE_write, k->conn->fd, done->res);
        conn_sent(k->conn, done->res);
    }
    serve(k);
}

static void welcome(const struct io_uring_cqe *done)
{
    int fd = server_accepted(&server, done->res);

    if (fd >= 0 && !ring_may_have(fd)) {
        server_refuse(fd, "a descriptor");
    } else if (fd >= 0) {
        clients[fd] = (struct client){.conn = conn_open(&worker, fd)};
        if (clients[fd].conn == NULL) {
            server_refuse(fd, "memory");
        } else {
            watched++;
            serve(&clients[fd]);
        }
    }
    if (fd == ACCEPT_STOPPED)
        watched--;
    else if (fd == ACCEPT_LATER && ring_goes_on(done))
        server.retry_ns = 0; // it has not left off: asked twice, it would be told of the stop twice
    else if (fd != ACCEPT_LATER && !ring_goes_on(done))
        ring_accept(server.listener);
}

int main(int argc, char **argv)
{
    struct io_uring_cqe *done;

    ring_require("uring", argc, argv);
    server_start(&server, "uring", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    ring_open();
    ring_accept(server.listener);
    watched = 1;

    while (watched > 0) {
        ring_check(io_uring_submit_and_wait_timeout(&ring, &done, client_awaited(),
                                                    ring_limit(worker_timeout(&worker)), NULL));
        unsigned head, n = 0, ready = io_uring_cq_ready(&ring);
        count_wait((int)ready, (int)ready);
        io_uring_for_each_cqe(&ring, head, done)
        {
            if (n == ready)
                break; // it came meanwhile: the next wait's
            n++;
            switch (ring_operation(done)) {
            case NOTHING:
                break;
            case ACCEPT:
                welcome(done);
                break;
            case RECEIVE:
            case RECEIVE_ONCE:
                received(&clients[ring_descriptor(done)], done);
                break;
            case SEND:
            case SEND_AT_ONCE:
                sent(&clients[ring_descriptor(done)], done);
                break;
            }
        }
        io_uring_cq_advance(&ring, n);

        // Those whose time has run out (worker.h), and the listener after a rest.
        for (struct conn *c; (c = worker_expired(&worker)) != NULL;)
            part(&clients[c->fd]);
        if (server_may_accept_again(&server))
            ring_accept(server.listener);
    }
    return server_finish(&server);
}
