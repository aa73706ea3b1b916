// connect_pair.h: a client in service at one end of a pair of sockets, for cmocka's tests: include
// it after their headers, and run them with map_counters.
#ifndef TESTS_CONNECT_PAIR_H
#define TESTS_CONNECT_PAIR_H

#include <sys/socket.h>
#include <unistd.h>

#include "server/conn.h"
#include "server/counters.h"
#include "tests/map_counters.h"

static struct server server;
static struct worker worker;

// A client in service, at the other end of *peer, which does not block either.
static inline struct conn *connect_pair(const struct service *service, int *peer)
{
    int ends[2];

    server = (struct server){.model = "test",
                             .options = {.service = service, .max_clients = UINT64_MAX, .seed = 1}};
    worker_init(&worker, &server);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    *peer = ends[1];
    assert_true(clients_enter(UINT64_MAX));
    struct conn *c = conn_open(&worker, ends[0]);
    assert_non_null(c);
    return c;
}

#endif
