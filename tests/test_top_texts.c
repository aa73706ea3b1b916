// test_top_texts.c: what bin/top reads in /proc, taken from texts: names that imitate what follows
// them, calls, sockets; and the words that it makes of numbers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/proc.h"
#include "watch/look.h"
#include "watch/words.h"

// ---- Processes -----------------------------------------------------------------------------

// As the kernel writes it, behind the name.
#define STAT_REST                                                                                  \
    " S 41 42 42 0 -1 4194560 100 200 0 0 7 8 300 500 20 0 3 0 12345 1000 200 "                    \
    "18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n"

static void expect_stat_name(const char *text, const char *name)
{
    struct proc_stat p;

    assert_true(proc_stat_parse(text, &p));
    assert_string_equal(p.name, name);
    assert_int_equal(p.state, 'S');
    assert_int_equal(p.parent, 41);
    assert_int_equal(p.threads, 3);
    assert_true(p.ended_children_ns > 0);
}

static void a_name_may_hold_spaces_and_brackets(void **state)
{
    (void)state;
    expect_stat_name("42 (epoll)" STAT_REST, "epoll");
    expect_stat_name("42 (tmux: server)" STAT_REST, "tmux: server");
    expect_stat_name("42 (a) R 1 1 (b))" STAT_REST, "a) R 1 1 (b)");
    expect_stat_name("42 ())" STAT_REST, ")");
    expect_stat_name("42 ()" STAT_REST, "");
    expect_stat_name("42 (a\nb)" STAT_REST, "a\nb");
}

static void half_a_stat_is_none(void **state)
{
    static const char *const texts[] = {"", "42", "42 (epoll", "42 epoll) S 1",
                                        "42 (epoll) S 41 42 42 0"};
    struct proc_stat p;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(proc_stat_parse(texts[i], &p));
    assert_false(proc_stat_parse("42 )(" STAT_REST, &p));
}

static void a_thread_is_read_from_its_status(void **state)
{
    struct seen seen;
    char at;

    (void)state;
    assert_true(seen_parse(&seen,
                           "Name:\tworker 1\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t7\n"
                           "voluntary_ctxt_switches:\t1234\nnonvoluntary_ctxt_switches:\t56\n",
                           &at));
    assert_string_equal(seen.name, "worker 1");
    assert_int_equal(at, 'S');
    assert_true(seen.voluntary == 1234);
    assert_true(seen.forced == 56);
}

// The kernel writes a new line in a name as \n, two characters; others it leaves as they are.
static void a_threads_name_imitates_no_field_and_moves_no_cursor(void **state)
{
    struct seen seen;
    char at;

    (void)state;
    assert_true(seen_parse(&seen,
                           "Name:\t\\nState:\tZ \033[2J\nState:\tR (running)\n"
                           "voluntary_ctxt_switches:\t1\nnonvoluntary_ctxt_switches:\t2\n",
                           &at));
    assert_int_equal(at, 'R');
    assert_string_equal(seen.name, "\\nState:?Z ?[2J");
    assert_false(seen_parse(&seen, "Name:\tx\nState:\tR (running)\n", &at));
    assert_false(seen_parse(&seen, "", &at));
}

// ---- Calls ---------------------------------------------------------------------------------

static void expect_call(long number, const char *expected)
{
    char line[128], text[CALL_TEXT];

    snprintf(line, sizeof line, "%ld 0x5 0x7ffd0 0x400 0x0 0x0 0x0 0x7ffc0 0x7f8ae503", number);
    call_parse(line, text);
    assert_string_equal(text, expected);
}

static void a_call_has_the_name_that_it_has_on_this_architecture(void **state)
{
    (void)state;
    expect_call(SYS_read, "in read");
    expect_call(SYS_accept4, "in accept4");
    expect_call(SYS_epoll_pwait, "in epoll_pwait");
    expect_call(SYS_futex, "in futex");
    expect_call(SYS_io_uring_enter, "in io_uring_enter");
    expect_call(99999, "in call 99999");
#ifdef __x86_64__
    expect_call(0, "in read");
    expect_call(7, "in poll");
    expect_call(23, "in select");
    expect_call(232, "in epoll_wait");
    expect_call(270, "in pselect6");
    expect_call(288, "in accept4");
#endif
#ifdef __aarch64__
    expect_call(63, "in read");
    expect_call(22, "in epoll_pwait");
    expect_call(202, "in accept");
#endif
}

