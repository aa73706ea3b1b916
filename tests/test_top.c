// test_top.c: bin/top itself, where there is no terminal: what it prints, and how it ends.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/watch_server.h"

struct top {
    pid_t pid;
    int out_file, err_file;
    char *out, *err; // once it has ended
    int status;
};

__attribute__((format(printf, 2, 3))) static void top_begin(struct top *t, const char *format, ...)
{
    char arguments[COMMAND_MAX], command[2 * COMMAND_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(arguments, sizeof arguments, format, args);
    va_end(args);
    snprintf(command, sizeof command, "%s/top %s", bin(), arguments);
    assert_true((t->out_file = memfd_create("out", MFD_CLOEXEC)) >= 0);
    assert_true((t->err_file = memfd_create("err", MFD_CLOEXEC)) >= 0);
    t->pid = spawn(command, t->out_file, t->err_file, 0);
}

// Until the first screen: now it watches.
static void await_output(const struct top *t)
{
    double until = now() + patient(30);
    struct stat about = {.st_size = 0};

    while (about.st_size == 0) {
        assert_int_equal(fstat(t->out_file, &about), 0);
        assert_true(now() < until);
        nap(0.002);
    }
}

static void top_end(struct top *t, int status)
{
    t->status = await_status(t->pid, 60, "top");
    t->out = contents_of(t->out_file);
    t->err = contents_of(t->err_file);
    if (t->status != status)
        fail_msg("exit status %d, not %d\n%s%s", t->status, status, t->out, t->err);
}

static void top_free(struct top *t)
{
    free(t->out);
    free(t->err);
}

static void expect_said_by(const struct top *t, const char *text)
{
    if (strstr(t->out, text) == NULL && strstr(t->err, text) == NULL)
        fail_msg("it does not say \"%s\", but\n%s%s", text, t->out, t->err);
}

static size_t count_text(const char *in, const char *text)
{
    size_t n = 0;

    for (; (in = strstr(in, text)) != NULL; in += strlen(text))
        n++;
    return n;
}

static void in_a_pipe_it_prints_one_screen_of_plain_text(void **state)
{
    struct server epoll = server_start("%s/epoll --port 0", bin());
    struct server fork = server_start("%s/fork --port 0", bin());
    int clients[4];
    char title[128];
    struct top t;

    (void)state;
    setenv("COLUMNS", "80", 1);
    setenv("LINES", "24", 1);
    connect_clients(&epoll, clients, 3);
    connect_clients(&fork, clients + 3, 1);
    top_begin(&t, "--interval 0.1 --pid %d --pid %d", (int)epoll.pid, (int)fork.pid);
    top_end(&t, 0);
    int n = snprintf(title, sizeof title, "epoll (%d)", (int)epoll.pid);
    assert_memory_equal(t.out, title, (size_t)n);
    snprintf(title, sizeof title, " fork (%d)\n", (int)fork.pid);
    expect_said_by(&t, title);
    expect_said_by(&t, "clients     3                            clients     1\n");
    assert_int_equal(count_text(t.out, "requests/s  "), 2);
    assert_true(count_text(t.out, "\n") <= 24);
    assert_null(strchr(t.out, '\033'));
    assert_null(strchr(t.out, '\r'));
    assert_string_equal(t.err, "");
    top_free(&t);

    top_begin(&t, "--count 3 --interval 0.1 %d", (int)epoll.pid);
    top_end(&t, 0);
    assert_int_equal(count_text(t.out, "clients     3\n"), 3);
    top_free(&t);
    close_clients(clients, 4);
    server_stop(&epoll, SIGTERM);
    server_stop(&fork, SIGTERM);
}

static void a_narrow_screen_is_not_overrun(void **state)
{
    struct server s = server_start("%s/epoll --port 0", bin());
    struct top t;

    (void)state;
    setenv("COLUMNS", "40", 1);
    setenv("LINES", "12", 1);
    top_begin(&t, "--once --interval 0.1 %d %d", (int)s.pid, (int)s.pid);
    top_end(&t, 0);
    assert_true(count_text(t.out, "\n") <= 11); // the prompt comes below
    for (const char *line = t.out; *line != '\0'; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 40);
    assert_int_equal(count_text(t.out, "epoll ("), 2);
    top_free(&t);
    server_stop(&s, SIGTERM);
}

static void a_mistake_is_said_in_a_line(void **state)
{
    static const struct {
        const char *arguments;
        int status;
        const char *said;
    } table[] = {
        {"--pid 2147483647", 1, "top: there is no process 2147483647\n"},
        {"2147483647", 1, "top: there is no process 2147483647\n"},
        {"--pid x", 64, "top: --pid: 'x' is not allowed; give the number of a process\n"},
        {"0", 64, "top: --pid: '0' is not allowed"},
        {"-- -1", 64, "top: --pid: '-1' is not allowed"},
        {"99999999999", 64, "top: --pid: '99999999999' is not allowed"},
        {"--interval 0 1", 64, "top: --interval: '0' is not allowed; give seconds from 0.1"},
        {"--interval 1s 1", 64, "top: --interval: '1s' is not allowed"},
        {"--count 0 1", 64, "top: --count: '0' is not allowed; give a number of screens"},
        {"--no-such-option", 64, "Try 'top --help'\n"},
        {"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", 64, "top: more than 16 processes"},
        {"--help", 0, "--interval=SEC"},
        {"--version", 0, "top (echolab) "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct top t;
        top_begin(&t, "%s", table[i].arguments);
        top_end(&t, table[i].status);
        expect_said_by(&t, table[i].said);
        assert_true(table[i].status == 0 ? *t.err == '\0' : *t.out == '\0');
        top_free(&t);
    }
}

static void a_server_that_ends_meanwhile_ends_it_cleanly(void **state)
{
    struct server epoll = server_start("%s/epoll --port 0", bin());
    struct server fork = server_start("%s/fork --port 0", bin());
    char expected[128];
    struct top t;

    (void)state;
    setenv("COLUMNS", "80", 1);
    top_begin(&t, "--interval 0.1 --count 1000000 %d %d", (int)epoll.pid, (int)fork.pid);
    await_output(&t);
    assert_int_equal(server_stop(&epoll, SIGTERM), 0);
    assert_int_equal(status_of(t.pid), -1); // there is another one to watch
    assert_int_equal(server_stop(&fork, SIGTERM), 0);
    top_end(&t, 0);
    snprintf(expected, sizeof expected, "top: epoll (%d) has ended\ntop: fork (%d) has ended\n",
             (int)epoll.pid, (int)fork.pid);
    assert_string_equal(t.err, expected);
    top_free(&t);
}

static void a_hostile_name_does_not_reach_the_terminal(void **state)
{
    int ready[2];
    char byte;
    struct top t;

    (void)state;
    setenv("COLUMNS", "80", 1);
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid_t hostile = fork();
    assert_true(hostile >= 0);
    if (hostile == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NAME, "\033[31mx\n) R (\007");
        (void)!write(ready[1], "x", 1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    top_begin(&t, "--once --interval 0.1 %d", (int)hostile);
    top_end(&t, 0);
    kill(hostile, SIGKILL);
    waitpid(hostile, NULL, 0);
    close(ready[0]);
    close(ready[1]);
    expect_said_by(&t, "?[31mx?) R (? (");
    for (const char *c = t.out; *c != '\0'; c++)
        assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
    top_free(&t);
}

static void what_can_not_be_written_is_no_success(void **state)
{
    struct server s = server_start("%s/epoll --port 0", bin());
    char command[COMMAND_MAX];
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC), err = memfd_create("err", MFD_CLOEXEC);

    (void)state;
    assert_true(full >= 0 && err >= 0);
    snprintf(command, sizeof command, "%s/top --once --interval 0.1 %d", bin(), (int)s.pid);
    assert_int_equal(await_status(spawn(command, full, err, 0), 60, "top"), 1);
    char *said = contents_of(err);
    assert_string_equal(said, "top: cannot write to standard output: No space left on device\n");
    free(said);
    close(full);
    server_stop(&s, SIGTERM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(in_a_pipe_it_prints_one_screen_of_plain_text, end_all),
        cmocka_unit_test_teardown(a_narrow_screen_is_not_overrun, end_all),
        cmocka_unit_test_teardown(a_mistake_is_said_in_a_line, end_all),
        cmocka_unit_test_teardown(a_server_that_ends_meanwhile_ends_it_cleanly, end_all),
        cmocka_unit_test_teardown(a_hostile_name_does_not_reach_the_terminal, end_all),
        cmocka_unit_test_teardown(what_can_not_be_written_is_no_success, end_all),
    };

    return cmocka_run_group_tests_name("top", tests, NULL, NULL);
}
