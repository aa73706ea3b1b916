// test_words.c: command lines as words and back, lists of cores, and the last line of a log.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "results/cores.h"
#include "results/last_line.h"
#include "results/spawn.h"

// ---- Words ---------------------------------------------------------------------------------

static const struct {
    const char *command;
    const char *words[6];
} divided[] = {
    {"epoll", {"epoll"}},
    {"  epoll   --port\t0 ", {"epoll", "--port", "0"}},
    {"python3 peer.py --port 7000", {"python3", "peer.py", "--port", "7000"}},
    {"sh -c 'a | b; c > d'", {"sh", "-c", "a | b; c > d"}},
    {"a \"b c\" 'd e'f g\\ h", {"a", "b c", "d ef", "g h"}},
    {"a '' \"\"", {"a", "", ""}},
    {"a '{x}' '\"' \"'\"", {"a", "{x}", "\"", "'"}},
    {"a $WORDS_OF_TEST \"$WORDS_OF_TEST\"", {"a", "b", "c", "b c"}},
    {"a '$(b)' '`b`'", {"a", "$(b)", "`b`"}},
    {"서버 --포트 1", {"서버", "--포트", "1"}},
};

static void a_command_is_divided_as_a_shell_would(void **state)
{
    (void)state;
    setenv("WORDS_OF_TEST", "b c", 1);
    for (size_t i = 0; i < sizeof divided / sizeof *divided; i++) {
        wordexp_t words;
        const char *why;
        size_t n = 0;
        if (!spawn_words(&words, divided[i].command, &why))
            fail_msg("%s: %s", divided[i].command, why);
        for (; divided[i].words[n] != NULL; n++) {
            assert_true(n < words.we_wordc);
            assert_string_equal(words.we_wordv[n], divided[i].words[n]);
        }
        assert_int_equal(words.we_wordc, n);
        assert_null(words.we_wordv[n]);
        wordfree(&words);
    }
}

static const struct {
    const char *command, *part; // of the reason
} refused[] = {
    {"", "it is empty"},
    {"   ", "it is empty"},
    {"a | b", "outside quotes"},
    {"a; b", "outside quotes"},
    {"a & b", "outside quotes"},
    {"a > b", "outside quotes"},
    {"a < b", "outside quotes"},
    {"(a)", "outside quotes"},
    {"a {port}", "outside quotes"},
    {"a\nb", "outside quotes"},
    {"a $(b)", "a command's output"},
    {"a `b`", "a command's output"},
    {"a $NO_VARIABLE_OF_THIS_NAME", "not set"},
    {"a 'b", "left open"},
    {"a \"b", "left open"},
};

static void what_needs_more_than_words_is_refused(void **state)
{
    (void)state;
    unsetenv("NO_VARIABLE_OF_THIS_NAME");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        wordexp_t words;
        const char *why = "";
        if (spawn_words(&words, refused[i].command, &why))
            fail_msg("%s: is taken", refused[i].command);
        if (strstr(why, refused[i].part) == NULL)
            fail_msg("%s: %s", refused[i].command, why);
    }
}

