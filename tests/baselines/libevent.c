// libevent.c: an echo server on libevent's plain events: two for each client, of which one is
// added, kept in memory of the client's so that nothing is allocated for a request.
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/listener.h>
#include <unistd.h>

#include "tests/baselines/baseline.h"

struct client {
    struct event readable, writable;
    struct owed owed;
};

static unsigned char bytes[ROOM];

static void part(struct client *c, int fd)
{
    event_del(&c->readable);
    event_del(&c->writable);
    close(fd);
    owe_nothing(&c->owed);
    free(c);
}

static void on_writable(int fd, short events, void *client)
{
    struct client *c = client;
    struct owed *o = &c->owed;
    ssize_t n = write(fd, o->bytes + o->sent, o->length - o->sent);

    (void)events;
    if (n < 0 && !comes_again()) {
        part(c, fd);
        return;
    }
    o->sent += n > 0 ? (size_t)n : 0;
    if (o->sent == o->length) {
        owe_nothing(o);
        event_del(&c->writable);
        event_add(&c->readable, NULL);
    }
}

static void on_readable(int fd, short events, void *client)
{
    struct client *c = client;
    ssize_t n = read(fd, bytes, sizeof bytes), sent;

    (void)events;
    if (n < 0 && comes_again())
        return;
    if (n <= 0 || ((sent = write(fd, bytes, (size_t)n)) < 0 && !comes_again())) {
        part(c, fd);
        return;
    }
    sent = sent < 0 ? 0 : sent;
    if (sent == n)
        return;
    if (owe(&c->owed, bytes + sent, (size_t)(n - sent)) < 0) {
        part(c, fd);
        return;
    }
    event_del(&c->readable);
    event_add(&c->writable, NULL);
}

static void on_connection(struct evconnlistener *listener, int fd, struct sockaddr *peer,
                          int length, void *base)
{
    struct client *c = calloc(1, sizeof *c);

    (void)listener;
    (void)peer;
    (void)length;
    if (c == NULL) {
        close(fd);
        return;
    }
    event_assign(&c->readable, base, fd, EV_READ | EV_PERSIST, on_readable, c);
    event_assign(&c->writable, base, fd, EV_WRITE | EV_PERSIST, on_writable, c);
    event_add(&c->readable, NULL);
}

static void on_stop(int signal_number, short events, void *base)
{
    (void)signal_number;
    (void)events;
    event_base_loopbreak(base);
}

int main(int argc, char **argv)
{
    struct event_base *base = event_base_new();
    struct event *stop = evsignal_new(base, SIGTERM, on_stop, base);

    if (base == NULL || stop == NULL || event_add(stop, NULL) < 0 ||
        evconnlistener_new(base, on_connection, base, LEV_OPT_CLOSE_ON_EXEC, 0,
                           start_listening(argc, argv)) == NULL)
        die("libevent");
    event_base_dispatch(base);
}
