// test_units.c: what is a number on a command line, and above all what is not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/units.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

// Stands in the result before each call: a refusal must leave it there.
enum { UNTOUCHED = 4711 };

// What no kind of number may look like, and strtoul(3) or strtod(3) would partly take.
static const char *const never[] = {
    "",    " ",     "-",     "+",     ".",    "..",    "-1",  "+1",    "-0",   " 1",   "1 ",
    "\t1", "1\n",   "0x10",  "0X10",  "x",    "1e3",   "1E3", "1e",    "inf",  "nan",  "NaN",
    "1,5", "1,000", "1_000", "1'000", "1..5", "1.2.3", "--1", "1-",    "1+1",  "1/2",  "0b1",
    "１",  "\xff",  "1\xff", "%d",    "1;",   "$1",    "(1)", "\"1\"", "1.5k", "1.5M", "ten",
};

static void refuse_count(const char *text, uint64_t min, uint64_t max)
{
    uint64_t count = UNTOUCHED;

    if (units_count(text, min, max, &count) || count != UNTOUCHED)
        fail_msg("units_count() took \"%s\"", text);
}

static void refuse_size(const char *text, uint64_t min, uint64_t max)
{
    uint64_t bytes = UNTOUCHED;

    if (units_size(text, min, max, &bytes) || bytes != UNTOUCHED)
        fail_msg("units_size() took \"%s\"", text);
}

static void refuse_time(const char *text, int64_t max)
{
    int64_t ns = UNTOUCHED;

    if (units_time(text, max, &ns) || ns != UNTOUCHED)
        fail_msg("units_time() took \"%s\"", text);
}

static void refuse_seconds(const char *text, int64_t max)
{
    int64_t ns = UNTOUCHED;

    if (units_seconds(text, max, &ns) || ns != UNTOUCHED)
        fail_msg("units_seconds() took \"%s\"", text);
}

static uint64_t count_of(const char *text, uint64_t min, uint64_t max)
{
    uint64_t count = UNTOUCHED;

    if (!units_count(text, min, max, &count))
        fail_msg("units_count() refused \"%s\"", text);
    return count;
}

static uint64_t size_of(const char *text)
{
    uint64_t bytes = UNTOUCHED;

    if (!units_size(text, 0, UINT64_MAX, &bytes))
        fail_msg("units_size() refused \"%s\"", text);
    return bytes;
}

static int64_t time_of(const char *text)
{
    int64_t ns = UNTOUCHED;

    if (!units_time(text, INT64_MAX, &ns))
        fail_msg("units_time() refused \"%s\"", text);
    return ns;
}

static int64_t seconds_of(const char *text)
{
    int64_t ns = UNTOUCHED;

    if (!units_seconds(text, INT64_MAX, &ns))
        fail_msg("units_seconds() refused \"%s\"", text);
    return ns;
}

static double rate_of(const char *text)
{
    double rate = UNTOUCHED;

    if (!units_rate(text, 0, 1e12, &rate))
        fail_msg("units_rate() refused \"%s\"", text);
    return rate;
}

static void refuse_rate(const char *text, double min, double max)
{
    double rate = UNTOUCHED;

    if (units_rate(text, min, max, &rate) || rate != UNTOUCHED)
        fail_msg("units_rate() took \"%s\"", text);
}

static void a_count_is_decimal_digits_and_nothing_else(void **state)
{
    static const char *const bad[] = {
        "1k", "1.", "1.0", ".5", "1s", "7000ms", "99999999999999999999"};

    (void)state;
    for (size_t i = 0; i < COUNT(never); i++)
        refuse_count(never[i], 0, UINT64_MAX);
    for (size_t i = 0; i < COUNT(bad); i++)
        refuse_count(bad[i], 0, UINT64_MAX);
    assert_int_equal(count_of("0", 0, 65535), 0);
    assert_int_equal(count_of("7000", 0, 65535), 7000);
    assert_int_equal(count_of("0007000", 0, 65535), 7000); // not octal
    assert_true(count_of("18446744073709551615", 0, UINT64_MAX) == UINT64_MAX);
    refuse_count("18446744073709551616", 0, UINT64_MAX);
    refuse_count("184467440737095516150", 0, UINT64_MAX);
}

static void a_count_stays_between_its_limits(void **state)
{
    (void)state;
    refuse_count("0", 1, 65535);
    assert_int_equal(count_of("1", 1, 65535), 1);
    assert_int_equal(count_of("65535", 1, 65535), 65535);
    refuse_count("65536", 1, 65535);
    refuse_count("70000", 0, 65535);
    refuse_count("4294974296", 0, 65535); // 7000 in its low 32 bits
    refuse_count("4", 5, 5);
    refuse_count("6", 5, 5);
    assert_int_equal(count_of("5", 5, 5), 5);
}