static void words_survive_as_a_line(void **state)
{
    char all[][24] = {"bin/epoll", "--port", "0",      "",           "it's", "a b",
                      "$HOME",     "`x`",    "{port}", "*",          "~",    "\"",
                      "\\",        "\n",     "''",     "'$x\\`\"\n", "서버"};
    enum { COUNT = sizeof all / sizeof *all };
    char *argv[COUNT + 1];
    wordexp_t words;
    const char *why;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        argv[i] = all[i];
    argv[COUNT] = NULL;
    char *text = spawn_text(argv);
    if (!spawn_words(&words, text, &why))
        fail_msg("%s: %s", text, why);
    assert_int_equal(words.we_wordc, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_string_equal(words.we_wordv[i], all[i]);
    wordfree(&words);
    free(text);

    text = spawn_quoted("/a b/c");
    assert_string_equal(text, "'/a b/c'");
    free(text);
    text = spawn_quoted("/plain/path-1.0_x");
    assert_string_equal(text, "/plain/path-1.0_x");
    free(text);
}

// ---- Cores ---------------------------------------------------------------------------------

static void lists_of_cores_are_read_as_taskset_has_them(void **state)
{
    cpu_set_t allowed, set;
    char text[64];
    size_t first = 0;

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    while (!CPU_ISSET(first, &allowed))
        first++;
    snprintf(text, sizeof text, "%zu", first);
    assert_true(cores_read(text, &set, sizeof set));
    assert_int_equal(CPU_COUNT(&set), 1);
    assert_true(CPU_ISSET(first, &set));
    snprintf(text, sizeof text, "%zu-%zu,%zu", first, first, first);
    assert_true(cores_read(text, &set, sizeof set));
    assert_int_equal(CPU_COUNT(&set), 1);

    cores_first(1, text, sizeof text);
    assert_true(cores_read(text, &set, sizeof set));
    assert_int_equal(CPU_COUNT(&set), 1);
    cores_first(CPU_SETSIZE, text, sizeof text);
    if (CPU_COUNT(&allowed) > 16)
        skip(); // too many for the text
    assert_true(cores_read(text, &set, sizeof set));
    assert_true(CPU_EQUAL(&set, &allowed));
}

static void what_is_no_list_of_our_cores_is_refused(void **state)
{
    static const char *const wrong[] = {"",
                                        " ",
                                        "x",
                                        "0x",
                                        "-",
                                        "-1",
                                        "0-",
                                        "1-0",
                                        "0,",
                                        ",0",
                                        "0,,",
                                        "0 ",
                                        "0-0-0",
                                        "+0",
                                        "0;",
                                        "1023-1024",
                                        "1024",
                                        "99999999999999999999",
                                        "18446744073709551616"};
    cpu_set_t allowed, set;
    char text[16];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (cores_read(wrong[i], &set, sizeof set))
            fail_msg("'%s' is taken", wrong[i]);
    assert_int_equal(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    for (size_t core = 0; core < CPU_SETSIZE; core++)
        if (!CPU_ISSET(core, &allowed)) {
            snprintf(text, sizeof text, "%zu", core);
            assert_false(cores_read(text, &set, sizeof set));
        }
}

// ---- Logs ----------------------------------------------------------------------------------

static void the_last_line_of_a_log_is_what_was_meant(void **state)
{
    static const struct {
        const char *log;
        long from;
        const char *last;
    } logs[] = {
        {"", 0, ""},
        {"\n \n\t\n", 0, ""},
        {"one\ntwo\n", 0, "two"},
        {"one\ntwo", 0, "two"},
        {"one\r\n\r\n", 0, "one"},
        {"one\ntwo\n", 4, "two"},
        {"one\ntwo\n", 8, ""},
        {"one\n", 400, ""},
        {"epoll: unrecognized option '--x'\nTry 'epoll --help'\n", 0,
         "epoll: unrecognized option '--x'"},
    };
    char file[] = "/tmp/test_words.XXXXXX", last[64];
    int fd = mkstemp(file);

    (void)state;
    assert_true(fd >= 0);
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        size_t n = strlen(logs[i].log);
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, logs[i].log, n, 0), n);
        assert_int_equal(last_line(file, logs[i].from, last, sizeof last), *logs[i].last != '\0');
        assert_string_equal(last, logs[i].last);
    }
    close(fd);
    unlink(file);
    assert_false(last_line(file, 0, last, sizeof last));
    assert_string_equal(last, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_is_divided_as_a_shell_would),
        cmocka_unit_test(what_needs_more_than_words_is_refused),
        cmocka_unit_test(words_survive_as_a_line),
        cmocka_unit_test(lists_of_cores_are_read_as_taskset_has_them),
        cmocka_unit_test(what_is_no_list_of_our_cores_is_refused),
        cmocka_unit_test(the_last_line_of_a_log_is_what_was_meant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
