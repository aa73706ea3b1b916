// watch_server.h: servers with clients, and looks at them. For cmocka's tests: include it after
// their headers, and give each test end_all() as its teardown.
#ifndef TESTS_WATCH_SERVER_H
#define TESTS_WATCH_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/drive.h"
#include "watch/look.h"

static inline int connect_client(const struct server *s)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(s->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static inline void ask(int fd)
{
    char answer[6] = "";

    assert_int_equal(send(fd, "hello", 5, MSG_NOSIGNAL), 5);
    assert_true(wait_readable(fd, patient(15)));
    assert_int_equal(recv(fd, answer, 5, MSG_WAITALL), 5);
    assert_string_equal(answer, "hello");
}

// Clients that have been answered: the server knows them.
static inline void connect_clients(const struct server *s, int clients[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        clients[i] = connect_client(s);
        ask(clients[i]);
    }
}

static inline void close_clients(const int clients[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        close(clients[i]);
}

static inline void begin_watching(struct watched *w, pid_t pid)
{
    char why[128];

    if (!watch_begin(w, pid, why))
        fail_msg("%s", why);
}

// Looks again and again, until what is seen is as it should be; the caller frees the look.
static inline void await_look(struct watched *w, struct look *l, bool is_so(const struct look *),
                              const char *what)
{
    double until = now() + patient(15);

    for (look_take(l, w); !is_so(l); look_take(l, w)) {
        look_free(l);
        if (now() > until)
            fail_msg("after %.0f s there are not %s", patient(15), what);
        nap(0.002);
    }
}

// How many threads are at what begins like this.
static inline size_t count_at(const struct look *l, const char *beginning)
{
    size_t n = 0;

    for (size_t i = 0; i < l->count; i++)
        n += strncmp(l->seen[i].at, beginning, strlen(beginning)) == 0;
    return n;
}

#endif
