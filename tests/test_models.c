// test_models.c: the list of models, servers of other people beside it, and where all of it lies.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fail.h"
#include "results/home.h"
#include "results/models.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

// A file that is gone from its folder, but not from /proc/self/fd.
static char *file_of(const char *text, char name[32])
{
    FILE *file = tmpfile();

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fflush(file), 0);
    snprintf(name, 32, "/proc/self/fd/%d", fileno(file));
    return name;
}

static void free_models(struct models *models)
{
    for (size_t i = 0; i < models->count; i++) {
        free((void *)(uintptr_t)models->list[i].command);
        if (!models->list[i].foreign)
            free((void *)(uintptr_t)models->list[i].ends);
    }
    free(models->list);
}

static void read_shipped(struct models *models)
{
    char *file = home_path("models.tsv");

    models_read(models, file, "/opt/servers");
    free(file);
}

static void home_is_the_folder_of_the_list(void **state)
{
    char *file = home_path("%s.%s", "models", "tsv");

    (void)state;
    assert_int_equal(access(file, R_OK), 0);
    assert_int_equal(*home(), '/');
    assert_memory_equal(home_programs(), home(), strlen(home()));
    free(file);
}

static void every_line_of_the_list_is_a_model(void **state)
{
    struct models models;
    size_t lines = 0;
    char *file = home_path("models.tsv"), *line = NULL;
    size_t room = 0;
    FILE *from = fopen(file, "re");

    (void)state;
    assert_non_null(from);
    while (getline(&line, &room, from) >= 0)
        lines += *line != '#';
    fclose(from);
    free(line);
    free(file);
    read_shipped(&models);
    assert_int_equal(models.count, lines);
    free_models(&models);
}

static void
the_short_run_is_of_the_first_of_families_and_the_others_of_one_are_variants(void **state)
{
    static const char *const headline[] = {"blocking", "fork", "threads", "uring",
                                           "select",   "poll", "epoll"};
    static const char *const variants[] = {"prefork", "pool", "edge"};
    struct models models;

    (void)state;
    read_shipped(&models);
    for (size_t i = 0; i < COUNT(headline); i++) {
        const struct model *model = models_find(&models, headline[i]);
        assert_non_null(model);
        assert_true(model->headline && !model->variant && !model->foreign);
    }
    for (size_t i = 0; i < COUNT(variants); i++) {
        const struct model *model = models_find(&models, variants[i]);
        assert_non_null(model);
        assert_true(model->variant && !model->headline && !model->foreign);
    }
    // None of a list that is shipped, since a short run is one of families.
    for (size_t i = 0; i < models.count; i++)
        assert_false(models.list[i].headline && models.list[i].variant);
    assert_null(models_find(&models, "apache"));
    free_models(&models);
}

static void a_model_has_all_that_its_line_says(void **state)
{
    char name[32];
    struct models models;

    (void)state;
    models_read(&models,
                file_of("# a comment\n"
                        "\n"
                        "one\ta/one.c\t#010203\tmany\t10\t-\tits end\tyes\n"
                        "two\tb/two.c\t#040506\tone\t1\tio_uring\tone at a time\t-\n"
                        "three\ta/three.c\t#010203\tcrew\t64\t-\tits crew\tyes\n",
                        name),
                "/opt/servers");
    assert_int_equal(models.count, 3);
    const struct model *one = models_find(&models, "one"), *two = models_find(&models, "two"),
                       *three = models_find(&models, "three");
    assert_string_equal(one->colour, "#010203");
    assert_string_equal(one->ends, "its end");
    assert_string_equal(one->command, "/opt/servers/one");
    assert_false(one->crew);
    assert_true(two->crew);
    assert_true(three->crew);
    assert_true(one->headline && !one->variant);
    assert_true(!two->headline &&
                !two->variant); // the first of its family, and not in the short run
    assert_true(three->headline && three->variant); // though another family's line stands between
    assert_null(one->unavailable);
    assert_string_equal(two->command, "/opt/servers/two");
    free_models(&models);
}

