// test_wrap.c: text is broken between words, and nowhere else.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loadgen/wrap.h"

static void assert_wrapped(int indent, const char *text, const char *expected)
{
    static char *written; // static, because gcc 12 takes it for a pointer to this very variable
    static size_t size;
    FILE *memory = open_memstream(&written, &size);

    assert_non_null(memory);
    wrap_text(memory, indent, text);
    assert_int_equal(fclose(memory), 0);
    assert_string_equal(written, expected);
    free(written);
}

#define TEN "123456789 "
#define FORTY TEN TEN TEN TEN

static void what_fits_stays_on_its_line(void **state)
{
    (void)state;
    assert_wrapped(0, "", "\n");
    assert_wrapped(12, "one word", "one word\n");
    assert_wrapped(0, FORTY FORTY "x", FORTY TEN TEN TEN "123456789\nx\n");
    assert_wrapped(0, FORTY TEN TEN TEN "1234567890", FORTY TEN TEN TEN "1234567890\n"); // 80
    assert_wrapped(0, FORTY TEN TEN TEN "12345678901", FORTY TEN TEN "123456789\n12345678901\n");
}

static void further_lines_begin_where_the_first_does(void **state)
{
    (void)state;
    assert_wrapped(9, FORTY TEN TEN "123456789 a b", FORTY TEN TEN "123456789 a\n         b\n");
}

static void a_word_wider_than_the_line_stays_whole(void **state)
{
    char word[200 + 1], text[256], expected[256];

    (void)state;
    memset(word, 'w', 200);
    word[200] = '\0';
    snprintf(text, sizeof text, "a %s b", word);
    snprintf(expected, sizeof expected, "a\n  %s\n  b\n", word);
    assert_wrapped(2, text, expected);
    snprintf(expected, sizeof expected, "%s\n", word);
    assert_wrapped(2, word, expected);
}

static void spaces_and_ends_of_lines_are_one_space(void **state)
{
    (void)state;
    assert_wrapped(0, "  a \n\n b\n", "a b\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_stays_on_its_line),
        cmocka_unit_test(further_lines_begin_where_the_first_does),
        cmocka_unit_test(a_word_wider_than_the_line_stays_whole),
        cmocka_unit_test(spaces_and_ends_of_lines_are_one_space),
    };
    return cmocka_run_group_tests_name("wrapping", tests, NULL, NULL);
}
