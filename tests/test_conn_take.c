// test_conn_take.c: one client for whom the kernel reads and writes. Here the test is the kernel:
// it hands in bytes and takes answers, at whatever moment it likes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "server/stop.h"
#include "tests/connect_pair.h"

static unsigned char buffer[1024], place[4096];

static void fill(unsigned char *bytes, size_t n, unsigned seed)
{
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)((i + seed) * 2654435761u >> 24);
}

// As the kernel does it: the buffer is somebody else's as soon as its bytes are taken.
static void hand_in(struct conn *c, const void *bytes, size_t n)
{
    assert_true(n <= sizeof buffer);
    memcpy(buffer, bytes, n);
    conn_take(c, buffer, (ssize_t)n);
    memset(buffer, 0xee, sizeof buffer);
}

// Sends all that is owed, at most `most` bytes at a time. Returns how many.
static size_t send_all(struct conn *c, unsigned char *to, size_t most)
{
    size_t sent = 0;

    while (conn_wants(c) == WANT_WRITE) {
        conn_hold(c, place, sent % 2 == 0 ? sizeof place : 0);
        size_t n = buf_len(&c->out.buf) < most ? buf_len(&c->out.buf) : most;
        memset(worker.out, 0xdd, sizeof worker.out); // the next client has the desk
        memcpy(to + sent, buf_data(&c->out.buf), n);
        conn_sent(c, (ssize_t)n);
        sent += n;
    }
    conn_hold(c, NULL, 0);
    return sent;
}

static void an_answer_is_held_where_it_is_told_to(void **state)
{
    int peer;
    struct conn *c = connect_pair(&echo_service, &peer);

    (void)state;
    hand_in(c, "hello", 5);
    assert_int_equal(conn_wants(c), WANT_WRITE);
    assert_null(c->in.buf.bytes);
    conn_hold(c, place, sizeof place);
    assert_ptr_equal(buf_data(&c->out.buf), place);
    assert_memory_equal(place, "hello", 5);
    conn_sent(c, 5);
    assert_int_equal(conn_wants(c), WANT_READ);
    conn_hold(c, place, sizeof place);
    assert_null(c->out.buf.bytes);
    conn_close(c);
    close(peer);
}

static void an_answer_for_which_there_is_no_place_has_memory_of_its_own(void **state)
{
    int peer;
    struct conn *c = connect_pair(&echo_service, &peer);

    (void)state;
    hand_in(c, "hello", 5);
    conn_hold(c, place, 4);
    assert_true(c->out.own);
    memset(worker.out, 0, sizeof worker.out);
    assert_memory_equal(buf_data(&c->out.buf), "hello", 5);
    conn_sent(c, 2); // the rest stays where it is
    const unsigned char *rest = buf_data(&c->out.buf);
    conn_hold(c, place, sizeof place);
    assert_ptr_equal(buf_data(&c->out.buf), rest);
    assert_memory_equal(rest, "llo", 3);
    conn_sent(c, 3);
    conn_hold(c, place, sizeof place);
    assert_null(c->out.buf.bytes);
    conn_close(c);
    close(peer);
}

static void what_is_left_over_is_copied(void **state)
{
    static const char frames[] = "\0\0\0\5pearl\0\0\0\3sea\0\0";
    int peer;
    struct conn *c = connect_pair(&frame_service, &peer);
    unsigned char back[64];

    // In pieces of every length; the two bytes at the end begin a frame that never comes.
    (void)state;
    for (size_t length = 1; length < sizeof frames; length++) {
        size_t n = 0;
        for (size_t at = 0; at < 16; at += length) {
            hand_in(c, frames + at, 16 - at < length ? 16 - at : length);
            n += send_all(c, back + n, 3);
        }
        assert_int_equal(n, 16);
        assert_memory_equal(back, frames, 16);
        assert_null(c->in.buf.bytes);
    }
    hand_in(c, frames + 16, 2);
    assert_true(c->in.own && c->in.buf.size == 2);
    conn_close(c);
    close(peer);
}

static void what_comes_while_answers_wait_is_kept(void **state)
{
    enum { MUCH = 3 * SESSION_BUF };
    unsigned char *said = malloc(MUCH), *back = malloc(2 * MUCH);
    int peer;
    struct conn *c = connect_pair(&echo_service, &peer);
    size_t n = 0;

    // More than the client would be allowed to send, had it been asked.
    (void)state;
    assert_true(said != NULL && back != NULL);
    fill(said, MUCH, 1);
    for (size_t at = 0; at < MUCH; at += sizeof buffer) {
        hand_in(c, said + at, MUCH - at < sizeof buffer ? MUCH - at : sizeof buffer);
        conn_hold(c, NULL, 0); // and no send is done
    }
    assert_int_equal(conn_wants(c), WANT_WRITE);
    n = send_all(c, back, 10000);
    assert_int_equal(n, MUCH);
    assert_memory_equal(back, said, MUCH);
    conn_take(c, NULL, 0);
    assert_int_equal(conn_wants(c), 0);
    conn_close(c);
    close(peer);
    free(said);
    free(back);
}

