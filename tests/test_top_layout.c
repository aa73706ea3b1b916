// test_top_layout.c: where things stand on bin/top's screen, at every size of a terminal.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/top_sample.h"

static void one_server_fits_80_columns_and_24_rows(void **state)
{
    static const char *const expected[] = {
        "epoll (12345)\nbin/epoll --port 7000\n",
        "listens on  127.0.0.1:7000, 3 waiting\n",
        "clients     50\n",
        "requests/s  81,234\n",
        "processor   95.0 % of a core\n",
        "memory      3.1 MiB RSS, 1.2 MiB PSS\n",
        "descriptors 57: 50 sockets, 1 listener, 1 eventpoll, 5 others\n",
        "processes   1: 0 children, 0 zombies\n",
        "threads     1: 1 in epoll_wait\n",
        "messages   81,234/s          163,468",
    };
    const struct sheet sheet = {.columns = 80, .rows = 24};
    struct screen screen;
    struct subject s;

    (void)state;
    make_subject(&s, "epoll", 1, "in epoll_wait");
    draw(&screen, &sheet, &s, 1);
    expect_size(&screen, 80, 24);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        expect_text(&screen, expected[i]);
    assert_null(strchr(screen.text, '\033'));
    forget_screen(&screen);
    forget_subject(&s);
}

static void two_servers_stand_beside_each_other(void **state)
{
    const struct sheet sheet = {.columns = 80, .rows = 24};
    struct screen screen;
    struct subject s[2];

    (void)state;
    make_subject(&s[0], "epoll", 1, "in epoll_wait");
    make_subject(&s[1], "fork", 51, "in read");
    draw(&screen, &sheet, s, 2);
    expect_size(&screen, 80, 24);
    // The second one's half begins at the same column in every line.
    assert_string_equal(screen.line[0], "epoll (12345)                            fork (12345)");
    expect_text(&screen, "clients     50                           clients     50\n");
    expect_text(&screen, "threads     1: 1 in epoll_wait           threads     51: 51 in read\n");
    expect_text(&screen, "messages   81,234/s");
    forget_screen(&screen);
    forget_subject(&s[0]);
    forget_subject(&s[1]);
}

static void in_40_columns_they_stand_one_below_the_other(void **state)
{
    const struct sheet sheet = {.columns = 40, .rows = 24};
    struct screen screen;
    struct subject s[2];
    size_t titles = 0, requests = 0;

    (void)state;
    make_subject(&s[0], "epoll", 1, "in epoll_wait");
    make_subject(&s[1], "fork", 51, "in read");
    draw(&screen, &sheet, s, 2);
    expect_size(&screen, 40, 24);
    for (size_t i = 0; i < screen.count; i++) {
        titles += strcmp(screen.line[i], "epoll (12345)") == 0 ||
                  strcmp(screen.line[i], "fork (12345)") == 0;
        requests += strcmp(screen.line[i], "requests/s  81,234") == 0;
    }
    assert_int_equal(titles, 2);
    assert_int_equal(requests, 2);
    expect_text(&screen, "threads     51: 51 in read");
    forget_screen(&screen);
    forget_subject(&s[0]);
    forget_subject(&s[1]);
}

// As many as anyone would look at, and one more dimension than they would: nothing may be written
// beyond a margin, nor may anything be read beyond an array.
static void every_size_is_kept(void **state)
{
    struct subject s[3];
    struct screen screen;

    (void)state;
    make_subject(&s[0], "epoll", 1, "in epoll_wait");
    make_subject(&s[1], "fork", 1000, "in read");
    make_subject(&s[2], "a-server-with-a-long-n", 40, "in a_function_of_the_kernel()");
    for (size_t columns = 1; columns <= 340; columns += columns < 100 ? 1 : 37)
        for (size_t rows = 1; rows <= 260; rows += rows < 30 ? 1 : 50) {
            const struct sheet sheet = {.columns = columns, .rows = rows};
            draw(&screen, &sheet, s, 3);
            expect_size(&screen, columns, rows);
            if (columns >= 5)
                assert_memory_equal(screen.text, "epoll", 5);
            forget_screen(&screen);
        }
    for (size_t i = 0; i < 3; i++)
        forget_subject(&s[i]);
}

// A terminal: each line is wiped before it is written, the last one ends nowhere, and no more rows
// are used than there are.
static void a_terminals_screen_never_scrolls(void **state)
{
    struct screen screen;
    struct subject s;

    (void)state;
    make_subject(&s, "fork", 500, "in read");
    for (size_t rows = 1; rows < 40; rows++) {
        const struct sheet sheet = {.columns = 80, .rows = rows, .footer = "q", .live = true};
        draw(&screen, &sheet, &s, 1);
        assert_memory_equal(screen.text, "\033[H\033[K", 6);
        assert_true(screen.count <= rows);
        assert_int_not_equal(screen.text[strlen(screen.text) - 1], '\n');
        for (size_t i = 1; i + 1 < screen.count; i++)
            assert_memory_equal(screen.line[i], "\033[K", 3);
        forget_screen(&screen);
    }
    forget_subject(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_server_fits_80_columns_and_24_rows),
        cmocka_unit_test(two_servers_stand_beside_each_other),
        cmocka_unit_test(in_40_columns_they_stand_one_below_the_other),
        cmocka_unit_test(every_size_is_kept),
        cmocka_unit_test(a_terminals_screen_never_scrolls),
    };

    return cmocka_run_group_tests_name("top: layout", tests, NULL, NULL);
}
