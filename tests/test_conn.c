// test_conn.c: one client of a worker, over a pair of sockets: what it waits for, what it costs.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/conn.h"
#include "tests/connect_pair.h"

static unsigned char bytes[1 << 20];

static void a_new_client_is_read_and_has_no_buffers(void **state)
{
    int peer;
    struct conn *c = connect_pair(&echo_service, &peer);

    (void)state;
    assert_int_equal(conn_wants(c), WANT_READ);
    assert_null(c->in.buf.bytes);
    assert_null(c->out.buf.bytes);
    conn_close(c);
    close(peer);
}

static void an_answered_client_has_no_buffers_again(void **state)
{
    int peer;
    struct conn *c = connect_pair(&echo_service, &peer);

    (void)state;
    assert_int_equal(write(peer, "hello", 5), 5);
    assert_int_equal(conn_advance(c), WANT_READ);
    assert_int_equal(read(peer, bytes, sizeof bytes), 5);
    assert_memory_equal(bytes, "hello", 5);
    assert_null(c->in.buf.bytes);
    assert_null(c->out.buf.bytes);
    conn_close(c);
    close(peer);
}

static void memory_follows_what_was_received_not_what_was_announced(void **state)
{
    static const unsigned char announced[10] = {0, 1, 0, 0, 'a', 'b', 'c', 'd', 'e', 'f'};
    int peer;
    struct conn *c = connect_pair(&frame_service, &peer);

    (void)state;
    assert_int_equal(write(peer, announced, sizeof announced), sizeof announced);
    assert_int_equal(conn_advance(c), WANT_READ);
    assert_true(c->in.own && c->in.buf.size == sizeof announced);
    assert_int_equal(write(peer, "g", 1), 1);
    assert_int_equal(conn_advance(c), WANT_READ);
    assert_true(c->in.buf.size <= 4096);
    conn_close(c);
    close(peer);
}

static void who_does_not_read_is_not_read_and_costs_a_bounded_amount(void **state)
{
    int peer;
    struct conn *c = connect_pair(&echo_service, &peer);
    size_t sent = 0, back = 0;
    ssize_t n;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 2654435761u >> 24);
    while (conn_wants(c) == WANT_READ && sent < sizeof bytes) {
        if ((n = write(peer, bytes + sent, sizeof bytes - sent)) > 0)
            sent += (size_t)n;
        conn_advance(c);
    }
    assert_int_equal(conn_wants(c), WANT_WRITE);
    assert_true(c->out.own && c->out.buf.size <= SESSION_BUF && c->in.buf.size <= SESSION_BUF);

    // It reads at last, and nothing is missing.
    shutdown(peer, SHUT_WR);
    unsigned char *got = malloc(sizeof bytes);
    assert_non_null(got);
    for (int tries = 0; tries < 100000 && conn_wants(c) != 0; tries++) {
        if ((n = read(peer, got + back, sizeof bytes - back)) > 0)
            back += (size_t)n;
        conn_advance(c);
    }
    assert_int_equal(conn_wants(c), 0);
    while ((n = read(peer, got + back, sizeof bytes - back)) > 0)
        back += (size_t)n;
    assert_int_equal(back, sent);
    assert_memory_equal(got, bytes, sent);
    free(got);
    conn_close(c);
    close(peer);
}

static void answers_that_outgrow_the_room_wait_for_it(void **state)
{
    int peer;
    struct conn *c = connect_pair(&guess_service, &peer);
    size_t back = 0;
    ssize_t n;

    // 60,000 empty lines are answered by "invalid input: \n", 16 times as long: 16 times the room.
    (void)state;
    memset(bytes, '\n', 60000);
    assert_int_equal(write(peer, bytes, 60000), 60000);
    shutdown(peer, SHUT_WR);
    for (int tries = 0; tries < 100000 && conn_wants(c) != 0; tries++) {
        conn_advance(c);
        assert_true(c->out.buf.size <= SESSION_BUF && c->in.buf.size <= SESSION_BUF);
        while ((n = read(peer, bytes, sizeof bytes)) > 0)
            back += (size_t)n;
    }
    assert_int_equal(conn_wants(c), 0);
    while ((n = read(peer, bytes, sizeof bytes)) > 0)
        back += (size_t)n;
    assert_int_equal(back, 60000 * 16);
    conn_close(c);
    close(peer);
}

