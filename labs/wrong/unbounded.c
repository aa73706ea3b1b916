// unbounded.c: poll, and what a client of echo sends is read, whether it takes its answers or not.
// Seen: one client that sends and does not read, and the server's memory grows until there is none.
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/fail.h"
#include "labs/wrong/common.h"
#include "server/counters.h"

static struct server server;
static struct worker worker;
static struct conn *clients[MAX_FDS];
static struct pollfd slots[1 + MAX_FDS]; // the listener's, then clients[0..count_clients)
static int count_clients;

static short interest(const struct conn *c)
{
    if (conn_wants(c) != WANT_WRITE)
        return conn_wants(c) == WANT_READ ? POLLIN : 0;
    return c->state == TALKING && c->session.service == &echo_service ? POLLIN | POLLOUT : POLLOUT;
}

// For a client that is still owed bytes: more of them.
static void pile_up(struct conn *c)
{
    ssize_t n = read(c->fd, worker.in, SESSION_BUF);

    // WRONG: who does not take its answers should get no further questions in (conn_wants()), so
    // that TCP slows it down. Here nothing bounds what is kept for it.
    if (n > 0 && store_fit(&c->out, (size_t)n))
        buf_put(&c->out.buf, worker.in, (size_t)n);
    else if (n == 0)
        c->state = ENDING;
    else if (n > 0 || errno != EAGAIN)
        conn_sent(c, -1); // it is lost
}

static void serve(struct conn *c, short ready)
{
    bool owed = conn_wants(c) == WANT_WRITE;

    if (owed && (ready & POLLIN))
        pile_up(c);
    if (!owed || (ready & ~POLLIN))
        conn_advance(c);
}

static void part(struct conn *c)
{
    int i = 0;

    while (clients[i] != c)
        i++;
    clients[i] = clients[--count_clients];
    conn_close(c);
}

static bool welcome(void)
{
    int fd = server_accept_now(&server);
    struct conn *c = fd >= 0 ? conn_open(&worker, fd) : NULL;

    if (c != NULL)
        clients[count_clients++] = c;
    else if (fd >= 0)
        server_refuse(fd, "memory");
    return fd != ACCEPT_STOPPED;
}

int main(int argc, char **argv)
{
    bool open = true;

    server_start(&server, "unbounded", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    while (open || count_clients > 0) {
        bool rests = server.retry_ns != 0 && !server_may_accept_again(&server);
        int n = count_clients;

        slots[0] = (struct pollfd){.fd = open && !rests ? server.listener : -1, .events = POLLIN};
        for (int i = 0; i < n; i++)
            slots[1 + i] = (struct pollfd){.fd = clients[i]->fd, .events = interest(clients[i])};
        int ready = poll(slots, 1 + (nfds_t)n, worker_timeout(&worker));
        if (ready < 0 && errno != EINTR)
            die_errno("poll");
        count_wait(ready, 1 + n);
        for (int i = n - 1; i >= 0 && ready > 0; i--) {
            struct conn *c = clients[i];
            if (slots[1 + i].revents != 0)
                serve(c, slots[1 + i].revents);
            if (conn_wants(c) == 0)
                part(c);
        }
        if (ready > 0 && slots[0].revents != 0)
            open = welcome();
        for (struct conn *c; (c = worker_expired(&worker)) != NULL;)
            part(c);
    }
    return server_finish(&server);
}
