// libev.c: an echo server on libev, as its manual would have it: a watcher for each client, read
// when there is something to read, and written at once.
#include <ev.h>
#include <unistd.h>

#include "tests/baselines/baseline.h"

struct client {
    ev_io io; // the first: a watcher is its client's address
    struct owed owed;
};

static unsigned char bytes[ROOM];

static void part(struct ev_loop *loop, struct client *c)
{
    ev_io_stop(loop, &c->io);
    close(c->io.fd);
    owe_nothing(&c->owed);
    free(c);
}

static void wait_for(struct ev_loop *loop, struct client *c, int events)
{
    ev_io_stop(loop, &c->io);
    ev_io_set(&c->io, c->io.fd, events);
    ev_io_start(loop, &c->io);
}

static void pay(struct ev_loop *loop, struct client *c)
{
    struct owed *o = &c->owed;
    ssize_t n = write(c->io.fd, o->bytes + o->sent, o->length - o->sent);

    if (n < 0 && !comes_again()) {
        part(loop, c);
        return;
    }
    o->sent += n > 0 ? (size_t)n : 0;
    if (o->sent == o->length) {
        owe_nothing(o);
        wait_for(loop, c, EV_READ);
    }
}

static void answer(struct ev_loop *loop, struct client *c)
{
    ssize_t n = read(c->io.fd, bytes, sizeof bytes), sent;

    if (n < 0 && comes_again())
        return;
    if (n <= 0 || ((sent = write(c->io.fd, bytes, (size_t)n)) < 0 && !comes_again())) {
        part(loop, c);
        return;
    }
    sent = sent < 0 ? 0 : sent;
    if (sent == n)
        return;
    if (owe(&c->owed, bytes + sent, (size_t)(n - sent)) < 0)
        part(loop, c);
    else
        wait_for(loop, c, EV_WRITE);
}

static void on_client(struct ev_loop *loop, ev_io *io, int events)
{
    struct client *c = (struct client *)io;

    if (events & EV_WRITE)
        pay(loop, c);
    else
        answer(loop, c);
}

static void on_listener(struct ev_loop *loop, ev_io *io, int events)
{
    int fd;

    (void)events;
    while ((fd = accept4(io->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct client *c = calloc(1, sizeof *c);
        if (c == NULL) {
            close(fd);
            continue;
        }
        ev_io_init(&c->io, on_client, fd, EV_READ);
        ev_io_start(loop, &c->io);
    }
}

static void on_stop(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)watcher;
    (void)events;
    ev_break(loop, EVBREAK_ALL);
}

int main(int argc, char **argv)
{
    struct ev_loop *loop = ev_default_loop(0); // epoll, on Linux
    ev_signal stop;
    ev_io listener;

    if (loop == NULL)
        die("ev_default_loop");
    ev_signal_init(&stop, on_stop, SIGTERM);
    ev_signal_start(loop, &stop);
    ev_io_init(&listener, on_listener, start_listening(argc, argv), EV_READ);
    ev_io_start(loop, &listener);
    ev_run(loop, 0);
}
