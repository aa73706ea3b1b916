// test_coroutine.c: functions that stop in the middle, and what they find when they go on.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fenv.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "coroutines/coroutine.h"

// ---- Who runs -----------------------------------------------------------------------------

static struct coroutine *paused; // the one that has paused last
static char story[64];

static void tell(char c)
{
    size_t n = strlen(story);

    assert_true(n + 1 < sizeof story);
    story[n] = c;
    story[n + 1] = '\0';
}

static int pause_here(void)
{
    paused = coroutine_running();
    return coroutine_pause();
}

static void tell_in_three_parts(void *arg)
{
    const char *parts = arg;

    tell(parts[0]);
    pause_here();
    tell(parts[1]);
    pause_here();
    tell(parts[2]);
}

static void it_goes_on_where_it_stopped(void **state)
{
    static char parts[] = "abc";

    (void)state;
    story[0] = '\0';
    assert_true(coroutine_start(tell_in_three_parts, parts));
    tell('1');
    coroutine_resume(paused, 0);
    tell('2');
    coroutine_resume(paused, 0);
    tell('3');
    assert_string_equal(story, "a1b2c3");
}

static void add_up(void *arg)
{
    int *sum = arg, n;

    while ((n = pause_here()) != 0)
        *sum += n;
}

static void what_resume_says_is_what_pause_returns(void **state)
{
    int sum = 0;

    (void)state;
    assert_true(coroutine_start(add_up, &sum));
    for (int n = 1; n <= 10; n++)
        coroutine_resume(paused, n);
    coroutine_resume(paused, 0);
    assert_int_equal(sum, 55);
}

static void start_another(void *arg)
{
    tell('<');
    if (coroutine_start(tell_in_three_parts, arg))
        tell('>');
    struct coroutine *other = paused;
    pause_here();
    tell('(');
    coroutine_resume(other, 0);
    tell(')');
}

static void each_goes_back_to_whoever_let_it_run(void **state)
{
    static char parts[] = "abc";

    (void)state;
    story[0] = '\0';
    struct coroutine *whole = coroutine_running();
    assert_true(coroutine_start(start_another, parts));
    tell('1');
    coroutine_resume(paused, 0); // which resumes the other one in turn
    tell('2');
    coroutine_resume(paused, 0); // the other one, from here
    assert_string_equal(story, "<a>1(b)2c");
    assert_ptr_equal(coroutine_running(), whole);
}

// ---- What is kept -------------------------------------------------------------------------

// As many values as there are registers that a callee keeps, alive across each turn().
__attribute__((noinline)) static uint64_t mix(uint64_t seed, int rounds, void (*turn)(void))
{
    uint64_t a = seed, b = seed * 3, c = seed * 5, d = seed * 7, e = seed * 11, f = seed * 13;
    double p = 1 / (double)seed, q = p / 3, r = p / 5, s = p / 7, t = p / 11, u = p / 13;
    double v = p / 17, w = p / 19, x = p / 23;

    for (int round = 0; round < rounds; round++) {
        turn();
        a += f, b ^= a, c += b, d ^= c, e += d, f ^= e;
        p = q + r / 2, q = r + s / 3, r = s + t / 5, s = t + u / 7, t = u + v / 11, u = v + w / 13;
        v = w + x / 17, w = x + p / 19, x = (p + q) / 2.5;
    }
    double sum = p + 2 * q + 3 * r + 4 * s + 5 * t + 6 * u + 7 * v + 8 * w + 9 * x;
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    return bits ^ a ^ b ^ c ^ d ^ e ^ f;
}

static void stay(void)
{
}

static void let_the_other_run(void)
{
    coroutine_resume(paused, 0);
}

static void let_main_run(void)
{
    pause_here();
}

enum { OURS = 1000, ITS = 1100, AHEAD = 7 };

static void mix_in_turns(void *arg)
{
    uint64_t *result = arg;

    *result = mix(*result, ITS, let_main_run);
}

static void registers_that_a_callee_keeps_are_kept(void **state)
{
    uint64_t result = 4711;

    (void)state;
    assert_true(coroutine_start(mix_in_turns, &result));
    for (int i = 0; i < AHEAD; i++) // so that not even the number of the round is the same
        coroutine_resume(paused, 0);
    assert_true(mix(815, OURS, let_the_other_run) == mix(815, OURS, stay));
    for (int i = OURS + AHEAD; i < ITS; i++)
        coroutine_resume(paused, 0);
    assert_true(result == mix(4711, ITS, stay));
}

