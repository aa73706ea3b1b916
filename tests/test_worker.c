// test_worker.c: a client that goes from one worker to another takes its time and its bytes along.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/conn.h"
#include "server/counters.h"
#include "tests/map_counters.h"

static struct server server;
static struct worker one, other;

// Both workers serve the same; without a time after which a client is idle, as by default.
static int begin(void **state)
{
    (void)state;
    server = (struct server){
        .model = "test",
        .options = {.service = &frame_service, .max_clients = UINT64_MAX, .seed = 1}};
    worker_init(&one, &server);
    worker_init(&other, &server);
    return 0;
}

// A client of `one`, at the other end of *peer.
static struct conn *connect_pair(int *peer)
{
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    *peer = ends[1];
    assert_true(clients_enter(UINT64_MAX));
    struct conn *c = conn_open(&one, ends[0]);
    assert_non_null(c);
    return c;
}

// Whether just these n stand in the queue, in this order, each linked both ways.
static void assert_stand(const struct queue *queue, struct conn *const expected[], size_t n)
{
    const struct conn *at = queue->first;

    assert_ptr_equal(queue->last, n > 0 ? expected[n - 1] : NULL);
    for (size_t i = 0; i < n; i++, at = at->after) {
        assert_ptr_equal(at, expected[i]);
        assert_ptr_equal(at->queue, queue);
        assert_ptr_equal(at->before, i == 0 ? NULL : expected[i - 1]);
    }
    assert_null(at);
}

// ---- Its queue -----------------------------------------------------------------------------

static void an_adopted_client_leaves_one_worker_for_the_other_with_its_time(void **state)
{
    struct conn c = {.worker = &one};
    struct conn *const alone[] = {&c};

    (void)state;
    server.options.idle_ns = 3600 * NS_PER_SECOND;
    queue_join(&one.talking, &c, 4711);
    assert_true(worker_adopt(&other, &c));
    assert_ptr_equal(c.worker, &other);
    assert_true(c.since_ns == 4711);
    assert_stand(&one.talking, NULL, 0);
    assert_stand(&other.talking, alone, 1);
}

static void it_joins_the_queue_that_its_state_asks_for(void **state)
{
    struct conn c = {.worker = &one, .since_ns = 7};
    struct conn *const alone[] = {&c};
    const struct {
        unsigned client_state;
        int64_t idle_ns;
        struct queue *queue; // NULL: none
    } cases[] = {
        {TALKING, 0, NULL},
        {TALKING, 1, &other.talking},
        {ENDING, 0, NULL},
        {ENDING, 1, &other.talking},
        {LINGERING, 0, &other.lingering},
        {LINGERING, 1, &other.lingering},
        {DRAINING, 0, &other.draining},
        {DRAINING, 1, &other.draining},
    };
    struct queue *const all[] = {&other.talking, &other.lingering, &other.draining};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        server.options.idle_ns = cases[i].idle_ns;
        c.state = cases[i].client_state;
        assert_int_equal(worker_adopt(&other, &c), cases[i].queue != NULL);
        assert_ptr_equal(c.queue, cases[i].queue);
        for (size_t j = 0; j < sizeof all / sizeof *all; j++)
            assert_stand(all[j], alone, all[j] == cases[i].queue);
        assert_true(c.since_ns == 7);
    }
}

static void it_takes_the_place_that_its_time_gives_it(void **state)
{
    struct conn a = {.since_ns = 10}, b = {.since_ns = 20}, c = {.since_ns = 30};
    struct conn d = {.since_ns = 30};
    struct conn *const order[] = {&a, &b, &c, &d};

    (void)state;
    server.options.idle_ns = 1;
    assert_true(worker_adopt(&other, &b));
    assert_false(worker_adopt(&other, &c));
    assert_false(worker_adopt(&other, &d)); // behind the one with the same time
    assert_true(worker_adopt(&other, &a));  // whose time runs out sooner than all others'
    assert_stand(&other.talking, order, 4);
}

static void a_queue_to_wait_in_goes_by_arrival_and_changes_no_time(void **state)
{
    struct conn a = {.since_ns = 30}, b = {.since_ns = 10}, c = {.since_ns = 20};
    struct conn *const order[] = {&a, &b, &c}, *const rest[] = {&a, &c};
    struct queue queue = {NULL, NULL};

    (void)state;
    queue_append(&queue, &a);
    queue_append(&queue, &b);
    queue_append(&queue, &c);
    assert_stand(&queue, order, 3);
    assert_true(a.since_ns == 30 && b.since_ns == 10 && c.since_ns == 20);
    assert_false(worker_adopt(&other, &b)); // takes it out, also where no time runs
    assert_null(b.queue);
    assert_stand(&queue, rest, 2);
}

