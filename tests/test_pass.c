// test_pass.c: clients that travel from one process to another.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/counters.h"
#include "server/pass.h"
#include "server/server.h"
#include "tests/map_counters.h"

static int channel[2]; // the parent's end, the child's end

// A client, so to speak: of a pair of sockets our end; *peer is the other. It has this place in
// the order of accepting.
static int make_client(int *peer, uint64_t ordinal)
{
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    *peer = ends[1];
    server_set_ordinal(ends[0], ordinal);
    return ends[0];
}

static int open_channel(void **state)
{
    (void)state;
    return socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel);
}

static int close_channel(void **state)
{
    (void)state;
    close(channel[0]);
    close(channel[1]);
    return 0;
}

// As in a server the sender closes its descriptor as soon as it is passed.
static int pass_one(int *peer, uint64_t ordinal)
{
    int fd = make_client(peer, ordinal);
    bool passed = pass_client(channel[0], fd);

    close(fd);
    assert_true(passed);
    return fd;
}

static void a_client_arrives_with_its_ordinal(void **state)
{
    char byte;
    int peer;

    (void)state;
    pass_one(&peer, 4711);
    int fd = receive_client(channel[1]);
    assert_true(fd >= 0);
    assert_true(server_ordinal(fd) == 4711);
    assert_int_equal(write(peer, "x", 1), 1);
    assert_int_equal(read(fd, &byte, 1), 1);
    assert_int_equal(byte, 'x');
    close(fd);
    assert_int_equal(read(peer, &byte, 1), 0); // nobody else holds it
    close(peer);
}

static void a_client_in_another_process_is_the_same_client(void **state)
{
    char text[6] = "";
    int peer, status;

    (void)state;
    pid_t child = fork();
    if (child == 0) {
        close(channel[0]);
        if (!say_free(channel[1]))
            _exit(1);
        int fd = receive_client(channel[1]);
        if (fd < 0 || server_ordinal(fd) != 8 || write(fd, "hello", 5) != 5)
            _exit(2);
        _exit(receive_client(channel[1]) == ACCEPT_STOPPED ? 0 : 3);
    }
    assert_true(child > 0);
    close(channel[1]); // else we ourselves would keep it open, and hear of no end
    assert_true(hear_free(channel[0]));
    pass_one(&peer, 8);
    assert_int_equal(recv(peer, text, 5, MSG_WAITALL), 5);
    assert_string_equal(text, "hello");
    shutdown(channel[0], SHUT_RDWR);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(peer);
    channel[1] = -1;
}

static void a_received_descriptor_is_closed_on_exec(void **state)
{
    int peer;

    (void)state;
    pass_one(&peer, 0);
    int fd = receive_client(channel[1]);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    close(fd);
    close(peer);
}

static void clients_on_their_way_come_before_the_end(void **state)
{
    enum { CLIENTS = 3 };
    int peers[CLIENTS];

    (void)state;
    for (int i = 0; i < CLIENTS; i++)
        pass_one(&peers[i], (uint64_t)i);
    close(channel[0]);
    channel[0] = -1;
    for (int i = 0; i < CLIENTS; i++) {
        int fd = receive_client(channel[1]);
        assert_true(fd >= 0);
        assert_true(server_ordinal(fd) == (uint64_t)i);
        close(fd);
        close(peers[i]);
    }
    assert_int_equal(receive_client(channel[1]), ACCEPT_STOPPED);
}

// What the stop does to a child's end: stop.h.
static void a_child_that_is_told_to_stop_takes_what_was_sent_and_no_more(void **state)
{
    int first, second;

    (void)state;
    pass_one(&first, 1);
    shutdown(channel[1], SHUT_RD);
    int late = make_client(&second, 2);
    assert_false(pass_client(channel[0], late));
    assert_int_equal(errno, EPIPE);
    assert_true(fcntl(late, F_GETFD) >= 0); // it stays the sender's
    int fd = receive_client(channel[1]);
    assert_true(fd >= 0);
    assert_true(server_ordinal(fd) == 1);
    assert_int_equal(receive_client(channel[1]), ACCEPT_STOPPED);
    close(fd);
    close(late);
    close(first);
    close(second);
}

static void each_free_is_heard_once_and_then_the_end(void **state)
{
    (void)state;
    assert_true(say_free(channel[1]));
    assert_true(say_free(channel[1]));
    close(channel[1]);
    channel[1] = -1;
    assert_true(hear_free(channel[0]));
    assert_true(hear_free(channel[0]));
    assert_false(hear_free(channel[0]));
}

static void nobody_is_told_that_has_gone(void **state)
{
    (void)state;
    close(channel[0]);
    channel[0] = -1;
    assert_false(say_free(channel[1]));
}

// No descriptor below the limit is free.
static struct rlimit use_up_descriptors(void)
{
    struct rlimit before;
    int lowest = dup(STDERR_FILENO);

    assert_true(lowest >= 0);
    close(lowest);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){.rlim_cur = (rlim_t)lowest,
                                                               .rlim_max = before.rlim_max}),
                     0);
    return before;
}

static void a_client_without_a_descriptor_is_refused_and_counted(void **state)
{
    uint64_t refused = counted(COUNT_refused), clients = clients_now();
    char byte;
    int peer, next;

    (void)state;
    assert_true(clients_enter(UINT64_MAX));
    int fd = make_client(&peer, 0);
    assert_true(pass_client(channel[0], fd));
    close(fd);
    int plug = dup(STDERR_FILENO); // the number that has come free
    struct rlimit before = use_up_descriptors();
    int got = receive_client(channel[1]);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(got, ACCEPT_NONE);
    assert_true(counted(COUNT_refused) == refused + 1);
    assert_true(clients_now() == clients);
    assert_int_equal(read(peer, &byte, 1), 0); // it sees its end
    close(plug);
    close(peer);

    pass_one(&next, 5); // the next one has better luck
    fd = receive_client(channel[1]);
    assert_true(fd >= 0);
    assert_true(server_ordinal(fd) == 5);
    close(fd);
    close(next);
}

#define PASSING(test) cmocka_unit_test_setup_teardown(test, open_channel, close_channel)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PASSING(a_client_arrives_with_its_ordinal),
        PASSING(a_client_in_another_process_is_the_same_client),
        PASSING(a_received_descriptor_is_closed_on_exec),
        PASSING(clients_on_their_way_come_before_the_end),
        PASSING(a_child_that_is_told_to_stop_takes_what_was_sent_and_no_more),
        PASSING(each_free_is_heard_once_and_then_the_end),
        PASSING(nobody_is_told_that_has_gone),
        PASSING(a_client_without_a_descriptor_is_refused_and_counted),
    };
    return cmocka_run_group_tests_name("pass", tests, map_counters, NULL);
}