// By SSE's control word on x86-64 the first, by the x87's the second.
static double third(void)
{
    volatile double one = 1, three = 3;

    return one / three;
}

static long double long_third(void)
{
    volatile long double one = 1, three = 3;

    return one / three;
}

struct thirds {
    double before, after;
    long double long_before, long_after;
};

static void divide_rounding_up(void *arg)
{
    struct thirds *up = arg;

    fesetround(FE_UPWARD);
    up->before = third();
    up->long_before = long_third();
    pause_here();
    up->after = third();
    up->long_after = long_third();
}

static void each_has_a_rounding_mode_of_its_own(void **state)
{
    struct thirds up, down;

    (void)state;
    fesetround(FE_DOWNWARD);
    down.before = third();
    down.long_before = long_third();
    bool started = coroutine_start(divide_rounding_up, &up);
    down.after = third();
    down.long_after = long_third();
    if (started)
        coroutine_resume(paused, 0);
    fesetround(FE_TONEAREST);
    assert_true(started);
    assert_true(down.before == down.after && down.long_before == down.long_after);
    assert_true(up.before == up.after && up.long_before == up.long_after);
    assert_true(down.before < up.before && down.long_before < up.long_before);
}

static void print_a_number(void *arg)
{
    snprintf(arg, 32, "%d %.3f", (int)((uintptr_t)__builtin_frame_address(0) % 16), 1.5);
}

static void a_new_stack_is_aligned_as_functions_expect(void **state)
{
    char text[32];

    (void)state;
    assert_true(coroutine_start(print_a_number, text));
    assert_string_equal(text, "0 1.500");
}

// ---- Many of them ---------------------------------------------------------------------------

enum { WALKERS = 1000, STEPS = 20, BAGGAGE = 700 };

static struct walker {
    struct coroutine *coroutine; // NULL: it has arrived
    uint64_t heard;
    bool intact;
} walkers[WALKERS];

static void walk(void *arg)
{
    struct walker *me = arg;
    unsigned char baggage[BAGGAGE], fill = (unsigned char)(me - walkers);
    volatile unsigned char *mine = baggage; // looked at, not remembered
    uint64_t heard = 0;

    memset(baggage, fill, sizeof baggage);
    me->coroutine = coroutine_running();
    for (int step = 0; step < STEPS; step++)
        heard = heard * 31 + (uint64_t)coroutine_pause();
    me->heard = heard;
    me->intact = true;
    for (int i = 0; i < BAGGAGE; i++)
        me->intact = me->intact && mine[i] == fill;
    me->coroutine = NULL;
}

static void a_thousand_take_turns_in_any_order(void **state)
{
    static uint64_t said[WALKERS];
    uint64_t random = 4711;
    int left = WALKERS;

    (void)state;
    memset(said, 0, sizeof said);
    for (int i = 0; i < WALKERS; i++)
        assert_true(coroutine_start(walk, &walkers[i]));
    while (left > 0) {
        int i = (int)(random_next(&random) % WALKERS), message = (int)(random_next(&random) % 100);
        if (walkers[i].coroutine == NULL)
            continue;
        said[i] = said[i] * 31 + (uint64_t)message;
        coroutine_resume(walkers[i].coroutine, message);
        left -= walkers[i].coroutine == NULL;
    }
    for (int i = 0; i < WALKERS; i++) {
        assert_true(walkers[i].intact);
        assert_true(walkers[i].heard == said[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_goes_on_where_it_stopped),
        cmocka_unit_test(what_resume_says_is_what_pause_returns),
        cmocka_unit_test(each_goes_back_to_whoever_let_it_run),
        cmocka_unit_test(registers_that_a_callee_keeps_are_kept),
        cmocka_unit_test(each_has_a_rounding_mode_of_its_own),
        cmocka_unit_test(a_new_stack_is_aligned_as_functions_expect),
        cmocka_unit_test(a_thousand_take_turns_in_any_order),
    };
    return cmocka_run_group_tests_name("coroutine", tests, NULL, NULL);
}
