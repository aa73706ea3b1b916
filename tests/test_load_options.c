// test_load_options.c: what a scenario asks of loadgen.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "results/load_options.h"

static void an_option_is_found_by_its_whole_name_and_the_last_one_counts(void **state)
{
    static const struct {
        const char *load, *name, *value;
    } cases[] = {
        {"--connections 10 --size 64", "size", "64"},
        {"--size=64 --connections=10", "size", "64"},
        {"--size 64 --size 128", "size", "128"},
        {"--rate-limit 5", "rate", "none"},
        {"--connections 10", "size", "none"},
        {"", "size", "none"},
        {"--requests-per-connection 3", "connection", "none"},
        {"--service\tframe", "service", "frame"},
    };
    char text[LOAD_OPTION];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(load_option(cases[i].load, cases[i].name, "none", text),
                            cases[i].value);
}

static void numbers_have_units_and_defaults(void **state)
{
    (void)state;
    assert_true(load_number("--rate 5k", "rate", 7) == 5000);
    assert_true(load_number("--size 64", "rate", 7) == 7);
    assert_true(load_connections("--connections 1000") == 1000);
    assert_true(load_connections("--size 64") == 50); // loadgen's own
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_option_is_found_by_its_whole_name_and_the_last_one_counts),
        cmocka_unit_test(numbers_have_units_and_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