static void a_thread_may_be_in_no_call(void **state)
{
    char text[CALL_TEXT];

    (void)state;
    call_parse("running", text);
    assert_string_equal(text, "running");
    call_parse("-1 0x7ffc06c64d38 0x7f4f8d8ae503", text);
    assert_string_equal(text, "in no call");
    call_parse("", text);
    assert_string_equal(text, "running");
}

static void the_kernels_function_stands_in_for_the_call(void **state)
{
    char text[CALL_TEXT];

    (void)state;
    assert_true(call_parse_function("ep_poll", text));
    assert_string_equal(text, "in ep_poll()");
    assert_true(call_is_function(text));
    assert_true(call_parse_function("poll_schedule_timeout.constprop.0", text));
    assert_string_equal(text, "in poll_schedule_timeout()");
    assert_true(call_parse_function("a_function_with_a_name_as_long_as_a_line", text));
    assert_true(call_is_function(text));
    assert_false(call_parse_function("0", text));
    assert_false(call_parse_function("", text));
    call_parse("0 0x1", text);
    assert_false(call_is_function(text));
}

// ---- Sockets -------------------------------------------------------------------------------

static void expect_row(const char *line, bool v6, const char *address, unsigned row_state,
                       unsigned waiting, uint64_t inode)
{
    struct tcp_row row;
    char text[ADDRESS_TEXT];

    assert_true(tcp_row_parse(line, v6, &row));
    address_text(&row.local, text);
    assert_string_equal(text, address);
    assert_int_equal(row.state, row_state);
    assert_int_equal(row.waiting, waiting);
    assert_true(row.inode == inode);
}

// On a machine with the other byte order the kernel prints the words the other way round.
static void a_line_of_tcp_is_an_address_a_state_and_an_inode(void **state)
{
    (void)state;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    expect_row("   1: 0100007F:1B58 00000000:0000 0A 00000000:00000014 00:00000000 00000000     0"
               "        0 92686947 21 00000000a1556b25 100 0 0 10 0                 \n",
               false, "127.0.0.1:7000", TCP_LISTEN, 20, 92686947);
    expect_row("  17: 0200007F:1B58 0100007F:D431 01 00000000:00000005 02:00000A2B 00000000  1000"
               "        0 4294967297 2 0000000000000000 20 4 30 10 -1\n",
               false, "127.0.0.2:7000", TCP_ESTABLISHED, 5, UINT64_C(4294967297));
    expect_row(
        "   0: 00000000000000000000000001000000:1B59 00000000000000000000000000000000:0000 0A"
        " 00000000:00000000 00:00000000 00000000     0        0 77 1 0000000000000000 100 0"
        " 0 10 0\n",
        true, "[::1]:7001", TCP_LISTEN, 0, 77);
#endif
}

static void what_is_no_line_of_tcp_is_refused(void **state)
{
    static const char *const lines[] = {
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n", "",
        "   1: 0100007F:1B58 00000000:0000 0A\n",
        "   1: 0100007F:1B58 00000000:0000 0A 0:0 0:0 0 0 0\n"};
    struct tcp_row row;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_false(tcp_row_parse(lines[i], false, &row));
        assert_false(tcp_row_parse(lines[i], true, &row));
    }
    // An address of the other family.
    assert_false(tcp_row_parse("   1: 0100007F:1B58 00000000:0000 0A 00000000:00000014 00:00000000 "
                               "00000000 0 0 1 21\n",
                               true, &row));
}

// ---- Words ---------------------------------------------------------------------------------

static void expect_short(double amount, const char *expected)
{
    char text[WORDS_NUMBER];

    assert_string_equal(words_short(amount, text), expected);
    assert_true(strlen(text) <= 6);
}

