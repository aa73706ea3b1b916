// test_counters.c: nothing that was counted is lost, whoever counted it and however it died.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/counters.h"
#include "tests/map_counters.h"

enum { WORKERS = 50, EACH = 1000 };

static void *count_in_a_thread(void *arg)
{
    for (int i = 0; i < EACH; i++) {
        count(COUNT_reads, 1);
        count(COUNT_bytes_in, 64);
    }
    return arg;
}

static void threads_counts_are_summed_after_their_end(void **state)
{
    uint64_t reads = counted(COUNT_reads), bytes = counted(COUNT_bytes_in);
    pthread_t threads[WORKERS];

    (void)state;
    for (int i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_in_a_thread, NULL), 0);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    assert_true(counted(COUNT_reads) - reads == (uint64_t)WORKERS * EACH);
    assert_true(counted(COUNT_bytes_in) - bytes == (uint64_t)WORKERS * EACH * 64);
}

static void processes_counts_are_summed_after_their_end(void **state)
{
    uint64_t reads = counted(COUNT_reads);
    pid_t children[WORKERS];

    (void)state;
    for (int i = 0; i < WORKERS; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            counters_child(0);
            count_in_a_thread(NULL);
            _exit(0);
        }
        assert_true(children[i] > 0);
    }
    for (int i = 0; i < WORKERS; i++) {
        waitpid(children[i], NULL, 0);
        counters_reap(children[i], 0, COUNT_broken);
    }
    assert_true(counted(COUNT_reads) - reads == (uint64_t)WORKERS * EACH);
}

static void a_client_beyond_the_maximum_does_not_get_in(void **state)
{
    (void)state;
    assert_true(clients_enter(2));
    assert_true(clients_enter(2));
    assert_false(clients_enter(2));
    clients_leave();
    assert_true(clients_enter(2));
    clients_leave();
    clients_leave();
}

// Forks a child that stands for a client's server, waits until it is at work, kills it, reaps it.
static void lose_a_child(unsigned born_with)
{
    int ready[2];
    char byte;

    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        counters_child(born_with);
        if (born_with == 0)
            clients_enter(UINT64_MAX);
        (void)!write(ready[1], "x", 1);
        for (;;)
            pause();
    }
    assert_true(child > 0);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    counters_reap(child, born_with, COUNT_broken);
    close(ready[0]);
    close(ready[1]);
}

static void clients_of_a_killed_child_make_room_again(void **state)
{
    uint64_t broken = counted(COUNT_broken), closed = counted(COUNT_closed);

    (void)state;
    assert_true(clients_enter(1)); // accepted on behalf of the child, as fork.c does
    lose_a_child(1);
    assert_true(clients_enter(1));
    clients_leave();

    lose_a_child(0); // accepted by the child itself, as in prefork.c
    assert_true(clients_enter(1));
    clients_leave();
    assert_true(counted(COUNT_broken) - broken == 2);
    assert_true(counted(COUNT_closed) - closed == 2);
}

static void clients_in_service_are_counted_over_all_workers(void **state)
{
    uint64_t before = clients_now();

    (void)state;
    assert_true(clients_enter(UINT64_MAX));
    assert_true(clients_now() == before + 1);
    pid_t child = fork();
    if (child == 0) {
        counters_child(0);
        clients_enter(UINT64_MAX);
        _exit(0); // with the client still there
    }
    assert_true(child > 0);
    waitpid(child, NULL, 0);
    assert_true(clients_now() == before + 2);
    counters_reap(child, 0, COUNT_broken);
    assert_true(clients_now() == before + 1);
    clients_leave();
    assert_true(clients_now() == before);
}

// A child that is passed a client once it has a row, and says so when it has let it go, or not.
static void pass_to_a_child(bool lets_go)
{
    int up[2], down[2];
    char byte;

    assert_int_equal(pipe(up), 0);
    assert_int_equal(pipe(down), 0);
    pid_t child = fork();
    if (child == 0) {
        counters_child(0);
        (void)!write(up[1], "x", 1);
        (void)!read(down[0], &byte, 1);
        if (lets_go)
            clients_leave();
        (void)!write(up[1], "x", 1);
        for (;;)
            pause();
    }
    assert_true(child > 0);
    assert_int_equal(read(up[0], &byte, 1), 1);
    assert_int_equal(write(down[1], "x", 1), 1);
    // The parent is slow: the client may have left before it is said whose it was.
    assert_int_equal(read(up[0], &byte, 1), 1);
    clients_pass(child);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    counters_reap(child, 0, COUNT_broken);
    for (int i = 0; i < 2; i++) {
        close(up[i]);
        close(down[i]);
    }
}

static void a_passed_client_is_lost_with_the_child_that_has_it(void **state)
{
    uint64_t broken = counted(COUNT_broken);

    (void)state;
    assert_true(clients_enter(1));
    pass_to_a_child(false);
    assert_true(counted(COUNT_broken) - broken == 1);
    assert_true(clients_enter(1)); // there is room again
    clients_leave();
}

static void a_passed_client_that_has_left_is_lost_with_nobody(void **state)
{
    uint64_t broken = counted(COUNT_broken);

    (void)state;
    assert_true(clients_enter(1));
    pass_to_a_child(true);
    assert_true(counted(COUNT_broken) == broken);
    assert_true(clients_enter(1));
    assert_false(clients_enter(1)); // and no more than there was
    clients_leave();
}

// Asks until it is over; NULL if it was always refused.
static void *be_refused(void *over)
{
    while (!atomic_load((atomic_bool *)over))
        if (clients_enter(1))
            return over;
    return NULL;
}

static void a_refusal_takes_nobodys_place(void **state)
{
    atomic_bool over = false;
    pthread_t refused[2];
    uint64_t most = 0;

    (void)state;
    assert_true(clients_enter(1));
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&refused[i], NULL, be_refused, &over), 0);
    for (unsigned i = 0; i < 1000000; i++) {
        uint64_t n = clients_now();
        most = n > most ? n : most;
    }
    atomic_store(&over, true);
    for (size_t i = 0; i < 2; i++) {
        void *got_in;
        pthread_join(refused[i], &got_in);
        assert_null(got_in);
    }
    clients_leave();
    assert_true(most == 1); // nobody who was turned away has counted meanwhile
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_counts_are_summed_after_their_end),
        cmocka_unit_test(processes_counts_are_summed_after_their_end),
        cmocka_unit_test(a_client_beyond_the_maximum_does_not_get_in),
        cmocka_unit_test(a_refusal_takes_nobodys_place),
        cmocka_unit_test(clients_of_a_killed_child_make_room_again),
        cmocka_unit_test(clients_in_service_are_counted_over_all_workers),
        cmocka_unit_test(a_passed_client_is_lost_with_the_child_that_has_it),
        cmocka_unit_test(a_passed_client_that_has_left_is_lost_with_nobody),
    };
    return cmocka_run_group_tests_name("counters", tests, map_counters, NULL);
}