static void the_room_is_what_is_missing_to_a_whole_message(void **state)
{
    static const unsigned char announced[] = {0, 1, 0, 0, 'a', 'b'};
    int peer;
    struct conn *c = connect_pair(&frame_service, &peer);

    (void)state;
    assert_int_equal(conn_room(c), SESSION_BUF);
    hand_in(c, announced, sizeof announced);
    assert_int_equal(conn_room(c), SESSION_BUF - sizeof announced);
    conn_close(c);
    close(peer);
}

static void a_failure_ends_it_and_drops_what_was_owed(void **state)
{
    uint64_t before = counted(COUNT_broken);
    int peer;
    struct conn *c = connect_pair(&echo_service, &peer);

    (void)state;
    hand_in(c, "hello", 5);
    conn_hold(c, NULL, 0);
    const unsigned char *held = c->out.buf.bytes;
    conn_take(c, NULL, -1);
    assert_int_equal(conn_wants(c), 0);
    assert_ptr_equal(c->out.buf.bytes, held); // the kernel may be sending it at this moment
    assert_int_equal(counted(COUNT_broken), before + 1);
    conn_close(c);
    close(peer);
}

static void a_lingering_client_is_over_at_its_last_byte(void **state)
{
    int peer;
    struct conn *c = connect_pair(&frame_service, &peer);

    (void)state;
    hand_in(c, "\xff\xff\xff\xff", 4);
    assert_int_equal(c->state, LINGERING);
    assert_int_equal(conn_room(c), SESSION_BUF);
    c->left = 700;
    assert_int_equal(conn_room(c), 700);
    hand_in(c, buffer, 600);
    assert_int_equal(conn_wants(c), WANT_READ);
    hand_in(c, buffer, 600); // was on its way before the limit was known
    assert_int_equal(conn_wants(c), 0);
    conn_close(c);
    close(peer);
}

static void who_has_left_its_queue_expires_no_more(void **state)
{
    int peer;
    struct conn *first = connect_pair(&frame_service, &peer);

    (void)state;
    hand_in(first, "\xff\xff\xff\xff", 4);
    assert_ptr_equal(worker.lingering.first, first);
    first->since_ns = 0; // long over
    assert_ptr_equal(worker_expired(&worker), first);
    conn_leave(first);
    assert_null(worker_expired(&worker));
    assert_int_equal(worker_timeout(&worker), -1);
    conn_close(first);
    close(peer);
}

// The last one: a stop can't be taken back.
static void the_stop_takes_what_had_come_and_no_more(void **state)
{
    unsigned char back[64];
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), peer;
    struct conn *c = connect_pair(&echo_service, &peer);

    (void)state;
    stop_arm("test", listener, 3600 * NS_PER_SECOND);
    assert_int_equal(write(peer, "hello", 5), 5);
    kill(getpid(), SIGTERM);
    assert_true(stop_is_on());
    assert_int_equal(conn_room(c), 5);
    hand_in(c, "hel", 3);
    assert_int_equal(send_all(c, back, sizeof back), 3);
    assert_int_equal(conn_room(c), 2);
    hand_in(c, "lo", 2);
    assert_int_equal(send_all(c, back + 3, sizeof back), 2);
    assert_memory_equal(back, "hello", 5);
    assert_int_equal(conn_room(c), 0);
    conn_take(c, NULL, 0);
    assert_int_equal(conn_wants(c), 0);
    conn_close(c);
    close(peer);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_held_where_it_is_told_to),
        cmocka_unit_test(an_answer_for_which_there_is_no_place_has_memory_of_its_own),
        cmocka_unit_test(what_is_left_over_is_copied),
        cmocka_unit_test(what_comes_while_answers_wait_is_kept),
        cmocka_unit_test(the_room_is_what_is_missing_to_a_whole_message),
        cmocka_unit_test(a_failure_ends_it_and_drops_what_was_owed),
        cmocka_unit_test(a_lingering_client_is_over_at_its_last_byte),
        cmocka_unit_test(who_has_left_its_queue_expires_no_more),
        cmocka_unit_test(the_stop_takes_what_had_come_and_no_more),
    };
    return cmocka_run_group_tests_name("conn_take", tests, map_counters, NULL);
}
