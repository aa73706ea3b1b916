// libuv.c: an echo server on libuv's streams: uv_try_write() first, and uv_write() for what the
// socket has no room for. All reads share one buffer, since none of it is in use when they return.
#include <uv.h>

#include "tests/baselines/baseline.h"

struct client {
    uv_tcp_t tcp; // the first: a stream is its client's address
    uv_write_t request;
    struct owed owed;
};

static char bytes[ROOM];

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
    (void)handle;
    (void)suggested;
    *room = uv_buf_init(bytes, sizeof bytes);
}

static void on_closed(uv_handle_t *handle)
{
    struct client *c = (struct client *)handle;

    owe_nothing(&c->owed);
    free(c);
}

static void part(struct client *c)
{
    if (!uv_is_closing((uv_handle_t *)&c->tcp))
        uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *read);

static void on_paid(uv_write_t *request, int status)
{
    struct client *c = request->data;

    owe_nothing(&c->owed);
    if (status < 0 || uv_read_start((uv_stream_t *)&c->tcp, on_room, on_read) < 0)
        part(c);
}

// How much of it the socket has taken at once; below 0: the client is lost.
static ssize_t send_now(uv_stream_t *stream, char *from, size_t n)
{
    uv_buf_t answer = uv_buf_init(from, (unsigned)n);
    int sent = uv_try_write(stream, &answer, 1);

    return sent == UV_EAGAIN ? 0 : sent;
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *read)
{
    struct client *c = (struct client *)stream;
    ssize_t sent;

    if (n == 0) // it would have blocked
        return;
    if (n < 0 || (sent = send_now(stream, read->base, (size_t)n)) < 0) {
        part(c);
        return;
    }
    if (sent == n)
        return;
    if (owe(&c->owed, read->base + sent, (size_t)(n - sent)) < 0) {
        part(c);
        return;
    }
    uv_buf_t rest = uv_buf_init((char *)c->owed.bytes, (unsigned)c->owed.length);
    uv_read_stop(stream);
    c->request.data = c;
    if (uv_write(&c->request, stream, &rest, 1, on_paid) < 0)
        part(c);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct client *c = status < 0 ? NULL : calloc(1, sizeof *c);

    if (c == NULL)
        return;
    uv_tcp_init(listener->loop, &c->tcp);
    if (uv_accept(listener, (uv_stream_t *)&c->tcp) < 0 ||
        uv_read_start((uv_stream_t *)&c->tcp, on_room, on_read) < 0)
        part(c);
}

static void on_stop(uv_signal_t *handle, int signal_number)
{
    (void)signal_number;
    uv_stop(handle->loop);
}

int main(int argc, char **argv)
{
    uv_loop_t *loop = uv_default_loop();
    uv_signal_t stop;
    uv_tcp_t listener;

    uv_signal_init(loop, &stop);
    uv_signal_start(&stop, on_stop, SIGTERM);
    uv_tcp_init(loop, &listener);
    if (uv_tcp_open(&listener, start_listening(argc, argv)) < 0 ||
        uv_listen((uv_stream_t *)&listener, SOMAXCONN, on_connection) < 0)
        die("uv_listen");
    uv_run(loop, UV_RUN_DEFAULT);
}