static void single_steps_keep_a_message_in_pieces_together(void **state)
{
    static const char frame[] = "\0\0\0\5pearl";
    int peer;
    struct conn *c = connect_pair(&frame_service, &peer);

    // As edge.c goes: several reads in one turn, with the pieces on the desk between them.
    (void)state;
    for (size_t i = 0; i < sizeof frame - 1; i++) {
        assert_int_equal(write(peer, frame + i, 1), 1);
        assert_int_equal(conn_read(c), IO_MOVED);
        if (i % 3 == 2)
            conn_rest(c);
    }
    assert_int_equal(conn_wants(c), WANT_WRITE);
    assert_int_equal(conn_write(c), IO_MOVED);
    conn_rest(c);
    assert_int_equal(read(peer, bytes, sizeof bytes), sizeof frame - 1);
    assert_memory_equal(bytes, frame, sizeof frame - 1);
    conn_close(c);
    close(peer);
}

static void after_a_violation_it_lingers_until_the_client_ends(void **state)
{
    int peer;
    struct conn *c = connect_pair(&frame_service, &peer);

    (void)state;
    assert_int_equal(write(peer, "\0\0\0\1x\xff\xff\xff\xffgarbage", 16), 16);
    assert_int_equal(conn_advance(c), WANT_READ);
    assert_int_equal(c->state, LINGERING);
    assert_ptr_equal(worker.lingering.first, c);
    assert_true(worker_timeout(&worker) > 0);
    assert_null(worker_expired(&worker));
    assert_int_equal(read(peer, bytes, sizeof bytes), 5); // what was owed before
    assert_int_equal(read(peer, bytes, sizeof bytes), 0); // then the end
    assert_int_equal(write(peer, "more", 4), 4);
    assert_int_equal(conn_advance(c), WANT_READ);
    shutdown(peer, SHUT_WR);
    assert_int_equal(conn_advance(c), 0);
    conn_close(c);
    assert_null(worker.lingering.first);
    close(peer);
}

static void the_most_silent_client_stands_first_in_the_queue(void **state)
{
    struct conn *clients[3];
    int peers[3];

    (void)state;
    clients[0] = connect_pair(&echo_service, &peers[0]);
    conn_close(clients[0]);
    close(peers[0]);
    server.options.idle_ns = 3600 * NS_PER_SECOND;
    for (int i = 0; i < 3; i++) {
        int ends[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
        peers[i] = ends[1];
        assert_true(clients_enter(UINT64_MAX));
        clients[i] = conn_open(&worker, ends[0]);
    }
    assert_ptr_equal(worker.talking.first, clients[0]);
    assert_int_equal(write(peers[0], "x", 1), 1);
    conn_advance(clients[0]);
    assert_ptr_equal(worker.talking.first, clients[1]);
    assert_ptr_equal(worker.talking.last, clients[0]);
    assert_true(worker_timeout(&worker) > 3590 * 1000);
    assert_null(worker_expired(&worker));
    server.options.idle_ns = 1; // long over, for all of them
    assert_int_equal(worker_timeout(&worker), 0);
    assert_ptr_equal(worker_expired(&worker), clients[1]);
    for (int i = 0; i < 3; i++) {
        conn_close(clients[i]);
        close(peers[i]);
    }
    assert_null(worker.talking.first);
    assert_int_equal(worker_timeout(&worker), -1);
}

static void a_queue_stays_in_the_order_of_its_times(void **state)
{
    struct conn a = {.fd = 0}, b = {.fd = 1}, c = {.fd = 2}, d = {.fd = 3};
    struct queue queue = {NULL, NULL};

    (void)state;
    queue_join(&queue, &b, 20);
    queue_join(&queue, &d, 40);
    queue_join(&queue, &a, 10); // before all
    queue_join(&queue, &c, 30); // between two
    const struct conn *order[] = {&a, &b, &c, &d};
    const struct conn *at = queue.first;
    for (size_t i = 0; i < 4; i++, at = at->after) {
        assert_ptr_equal(at, order[i]);
        assert_ptr_equal(at->before, i == 0 ? NULL : order[i - 1]);
    }
    assert_null(at);
    assert_ptr_equal(queue.last, &d);
    queue_leave(&b);
    queue_leave(&a);
    queue_leave(&d);
    assert_ptr_equal(queue.first, &c);
    assert_ptr_equal(queue.last, &c);
    queue_leave(&c);
    assert_null(queue.first);
    assert_null(queue.last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_client_is_read_and_has_no_buffers),
        cmocka_unit_test(an_answered_client_has_no_buffers_again),
        cmocka_unit_test(memory_follows_what_was_received_not_what_was_announced),
        cmocka_unit_test(who_does_not_read_is_not_read_and_costs_a_bounded_amount),
        cmocka_unit_test(answers_that_outgrow_the_room_wait_for_it),
        cmocka_unit_test(single_steps_keep_a_message_in_pieces_together),
        cmocka_unit_test(after_a_violation_it_lingers_until_the_client_ends),
        cmocka_unit_test(a_queue_stays_in_the_order_of_its_times),
        cmocka_unit_test(the_most_silent_client_stands_first_in_the_queue),
    };
    return cmocka_run_group_tests_name("conn", tests, map_counters, NULL);
}
