// trace_server_call.h: for the tests of what servers write with --trace: starts them, ends them,
// and reads it. Include it after cmocka's headers.
#ifndef TESTS_TRACE_SERVER_CALL_H
#define TESTS_TRACE_SERVER_CALL_H

#include "base/fail.h"
#include "tests/conform/traced.h"
#include "tests/serve.h"

static char trace_path[] = "/tmp/test_trace.XXXXXX";
static struct traced trace;

static inline int make_place(void **state)
{
    int file = mkstemp(trace_path);

    (void)state;
    return file < 0 || close(file) != 0;
}

static inline int remove_place(void **state)
{
    (void)state;
    free(trace.event);
    return unlink(trace_path);
}

static inline void read_trace(void)
{
    int file = open(trace_path, O_RDONLY | O_CLOEXEC);

    assert_true(file >= 0);
    char *text = contents_of(file);
    free(trace.event);
    const char *wrong = traced_read_table(&trace, text);
    if (wrong != NULL)
        fail_msg("%s", wrong);
    free(text);
}

// ---- Servers -------------------------------------------------------------------------------

// A server, with what it says in files that have no name.
struct program {
    pid_t pid;
    int out, err;
};

static inline struct program run(const char *name, const char *options)
{
    struct program p = {.out = memfd_create("out", MFD_CLOEXEC),
                        .err = memfd_create("err", MFD_CLOEXEC)};
    char command[COMMAND_MAX];

    assert_true(p.out >= 0 && p.err >= 0);
    snprintf(command, sizeof command, "%s/%s --port 0 %s", bin(), name, options);
    p.pid = spawn(command, p.out, p.err, 0);
    return p;
}

static inline void expect_clean_end(const struct program *p, const char *name)
{
    kill(p->pid, SIGTERM);
    assert_int_equal(await_status(p->pid, 15, name), 0);
    close(p->out);
    close(p->err);
}

// It ends with status 1 and this one complaint; `listened`: after it had said that it listens.
static inline void expect_end_of(const struct program *p, const char *name, bool listened,
                                 const char *complaint)
{
    assert_int_equal(await_status(p->pid, 15, name), 1);
    assert_int_equal(lseek(p->out, 0, SEEK_END) > 0, listened);
    char *said = contents_of(p->err);
    assert_string_equal(said, complaint);
    free(said);
    close(p->out);
}

// Returns where it listens; NULL: this machine lacks what it needs.
static inline const char *await_line(const struct program *p)
{
    static char text[64];
    double until = now() + patient(15);
    ssize_t n;

    while ((n = pread(p->out, text, sizeof text - 1, 0)) <= 0 || text[n - 1] != '\n') {
        if (status_of(p->pid) == EXIT_UNAVAILABLE)
            return NULL;
        if (now() > until)
            fail_msg("it does not say that it listens");
        nap(0.002);
    }
    text[n - 1] = '\0';
    assert_memory_equal(text, "listening on ", strlen("listening on "));
    return text + strlen("listening on ");
}

// It is asked, and answers.
static inline void ask(int client)
{
    char answer[5];

    assert_int_equal(send(client, "again", 5, MSG_NOSIGNAL), 5);
    assert_true(wait_readable(client, patient(15)));
    assert_int_equal(recv(client, answer, 5, MSG_WAITALL), 5);
}

#endif
