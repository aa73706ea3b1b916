// test_contrast_text.c: a comparison as it is shown to people and to other programs.
#include "tests/contrast_sample.h"

#include <jansson.h>

static void every_row_names_its_loop_and_none_a_number_that_is_none(void **state)
{
    (void)state;
    make_sides(1, 100000, 500e3);
    a.runs->interval_count = b.runs->interval_count = 0; // nothing known of any interval
    contrast_make(&found, &a, &b);
    assert_int_equal(found.differences[0].verdict, NO_INTERVAL);
    char *text = written(contrast_write_text);
    unsigned rows = 0;
    for (const char *p = text; (p = strstr(p, ", closed  ")) != NULL; p++)
        rows++;
    assert_int_equal(rows, DIFFERENCES - 1);
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    assert_non_null(strstr(text, "warning: "));
    free(text);
    free_sides();
}

static void json_holds_the_same_verdicts(void **state)
{
    (void)state;
    make_sides(REPEATS, 80000, 500e3);
    empty(&b.runs[0].response);
    contrast_make(&found, &a, &b);
    char *text = written(contrast_write_json);
    json_t *root = json_loads(text, 0, NULL);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "schema")), "echolab.compare/1");
    const json_t *rows = json_object_get(root, "differences");
    assert_int_equal(json_array_size(rows), DIFFERENCES);
    const json_t *first = json_array_get(rows, 0), *last = json_array_get(rows, DIFFERENCES - 1);
    assert_string_equal(json_string_value(json_object_get(first, "metric")), "throughput");
    assert_string_equal(json_string_value(json_object_get(first, "verdict")), "lower");
    double low = json_real_value(json_object_get(first, "low"));
    assert_true(fabs(low - found.differences[0].ratio.low) < 1e-8);
    assert_string_equal(json_string_value(json_object_get(last, "verdict")), "not compared");
    assert_true(json_is_null(json_object_get(last, "ratio")));
    json_decref(root);
    free(text);
    free_sides();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_names_its_loop_and_none_a_number_that_is_none),
        cmocka_unit_test(json_holds_the_same_verdicts),
    };
    return cmocka_run_group_tests_name("contrast_text", tests, NULL, NULL);
}
