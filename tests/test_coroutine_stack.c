// test_coroutine_stack.c: the stacks of coroutines: where one ends, who gets it next, and what
// happens when there is none.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "coroutines/coroutine.h"
#include "coroutines/stack.h"

static bool is_instrumented(void)
{
    const char *instrumented = getenv("INSTRUMENTED");

    return instrumented != NULL && *instrumented != '\0';
}

// In a child that may come to harm. Returns what waitpid(2) says of it.
static int status_of_child(int (*function)(void))
{
    struct rlimit no_core = {0, 0};
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &no_core);
        _exit(function());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static struct {
    uintptr_t top, bottom;
} * reached; // shared with the child

// NOLINTNEXTLINE(misc-no-recursion): to need more and more stack is what it is for
static unsigned sink(unsigned depth)
{
    volatile unsigned char room[64];

    reached->bottom = (uintptr_t)__builtin_frame_address(0);
    room[depth % sizeof room] = (unsigned char)depth;
    unsigned below = depth == UINT32_MAX ? 0 : sink(depth + 1);
    return below + room[depth % sizeof room]; // after the call, so that it can't become a loop
}

static void sink_for_ever(void *arg)
{
    unsigned *sum = arg;

    reached->top = (uintptr_t)__builtin_frame_address(0);
    *sum = sink(0);
}

static int overflow_a_stack(void)
{
    unsigned sum = 0;

    signal(SIGSEGV, SIG_DFL); // AddressSanitizer would put a report in its place
    coroutine_start(sink_for_ever, &sum);
    return (int)(sum & 1);
}

static void who_needs_more_than_its_stack_ends_at_the_guard_page(void **state)
{
    (void)state;
    reached = mmap(NULL, sizeof *reached, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                   0);
    assert_true(reached != MAP_FAILED);
    int status = status_of_child(overflow_a_stack);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
    // Not a byte beyond, and nearly all of it before.
    assert_in_range(reached->top - reached->bottom, STACK_SIZE - 2048, STACK_SIZE);
    munmap(reached, sizeof *reached);
}

static void note_where(void *arg)
{
    *(uintptr_t *)arg = (uintptr_t)__builtin_frame_address(0);
}

static void a_stack_that_is_free_is_the_next_ones(void **state)
{
    uintptr_t first = 0, second = 0;

    (void)state;
    assert_true(coroutine_start(note_where, &first));
    assert_true(coroutine_start(note_where, &second));
    assert_true(first != 0 && first == second);
}

static size_t mappings(void)
{
    FILE *file = fopen("/proc/self/maps", "re");
    size_t lines = 0;
    int c;

    assert_non_null(file);
    while ((c = fgetc(file)) != EOF)
        lines += c == '\n';
    fclose(file);
    return lines;
}

static struct coroutine *paused; // the one that has paused last

static void wait_once(void *arg)
{
    (void)arg;
    paused = coroutine_running();
    coroutine_pause();
}

static void stacks_go_back_to_the_system(void **state)
{
    enum { MANY = 500, SLACK = 20 };
    static struct coroutine *all[MANY];
    size_t before = mappings();

    (void)state;
    for (int i = 0; i < MANY; i++) {
        assert_true(coroutine_start(wait_once, NULL));
        all[i] = paused;
    }
    assert_true(mappings() >= before + (size_t)2 * (MANY - STACK_SPARES) - SLACK);
    for (int i = 0; i < MANY; i++)
        coroutine_resume(all[i], 0);
    assert_true(mappings() <= before + (size_t)2 * STACK_SPARES + SLACK);
}

// Of address space, in pages.
static unsigned long reserved(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long pages = 0;

    if (file == NULL)
        return 0;
    (void)!fscanf(file, "%lu", &pages); // NOLINT(cert-err34-c): the kernel writes it
    fclose(file);
    return pages;
}

// Until there is none. Returns 0 if then nothing was started, and one that ends makes room for one.
static int start_until_refused(unsigned least, unsigned most)
{
    unsigned long before = reserved();
    unsigned n = 0;

    for (paused = NULL; coroutine_start(wait_once, NULL); n++) {
        if (n == most)
            return 1;
        if (n >= least)
            before = reserved();
    }
    if (errno != ENOMEM)
        return 2;
    if (n < least)
        return 3;
    if (reserved() != before)
        return 4; // half of a stack is left over
    coroutine_resume(paused, 0);
    if (!coroutine_start(wait_once, NULL))
        return 5;
    return coroutine_start(wait_once, NULL) ? 6 : 0;
}

static int run_out_of_memory(void)
{
    struct rlimit none = {0, 0};

    if (!coroutine_start(wait_once, NULL)) // so that somebody is there who can end
        return 10;
    struct coroutine *early = paused;
    setrlimit(RLIMIT_AS, &none);
    while (coroutine_start(wait_once, NULL))
        early = paused; // the stacks that were kept
    coroutine_resume(early, 0);
    return start_until_refused(1, 1);
}

static void without_memory_nothing_is_started(void **state)
{
    (void)state;
    if (is_instrumented())
        skip(); // a sanitizer needs memory of its own
    int status = status_of_child(run_out_of_memory);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static unsigned max_map_count(void)
{
    FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
    unsigned n = 0;

    assert_non_null(file);
    assert_int_equal(fscanf(file, "%u", &n), 1); // NOLINT(cert-err34-c): the kernel writes it
    fclose(file);
    return n;
}

static int run_out_of_mappings(void)
{
    unsigned half = max_map_count() / 2;

    return start_until_refused(half - 1000, half);
}

static void without_mappings_nothing_is_started(void **state)
{
    (void)state;
    if (is_instrumented() || max_map_count() > 100000)
        skip(); // gigabytes
    int status = status_of_child(run_out_of_mappings);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_needs_more_than_its_stack_ends_at_the_guard_page),
        cmocka_unit_test(a_stack_that_is_free_is_the_next_ones),
        cmocka_unit_test(stacks_go_back_to_the_system),
        cmocka_unit_test(without_memory_nothing_is_started),
        cmocka_unit_test(without_mappings_nothing_is_started),
    };
    return cmocka_run_group_tests_name("coroutine_stack", tests, NULL, NULL);
}
