// test_guess.c: what the game answers, in pieces of any size.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/every_cut.h"

enum {
    LONGEST_LINE = GUESS_LINE + 2,
    LONGEST_REPLY = sizeof "입력값이 올바르지 않습니다:" - 1 + GUESS_LINE + 1,
};

static void check_guess(enum language language, enum verdict verdict)
{
    check_every_cut(&guess_service, language, verdict, LONGEST_LINE, LONGEST_REPLY);
}

static void guess_says_high_and_low_until_the_right_number(void **state)
{
    (void)state;
    begin();
    SAY("9\n1\r\n6\n4\n10\n0004\n0000000000000000000000000006\n4294967301\n5\n1\nnever read");
    HEAR("too high\ntoo low\ntoo high\ntoo low\ntoo high\ntoo low\ntoo high\ntoo high\ncorrect\n");
    check_guess(ENGLISH, FINISHED);
}

static void guess_speaks_korean(void **state)
{
    (void)state;
    begin();
    SAY("9\n1\n다섯\n\n5\n");
    HEAR("너무 높아요\n너무 낮아요\n입력값이 올바르지 않습니다:다섯\n"
         "입력값이 올바르지 않습니다:\n정답\n");
    check_guess(KOREAN, FINISHED);
    begin();
    SAY("0\n5\n");
    HEAR("종료\n");
    check_guess(KOREAN, FINISHED);
}

static void guess_ends_at_zero_however_it_is_written(void **state)
{
    (void)state;
    begin();
    SAY("7\n0\n5\n");
    HEAR("too high\nbye\n");
    check_guess(ENGLISH, FINISHED);
    begin();
    SAY("000\r\n5\n");
    HEAR("bye\n");
    check_guess(ENGLISH, FINISHED);
}

static void guess_returns_invalid_lines_as_they_are(void **state)
{
    static const char lines[] = "\npear\n 5\n5 \n\t5\n+5\n-5\n-0\n5.0\n0x5\n5e0\n5a\na5\n5 "
                                "5\n5,\n/\n:\n5/\n5:\n\0\n5\0\n\0005\n"
                                "\r5\na\rb\n%s%n\n\x1b[2J\n\xff\n\xff\xfe\x80\n\xef\xbc\x95\n";

    (void)state;
    begin();
    for (const char *line = lines, *end; line < lines + sizeof lines - 1; line = end + 1) {
        end = memchr(line, '\n', sizeof lines);
        add(&said, line, (size_t)(end - line) + 1);
        add(&said, line, (size_t)(end - line));
        SAY("\r\n");
        for (unsigned twice = 0; twice < 2; twice++) {
            HEAR("invalid input: ");
            add(&heard, line, (size_t)(end - line) + 1);
        }
    }
    SAY("5\r\r\n\r\r\n"); // only one \r belongs to the end of a line
    HEAR("invalid input: 5\r\ninvalid input: \r\n");
    check_guess(ENGLISH, GO_ON);
}

static void guess_reads_numbers_of_any_length(void **state)
{
    (void)state;
    begin();
    add_many(&said, '9', 200);
    SAY("\n1");
    add_many(&said, '0', GUESS_LINE - 1);
    SAY("\r\n");
    HEAR("too high\ntoo high\n");
    check_guess(ENGLISH, GO_ON);
    add_many(&said, '0', 200);
    SAY("5\n");
    HEAR("correct\n");
    check_guess(ENGLISH, FINISHED);
    begin();
    add_many(&said, '0', GUESS_LINE);
    SAY("\n");
    HEAR("bye\n");
    check_guess(ENGLISH, FINISHED);
}

static void guess_drops_a_last_line_without_its_end(void **state)
{
    (void)state;
    begin();
    SAY("9\n5");
    HEAR("too high\n");
    check_guess(ENGLISH, GO_ON);
    SAY("\r");
    check_guess(ENGLISH, GO_ON);
}

static void guess_takes_lines_of_256_bytes_and_not_one_more(void **state)
{
    static const struct {
        size_t n;
        const char *then;
        enum verdict verdict;
        bool answered;
    } cases[] = {
        {GUESS_LINE, "\n", GO_ON, true},
        {GUESS_LINE, "\r\n", GO_ON, true},
        {GUESS_LINE, "", GO_ON, false},
        {GUESS_LINE, "\r", GO_ON, false},
        {GUESS_LINE, "\r5\n", VIOLATION, false},
        {GUESS_LINE, "\r\r", VIOLATION, false},
        {GUESS_LINE, "\r\r\n", VIOLATION, false},
        {GUESS_LINE - 1, "\r\r\n", GO_ON, true},
        {GUESS_LINE + 1, "", VIOLATION, false},
        {GUESS_LINE + 1, "\n", VIOLATION, false},
        {GUESS_LINE + 1, "\r\n", VIOLATION, false},
        {GUESS_LINE + 200, "\n5\n", VIOLATION, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin();
        SAY("9\n");
        add_many(&said, 'x', cases[i].n);
        add(&said, cases[i].then, strlen(cases[i].then));
        HEAR("too high\n");
        if (cases[i].answered) {
            HEAR("invalid input: ");
            add_many(&heard, 'x', cases[i].n);
            add_many(&heard, '\r', GUESS_LINE - cases[i].n);
            HEAR("\n");
        }
        check_guess(ENGLISH, cases[i].verdict);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guess_says_high_and_low_until_the_right_number),
        cmocka_unit_test(guess_speaks_korean),
        cmocka_unit_test(guess_ends_at_zero_however_it_is_written),
        cmocka_unit_test(guess_returns_invalid_lines_as_they_are),
        cmocka_unit_test(guess_reads_numbers_of_any_length),
        cmocka_unit_test(guess_drops_a_last_line_without_its_end),
        cmocka_unit_test(guess_takes_lines_of_256_bytes_and_not_one_more),
    };
    return cmocka_run_group_tests_name("guess", tests, NULL, NULL);
}
