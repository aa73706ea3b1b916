// test_plot_layout.c: what C lays out for gnuplot: axes, the words on them, labels.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/drawing.h"

static void axes_begin_and_end_at_round_numbers(void **state)
{
    struct scale s;

    (void)state;
    scale_from_zero(&s, 128300);
    assert_true(s.low == 0 && fabs(s.high - 150000) < 1);
    scale_from_zero(&s, 0);
    assert_true(s.high > 0);
    scale_decades(&s, 83e3, 690e6, false);
    assert_true(fabs(s.low - 50e3) < 1 && fabs(s.high - 1e9) < 1);
    assert_true(fabs(scale_at(&s, 50e3)) < 1e-9 && fabs(scale_at(&s, 1e9) - 1) < 1e-9);
    scale_decades(&s, 3, 300, true);
    assert_true(scale_at(&s, 0) == 0 && scale_at(&s, 3) > 0.1);
}

static void ticks_are_words(void **state)
{
    static const struct {
        enum measure measure;
        double value;
        const char *words;
    } table[] = {
        {MEASURE_TIME, 1e6, "1 ms"},
        {MEASURE_TIME, 2e4, "20 µs"},
        {MEASURE_TIME, 0, "0"},
        {MEASURE_COUNT, 10000, "10\u202f000"},
        {MEASURE_COUNT, 0.25, "0.25"},
        {MEASURE_COUNT, 2.5e6, "2.5 M"},
        {MEASURE_COUNT, 1234567, "1\u202f234\u202f567"},
        {MEASURE_BYTES, 65536, "64 KiB"},
        {MEASURE_BYTES, 16, "16 B"},
        {MEASURE_RATE, 2.5e9, "2.5 GB/s"},
    };
    char text[WORDS];

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_string_equal(scale_words(table[i].measure, table[i].value, text), table[i].words);
}

static void labels_are_moved_apart_by_as_little_as_can_be(void **state)
{
    double near[] = {100, 100, 100, 300}, crowd[] = {0, 1, 2, 3, 4}, edge[] = {95, 99};

    (void)state;
    place_apart(near, 4, 30, 0, 400);
    const double wanted[] = {70, 100, 130, 300};
    for (size_t i = 0; i < 4; i++)
        assert_true(fabs(near[i] - wanted[i]) < 1e-9);
    place_apart(crowd, 5, 30, 0, 100); // more than there is room for: evenly
    for (size_t i = 0; i < 5; i++)
        assert_true(fabs(crowd[i] - 25 * (double)i) < 1e-9);
    place_apart(edge, 2, 10, 0, 100);
    assert_true(edge[1] <= 100 && edge[1] - edge[0] > 9.999);
}

static void texts_are_cut_between_characters(void **state)
{
    char text[] = "µµµµµµµµµµ", whole[] = "poll";

    (void)state;
    text_fit(text, sizeof text, FONT_LABEL, 100);
    assert_true(text_width(text, FONT_LABEL) <= 100);
    size_t length = strlen(text);
    assert_true(length % 2 == 1 && strcmp(text + length - 3, "…") == 0); // of 2 bytes each, and 3
    assert_string_equal(text_fit(whole, sizeof whole, FONT_LABEL, 100), "poll");
}

static void what_means_something_to_gnuplot_goes_by_its_number(void **state)
{
    // Static, because gcc 12 takes what the stream stores in a local for a pointer to that local.
    static char *text;
    static size_t size;
    FILE *memory = open_memstream(&text, &size);

    (void)state;
    assert_non_null(memory);
    write_quoted(memory, "a\"b'`@$\n_ 5 us, bonus");
    assert_int_equal(fclose(memory), 0);
    assert_string_equal(text, "\"a\\042b\\047\\140\\100\\044\\040\\137 5 µs, bonus\"");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axes_begin_and_end_at_round_numbers),
        cmocka_unit_test(ticks_are_words),
        cmocka_unit_test(labels_are_moved_apart_by_as_little_as_can_be),
        cmocka_unit_test(texts_are_cut_between_characters),
        cmocka_unit_test(what_means_something_to_gnuplot_goes_by_its_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