// Every string of one or two bytes: a wider net than any list of bad ones.
static void of_all_short_strings_only_digits_are_counts(void **state)
{
    (void)state;
    for (unsigned a = 1; a < 256; a++)
        for (unsigned b = 0; b < 256; b++) {
            const char text[] = {(char)a, (char)b, '\0'};
            bool first = a >= '0' && a <= '9', second = b >= '0' && b <= '9';

            if (first && b == 0)
                assert_int_equal(count_of(text, 0, 99), a - '0');
            else if (first && second)
                assert_int_equal(count_of(text, 0, 99), (a - '0') * 10 + (b - '0'));
            else
                refuse_count(text, 0, UINT64_MAX);

            if (first && (b == 'k' || b == 'M' || b == 'G'))
                assert_int_equal(size_of(text), (uint64_t)(a - '0') << (b == 'k'   ? 10
                                                                        : b == 'M' ? 20
                                                                                   : 30));
            else if (!first || (b != 0 && !second))
                refuse_size(text, 0, UINT64_MAX);

            if (first && b == 's')
                assert_int_equal(time_of(text), (a - '0') * NS_PER_SECOND);
            else
                refuse_time(text, INT64_MAX);
        }
}

static void a_size_may_have_a_letter_for_its_thousands(void **state)
{
    static const char *const bad[] = {"k",   "M",  "G",   "1K", "1m",  "1g",  "1T",   "1kk", "1kB",
                                      "1Mk", "1b", "1 k", "k1", "1k ", "1k1", "1KiB", "1.k", ".5k"};

    (void)state;
    for (size_t i = 0; i < COUNT(never); i++)
        refuse_size(never[i], 0, UINT64_MAX);
    for (size_t i = 0; i < COUNT(bad); i++)
        refuse_size(bad[i], 0, UINT64_MAX);
    assert_int_equal(size_of("0"), 0);
    assert_int_equal(size_of("0G"), 0);
    assert_int_equal(size_of("4096"), 4096);
    assert_int_equal(size_of("64k"), 65536);
    assert_int_equal(size_of("3M"), 3 << 20);
    assert_true(size_of("5G") == UINT64_C(5) << 30);
    assert_true(size_of("17179869183G") == UINT64_C(17179869183) << 30);
    refuse_size("17179869184G", 0, UINT64_MAX); // 2^64, which is 0 in 64 bits
    refuse_size("18014398509481984k", 0, UINT64_MAX);
    refuse_size("18446744073709551616", 0, UINT64_MAX);
    refuse_size("1k", 1025, 65536);
    refuse_size("65k", 0, 65536);
    refuse_size("65537", 0, 65536);
}

static void a_time_needs_its_unit(void **state)
{
    static const char *const bad[] = {
        "0",     "1",     "1.5",  "ns",      "us",   "s",     ".s",    "1 s",
        "1S",    "1sec",  "1m",   "1h",      "1ks",  "1mss",  "1 min", "1MS",
        "1nss",  "1s ",   " 1s",  "-1s",     "+1s",  "1e3ms", "0x1s",  "1s1s",
        "1..5s", "1.5.s", "1,5s", "1.2.3ms", "infs", "nans",  "1µs",   "1minutes",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(never); i++)
        refuse_time(never[i], INT64_MAX);
    for (size_t i = 0; i < COUNT(bad); i++)
        refuse_time(bad[i], INT64_MAX);
    assert_int_equal(time_of("0ns"), 0);
    assert_int_equal(time_of("1ns"), 1);
    assert_int_equal(time_of("50us"), 50000);
    assert_int_equal(time_of("5ms"), 5000000);
    assert_int_equal(time_of("2s"), 2 * NS_PER_SECOND);
    assert_int_equal(time_of("3min"), 180 * NS_PER_SECOND);
}

static void a_time_may_have_a_fraction_exact_to_the_nanosecond(void **state)
{
    (void)state;
    assert_int_equal(time_of("1.5ms"), 1500000);
    assert_int_equal(time_of(".5us"), 500);
    assert_int_equal(time_of("0.3s"), 300000000);
    assert_int_equal(time_of("0.000000001s"), 1);
    assert_int_equal(time_of("1.123456789s"), 1123456789);
    assert_int_equal(time_of("0.1min"), 6 * NS_PER_SECOND);
    assert_int_equal(time_of("0.50000000000000000000000000000000000000ms"), 500000);
    assert_int_equal(seconds_of("0.25"), 250000000);
    assert_int_equal(seconds_of(".000000001"), 1);
    assert_int_equal(seconds_of("0.0000000001"), 0);
    // Every tenth of a microsecond up to a second's thousandth, written as a person would.
    for (unsigned i = 0; i < 10000; i++) {
        char text[16] = "0.0000000";

        for (unsigned rest = i, at = 8; rest > 0; rest /= 10)
            text[at--] = (char)('0' + rest % 10);
        assert_int_equal(seconds_of(text), i * 100);
    }
}