// ---- Its time ------------------------------------------------------------------------------

static void only_its_new_worker_finds_its_time_run_out(void **state)
{
    int peer;

    (void)state;
    server.options.idle_ns = 1; // long over
    struct conn *c = connect_pair(&peer);
    assert_ptr_equal(worker_expired(&one), c);
    assert_true(worker_adopt(&other, c));
    assert_int_equal(worker_timeout(&one), -1);
    assert_null(worker_expired(&one));
    assert_int_equal(worker_timeout(&other), 0);
    assert_ptr_equal(worker_expired(&other), c);
    conn_close(c);
    assert_stand(&other.talking, NULL, 0);
    close(peer);
}

static void what_it_does_counts_for_its_new_worker(void **state)
{
    struct conn early = {.worker = &other};
    int peer;

    (void)state;
    server.options.idle_ns = 3600 * NS_PER_SECOND;
    struct conn *c = connect_pair(&peer);
    c->since_ns -= 10;
    queue_join(&other.talking, &early, c->since_ns + 5);
    assert_true(worker_adopt(&other, c));
    assert_int_equal(write(peer, "\0\0\0\0", 4), 4);
    assert_int_equal(conn_advance(c), WANT_READ);
    struct conn *const order[] = {&early, c};
    assert_stand(&other.talking, order, 2);
    assert_stand(&one.talking, NULL, 0);
    queue_leave(&early);
    conn_close(c);
    close(peer);
}

static void a_lingering_client_lingers_on_where_it_goes(void **state)
{
    unsigned char answer[8];
    int peer;

    (void)state;
    struct conn *c = connect_pair(&peer);
    assert_int_equal(write(peer, "\xff\xff\xff\xff", 4), 4); // a violation
    assert_int_equal(conn_advance(c), WANT_READ);
    assert_int_equal(c->state, LINGERING);
    int64_t since = c->since_ns;
    assert_true(worker_adopt(&other, c));
    assert_ptr_equal(other.lingering.first, c);
    assert_null(one.lingering.first);
    assert_true(c->since_ns == since);
    assert_int_equal(read(peer, answer, sizeof answer), 0);
    shutdown(peer, SHUT_WR);
    assert_int_equal(conn_advance(c), 0);
    conn_close(c);
    assert_null(other.lingering.first);
    close(peer);
}

// ---- Its bytes -----------------------------------------------------------------------------

static void it_is_served_at_the_new_desk_with_what_it_had_left(void **state)
{
    static const unsigned char frame[] = "\0\0\0\5pearl";
    static unsigned char before[SESSION_BUF];
    unsigned char answer[sizeof frame];
    const size_t n = sizeof frame - 1;
    int peer;

    (void)state;
    struct conn *c = connect_pair(&peer);
    assert_int_equal(write(peer, frame, 6), 6);
    assert_int_equal(conn_advance(c), WANT_READ);
    memset(one.in, 0xa5, sizeof one.in); // the next client's bytes
    memcpy(before, one.in, sizeof before);
    worker_adopt(&other, c);
    assert_int_equal(write(peer, frame + 6, n - 6), n - 6);
    assert_int_equal(conn_advance(c), WANT_READ);
    assert_int_equal(read(peer, answer, sizeof answer), n);
    assert_memory_equal(answer, frame, n);
    assert_memory_equal(one.in, before, sizeof before);
    assert_memory_equal(other.out, frame, n);
    conn_close(c);
    close(peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_adopted_client_leaves_one_worker_for_the_other_with_its_time,
                               begin),
        cmocka_unit_test_setup(it_joins_the_queue_that_its_state_asks_for, begin),
        cmocka_unit_test_setup(it_takes_the_place_that_its_time_gives_it, begin),
        cmocka_unit_test_setup(a_queue_to_wait_in_goes_by_arrival_and_changes_no_time, begin),
        cmocka_unit_test_setup(only_its_new_worker_finds_its_time_run_out, begin),
        cmocka_unit_test_setup(what_it_does_counts_for_its_new_worker, begin),
        cmocka_unit_test_setup(a_lingering_client_lingers_on_where_it_goes, begin),
        cmocka_unit_test_setup(it_is_served_at_the_new_desk_with_what_it_had_left, begin),
    };
    return cmocka_run_group_tests_name("worker", tests, map_counters, NULL);
}
