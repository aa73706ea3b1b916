// test_environment.c: a result says where it was measured, and by which command.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "loadgen/result.h"

static void the_environment_is_this_machines(void **state)
{
    static char loadgen[] = "bin/loadgen";
    char *argv[] = {loadgen, NULL};
    struct environment e;

    (void)state;
    environment_look(&e, 1, argv);
    assert_true(strncmp(e.kernel, "Linux ", 6) == 0);
    assert_true(e.cpu[0] != '\0' && e.host[0] != '\0' && e.version[0] != '\0');
    assert_true(e.cores >= 1 && e.nofile > 2);
    assert_int_equal(strlen(e.started), strlen("2026-11-22T03:00:00Z"));
}

static void the_command_can_be_pasted_into_a_shell(void **state)
{
    static char loadgen[] = "bin/loadgen", rate[] = "--rate=20k", mix[] = "64:90,4096:10";
    static char spaced[] = "a b", apostrophe[] = "it's", empty[] = "", dollar[] = "$HOME";
    char *argv[] = {loadgen, rate, mix, spaced, apostrophe, empty, dollar, NULL};
    struct environment e;

    (void)state;
    environment_look(&e, 7, argv);
    assert_string_equal(e.command,
                        "bin/loadgen --rate=20k 64:90,4096:10 'a b' 'it'\\''s' '' '$HOME'");
}

static void a_command_too_long_is_cut_between_words(void **state)
{
    static char loadgen[] = "bin/loadgen", rate[] = "--rate=20k", huge[4096];
    char whole[sizeof huge + 64], *argv[] = {loadgen, huge, rate, NULL};
    struct environment e;
    unsigned all = 0, some = 0;

    (void)state;
    memset(huge, 'x', sizeof huge - 1);
    environment_look(&e, 3, argv);
    assert_string_equal(e.command, "bin/loadgen ...");
    for (size_t n = RESULT_TEXT - 40; n < RESULT_TEXT + 8; n++) { // about the end of the room
        huge[n] = '\0';
        environment_look(&e, 3, argv);
        snprintf(whole, sizeof whole, "%s %s %s", loadgen, huge, rate);
        huge[n] = 'x';
        if (strcmp(e.command, whole) == 0) {
            all++;
            continue;
        }
        size_t kept = strlen(e.command) - strlen(" ...");
        assert_string_equal(e.command + kept, " ...");
        assert_true(strncmp(e.command, whole, kept) == 0 && whole[kept] == ' ');
        some += kept > strlen(loadgen);
    }
    assert_true(all > 0 && some > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_is_this_machines),
        cmocka_unit_test(the_command_can_be_pasted_into_a_shell),
        cmocka_unit_test(a_command_too_long_is_cut_between_words),
    };
    return cmocka_run_group_tests_name("environment", tests, NULL, NULL);
}
