// test_talk_text.c: bytes from anywhere on one line of a terminal.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "loadgen/talk_text.h"

static size_t shown(const char *bytes, size_t n, int columns, char text[64], int *used)
{
    return talk_text((const unsigned char *)bytes, n, columns, text, 64, used);
}

static void text_is_cut_between_letters(void **state)
{
    char text[64];
    int used;

    (void)state;
    assert_int_equal(shown("가나다", 9, 5, text, &used), 6);
    assert_string_equal(text, "가나");
    assert_int_equal(used, 4);
    assert_int_equal(shown("a\n", 2, 2, text, &used), 1);
    assert_string_equal(text, "a");
    assert_int_equal(talk_text((const unsigned char *)"가나", 6, 0, text, 6, &used), 3);
    assert_string_equal(text, "가");
}

static void what_is_no_letter_is_shown_as_c_writes_it(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *text;
    } cases[] = {
        {"a\t\r\n\\\"\0z", 8, "a\\t\\r\\n\\\\\\\"\\x00z"},
        {"\033[31m", 5, "\\x1B[31m"},
        {"\x7F\x80\xFF", 3, "\\x7F\\x80\\xFF"},
        {"\xC0\xAF", 2, "\\xC0\\xAF"},                   // too long for its letter
        {"\xED\xA0\x80", 3, "\\xED\\xA0\\x80"},          // half of a pair of UTF-16
        {"\xF5\x80\x80\x80", 4, "\\xF5\\x80\\x80\\x80"}, // beyond Unicode
        {"\xEA\xB0", 2, "\\xEA\\xB0"},                   // cut
        {"\xC2\x9B", 2, "\\xC2\\x9B"},                   // a control sequence's first byte
        {"e\xCC\x81", 3, "e\\xCC\\x81"},                 // takes no column
    };
    static const char turn_round[] = {(char)0xE2, (char)0x80, (char)0xAE};
    char text[64];
    int used;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(shown(cases[i].bytes, cases[i].n, 0, text, &used), cases[i].n);
        assert_string_equal(text, cases[i].text);
    }
    shown(turn_round, sizeof turn_round, 0, text, &used);
    assert_string_equal(text, "\\xE2\\x80\\xAE");
}

static void korean_letters_take_two_columns(void **state)
{
    (void)state;
    assert_int_equal(talk_columns("abc"), 3);
    assert_int_equal(talk_columns("é가"), 3);
    assert_int_equal(talk_columns("정답: 7"), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cut_between_letters),
        cmocka_unit_test(what_is_no_letter_is_shown_as_c_writes_it),
        cmocka_unit_test(korean_letters_take_two_columns),
    };
    return cmocka_run_group_tests_name("text on one line", tests, NULL, NULL);
}