static void seconds_have_no_unit(void **state)
{
    static const char *const bad[] = {"1s", "1ms", "0.5s",  "1min", "s",
                                      "1 ", "1k",  "0.5.5", "0.-5"};

    (void)state;
    for (size_t i = 0; i < COUNT(never); i++)
        refuse_seconds(never[i], INT64_MAX);
    for (size_t i = 0; i < COUNT(bad); i++)
        refuse_seconds(bad[i], INT64_MAX);
    assert_int_equal(seconds_of("0"), 0);
    assert_int_equal(seconds_of("3"), 3 * NS_PER_SECOND);
    assert_int_equal(seconds_of("86400"), 86400 * NS_PER_SECOND);
}

static void a_rate_may_have_a_fraction_and_decimal_thousands(void **state)
{
    static const char *const bad[] = {"k",
                                      "M",
                                      ".k",
                                      "1K",
                                      "1m",
                                      "1G",
                                      "1kk",
                                      "1kM",
                                      "1k5",
                                      "1 k",
                                      "1k ",
                                      "1s",
                                      "1/s",
                                      "k1",
                                      "1.k.",
                                      "1..5k",
                                      "9999999999999999999",
                                      "10000000000000M"};

    (void)state;
    for (size_t i = 0; i < COUNT(never); i++)
        if (strcmp(never[i], "1.5k") != 0 && strcmp(never[i], "1.5M") != 0)
            refuse_rate(never[i], 0, 1e12);
    for (size_t i = 0; i < COUNT(bad); i++)
        refuse_rate(bad[i], 0, 1e12);
    assert_true(rate_of("0") == 0);
    assert_true(rate_of("20000") == 20000);
    assert_true(rate_of("20k") == 20000);
    assert_true(rate_of("1.5k") == 1500);
    assert_true(rate_of("1.234567M") == 1234567);
    assert_true(rate_of("0.3") == 0.3);
    assert_true(rate_of(".5") == 0.5 && rate_of("5.") == 5);
    assert_true(rate_of("0.000001") == 0.000001);
    refuse_rate("0.5", 1, 10);
    assert_true(units_rate("1", 1, 10, &(double){0}) && units_rate("10", 1, 10, &(double){0}));
    refuse_rate("10.000001", 1, 10);
    refuse_rate("1k", 1, 10);
}

static void no_time_is_beyond_its_limit(void **state)
{
    (void)state;
    refuse_seconds("1.000000001", NS_PER_SECOND);
    refuse_seconds("2", NS_PER_SECOND);
    assert_int_equal(seconds_of("1"), NS_PER_SECOND);
    refuse_time("1001ms", NS_PER_SECOND);
    refuse_time("1min", NS_PER_SECOND);
    refuse_time("1ns", 0);
    // Around the last nanosecond that 64 bits hold: 9223372036.854775807 s.
    assert_true(time_of("9223372036854775807ns") == INT64_MAX);
    refuse_time("9223372036854775808ns", INT64_MAX);
    refuse_time("18446744073709551615ns", INT64_MAX);
    refuse_time("9223372036.9s", INT64_MAX);
    refuse_time("9223372037s", INT64_MAX);
    refuse_time("153722867.99min", INT64_MAX);
    refuse_seconds("9223372036.9", INT64_MAX);
    refuse_seconds("99999999999999999999", INT64_MAX);
    assert_true(seconds_of("9223372036") == INT64_C(9223372036) * NS_PER_SECOND);
}

static void whole_numbers_are_grouped(void **state)
{
    char text[UNITS_GROUPED];

    (void)state;
    assert_string_equal(units_grouped(0, text), "0");
    assert_string_equal(units_grouped(999, text), "999");
    assert_string_equal(units_grouped(1000, text), "1,000");
    assert_string_equal(units_grouped(1234567, text), "1,234,567");
    assert_string_equal(units_grouped(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_is_decimal_digits_and_nothing_else),
        cmocka_unit_test(a_count_stays_between_its_limits),
        cmocka_unit_test(of_all_short_strings_only_digits_are_counts),
        cmocka_unit_test(a_size_may_have_a_letter_for_its_thousands),
        cmocka_unit_test(a_time_needs_its_unit),
        cmocka_unit_test(a_time_may_have_a_fraction_exact_to_the_nanosecond),
        cmocka_unit_test(seconds_have_no_unit),
        cmocka_unit_test(a_rate_may_have_a_fraction_and_decimal_thousands),
        cmocka_unit_test(no_time_is_beyond_its_limit),
        cmocka_unit_test(whole_numbers_are_grouped),
    };
    return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
