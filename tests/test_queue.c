// test_queue.c: the load generator's requests under way: first in, first out, however many.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "loadgen/queue.h"

// A request that can be told from all others.
static struct request request_number(uint64_t n)
{
    return (struct request){.due = (int64_t)(1000 + n), .sent = (int64_t)(7 * n)};
}

static void put(struct queue *q)
{
    uint64_t number = q->tail;
    const struct request *r = queue_put(q, request_number(number));

    assert_non_null(r);
    assert_ptr_equal(r, queue_at(q, number));
    assert_int_equal(q->tail, number + 1);
}

static void assert_is(struct request r, uint64_t number)
{
    assert_int_equal(r.due, 1000 + number);
    assert_int_equal(r.sent, 7 * number);
}

static void take(struct queue *q)
{
    uint64_t number = q->head;

    assert_is(queue_take(q), number);
    assert_int_equal(q->head, number + 1);
}

static void one_request_after_the_other_needs_no_memory(void **state)
{
    struct queue q;

    (void)state;
    queue_open(&q);
    assert_int_equal(queue_length(&q), 0);
    for (int i = 0; i < 1000; i++) {
        put(&q);
        assert_int_equal(queue_length(&q), 1);
        take(&q);
    }
    assert_ptr_equal(q.slots, &q.only);
    queue_close(&q);
}

// Whatever the head is when the queue grows, its requests stay in order and keep their numbers.
static void it_grows_around_any_head(void **state)
{
    (void)state;
    for (unsigned taken = 0; taken < 40; taken++) {
        struct queue q;
        queue_open(&q);
        for (unsigned i = 0; i < taken; i++) {
            put(&q);
            if (i % 3 > 0)
                take(&q);
        }
        while (queue_length(&q) > 0)
            take(&q);
        for (unsigned i = 0; i < 100; i++)
            put(&q);
        assert_int_equal(queue_length(&q), 100);
        for (uint64_t number = q.head; number < q.tail; number++)
            assert_is(*queue_at(&q, number), number);
        while (queue_length(&q) > 0)
            take(&q);
        queue_close(&q);
    }
}

static void it_is_first_in_first_out_in_any_order_of_both(void **state)
{
    uint64_t random = 4711;
    struct queue q;

    (void)state;
    queue_open(&q);
    for (unsigned i = 0; i < 100000; i++)
        if (random_next(&random) % 1000 < (i < 50000 ? 520U : 480U))
            put(&q);
        else if (queue_length(&q) > 0)
            take(&q);
    assert_true(q.tail > 40000);
    assert_true(q.mask > 15); // it has grown more than once
    queue_close(&q);
}

static void what_is_changed_in_its_place_stays_so(void **state)
{
    struct queue q;

    (void)state;
    queue_open(&q);
    for (unsigned i = 0; i < 3; i++)
        put(&q);
    queue_at(&q, 1)->sent = 99;
    for (unsigned i = 3; i < 9; i++)
        put(&q); // grows
    take(&q);
    assert_int_equal(queue_take(&q).sent, 99);
    take(&q);
    queue_close(&q);
}

// In a child that may have no more memory. Returns its exit status: 0, it went as it should.
static int run_out_of_memory(void)
{
    struct rlimit none = {0, 0};
    struct queue q;
    uint64_t length = 0;

    queue_open(&q);
    // The next room is more than malloc(3) has in reserve.
    while (queue_length(&q) < 1 << 16)
        if (queue_put(&q, request_number(q.tail)) == NULL)
            return 1;
    setrlimit(RLIMIT_AS, &none);
    while (queue_put(&q, request_number(q.tail)) != NULL)
        if (++length > 1)
            return 2;
    if (queue_length(&q) != (1 << 16) + length)
        return 3;
    for (uint64_t number = 0; queue_length(&q) > 0; number++)
        if (queue_take(&q).due != request_number(number).due)
            return 4;
    queue_close(&q);
    return 0;
}

static void without_memory_all_is_as_it_was(void **state)
{
    const char *instrumented = getenv("INSTRUMENTED");
    int status;

    (void)state;
    if (instrumented != NULL && *instrumented != '\0')
        skip(); // sanitizers end a program whose malloc(3) would fail
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(run_out_of_memory());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_request_after_the_other_needs_no_memory),
        cmocka_unit_test(it_grows_around_any_head),
        cmocka_unit_test(it_is_first_in_first_out_in_any_order_of_both),
        cmocka_unit_test(what_is_changed_in_its_place_stays_so),
        cmocka_unit_test(without_memory_all_is_as_it_was),
    };
    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
