// test_sizes.c: how long requests are: what the texts mean, and how often each size is picked.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/random.h"
#include "loadgen/sizes.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { MOST = 65536, PICKS = 200000 };

static struct sizes sizes_of(const char *text)
{
    struct sizes sizes;

    if (!sizes_read(text, 0, MOST, &sizes))
        fail_msg("sizes_read() refused \"%s\"", text);
    assert_ptr_equal(sizes.text, text);
    return sizes;
}

static void refuse(const char *text, uint32_t min, uint32_t max)
{
    struct sizes sizes = {.text = "untouched", .parts = 1, .part = {{1, 2, 3}}};

    if (sizes_read(text, min, max, &sizes))
        fail_msg("sizes_read() took \"%s\" for %u to %u", text, min, max);
    if (strcmp(sizes.text, "untouched") != 0 || sizes.parts != 1 || sizes.part[0].low != 1 ||
        sizes.part[0].high != 2 || sizes.part[0].upto != 3)
        fail_msg("sizes_read() refused \"%s\", and stored something", text);
}

static void one_size_is_that_size_and_no_other(void **state)
{
    uint64_t random = 1;

    (void)state;
    struct sizes sizes = sizes_of("64");
    assert_int_equal(sizes.parts, 1);
    assert_true(sizes_mean(&sizes) == 64);
    assert_int_equal(sizes_pick(&sizes, 0), 64);
    assert_int_equal(sizes_pick(&sizes, UINT64_MAX), 64);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(sizes_pick(&sizes, random_next(&random)), 64);
    sizes = sizes_of("0");
    assert_int_equal(sizes_pick(&sizes, UINT64_MAX), 0);
    assert_true(sizes_mean(&sizes) == 0);
    sizes = sizes_of("4k");
    assert_int_equal(sizes_pick(&sizes, 4711), 4096);
}

static void a_range_reaches_both_its_ends(void **state)
{
    (void)state;
    struct sizes sizes = sizes_of("64-1k");
    assert_int_equal(sizes_pick(&sizes, 0), 64);
    assert_int_equal(sizes_pick(&sizes, UINT64_MAX), 1024);
    assert_true(sizes_mean(&sizes) == 544);
    // The widest that there is.
    assert_true(sizes_read("1-16M", 1, 16 << 20, &sizes));
    assert_int_equal(sizes_pick(&sizes, 0), 1);
    assert_int_equal(sizes_pick(&sizes, UINT64_MAX), 16 << 20);
    sizes = sizes_of("7-7");
    assert_int_equal(sizes_pick(&sizes, UINT64_MAX), 7);
}

// The greatest deviations allowed are five standard ones: the seed is fixed, so the test is not a
// matter of luck, and another sequence would pass all but once in a million.
static void assert_about(unsigned count, double probability)
{
    double off = count - PICKS * probability;

    if (off * off > 25 * PICKS * probability * (1 - probability))
        fail_msg("picked %u times of %d, with a probability of %.3f", count, PICKS, probability);
}

static void the_sizes_of_a_range_are_alike_often(void **state)
{
    unsigned picked[10] = {0};
    uint64_t random = 2;

    (void)state;
    struct sizes sizes = sizes_of("100-109");
    for (int i = 0; i < PICKS; i++) {
        uint32_t size = sizes_pick(&sizes, random_next(&random));
        assert_in_range(size, 100, 109);
        picked[size - 100]++;
    }
    for (size_t i = 0; i < COUNT(picked); i++)
        assert_about(picked[i], 0.1);
}

static void a_mix_follows_its_weights(void **state)
{
    unsigned small = 0, middle = 0, large = 0;
    uint64_t random = 3;

    (void)state;
    struct sizes sizes = sizes_of("64:90,100-199:7,4k:3");
    assert_int_equal(sizes.parts, 3);
    assert_true(sizes_mean(&sizes) == (64 * 90 + 149.5 * 7 + 4096 * 3) / 100);
    for (int i = 0; i < PICKS; i++) {
        uint32_t size = sizes_pick(&sizes, random_next(&random));
        small += size == 64;
        middle += size >= 100 && size <= 199;
        large += size == 4096;
    }
    assert_int_equal(small + middle + large, PICKS);
    assert_about(small, 0.90);
    assert_about(middle, 0.07);
    assert_about(large, 0.03);
    // The high half chooses the part, and its ends are the ends of the mix.
    assert_int_equal(sizes_pick(&sizes, 0), 64);
    assert_int_equal(sizes_pick(&sizes, UINT64_MAX), 4096);
}