// In a child, since it ends.
static void list_is_refused(const char *text, const char *says)
{
    char name[32], said[512];
    int pipes[2], status;
    size_t length = 0;
    ssize_t n;
    struct models models;

    fflush(NULL);
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(pipes[1], STDERR_FILENO);
        models_read(&models, text == NULL ? "/nonexistent/models.tsv" : file_of(text, name),
                    "/opt");
        _exit(111);
    }
    close(pipes[1]);
    while ((n = read(pipes[0], said + length, sizeof said - 1 - length)) > 0)
        length += (size_t)n;
    said[length] = '\0';
    close(pipes[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    if (strstr(said, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", said, says);
}

static void a_list_that_is_none_is_refused_with_its_line(void **state)
{
    (void)state;
    list_is_refused(NULL, "cannot read /nonexistent/models.tsv");
    list_is_refused("#\none two three\n", ":2: a model has 8 columns");
    list_is_refused("a\tb/a.c\t#010203\tmany\t10\t-\tend\n", ":1: a model has 8 columns");
    list_is_refused("a\tb/a.c\t#010203\tmany\t10\t-\tend\tyes\tmore\n",
                    ":1: a model has 8 columns");
    list_is_refused("a\tb/a.c\t#010203\tmany\t10\t\tend\t-\n", ":1: a model has 8 columns");
    list_is_refused("a\tb/a.c\t#01020304\tmany\t10\t-\tend\t-\n", ":1: the name or the colour");
    list_is_refused("a\tb/a.c\t#010203\tmany\t10\t-\tend\tno\n", "is yes or -, not 'no'");
    list_is_refused("a\tb/a.c\t#010203\tmany\t10\t-\tend\t-\n"
                    "a\tc/a.c\t#010203\tmany\t10\t-\tend\t-\n",
                    ":2: there is a model 'a' already");
}

static void any_server_joins_by_its_command(void **state)
{
    struct models models;
    const char *why = "untouched";

    (void)state;
    read_shipped(&models);
    size_t ours = models.count;
    assert_true(models_add(&models, "mine=python3 peer.py --port {port} --x=1", &why));
    assert_true(models_add(&models, "Other-2_b=./other", &why));
    assert_string_equal(why, "untouched");
    assert_int_equal(models.count, ours + 2);
    const struct model *mine = models_find(&models, "mine");
    assert_string_equal(mine->command, "python3 peer.py --port {port} --x=1");
    assert_string_equal(mine->colour, "#808080");
    assert_string_equal(mine->ends, "");
    assert_true(mine->foreign && !mine->headline && !mine->variant);
    free_models(&models);
}

static void a_server_without_a_name_of_its_own_is_refused(void **state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "NAME=COMMAND"},
        {"python3 peer.py", "NAME=COMMAND"},
        {"mine=", "NAME=COMMAND"},
        {"mine=  ", "NAME=COMMAND"},
        {"=./peer", "1 to 31"},
        {"a/b=./peer", "1 to 31"},
        {"../x=./peer", "1 to 31"},
        {"a b=./peer", "1 to 31"},
        {"abcdefghijklmnopqrstuvwxyzabcdef=./peer", "1 to 31"},
        {"epoll=./peer", "already"},
    };
    struct models models;

    (void)state;
    read_shipped(&models);
    size_t ours = models.count;
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *why = "";
        if (models_add(&models, bad[i].text, &why) || strstr(why, bad[i].says) == NULL)
            fail_msg("\"%s\": \"%s\" does not say \"%s\"", bad[i].text, why, bad[i].says);
    }
    assert_int_equal(models.count, ours);
    const char *why = "";
    assert_true(models_add(&models, "abcdefghijklmnopqrstuvwxyzabcde=./peer", &why));
    assert_false(models_add(&models, "abcdefghijklmnopqrstuvwxyzabcde=./peer", &why));
    free_models(&models);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(home_is_the_folder_of_the_list),
        cmocka_unit_test(every_line_of_the_list_is_a_model),
        cmocka_unit_test(
            the_short_run_is_of_the_first_of_families_and_the_others_of_one_are_variants),
        cmocka_unit_test(a_model_has_all_that_its_line_says),
        cmocka_unit_test(a_list_that_is_none_is_refused_with_its_line),
        cmocka_unit_test(any_server_joins_by_its_command),
        cmocka_unit_test(a_server_without_a_name_of_its_own_is_refused),
    };

    fail_name("test_models");
    return cmocka_run_group_tests_name("models", tests, NULL, NULL);
}
