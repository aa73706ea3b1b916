// test_grade_guard.c: the guard, with a runner of the test's own: what a killed case has left to
// the runner is the submission's, and counts; the runner's own children are spared.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/proc.h"
#include "grade/children.h"
#include "grade/guard.h"
#include "tests/conform/conform.h"

enum { STRAYS = 8, BELOW = 3, MIB = 1 << 20, TAKEN = 64 * MIB };

// ---- The runner ------------------------------------------------------------------------------

static void pause_as(const char *name)
{
    prctl(PR_SET_NAME, name);
    for (;;)
        pause();
}

static void fork_pausing(const char *name, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (fork() == 0)
            pause_as(name);
}

// A case with its server's processes below it, the first of which has taken memory.
static void be_case(void)
{
    static char memory[TAKEN];

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    fork_pausing("server", BELOW - 1);
    if (fork() == 0) {
        explicit_bzero(memory, sizeof memory);
        pause_as("large");
    }
    pause_as("case");
}

// It has one case, and what another one has left that was killed.
static _Noreturn void be_runner(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t dead = fork();
    if (dead == 0) {
        fork_pausing("stray", STRAYS);
        _exit(0);
    }
    children_note(dead, true);
    waitpid(dead, NULL, 0);
    children_note(dead, false);
    pid_t lives = fork();
    if (lives == 0)
        be_case();
    children_note(lives, true);
    pause_as("runner");
    _exit(0);
}

static struct world {
    pid_t runner;
    struct confinement confinement;
    struct guard guard;
} world;

// How many with this name are below the runner, and live.
static size_t count_of(const char *name)
{
    struct proc_tasks tasks;
    size_t n = 0;

    proc_tasks_find(&tasks, world.runner);
    for (size_t i = 0; i < tasks.count; i++) {
        struct proc_stat stat;
        n += !tasks.list[i].zombie && proc_stat_read(tasks.list[i].process, &stat) &&
             strcmp(stat.name, name) == 0;
    }
    free(tasks.list);
    return n;
}

static void await_count(const char *name, size_t n)
{
    for (double end = now() + 30; count_of(name) != n; nap(0.01))
        assert_true(now() < end);
}

// Without a C library's stack for it: returns twice, as fork does.
static bool begin_with(int flags)
{
    children_share();
    world.runner = (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
    if (world.runner == 0)
        be_runner();
    if (world.runner == -1)
        return false;
    await_count("stray", STRAYS);
    await_count("server", BELOW - 1);
    await_count("large", 1);
    await_count("case", 1);
    await_count("runner", 1);
    world.confinement = (struct confinement){.processes = 1000};
    guard_begin(&world.guard, world.runner, &world.confinement);
    world.guard.floor = 0; // what the machine has left is not this test's business
    return true;
}

static int begin(void **state)
{
    (void)state;
    return begin_with(0) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    if (world.runner <= 0)
        return 0;
    guard_end_below(world.runner);
    kill(world.runner, SIGKILL);
    return waitpid(world.runner, NULL, 0) == world.runner ? 0 : -1;
}

static void look(void)
{
    world.guard.again = 0;
    guard_look(&world.guard);
}

// ---- What it spares, and what not ------------------------------------------------------------

static void who_has_not_too_much_goes_on(void **state)
{
    (void)state;
    look();
    assert_string_equal(world.guard.ended, "");
    assert_int_equal(count_of("stray"), STRAYS);
    assert_int_equal(count_of("large"), 1);
}

static void expect_strays_counted(void)
{
    world.confinement.processes = STRAYS;
    look();
    assert_non_null(strstr(world.guard.ended, "it had 8 processes"));
    await_count("stray", 0);
    assert_int_equal(count_of("case"), 1);
    assert_int_equal(count_of("server"), BELOW - 1);
    assert_int_equal(count_of("large"), 1);
}

static void what_a_killed_case_has_left_counts_and_is_ended_first(void **state)
{
    (void)state;
    expect_strays_counted();
}

static void so_it_is_where_the_runner_has_numbers_of_its_own(void **state)
{
    (void)state;
    if (!begin_with(CLONE_NEWPID | (geteuid() == 0 ? 0 : CLONE_NEWUSER)))
        skip(); // this machine allows none
    expect_strays_counted();
}

static void the_case_with_the_most_memory_loses_its_server(void **state)
{
    (void)state;
    world.guard.memory = TAKEN / 2;
    look();
    assert_non_null(strstr(world.guard.ended, "MiB of memory"));
    await_count("large", 0);
    assert_int_equal(count_of("case"), 1);
    assert_int_equal(count_of("stray"), STRAYS);
}

static void where_the_machine_runs_short_who_has_much_is_ended_before_its_limit(void **state)
{
    (void)state;
    world.guard.floor = UINT64_MAX; // always
    world.guard.memory = (uint64_t)64 * TAKEN;
    look();
    assert_string_equal(world.guard.ended, "");
    world.guard.memory = (uint64_t)4 * TAKEN;
    look();
    assert_non_null(strstr(world.guard.ended, "and the machine hardly any left"));
    await_count("large", 0);
    assert_int_equal(count_of("case"), 1);
}

static void at_the_end_only_the_runners_own_are_left(void **state)
{
    (void)state;
    guard_end(&world.guard);
    await_count("stray", 0);
    await_count("server", 0);
    assert_int_equal(count_of("case"), 1);
    assert_int_equal(count_of("runner"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_has_not_too_much_goes_on, begin, end),
        cmocka_unit_test_setup_teardown(what_a_killed_case_has_left_counts_and_is_ended_first,
                                        begin, end),
        cmocka_unit_test_teardown(so_it_is_where_the_runner_has_numbers_of_its_own, end),
        cmocka_unit_test_setup_teardown(the_case_with_the_most_memory_loses_its_server, begin, end),
        cmocka_unit_test_setup_teardown(
            where_the_machine_runs_short_who_has_much_is_ended_before_its_limit, begin, end),
        cmocka_unit_test_setup_teardown(at_the_end_only_the_runners_own_are_left, begin, end),
    };

    const char *instrumented = getenv("INSTRUMENTED");

    if (instrumented != NULL && *instrumented != '\0') {
        puts("skipped: a sanitizer's memory is not what the guard measures");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
