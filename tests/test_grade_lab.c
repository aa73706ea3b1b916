// test_grade_lab.c: the tables of the labs: what is read from them, and what is said where they are
// not as they should be.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "grade/lab.h"
#include "tests/grade_call.h"

static const char two_tasks[] = "5\tstart/first-line\tvisible\tIt answers\tRead on\n"
                                "2.5\techo/every-value\thidden\tAll bytes\tstrlen?\n"
                                "\n"
                                "92.5\tratio/throughput\tafter\tIt is fast\tSleep less\n";

static void rows_become_labs_and_tasks(void **state)
{
    (void)state;
    put("labs.tsv", one_lab);
    put("01-first/grading.tsv", two_tasks);
    struct lab *lab = lab_read(labs_folder, 1, false);
    assert_int_equal(lab->number, 1);
    assert_string_equal(lab->folder, "01-first");
    assert_string_equal(lab->title, "The first");
    assert_string_equal(lab->services, "echo");
    assert_int_equal(lab_serves(lab), SERVES_MANY);
    assert_string_equal(lab->model, "epoll");
    assert_string_equal(lab->reference, "epoll");
    assert_string_equal(lab->lecture, "lecture 1");
    assert_int_equal(lab->count, 3);
    assert_string_equal(lab->tasks[1].name, "echo/every-value");
    assert_true(lab->tasks[1].points == 2.5);
    assert_int_equal(lab->tasks[1].visibility, HIDDEN);
    assert_string_equal(lab->tasks[2].title, "It is fast");
    assert_string_equal(lab->tasks[2].told, "Sleep less");
    lab_free(lab);
}

static void the_second_lab_may_be_any_model(void **state)
{
    (void)state;
    put("labs.tsv", one_lab);
    put("02-second/grading.tsv", two_tasks);
    struct lab *lab = lab_read(labs_folder, 2, false);
    assert_string_equal(lab->model, "");
    assert_int_equal(lab_serves(lab), SERVES_ONE);
    lab_free(lab);
}

static void a_student_sees_the_visible_tasks_only(void **state)
{
    (void)state;
    put("labs.tsv", one_lab);
    put("01-first/grading.tsv", two_tasks);
    struct lab *lab = lab_read(labs_folder, 1, true);
    assert_int_equal(lab->count, 1);
    assert_string_equal(lab->tasks[0].name, "start/first-line");
    lab_free(lab);
}

static void tasks_are_left_out_by_their_names_beginning_but_not_the_gate(void **state)
{
    (void)state;
    put("labs.tsv", one_lab);
    put("01-first/grading.tsv", "1\tmodel/threads\tvisible\ta\tb\n"
                                "2\tmodel/processes\tvisible\ta\tb\n"
                                "3\techo/every-value\tvisible\ta\tb\n");
    struct lab *lab = lab_read(labs_folder, 1, false);
    lab_leave_out(lab, "model/");
    assert_int_equal(lab->count, 2);
    assert_string_equal(lab->tasks[0].name, "model/threads");
    assert_string_equal(lab->tasks[1].name, "echo/every-value");
    lab_free(lab);
}

static void points_are_summed_and_what_could_not_be_asked_counts_neither_way(void **state)
{
    (void)state;
    put("labs.tsv", one_lab);
    put("01-first/grading.tsv", two_tasks);
    struct lab *lab = lab_read(labs_folder, 1, false);
    struct mark marks[3] = {{.ended = true, .finding.outcome = PASSED},
                            {.ended = true, .finding.outcome = FAILED},
                            {.ended = true, .finding = {.outcome = SKIPPED, .lacking = true}}};
    struct grading g = {.lab = lab, .marks = marks};
    grading_sum(&g);
    assert_true(g.points == 5);
    assert_true(g.of == 7.5);
    assert_true(marks[2].left_out);
    marks[2].finding.lacking = false; // the server's own fault
    grading_sum(&g);
    assert_true(g.of == 100);
    g.shut = true;
    grading_sum(&g);
    assert_true(g.points == 0);
    lab_free(lab);
}

// ---- Wrong files ---------------------------------------------------------------------------

// Expects status 1 and this text, with the other of the two tables as it should be.
static void expect_refused(const char *labs, const char *tasks, const char *text)
{
    put("labs.tsv", labs != NULL ? labs : one_lab);
    put("01-first/grading.tsv", tasks != NULL ? tasks : two_tasks);
    int status = grade("--lab 1 -- true");
    char *said = get("said");
    if (status != 1)
        fail_msg("exit status %d, not 1: %.900s", status, said);
    if (strstr(said, text) == NULL)
        fail_msg("expected \"%s\" in: %s", text, said);
    free(said);
}