static void weights_count_by_their_ratio(void **state)
{
    uint64_t random = 4;
    unsigned first = 0;

    (void)state;
    struct sizes a = sizes_of("1:1,2:3"), b = sizes_of("1:250000,2:750000");
    for (int i = 0; i < PICKS; i++) {
        uint64_t bits = random_next(&random);
        assert_int_equal(sizes_pick(&a, bits), sizes_pick(&b, bits));
        first += sizes_pick(&a, bits) == 1;
    }
    assert_about(first, 0.25);
    assert_true(sizes_mean(&a) == 1.75 && sizes_mean(&b) == 1.75);
}

static void sixteen_parts_fit_and_seventeen_do_not(void **state)
{
    (void)state;
    struct sizes sizes = sizes_of("1:1000000,2:1000000,3:1000000,4:1000000,5:1000000,6:1000000,"
                                  "7:1000000,8:1000000,9:1000000,10:1000000,11:1000000,12:1000000,"
                                  "13:1000000,14:1000000,15:1000000,16:1000000");
    assert_int_equal(sizes.parts, SIZES_MAX);
    assert_int_equal(sizes_pick(&sizes, 0), 1);
    assert_int_equal(sizes_pick(&sizes, UINT64_MAX), 16);
    refuse("1:1,2:1,3:1,4:1,5:1,6:1,7:1,8:1,9:1,10:1,11:1,12:1,13:1,14:1,15:1,16:1,17:1", 0, MOST);
}

static void what_is_no_size_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "-",
        "x",
        "-1",
        "64b",
        "64K",
        "1.5k",
        "64-",
        "-64",
        "64--128",
        "64-32",
        "1-2-3",
        "64 ",
        " 64",
        "64,128",
        "64:",
        ":1",
        "64:0",
        "64:-1",
        "64:1.5",
        "64:x",
        "64:1:1",
        "64:1000001",
        "64:1,",
        ",64:1",
        "64:1,,8:1",
        "64:1,8",
        "64,8:1",
        "64:1;8:1",
        "64:1 ,8:1",
        "64:1k,8:1",
        "64:90%,8:10%",
        "0x40",
        "1e3",
        "65537",
        "0-65537",
        "64:1,65537:1",
        "1G",
        "64-1k:",
    };
    char long_one[2048];

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        refuse(bad[i], 0, MOST);
    memset(long_one, '0', sizeof long_one); // a zero, but at what length
    long_one[sizeof long_one - 1] = '\0';
    refuse(long_one, 0, MOST);
}

static void sizes_stay_between_the_limits_of_their_service(void **state)
{
    struct sizes sizes;

    (void)state;
    refuse("0", 1, MOST);
    refuse("0-64", 1, MOST);
    refuse("64:1,0:1", 1, MOST);
    assert_true(sizes_read("1-65536", 1, MOST, &sizes));
    refuse("1-65537", 1, MOST);
    assert_true(sizes_read("16M", 1, 16 << 20, &sizes));
    refuse("17M", 1, 16 << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_size_is_that_size_and_no_other),
        cmocka_unit_test(a_range_reaches_both_its_ends),
        cmocka_unit_test(the_sizes_of_a_range_are_alike_often),
        cmocka_unit_test(a_mix_follows_its_weights),
        cmocka_unit_test(weights_count_by_their_ratio),
        cmocka_unit_test(sixteen_parts_fit_and_seventeen_do_not),
        cmocka_unit_test(what_is_no_size_is_refused),
        cmocka_unit_test(sizes_stay_between_the_limits_of_their_service),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
