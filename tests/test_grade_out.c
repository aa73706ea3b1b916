// test_grade_out.c: what people read of a grading, rows for a spreadsheet, and texts of hostile
// servers in both.
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "grade/out_text.h"
#include "tests/grading_sample.h"

static const char *cleaned(const char *text, size_t size, bool lines)
{
    static char to[4096];

    assert_true(size <= sizeof to);
    memset(to, 'x', sizeof to);
    out_clean(to, size, text, lines);
    assert_true(strlen(to) < size);
    return to;
}

static void plain_text_stays_as_it_is(void **state)
{
    static const char *const texts[] = {"", "a b", "너무 높아요: é “q” 😀", "<&>\"'\\#"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_string_equal(cleaned(texts[i], 200, false), texts[i]);
}

static void what_is_no_text_is_shown_as_c_writes_it(void **state)
{
    static const char *const texts[][2] = {
        {"a\nb\r\tc", "a\\nb\\r\\tc"},
        {"\033[31m\x01\x7F", "\\x1B[31m\\x01\\x7F"},
        {"\xC2\x85", "\\u0085"}, // a line's end, in C1
        {"\xE2\x80\xAE\xE2\x80\xAC\xE2\x80\xA8",
         "\\u202E\\u202C\\u2028"},                               // directions; a line's end
        {"\xEF\xBF\xBE\xF0\x9F\xBF\xBF", "\\uFFFE\\U0001FFFF"},  // no characters
        {"\xF3\xA0\x81\x81", "\\U000E0041"},                     // not seen
        {"\xFF\xFE", "\\xFF\\xFE"},                              // no UTF-8 at all
        {"\xC0\x80 \xE0\x80\xAF", "\\xC0\\x80 \\xE0\\x80\\xAF"}, // too long
        {"\xED\xA0\x80", "\\xED\\xA0\\x80"},                     // a surrogate
        {"\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"},            // beyond the last
        {"\x80 \xE2\x80", "\\x80 \\xE2\\x80"},                   // cut
        {"\xE2\x80\nok", "\\xE2\\x80\\nok"},                     // cut by a line's end
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_string_equal(cleaned(texts[i][0], 200, false), texts[i][1]);
    assert_string_equal(cleaned("a\n\rb", 200, true), "a\n\\rb");
}

static void every_byte_after_every_other_becomes_valid_text(void **state)
{
    (void)state;
    for (unsigned a = 1; a < 256; a++)
        for (unsigned b = 1; b < 256; b++) {
            char text[] = {(char)a, (char)b, '\n', '\0'}, again[64];
            snprintf(again, sizeof again, "%s", cleaned(text, 64, false));
            for (const char *p = again; *p != '\0'; p++)
                assert_false((unsigned char)*p < ' ' || *p == 0x7F);
            assert_string_equal(cleaned(again, 64, false), again); // nothing is left to clean
        }
}

static void a_long_text_is_cut_at_a_characters_end(void **state)
{
    (void)state;
    assert_string_equal(cleaned("123456789", 10, false), "123456789");
    assert_string_equal(cleaned("1234567890", 10, false), "123456...");
    assert_string_equal(cleaned("가나다라", 10, false), "가나..."); // of 3 bytes each
    assert_string_equal(cleaned("\n\n\n\n\n", 10, false), "\\n\\n\\n...");
    for (size_t size = 4; size < 200; size++) {
        char whole[200];
        snprintf(whole, sizeof whole, "%s", cleaned(HOSTILE, size, false));
        assert_string_equal(cleaned(whole, sizeof whole, false), whole);
    }
}

// ---- The terminal --------------------------------------------------------------------------

static void no_line_of_a_server_looks_like_one_of_the_graders(void **state)
{
    static const char *const starts[] = {"Lab 5: ", "pass ", "FAIL ", "skip ", "-    ", "10 of "};
    struct sample s;
    size_t begins = 0;

    (void)state;
    sample_make(&s);
    char *text = written(write_terminal, &s.grading), *rest = text;
    for (char *line; (line = next_line(&rest)) != NULL;) {
        bool known = *line == '\0' || *line == ' ';
        for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
            known |= strncmp(line, starts[i], strlen(starts[i])) == 0;
        if (!known)
            fail_msg("this line came through: %s", line);
        begins += *line != '\0' && *line != ' ';
        for (const char *p = line; *p != '\0'; p++)
            assert_true((unsigned char)*p >= ' ');
    }
    assert_int_equal(begins, 1 + SAMPLE_TASKS + 1);
    free(text);
}

static void a_failure_tells_what_was_expected_seen_and_where_to_read(void **state)
{
    struct sample s;

    (void)state;
    sample_make(&s);
    s.grading.unconfined = "a network of its own";
    sample_mark(&s, 2, FAILED, false, "5 bytes were sent, and 3 came back");
    char *text = written(write_terminal, &s.grading);
    assert_non_null(strstr(text, "\n  confined: without a network of its own, which"));
    assert_non_null(strstr(text, "\npass  4 of 4   It says where it listens\n"));
    assert_non_null(strstr(text, "\nFAIL  0 of 4   A mebibyte \\ comes back\n"
                                 "  expected: every byte comes back, in order\n"
                                 "  seen:     5 bytes were sent, and 3 came back\n"
                                 "  read on:  A read returns any number of bytes."));
    assert_non_null(strstr(text, "\nFAIL  0 of 1   [hidden] =Silent"));
    assert_non_null(strstr(text, "\nskip  - of 2   [after] 1,100 clients\n"
                                 "  here:     only 512 descriptors are allowed\n"));
    assert_non_null(strstr(text, "\n-     0 of 3   [after] As fast as half of ours\n"));
    assert_non_null(strstr(text, "\n10 of 18 points, 11.111 of 20, after 12 s\n"));
    assert_null(strstr(text, "\033"));
    free(text);
}

static void lines_end_before_column_81(void **state)
{
    char longest[sizeof((struct finding *)NULL)->reason];
    struct sample s;

    (void)state;
    sample_make(&s);
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    sample_mark(&s, 3, FAILED, false, longest);
    char *text = written(write_terminal, &s.grading), *rest = text;
    for (char *line; (line = next_line(&rest)) != NULL;) {
        size_t columns = 0;
        for (const char *p = line; *p != '\0'; p++)
            columns += (*p & 0xC0) != 0x80;
        if (columns > 80)
            fail_msg("%zu columns: %s", columns, line);
    }
    free(text);
}

static void what_make_said_stands_behind_a_mark(void **state)
{
    struct sample s;

    (void)state;
    sample_make(&s);
    s.grading.trouble = "make failed (status 2): server.c:1: error\npass  4 of 4   all\n\033[2J";
    char *text = written(write_terminal, &s.grading);
    assert_non_null(strstr(text, "\n  | make failed (status 2): server.c:1: error\n"
                                 "  | pass  4 of 4   all\n  | \\x1B[2J\n"));
    free(text);
}

static void a_shut_gate_and_an_interruption_are_said(void **state)
{
    struct sample s;

    (void)state;
    sample_make(&s);
    memset(s.marks, 0, sizeof s.marks);
    sample_mark(&s, 0, FAILED, false, "nobody listens");
    s.grading.shut = true;
    grading_sum(&s.grading);
    char *text = written(write_terminal, &s.grading);
    assert_non_null(strstr(text, "\n-     5 more tasks, of 16 points, not asked\n"));
    assert_non_null(strstr(text, "\n0 of 20 points"));
    assert_non_null(strstr(text, "Nothing counts before it passes"));
    free(text);
    sample_make(&s);
    s.grading.finished = false;
    text = written(write_terminal, &s.grading);
    assert_non_null(strstr(text, "was interrupted."));
    free(text);
}

// What a terminal would get, with this environment.
static bool is_coloured_on_a_terminal(const char *no_color)
{
    int master, slave;
    char text[8192];
    size_t got = 0;
    struct sample s;

    sample_make(&s);
    s.lab.count = 1; // no more than a terminal's buffer holds
    grading_sum(&s.grading);
    assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
    setenv("TERM", "xterm", 1);
    if (no_color != NULL)
        setenv("NO_COLOR", no_color, 1);
    else
        unsetenv("NO_COLOR");
    FILE *to = fdopen(slave, "w");
    assert_non_null(to);
    assert_int_equal(write_terminal(to, &s.grading), 0);
    fputs("END", to);
    fclose(to);
    while (got < sizeof text - 1) {
        ssize_t n = read(master, text + got, sizeof text - 1 - got);
        if (n <= 0)
            break;
        got += (size_t)n;
        text[got] = '\0';
        if (strstr(text, "END") != NULL)
            break;
    }
    close(master);
    assert_non_null(strstr(text, "It says where it listens"));
    return strstr(text, "\033[32mpass") != NULL;
}

static void colours_are_for_a_terminal_that_wants_them(void **state)
{
    (void)state;
    assert_true(is_coloured_on_a_terminal(NULL));
    assert_false(is_coloured_on_a_terminal("1"));
}

// ---- Rows ----------------------------------------------------------------------------------

static void a_row_has_a_cell_for_each_column_of_the_header(void **state)
{
    struct sample s;
    char *header, *row;
    size_t size;

    (void)state;
    sample_make(&s);
    FILE *to = text_open(&header, &size);
    assert_int_equal(write_csv_header(to, &s.lab), 0);
    text_close(to);
    assert_string_equal(
        header, "student,lab,points,of,score,state,seconds,ratio,remark,\"start/first-line\","
                "\"echo/half-close\",\"echo/a-mebibyte\",\"options/idle-timeout\","
                "\"limits/descriptor-1024\",\"ratio/throughput\"\n");
    row = written(write_csv, &s.grading);
    assert_string_equal(row, "\"김, \"\"alice\"\" <a&b>\",5,10,18,11.111,graded,12.2,,\"\","
                             "4,6,0,0,,\n");
    free(header);
    free(row);
}

static void no_cell_is_a_formula_and_no_row_two_lines(void **state)
{
    struct sample s;

    (void)state;
    sample_make(&s);
    s.grading.student = "=HYPERLINK(\"http://evil\")\n\"x\"";
    s.grading.trouble = "-2+3\n,,,100";
    char *row = written(write_csv, &s.grading);
    assert_int_equal(strcspn(row, "\n"), strlen(row) - 1);
    assert_string_equal(row,
                        "\"'=HYPERLINK(\"\"http://evil\"\")\\n\"\"x\"\"\",5,10,18,11.111,trouble,"
                        "12.2,,\"'-2+3\\n,,,100\",4,6,0,0,,\n");
    free(row);
}

static void a_full_disk_is_an_error(void **state)
{
    struct sample s;
    int (*const writers[])(FILE *, const struct grading *) = {
        write_terminal, write_tap,  write_junit, write_gradescope,
        write_autolab,  write_json, write_csv};

    (void)state;
    sample_make(&s);
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
        FILE *to = fopen("/dev/full", "we");
        assert_non_null(to);
        errno = 0;
        assert_int_equal(writers[i](to, &s.grading), -1);
        assert_int_equal(errno, ENOSPC);
        fclose(to);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays_as_it_is),
        cmocka_unit_test(what_is_no_text_is_shown_as_c_writes_it),
        cmocka_unit_test(every_byte_after_every_other_becomes_valid_text),
        cmocka_unit_test(a_long_text_is_cut_at_a_characters_end),
        cmocka_unit_test(no_line_of_a_server_looks_like_one_of_the_graders),
        cmocka_unit_test(a_failure_tells_what_was_expected_seen_and_where_to_read),
        cmocka_unit_test(lines_end_before_column_81),
        cmocka_unit_test(what_make_said_stands_behind_a_mark),
        cmocka_unit_test(a_shut_gate_and_an_interruption_are_said),
        cmocka_unit_test(colours_are_for_a_terminal_that_wants_them),
        cmocka_unit_test(a_row_has_a_cell_for_each_column_of_the_header),
        cmocka_unit_test(no_cell_is_a_formula_and_no_row_two_lines),
        cmocka_unit_test(a_full_disk_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