static void wrong_lists_of_labs_are_refused_with_file_and_line(void **state)
{
    (void)state;
    expect_refused("", NULL, "labs.tsv has no lab 1; it has none");
    expect_refused("3\tx\tx\techo\tone\t-\tx\tx\n", NULL, "has no lab 1; it has 3");
    expect_refused("# a\n1\tx\tx\techo\tone\t-\tx\n", NULL,
                   "labs.tsv, line 2: a row has 8 columns, a tab between two; this one has 7");
    expect_refused("1\tx\tx\techo\tone\t-\tx\tx\ty\n", NULL, "this one has 9");
    expect_refused("one\tx\tx\techo\tone\t-\tx\tx\n", NULL,
                   "line 1: a lab's number is 1 to 99, not 'one'");
    expect_refused("0\tx\tx\techo\tone\t-\tx\tx\n", NULL, "not '0'");
    expect_refused("1\tx\tx\techo talk\tone\t-\tx\tx\n", NULL,
                   "services are a list of echo, frame, guess, not 'echo talk'");
    expect_refused("1\tx\tx\t\tone\t-\tx\tx\n", NULL, "services are a list");
    expect_refused("1\tx\tx\techo\ttwo\t-\tx\tx\n", NULL, "one of one, crew, many, not 'two'");
    expect_refused("1\tx\tx\techo\tone\tkqueue\tx\tx\n", NULL,
                   "a model is one of models.tsv, or - for any, not 'kqueue'");
    expect_refused("1\t\tx\techo\tone\t-\tx\tx\n", NULL, "a lab has a folder");
    expect_refused("1\ta\tx\techo\tone\t-\tx\tx\n1\tb\tx\techo\tone\t-\tx\tx\n", NULL,
                   "line 2: each lab has one row, not '1'");
    expect_refused("1\tnowhere\tx\techo\tone\t-\tx\tx\n", NULL,
                   "nowhere/grading.tsv: No such file");
}

static void wrong_tables_of_tasks_are_refused_with_file_and_line(void **state)
{
    (void)state;
    expect_refused(NULL, "# none\n", "01-first/grading.tsv has no tasks");
    expect_refused(NULL, "5\tstart/first-line\tvisible\ta\n", "line 1: a row has 5 columns");
    expect_refused(NULL, "many\tstart/first-line\tvisible\ta\tb\n",
                   "points are a number from 0 to 1000, not 'many'");
    expect_refused(NULL, "-1\tstart/first-line\tvisible\ta\tb\n", "not '-1'");
    expect_refused(
        NULL, "1\techo/nothing\tvisible\ta\tb\n",
        "a case is one of `conform --list`, ratio/throughput, or report/..., not 'echo/nothing'");
    expect_refused(NULL, "1\tstart/first-line\tsecret\ta\tb\n",
                   "visibility is one of visible, hidden, after, not 'secret'");
    expect_refused(NULL, "1\tstart/first-line\tvisible\t\tb\n", "a task has a title");
    expect_refused(NULL, "1\tstart/first-line\tvisible\ta\t\n",
                   "a task has what is told when it fails");
    expect_refused(NULL, "1\tstart/first-line\tvisible\ta\tb\n1\tstart/first-line\tafter\ta\tb\n",
                   "line 2: each case has one row, not 'start/first-line'");
    expect_refused(NULL, "1\tstart/first-line\thidden\ta\tb\n", "gate, is a visible case");
    expect_refused(NULL, "1\tratio/throughput\tvisible\ta\tb\n", "gate, is a visible case");
}

static void a_table_that_is_not_there_is_named(void **state)
{
    (void)state;
    put("labs.tsv", one_lab);
    assert_int_equal(grade("--lab 1 --labs /nowhere -- true"), 1);
    char *said = get("said");
    assert_non_null(strstr(said, "cannot read /nowhere/labs.tsv: No such file"));
    free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_labs_and_tasks),
        cmocka_unit_test(the_second_lab_may_be_any_model),
        cmocka_unit_test(a_student_sees_the_visible_tasks_only),
        cmocka_unit_test(tasks_are_left_out_by_their_names_beginning_but_not_the_gate),
        cmocka_unit_test(points_are_summed_and_what_could_not_be_asked_counts_neither_way),
        cmocka_unit_test(wrong_lists_of_labs_are_refused_with_file_and_line),
        cmocka_unit_test(wrong_tables_of_tasks_are_refused_with_file_and_line),
        cmocka_unit_test(a_table_that_is_not_there_is_named),
    };

    return cmocka_run_group_tests(tests, make_labs, remove_labs);
}
