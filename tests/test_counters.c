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

static int map(void **state)
{
    (void)state;
    counters_map();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_counts_are_summed_after_their_end),
        cmocka_unit_test(processes_counts_are_summed_after_their_end),
        cmocka_unit_test(a_client_beyond_the_maximum_does_not_get_in),
        cmocka_unit_test(clients_of_a_killed_child_make_room_again),
    };
    return cmocka_run_group_tests_name("counters", tests, map, NULL);
}
