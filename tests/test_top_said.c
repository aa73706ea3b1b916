// test_top_said.c: what bin/top's screen says, and what it does not claim to know.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/top_sample.h"

static void a_thousand_threads_are_summed_up(void **state)
{
    const struct sheet sheet = {.columns = 80, .rows = 24};
    struct screen screen;
    struct subject s;

    (void)state;
    make_subject(&s, "threads", 1000, "in read");
    snprintf(s.now.seen[7].at, CALL_TEXT, "running");
    snprintf(s.now.seen[9].at, CALL_TEXT, "running");
    snprintf(s.now.seen[0].at, CALL_TEXT, "in accept");
    draw(&screen, &sheet, &s, 1);
    expect_size(&screen, 80, 24);
    expect_text(&screen, "threads     1,000: 997 in read, 2 running, 1 in accept\n");
    expect_text(&screen, " more\n");
    forget_screen(&screen);

    // Where there is room for each, each is listed.
    const struct sheet tall = {.columns = 80, .rows = 40};
    s.now.count = 20;
    draw(&screen, &tall, &s, 1);
    expect_text(&screen, "12363   threads     in read            12364   threads     in read\n");
    assert_null(strstr(screen.text, " more"));
    forget_screen(&screen);
    forget_subject(&s);
}

static void threads_in_many_calls_are_summed_up_too(void **state)
{
    const struct sheet sheet = {.columns = 200, .rows = 24};
    struct screen screen;
    struct subject s;

    (void)state;
    make_subject(&s, "threads", 300, "");
    for (size_t i = 0; i < 300; i++)
        snprintf(s.now.seen[i].at, CALL_TEXT, "in call %zu", i < 200 ? 0 : i);
    draw(&screen, &sheet, &s, 1);
    expect_text(&screen, "300: 200 in call 0, 1 in call 200, ");
    expect_text(&screen, ", 95 elsewhere\n");
    forget_screen(&screen);
    forget_subject(&s);
}

static void what_is_not_known_yet_is_a_dash(void **state)
{
    const struct sheet sheet = {.columns = 80, .rows = 24};
    struct screen screen;
    struct subject s;

    (void)state;
    make_subject(&s, "epoll", 1, "in epoll_wait");
    s.has_before = false;
    s.now.resident_kib = s.now.pss_kib = NAN;
    s.now.sockets = (struct sockets){.told = false};
    draw(&screen, &sheet, &s, 1);
    expect_text(&screen, "requests/s  -\n");
    expect_text(&screen, "processor   - of a core\n");
    expect_text(&screen, "switches/s  - voluntary, - forced\n");
    expect_text(&screen, "memory      ? RSS, ? PSS\n");
    expect_text(&screen, "descriptors ?\n");
    expect_text(&screen, "listens on  no TCP port\n");
    assert_null(strstr(screen.text, "nan"));
    forget_screen(&screen);
    forget_subject(&s);
}

static void of_a_foreign_server_it_is_said_where_its_figures_come_from(void **state)
{
    const struct sheet sheet = {.columns = 80, .rows = 24};
    struct screen screen;
    struct subject s;

    (void)state;
    make_subject(&s, "python3", 1, "in epoll_wait");
    s.watched.meter = (struct meter){.head = NULL};
    s.now.sockets.clients = 12;
    s.before.calls = 500;
    s.now.calls = 900;
    draw(&screen, &sheet, &s, 1);
    expect_text(&screen, "clients     12 connected\n");
    expect_text(&screen, "calls/s     200 of read, write (/proc/PID/io counts no recv, send)\n");
    assert_null(strstr(screen.text, "requests/s"));
    forget_screen(&screen);

    // It can't be read: no number is made up.
    s.before.calls = s.now.calls = NAN;
    draw(&screen, &sheet, &s, 1);
    expect_text(&screen, "calls/s     - of read, write");
    forget_screen(&screen);
    forget_subject(&s);
}

static void the_kernels_functions_are_explained(void **state)
{
    const struct sheet sheet = {.columns = 80, .rows = 24};
    struct screen screen;
    struct subject s;

    (void)state;
    make_subject(&s, "epoll", 1, "in ep_poll()");
    draw(&screen, &sheet, &s, 1);
    expect_text(&screen, "threads     1: 1 in ep_poll()\n");
    expect_text(&screen, "(): the kernel's function");
    forget_screen(&screen);
    forget_subject(&s);
}

static void one_that_has_ended_says_so_beside_the_other(void **state)
{
    const struct sheet sheet = {.columns = 80, .rows = 24};
    struct screen screen;
    struct subject s[2];

    (void)state;
    make_subject(&s[0], "epoll", 1, "in epoll_wait");
    make_subject(&s[1], "fork", 51, "in read");
    s[0].watched.ended = true;
    draw(&screen, &sheet, s, 2);
    assert_string_equal(screen.line[0], "epoll (12345) has ended                  fork (12345)");
    expect_text(&screen, "clients     50\n");
    forget_screen(&screen);
    forget_subject(&s[0]);
    forget_subject(&s[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_threads_are_summed_up),
        cmocka_unit_test(threads_in_many_calls_are_summed_up_too),
        cmocka_unit_test(what_is_not_known_yet_is_a_dash),
        cmocka_unit_test(of_a_foreign_server_it_is_said_where_its_figures_come_from),
        cmocka_unit_test(the_kernels_functions_are_explained),
        cmocka_unit_test(one_that_has_ended_says_so_beside_the_other),
    };

    return cmocka_run_group_tests_name("top: said", tests, NULL, NULL);
}
