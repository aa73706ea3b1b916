// result_sample.h: for test_result*.c and test_merge.c: a result to write, read and add, and what
// catches the output of code that may end the program.
#ifndef TESTS_RESULT_SAMPLE_H
#define TESTS_RESULT_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fail.h"
#include "loadgen/result.h"

// A stretch of a linear congruential generator, so that every run tests the same samples.
static inline int64_t sample_ns(unsigned i)
{
    uint64_t x = (i + 1) * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);

    x ^= x >> 33;
    return 20000 + (int64_t)((x * UINT64_C(2685821657736338717)) >> 40); // 20 us to 16.8 ms
}

// An open-loop run in which `n` requests were answered and nothing went wrong.
static inline void make_result(struct result *r, unsigned n)
{
    result_init(r);
    snprintf(r->target, sizeof r->target, "127.0.0.1:7000");
    snprintf(r->service_name, sizeof r->service_name, "echo");
    snprintf(r->loop, sizeof r->loop, "open");
    snprintf(r->arrivals, sizeof r->arrivals, "poisson");
    snprintf(r->size, sizeof r->size, "64");
    snprintf(r->engine, sizeof r->engine, "epoll");
    r->connections = 50;
    r->pipeline = 1;
    r->size_bytes = 64;
    r->offered_rps = 20000.0 / 3;
    r->warmup_ns = 1000000000;
    r->duration_ns = 5000000123;
    r->seed = UINT64_MAX - 4;
    r->requests = (struct requests){.scheduled = n, .sent = n, .answered = n};
    r->warmup = (struct requests){.scheduled = 7, .sent = 7, .answered = 6, .unfinished = 1};
    r->completed = n;
    r->completed_bytes = 64 * (uint64_t)n;
    r->connections_made = 50;
    r->served = 49;
    r->jain = 2.0 / 3;
    for (unsigned i = 0; i < n; i++) {
        histogram_record_n(r->response, sample_ns(i), 1);
        histogram_record_n(r->service, sample_ns(i) - 10000, 1);
        histogram_record_n(r->connect, 50000 + i, 1);
        histogram_record_n(r->lag, i % 977, 1);
    }
    r->depth_mean = 1.0 / 3;
    r->depth_max = 4;
    r->generator.threads = 2;
    r->generator.user_ns = 412345678;
    r->generator.system_ns = 1912345678;
    r->generator.busy = 0.4625;
    r->generator.waited = 0.1;
    snprintf(r->environment.kernel, sizeof r->environment.kernel, "Linux 6.18 x86_64");
    snprintf(r->environment.cpu, sizeof r->environment.cpu, "A Processor @ 2 GHz");
    r->environment.cores = 2;
    r->environment.nofile = 20000;
    snprintf(r->environment.started, sizeof r->environment.started, "2026-11-22T03:00:00Z");
    snprintf(r->environment.command, sizeof r->environment.command, "bin/loadgen '\"q\", x'");
    r->interval_ns = 1000000000;
    r->interval_count = 3;
    r->intervals = calloc(r->interval_count, sizeof *r->intervals);
    assert_non_null(r->intervals);
    for (unsigned i = 0; i < 3; i++)
        r->intervals[i] = (struct interval){
            .start_ns = i * r->interval_ns, .sent = 2000 + i, .answered = 2000 + i};
    r->intervals[1].response = histogram_new(2); // the other two: nothing was measured
    assert_non_null(r->intervals[1].response);
    for (unsigned i = 0; i < 2001; i++)
        histogram_record_n(r->intervals[1].response, sample_ns(i), 1);
}

// What a writer writes; the caller frees it.
static inline char *text_of(const struct result *r, void (*write_it)(const struct result *, FILE *))
{
    // Static, because gcc 12 takes what the stream stores in a local for a pointer to that local.
    static char *text;
    static size_t size;
    FILE *memory = open_memstream(&text, &size);

    assert_non_null(memory);
    write_it(r, memory);
    assert_int_equal(fclose(memory), 0);
    return text;
}

static inline void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is missing in:\n%s", part, text);
}

static inline void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("\"%s\" should not be in:\n%s", part, text);
}

// A new file of this text. The name is a template of mkstemp(3), and is filled in.
static inline void write_file(char *name, const char *text)
{
    int fd = mkstemp(name);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

// Runs it in a child with standard output and error in files; returns the exit status, with what
// was printed in `out` and `err`.
enum { CAUGHT = 1 << 20 };
static inline int run_apart(int (*run)(void *), void *arg, char out[CAUGHT], char err[CAUGHT])
{
    FILE *files[2] = {tmpfile(), tmpfile()};
    char *texts[2] = {out, err};
    int status;

    assert_true(files[0] != NULL && files[1] != NULL);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(fileno(files[0]), STDOUT_FILENO);
        dup2(fileno(files[1]), STDERR_FILENO);
        exit(run(arg));
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    for (int i = 0; i < 2; i++) {
        rewind(files[i]);
        texts[i][fread(texts[i], 1, CAUGHT - 1, files[i])] = '\0';
        fclose(files[i]);
    }
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

#endif
