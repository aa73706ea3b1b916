// test_grade.c: bin/grade with small labs of the test's own: the gate, points, what is kept where
// it is stopped or killed, the deadline, submitted folders, the command line.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <jansson.h>
#include <signal.h>

#include "base/proc.h"
#include "tests/conform/conform.h"
#include "tests/grade_call.h"

#define GATE "10\tstart/first-line\tvisible\tIt answers\tRead on here\n"

static void make_lab(const char *tasks)
{
    put("labs.tsv", one_lab);
    put("01-first/grading.tsv", tasks);
}

static json_t *read_result(void)
{
    char path[256];

    snprintf(path, sizeof path, "%s/result.json", labs_folder);
    return json_load_file(path, 0, NULL);
}

static double number(const json_t *result, const char *name)
{
    return json_number_value(json_object_get(result, name));
}

// The verdict on the task with this place in the table.
static const char *verdict(const json_t *result, size_t place)
{
    const json_t *task = json_array_get(json_object_get(result, "tasks"), place);

    return json_string_value(json_object_get(task, "verdict"));
}

static void expect_said(const char *text)
{
    char *said = get("said");

    if (strstr(said, text) == NULL)
        fail_msg("expected \"%s\" in: %s", text, said);
    free(said);
}

// ---- Points --------------------------------------------------------------------------------

static void a_right_server_gets_all_points(void **state)
{
    (void)state;
    make_lab(GATE "30\techo/every-value\tvisible\ta\tb\n60\tmodel/sleeps-in\thidden\ta\tb\n");
    assert_int_equal(grade("--lab 1 --json '%s/result.json' -- '%s/epoll'", labs_folder, programs),
                     0);
    json_t *result = read_result();
    assert_true(number(result, "points") == 100);
    assert_true(json_is_true(json_object_get(result, "finished")));
    json_decref(result);
}

static void the_wrong_model_loses_the_points_for_the_model_alone(void **state)
{
    (void)state;
    make_lab(GATE "30\techo/every-value\tvisible\ta\tb\n60\tmodel/sleeps-in\thidden\ta\tb\n");
    assert_int_equal(grade("--lab 1 --json '%s/result.json' -- '%s/poll'", labs_folder, programs),
                     0);
    json_t *result = read_result();
    assert_true(number(result, "points") == 40);
    assert_string_equal(verdict(result, 2), "failed");
    json_decref(result);
    assert_int_equal(
        grade("--lab 1 --any-model --json '%s/result.json' -- '%s/poll'", labs_folder, programs),
        0);
    result = read_result();
    assert_true(number(result, "points") == 40);
    assert_true(number(result, "of") == 40);
    json_decref(result);
}

static void nothing_counts_before_the_gate(void **state)
{
    (void)state;
    make_lab(GATE "90\techo/every-value\tvisible\ta\tb\n");
    assert_int_equal(grade("--lab 1 --json '%s/result.json' -- true", labs_folder), 0);
    json_t *result = read_result();
    assert_true(number(result, "points") == 0);
    assert_true(json_is_true(json_object_get(result, "shut")));
    json_decref(result);
    expect_said("Read on here");
}

static void seeds_change_the_questions_and_nothing_else(void **state)
{
    static const char *const seeds[] = {"alice", "bob"};

    (void)state;
    make_lab(GATE "90\techo/every-value\tvisible\ta\tb\n");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(grade("--lab 1 --seed %s --json '%s/result.json' -- '%s/epoll'", seeds[i],
                               labs_folder, programs),
                         0);
        json_t *result = read_result();
        assert_true(number(result, "points") == 100);
        assert_string_equal(json_string_value(json_object_get(result, "seed")), seeds[i]);
        json_decref(result);
    }
}

// ---- Stopped, killed, late -----------------------------------------------------------------

// Its second case takes 3 s of silence.
#define SLOW GATE "90\techo/long-pause\tvisible\ta\tb\n"

