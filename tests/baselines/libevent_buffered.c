// libevent_buffered.c: an echo server on libevent's bufferevents, as its book has it: what has come
// in is moved to what goes out, without copying.
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "tests/baselines/baseline.h"

static void on_read(struct bufferevent *client, void *none)
{
    struct evbuffer *out = bufferevent_get_output(client);

    (void)none;
    evbuffer_add_buffer(out, bufferevent_get_input(client));
    if (evbuffer_get_length(out) >= ROOM)
        bufferevent_disable(client, EV_READ); // until all of it has gone
}

static void on_written(struct bufferevent *client, void *none)
{
    (void)none;
    if (!(bufferevent_get_enabled(client) & EV_READ))
        bufferevent_enable(client, EV_READ);
}

static void on_last_written(struct bufferevent *client, void *none)
{
    (void)none;
    bufferevent_free(client);
}

static void on_event(struct bufferevent *client, short what, void *none)
{
    (void)none;
    if (what & BEV_EVENT_EOF && evbuffer_get_length(bufferevent_get_output(client)) > 0)
        bufferevent_setcb(client, NULL, on_last_written, on_event, NULL);
    else if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        bufferevent_free(client);
}

static void on_connection(struct evconnlistener *listener, int fd, struct sockaddr *peer,
                          int length, void *base)
{
    struct bufferevent *client = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);

    (void)listener;
    (void)peer;
    (void)length;
    if (client == NULL) {
        evutil_closesocket(fd);
        return;
    }
    bufferevent_setcb(client, on_read, on_written, on_event, NULL);
    bufferevent_enable(client, EV_READ | EV_WRITE);
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
