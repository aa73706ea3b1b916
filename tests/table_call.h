// table_call.h: for the tests of `bench compare` and `bench verdict`: two sampled runs, a call, and
// the lines of the tables that it prints.
#ifndef TESTS_TABLE_CALL_H
#define TESTS_TABLE_CALL_H

#include "results/cells.h"
#include "tests/record_sample.h"
#include "tests/result_sample.h"

static char out[CAUGHT], err[CAUGHT];
static char folder[] = "/tmp/test_bench_compare.XXXXXX"; // one for each test
static char path_a[64], path_b[64];
static struct record a, b;

static inline int begin_with(unsigned rounds)
{
    memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path_a, sizeof path_a, "%s/a", folder);
    snprintf(path_b, sizeof path_b, "%s/b", folder);
    record_sample(&a, path_a, rounds, 1);
    record_sample(&b, path_b, rounds, 2);
    return 0;
}

static inline int begin(void **state)
{
    (void)state;
    return begin_with(3);
}

// For what does not look at the figures: the first few repeats of one scenario.
static inline int begin_small(void **state)
{
    (void)state;
    int status = begin_with(1);
    record_sample_cut(&a, 9);
    record_sample_cut(&b, 9);
    return status;
}

static inline int end(void **state)
{
    char command[256];

    (void)state;
    record_free(&a);
    record_free(&b);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

// A command line; run_apart() hands it on.
struct call {
    int (*main)(int argc, char **argv);
    const char *words[8];
};

static inline int call_it(void *argument)
{
    const struct call *call = argument;
    static char name[] = "bench";
    char *argv[10] = {name};
    int argc = 1;

    for (; call->words[argc - 1] != NULL; argc++)
        argv[argc] = strdup(call->words[argc - 1]);
    int status = call->main(argc, argv);
    for (int i = 1; i < argc; i++)
        free(argv[i]);
    return status;
}

static inline int run(int (*main)(int, char **), const char *const words[8])
{
    struct call call = {.main = main};

    memcpy(call.words, words, sizeof call.words);
    return run_apart(call_it, &call, out, err);
}
#define RUN(main, ...) run(main, (const char *const[8]){__VA_ARGS__})

// The line after `heading` that begins with these words, blanks aside, or NULL. Valid until the
// next call.
static inline const char *find_line(const char *heading, const char *first, const char *second)
{
    static char line[512];
    char one[64], two[64];
    const char *at = strstr(out, heading);

    if (at == NULL) {
        fail_msg("\"%s\" is missing in:\n%s", heading, out);
        return NULL;
    }
    while ((at = strchr(at, '\n')) != NULL && *++at != '\n') // up to the next empty line
        if (sscanf(at, "%63s %63s", one, two) == 2 && strcmp(one, first) == 0 &&
            (*second == '\0' || strcmp(two, second) == 0)) {
            snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
            return line;
        }
    return NULL;
}

static inline const char *line_of(const char *heading, const char *first, const char *second)
{
    const char *line = find_line(heading, first, second);

    if (line == NULL)
        fail_msg("no line \"%s %s\" after \"%s\" in:\n%s", first, second, heading, out);
    return line;
}

static inline void save(void)
{
    assert_true(record_save(&a));
    assert_true(record_save(&b));
}

static inline void scale(struct record *r, const char *model, enum metric m, double factor)
{
    for (struct repeat *q = r->repeats; q < r->repeats + r->repeat_count; q++)
        if (strcmp(r->models.list[q->model].name, model) == 0)
            q->value[m] *= factor;
}

// Characters of UTF-8; warnings are left to the terminal.
static inline void assert_no_wider(unsigned limit)
{
    for (const char *line = out; *line != '\0'; line += strcspn(line, "\n") + 1) {
        unsigned width = 0;
        for (const char *c = line; *c != '\n'; c++)
            width += ((unsigned char)*c & 0xC0) != 0x80;
        if (width > limit && strncmp(line, "warning: ", 9) != 0)
            fail_msg("wider than %u: %.*s", limit, (int)strcspn(line, "\n"), line);
    }
}

#define WITH_RUNS(test) cmocka_unit_test_setup_teardown(test, begin, end)
#define WITH_SMALL_RUNS(test) cmocka_unit_test_setup_teardown(test, begin_small, end)

#endif
