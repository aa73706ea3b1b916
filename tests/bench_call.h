// bench_call.h: bin/bench, called by a test in a folder of its own, with a scenario as small as can
// be. For cmocka's tests: include it after their headers, and run them with make_folder and
// remove_folder, each with end_all() as its teardown.
#ifndef TESTS_BENCH_CALL_H
#define TESTS_BENCH_CALL_H

#include <glob.h>

#include "results/record.h"
#include "tests/drive.h"

enum { SECONDS = 120 };

static char ground[] = "/tmp/test_bench.XXXXXX";

static const char scenario[] = "question = Does it work?\n"
                               "x        = clients\n"
                               "axis     = log\n"
                               "points   = 1 4\n"
                               "load     = --connections {x} --size 64\n"
                               "warmup   = 20ms\n"
                               "duration = 100ms\n"
                               "drain    = 100ms\n"
                               "repeats  = 2\n"
                               "figures  = bars:rps\n";

static inline int make_folder(void **state)
{
    char path[64];

    (void)state;
    if (mkdtemp(ground) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/tiny.scenario", ground);
    FILE *f = fopen(path, "w");
    return f == NULL || fputs(scenario, f) == EOF || fclose(f) == EOF;
}

static inline int remove_folder(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", ground);
    return system(command); // NOLINT(cert-env33-c): a name that we made
}

// A program of the test's own: starts another one, whatever its arguments.
static inline void write_script(const char *name, const char *text)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", ground, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\n%s\n", text);
    assert_int_equal(fchmod(fileno(f), 0700), 0);
    assert_int_equal(fclose(f), 0);
}

// ---- bench ---------------------------------------------------------------------------------

struct bench {
    pid_t pid;
    int files[2]; // nameless: standard output, standard error
    int status;
    char *out, *err;
};

__attribute__((format(printf, 2, 3))) static inline void bench_begin(struct bench *b,
                                                                     const char *format, ...)
{
    char command[COMMAND_MAX];

    COMPOSE(command, format);
    for (int i = 0; i < 2; i++)
        assert_true((b->files[i] = memfd_create("bench", 0)) >= 0);
    b->pid = spawn(command, b->files[0], b->files[1], 0);
}

static inline void bench_end(struct bench *b, int status)
{
    b->status = await_status(b->pid, SECONDS, "bench");
    b->out = contents_of(b->files[0]);
    b->err = contents_of(b->files[1]);
    if (b->status != status) {
        fprintf(stderr, "exit status %d where %d should be\n%s%s", b->status, status, b->out,
                b->err);
        fail();
    }
}

static inline void bench_free(struct bench *b)
{
    free(b->out);
    free(b->err);
}

static inline void expect_word(const char *text, const char *word)
{
    if (strstr(text, word) == NULL) {
        fprintf(stderr, "no \"%s\" in:\n%s\n", word, text);
        fail();
    }
}

// What it needs for its figures.
static inline bool have_gnuplot(void)
{
    return system("gnuplot --version >/dev/null 2>&1") == 0; // NOLINT(cert-env33-c): constant text
}

// ---- What it leaves ------------------------------------------------------------------------

static inline char *read_file(const char *run, const char *file)
{
    char path[160];

    snprintf(path, sizeof path, "%s/%s/%s", ground, run, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail_msg("%s: %s", path, strerror(errno));
    return contents_of(fd);
}

static inline size_t count_files(const char *run, const char *pattern)
{
    char path[160];
    glob_t found;

    snprintf(path, sizeof path, "%s/%s/%s", ground, run, pattern);
    size_t n = glob(path, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
    globfree(&found);
    return n;
}

#endif