static pid_t begin_grading(void)
{
    char server[512], json[256];

    snprintf(server, sizeof server, "%s/epoll", programs);
    snprintf(json, sizeof json, "%s/result.json", labs_folder);
    unlink(json);
    pid_t pid = fork();
    if (pid == 0) {
        char program[512];
        snprintf(program, sizeof program, "%s/grade", programs);
        if (freopen("/dev/null", "w", stdout) == NULL)
            _exit(126);
        execl(program, "grade", "--lab", "1", "--labs", labs_folder, "--json", json, "--", server,
              (char *)NULL);
        _exit(127);
    }
    return pid;
}

// Until the file holds that the gate has been passed.
static void await_gate(void)
{
    double end = now() + 60;

    for (;; nap(0.01)) {
        json_t *result = read_result();
        const char *gate = result != NULL ? verdict(result, 0) : NULL;
        bool passed = gate != NULL && strcmp(gate, "passed") == 0;
        json_decref(result);
        if (passed)
            return;
        assert_true(now() < end);
    }
}

// Waits until none of the processes below it, which are noted before its end, is left.
static void expect_all_gone(const struct proc_tasks *below)
{
    double end = now() + 30;

    for (size_t i = 0; i < below->count; i++)
        for (struct proc_stat stat; proc_stat_read(below->list[i].process, &stat); nap(0.01))
            assert_true(now() < end);
}

static void expect_kept_after(int signal_number, int status)
{
    struct proc_tasks below;
    int ended;

    make_lab(SLOW);
    pid_t pid = begin_grading();
    assert_true(pid > 0);
    await_gate();
    proc_tasks_find(&below, pid);
    assert_true(below.count > 1);
    kill(pid, signal_number);
    assert_int_equal(waitpid(pid, &ended, 0), pid);
    assert_int_equal(WIFSIGNALED(ended) ? 128 + WTERMSIG(ended) : WEXITSTATUS(ended), status);
    expect_all_gone(&below);
    free(below.list);
    json_t *result = read_result();
    assert_non_null(result);
    assert_true(number(result, "points") == 10);
    assert_true(json_is_false(json_object_get(result, "finished")));
    json_decref(result);
}

static void what_was_found_is_kept_on_ctrl_c(void **state)
{
    (void)state;
    expect_kept_after(SIGINT, 130);
    expect_kept_after(SIGTERM, 143);
}

static void what_was_found_is_kept_when_the_grader_is_killed(void **state)
{
    (void)state;
    expect_kept_after(SIGKILL, 137);
}

static void what_is_not_asked_by_the_deadline_is_zero(void **state)
{
    (void)state;
    make_lab(SLOW);
    assert_int_equal(
        grade("--lab 1 --deadline 2s --json '%s/result.json' -- '%s/epoll'", labs_folder, programs),
        0);
    json_t *result = read_result();
    assert_true(number(result, "points") == 10);
    assert_true(number(result, "seconds") < 60);
    assert_non_null(json_string_value(json_object_get(result, "trouble")));
    json_decref(result);
}

// ---- Submitted folders ---------------------------------------------------------------------

static void submit(const char *makefile, const char *server)
{
    char path[256];

    snprintf(path, sizeof path, "%s/alice", labs_folder);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/alice/Makefile", labs_folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/alice/server", labs_folder);
    unlink(path);
    if (makefile != NULL)
        put("alice/Makefile", makefile);
    if (server != NULL) {
        put("alice/server", server);
        assert_int_equal(chmod(path, 0755), 0);
    }
}

static void expect_folder(const char *said, double points)
{
    make_lab(GATE "90\techo/every-value\tvisible\ta\tb\n");
    assert_int_equal(grade("--lab 1 --accept-unconfined --submission '%s/alice' --json "
                           "'%s/result.json'",
                           labs_folder, labs_folder),
                     0);
    json_t *result = read_result();
    if (number(result, "points") != points)
        expect_said("other points");
    assert_string_equal(json_string_value(json_object_get(result, "student")), "alice");
    json_decref(result);
    expect_said(said);
}

