// test_slow_reader.c: the client that sends without end and hardly takes its answers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fail.h"
#include "results/sample.h"
#include "results/slow_reader.h"
#include "tests/serve.h"

// A slow reader in a process of its own; its errors go to *errors.
static pid_t start_reader(const char *target, int *errors)
{
    char name[] = "slow-reader", place[64];

    snprintf(place, sizeof place, "%s", target);
    *errors = memfd_create("errors", MFD_CLOEXEC);
    assert_true(*errors >= 0);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        char *argv[] = {name, *place == '\0' ? NULL : place, NULL};
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(*errors, STDERR_FILENO);
        fail_name("bench");
        _exit(slow_reader_main(*place == '\0' ? 1 : 2, argv));
    }
    for (int i = 0; i < STARTED_MAX; i++)
        if (started[i] == 0) {
            started[i] = pid; // await_status() knows it then
            break;
        }
    return pid;
}

static void expect_outcome(pid_t pid, int errors, int status, const char *expected)
{
    int seen = await_status(pid, 15, "the slow reader");
    char *text = contents_of(errors);

    if (seen != status || strcmp(text, expected) != 0)
        fail_msg("exit status %d, \"%s\"", seen, text);
    free(text);
}

// A server that is this test: the slow reader's connection, and its process.
static int accept_reader(pid_t *pid, int *errors)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof here;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char target[64];

    assert_int_equal(bind(listener, (struct sockaddr *)&here, sizeof here), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&here, &length), 0);
    snprintf(target, sizeof target, "127.0.0.1:%u", (unsigned)ntohs(here.sin_port));
    *pid = start_reader(target, errors);
    assert_true(wait_readable(listener, patient(15)));
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(fd >= 0);
    close(listener);
    return fd;
}

static void it_sends_without_end(void **state)
{
    static char got[65536];
    size_t total = 0;
    pid_t pid = 0;
    int errors = -1, fd = accept_reader(&pid, &errors);

    (void)state;
    while (total < 64 * 1024 * 1024) {
        assert_true(wait_readable(fd, patient(15)));
        ssize_t n = recv(fd, got, sizeof got, 0);
        assert_true(n > 0);
        for (ssize_t i = 0; i < n; i++)
            assert_true(got[i] == 0);
        total += (size_t)n;
    }
    kill(pid, SIGTERM);
    expect_outcome(pid, errors, 0, "");
    close(fd);
}

static void it_takes_little(void **state)
{
    static const char answer[65536];
    int size = 65536, errors = -1;
    size_t total = 0;
    pid_t pid = 0;
    int fd = accept_reader(&pid, &errors);
    double until = now() + 1;

    (void)state;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
    while (now() < until) {
        ssize_t n = send(fd, answer, sizeof answer, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0)
            total += (size_t)n;
        else
            nap(0.002);
    }
    // Twenty times 1 KiB, and what lies in the kernel on the way.
    assert_in_range(total, 1, 8 * 1024 * 1024);
    kill(pid, SIGTERM);
    expect_outcome(pid, errors, 0, "");
    close(fd);
}

static void it_takes_all_in_the_end_but_not_at_once(void **state)
{
    static const char answer[5 * 1024];
    pid_t pid = 0;
    int errors = -1, fd = accept_reader(&pid, &errors);
    double begun = now();
    struct sockaddr_in here = {0};
    socklen_t length = sizeof here;
    char expected[96];

    (void)state;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &length), 0);
    snprintf(expected, sizeof expected, "bench: 127.0.0.1:%u has closed the connection\n",
             (unsigned)ntohs(here.sin_port));
    assert_int_equal(send(fd, answer, sizeof answer, MSG_NOSIGNAL), sizeof answer);
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    expect_outcome(pid, errors, 1, expected);
    // The first of six readings may have come before `begun`.
    assert_true(now() - begun >= 4 * 0.05);
    close(fd);
}

static void others_are_served_beside_it(void **state)
{
    struct model m = ours("epoll");
    struct serving s;
    struct ended e;
    struct sample before, with;
    int errors;
    double until = now() + patient(15);

    (void)state;
    start_serving(&s, &m, "");
    sample_take(&before, s.pid);
    pid_t pid = start_reader(s.target, &errors);
    do {
        assert_true(now() < until);
        nap(0.002);
        sample_take(&with, s.pid);
    } while (with.descriptors == before.descriptors);
    for (int i = 0; i < 20; i++)
        close(make_client(s.target));
    assert_int_equal(waitpid(pid, NULL, WNOHANG), 0); // it is still there
    kill(pid, SIGTERM);
    expect_outcome(pid, errors, 0, "");
    expect_end(&s, &e, true, "");
    assert_true(e.counted.accepted == 21);
}

static void what_it_can_not_use_is_said(void **state)
{
    static const struct {
        const char *target;
        int status;
        const char *said;
    } wrong[] = {
        {"", 64, "bench: slow-reader needs one HOST:PORT\nTry 'bench --help'\n"},
        {"7000", 64,
         "bench: '7000' is no HOST:PORT, such as 127.0.0.1:7000 or [::1]:7000\n"
         "Try 'bench --help'\n"},
        {"127.0.0.1:0", 64,
         "bench: '127.0.0.1:0' is no HOST:PORT, such as 127.0.0.1:7000 or [::1]:7000\n"
         "Try 'bench --help'\n"},
        {"[::1:7000", 64,
         "bench: '[::1:7000' is no HOST:PORT, such as 127.0.0.1:7000 or [::1]:7000\n"
         "Try 'bench --help'\n"},
        {":7000", 64,
         "bench: ':7000' is no HOST:PORT, such as 127.0.0.1:7000 or [::1]:7000\n"
         "Try 'bench --help'\n"},
        {"127.0.0.1:1", 1, "bench: cannot connect to 127.0.0.1:1: Connection refused\n"},
    };
    int errors;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        pid_t pid = start_reader(wrong[i].target, &errors);
        expect_outcome(pid, errors, wrong[i].status, wrong[i].said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(it_sends_without_end, end_all),
        cmocka_unit_test_teardown(it_takes_little, end_all),
        cmocka_unit_test_teardown(it_takes_all_in_the_end_but_not_at_once, end_all),
        cmocka_unit_test_teardown(others_are_served_beside_it, end_all),
        cmocka_unit_test_teardown(what_it_can_not_use_is_said, end_all),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
