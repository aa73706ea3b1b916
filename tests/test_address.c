// test_address.c: hosts and ports as numbers and names, and how they are shown.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/address.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void check_numeric(const char *host, uint16_t port, const char *expected)
{
    struct address found[4];
    char text[ADDRESS_TEXT];
    const char *why = NULL;

    assert_int_equal(address_find(host, port, found, 4, &why), 1);
    assert_null(why);
    address_text(&found[0], text);
    assert_string_equal(text, expected);
}

static void numeric_addresses_come_back_as_they_were(void **state)
{
    (void)state;
    check_numeric("127.0.0.1", 7000, "127.0.0.1:7000");
    check_numeric("127.0.0.1", 0, "127.0.0.1:0");
    check_numeric("0.0.0.0", 65535, "0.0.0.0:65535");
    check_numeric("255.255.255.255", 1, "255.255.255.255:1");
    check_numeric("::1", 7000, "[::1]:7000");
    check_numeric("::", 7000, "[::]:7000");
    check_numeric("0:0:0:0:0:0:0:1", 7000, "[::1]:7000");
    check_numeric("2001:db8:1111:2222:3333:4444:5555:6666", 65535,
                  "[2001:db8:1111:2222:3333:4444:5555:6666]:65535");
    check_numeric("fe80::1111:2222:3333:4444%lo", 65535, "[fe80::1111:2222:3333:4444%lo]:65535");
}

static void names_are_looked_up(void **state)
{
    struct address found[8];
    char text[ADDRESS_TEXT];
    const char *why = NULL;
    size_t n = address_find("localhost", 7000, found, 8, &why);

    (void)state;
    assert_in_range(n, 1, 8);
    for (size_t i = 0; i < n; i++) {
        address_text(&found[i], text);
        assert_true(strcmp(text, "127.0.0.1:7000") == 0 || strcmp(text, "[::1]:7000") == 0);
    }
}

static void no_more_addresses_are_stored_than_there_is_room_for(void **state)
{
    struct address found[2];
    const char *why = NULL;

    (void)state;
    memset(found, 0xee, sizeof found);
    assert_int_equal(address_find("127.0.0.1", 7000, found, 0, &why), 0);
    assert_int_equal(found[0].length, 0xeeeeeeee);
    assert_int_equal(address_find("localhost", 7000, found, 1, &why), 1);
    assert_int_equal(found[1].length, 0xeeeeeeee);
}

static void what_is_no_address_is_said_with_a_reason(void **state)
{
    // None of these is ever asked of a name server.
    static const char *const bad[] = {"",        ":::",           "1::2::3",
                                      "[::1]",   "::1%",          "::1%no-such-interface",
                                      "12345::", "::127.0.0.256", "fe80::1%999999999999"};

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct address found[2];
        const char *why = NULL;

        if (address_find(bad[i], 7000, found, 2, &why) != 0)
            fail_msg("\"%s\" was taken for an address", bad[i]);
        assert_non_null(why);
        assert_true(strlen(why) > 0 && strchr(why, '\n') == NULL);
    }
}

static void an_address_that_is_none_is_a_question_mark(void **state)
{
    struct address none = {.length = 0};
    char text[ADDRESS_TEXT];

    (void)state;
    address_text(&none, text);
    assert_string_equal(text, "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numeric_addresses_come_back_as_they_were),
        cmocka_unit_test(names_are_looked_up),
        cmocka_unit_test(no_more_addresses_are_stored_than_there_is_room_for),
        cmocka_unit_test(what_is_no_address_is_said_with_a_reason),
        cmocka_unit_test(an_address_that_is_none_is_a_question_mark),
    };
    return cmocka_run_group_tests_name("addresses", tests, NULL, NULL);
}