static void a_folder_is_built_and_its_server_is_graded(void **state)
{
    char command[1024];

    (void)state;
    submit(NULL, "#!/bin/sh\nexec ./epoll \"$@\"\n");
    snprintf(command, sizeof command, "cp -L '%s/epoll' '%s/alice'", programs, labs_folder);
    // NOLINTNEXTLINE(cert-env33-c): this test's own words
    assert_int_equal(system(command), 0);
    expect_folder("100 of 100", 100);
    submit("server:\n\tcp epoll server\n", NULL);
    expect_folder("100 of 100", 100);
}

static void a_folder_that_cannot_be_built_gets_nothing_and_says_why(void **state)
{
    (void)state;
    submit("server:\n\techo no such thing; exit 3\n", NULL);
    expect_folder("no such thing", 0);
    submit("all:\n", NULL);
    expect_folder("there is no program ./server after make", 0);
    submit(NULL, NULL);
    expect_folder("there is no program ./server, nor a Makefile to make it", 0);
}

static void the_build_cannot_change_what_was_handed_in(void **state)
{
    (void)state;
    submit("server:\n\techo >changed; exit 1\n", NULL);
    expect_folder("make failed", 0);
    assert_null(get("alice/changed"));
}

// ---- The command line ----------------------------------------------------------------------

static void expect_usage(const char *words, const char *text)
{
    assert_int_equal(grade("%s", words), 64);
    expect_said(text);
    expect_said("Try 'grade --help'");
}

static void a_wrong_command_line_says_what_is_allowed(void **state)
{
    (void)state;
    make_lab(GATE);
    expect_usage("-- true", "--lab is missing");
    expect_usage("--lab 1", "--submission FOLDER, or the COMMAND, is missing");
    expect_usage("--lab 1 --submission /tmp -- true", "are one too many");
    expect_usage("--lab 0 -- true", "--lab is a number from 1 to 99, not '0'");
    expect_usage("--lab five -- true", "not 'five'");
    expect_usage("--lab 1 --jobs 0 -- true", "--jobs is a number from 1 to 64, not '0'");
    expect_usage("--lab 1 --deadline 3 -- true", "--deadline is a time from 1s");
    expect_usage("--lab 1 --without brakes -- true",
                 "--without is one of namespaces, user, landlock, scopes, not 'brakes'");
    assert_int_equal(grade("--help"), 0);
    expect_said("--gradescope=FILE");
}

static void a_file_that_cannot_be_written_ends_it(void **state)
{
    (void)state;
    make_lab(GATE);
    assert_int_equal(grade("--lab 1 --tap /nowhere/x -- true"), 1);
    expect_said("cannot write /nowhere/x");
    assert_int_equal(grade("--lab 1 --submission /nowhere"), 1);
    expect_said("/nowhere");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_right_server_gets_all_points),
        cmocka_unit_test(the_wrong_model_loses_the_points_for_the_model_alone),
        cmocka_unit_test(nothing_counts_before_the_gate),
        cmocka_unit_test(seeds_change_the_questions_and_nothing_else),
        cmocka_unit_test(what_was_found_is_kept_on_ctrl_c),
        cmocka_unit_test(what_was_found_is_kept_when_the_grader_is_killed),
        cmocka_unit_test(what_is_not_asked_by_the_deadline_is_zero),
        cmocka_unit_test(a_folder_is_built_and_its_server_is_graded),
        cmocka_unit_test(a_folder_that_cannot_be_built_gets_nothing_and_says_why),
        cmocka_unit_test(the_build_cannot_change_what_was_handed_in),
        cmocka_unit_test(a_wrong_command_line_says_what_is_allowed),
        cmocka_unit_test(a_file_that_cannot_be_written_ends_it),
    };

    return cmocka_run_group_tests(tests, make_labs, remove_labs);
}