static void numbers_are_short_enough_for_their_column(void **state)
{
    static const double steps[] = {9.94,   9.96,   99999.4, 99999.6, 999499.9,
                                   999500, 9994e3, 9996e3,  99.96e6, 18e18};

    (void)state;
    expect_short(NAN, "-");
    expect_short(0, "0");
    expect_short(0.4, "0.4");
    expect_short(12, "12");
    expect_short(81234.4, "81,234");
    expect_short(123456, "123k");
    expect_short(1234567, "1.23M");
    expect_short(22.6e9, "22.6G");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        char text[WORDS_NUMBER];
        assert_true(strlen(words_short(steps[i], text)) <= 6);
    }
}

static void memory_has_the_unit_that_suits_it(void **state)
{
    char text[WORDS_NUMBER];

    (void)state;
    assert_string_equal(words_memory(812, text), "812 KiB");
    assert_string_equal(words_memory(3174, text), "3.1 MiB");
    assert_string_equal(words_memory(204800, text), "200 MiB");
    assert_string_equal(words_memory(1258291, text), "1.2 GiB");
    assert_string_equal(words_memory(NAN, text), "?");
}

static void nothing_reaches_a_terminal_but_printable_ascii(void **state)
{
    char text[16], hostile[256];

    (void)state;
    words_printable(text, sizeof text, "\033]0;title\007");
    assert_string_equal(text, "?]0;title?");
    words_printable(text, sizeof text, "\xc2\x9b[2J"); // the one-byte form of ESC [, in UTF-8
    assert_string_equal(text, "??[2J");
    words_printable(text, sizeof text, "longer than there is room");
    assert_string_equal(text, "longer than the");
    for (size_t i = 0; i + 1 < sizeof hostile; i++)
        hostile[i] = (char)(i + 1);
    hostile[sizeof hostile - 1] = '\0';
    char clean[sizeof hostile];
    words_printable(clean, sizeof clean, hostile);
    assert_int_equal(strlen(clean), sizeof hostile - 1);
    for (size_t i = 0; clean[i] != '\0'; i++)
        assert_in_range(clean[i], ' ', '~');
}

// ---- Switches ------------------------------------------------------------------------------

static void switches_are_those_of_the_threads_that_live(void **state)
{
    struct seen then[] = {{.thread = 10, .voluntary = 100, .forced = 5},
                          {.thread = 20, .voluntary = 900},               // ends
                          {.thread = 30, .voluntary = 50, .forced = 50}}; // ends; 30 is another now
    struct seen later[] = {{.thread = 10, .voluntary = 130, .forced = 6},
                           {.thread = 25, .voluntary = 7, .forced = 1}, // is born
                           {.thread = 30, .voluntary = 2, .forced = 1}};
    struct look before = {.seen = then, .count = 3}, now = {.seen = later, .count = 3};
    struct look nobody = {.seen = NULL};
    uint64_t voluntary, forced;

    (void)state;
    look_switches(&before, &now, &voluntary, &forced);
    assert_true(voluntary == 30 + 7 + 2);
    assert_true(forced == 1 + 1 + 1);
    look_switches(&nobody, &now, &voluntary, &forced);
    assert_true(voluntary == 139 && forced == 8);
    look_switches(&before, &nobody, &voluntary, &forced);
    assert_true(voluntary == 0 && forced == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_may_hold_spaces_and_brackets),
        cmocka_unit_test(half_a_stat_is_none),
        cmocka_unit_test(a_thread_is_read_from_its_status),
        cmocka_unit_test(a_threads_name_imitates_no_field_and_moves_no_cursor),
        cmocka_unit_test(a_call_has_the_name_that_it_has_on_this_architecture),
        cmocka_unit_test(a_thread_may_be_in_no_call),
        cmocka_unit_test(the_kernels_function_stands_in_for_the_call),
        cmocka_unit_test(a_line_of_tcp_is_an_address_a_state_and_an_inode),
        cmocka_unit_test(what_is_no_line_of_tcp_is_refused),
        cmocka_unit_test(numbers_are_short_enough_for_their_column),
        cmocka_unit_test(memory_has_the_unit_that_suits_it),
        cmocka_unit_test(nothing_reaches_a_terminal_but_printable_ascii),
        cmocka_unit_test(switches_are_those_of_the_threads_that_live),
    };

    return cmocka_run_group_tests_name("top: texts", tests, NULL, NULL);
}
