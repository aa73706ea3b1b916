// talk_peer.h: a peer for talk that does one thing at a time: the test. For cmocka's tests: include
// it after their headers.
#ifndef TESTS_TALK_PEER_H
#define TESTS_TALK_PEER_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/talk_call.h"

struct peer {
    int listener;
    unsigned port;
};

static inline struct peer bind_peer(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    struct peer p = {.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};

    assert_int_equal(bind(p.listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(getsockname(p.listener, (struct sockaddr *)&address, &length), 0);
    p.port = ntohs(address.sin_port);
    return p;
}

static inline struct peer listen_peer(int backlog)
{
    struct peer p = bind_peer();

    assert_int_equal(listen(p.listener, backlog), 0);
    return p;
}

static inline int take_client(const struct peer *p)
{
    assert_true(wait_readable(p->listener, patient(15)));
    int client = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(client >= 0);
    return client;
}

static inline void tell(int client, const char *text)
{
    assert_int_equal(send(client, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static inline void expect_heard(int client, const char *expected)
{
    char text[64] = "";
    size_t n = strlen(expected);

    assert_true(wait_readable(client, patient(15)));
    assert_int_equal(recv(client, text, n, MSG_WAITALL), n);
    assert_string_equal(text, expected);
}

// What recv says when the client is no more: 0, or an errno.
static inline int end_heard(int client)
{
    char byte;

    assert_true(wait_readable(client, patient(15)));
    ssize_t n = recv(client, &byte, 1, 0);
    assert_true(n <= 0);
    return n == 0 ? 0 : errno;
}

static inline void throw_away(int client)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    assert_int_equal(setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    close(client);
}

#endif
