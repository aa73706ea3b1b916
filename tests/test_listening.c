// test_listening.c: what a server's own words may become, and when the wait for them ends.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "results/listening.h"
#include "results/spawn.h"

static const int64_t PATIENCE_NS = 60 * NS_PER_SECOND;

// A child that says nothing itself, but for one line to `out`; ours is the log.
static pid_t start_child(int out)
{
    char shell[] = "sh", dash_c[] = "-c", script[] = "echo x; exec sleep 600", why[256];
    char *words[] = {shell, dash_c, script, NULL};
    pid_t pid = spawn(&(struct spawn_plan){.argv = words, .out = out, .farewell = SIGKILL}, why);

    if (pid < 0)
        fail_msg("%s", why);
    return pid;
}

static const struct {
    const char *log;
    enum listening state;
    const char *target;
} logs[] = {
    {"listening on 127.0.0.1:7\n", LISTENING, "127.0.0.1:7"},
    {"listening on 127.9.8.7:65535\r\n", LISTENING, "127.9.8.7:65535"},
    {"listening on localhost:80\n", LISTENING, "localhost:80"},
    {"listening on [::1]:1\n", LISTENING, "[::1]:1"},
    {"listening on 0.0.0.0:7\n", LISTENING, "127.0.0.1:7"},
    {"listening on [::]:7\n", LISTENING, "[::1]:7"},
    {"x\nlistening on (x):1\nlistening on 127.0.0.1:7\n", LISTENING, "127.0.0.1:7"},
    {"listening on 192.168.1.1:7\n", LISTENING_ELSEWHERE, "192.168.1.1"},
    {"listening on example.org:7\n", LISTENING_ELSEWHERE, "example.org"},
    {"listening on [fe80::1]:7\n", LISTENING_ELSEWHERE, "[fe80::1]"},
    {"listening on [localhost]:7\n", LISTENING_ELSEWHERE, "[localhost]"},
    {"listening on 127.0.0.1:7", LISTENING_LATE, "127.0.0.1:0"},
    {"listening on 127.0.0.1:7 now\n", LISTENING_LATE, "127.0.0.1:0"},
    {"listening on --csv=/x 127.0.0.1:7\n", LISTENING_LATE, "127.0.0.1:0"},
    {"listening on -h:7\n", LISTENING_LATE, "127.0.0.1:0"},
    {"listening on (x):40335\n", LISTENING_LATE, "127.0.0.1:0"},
    {"listening on $(x):7\n", LISTENING_LATE, "127.0.0.1:0"},
    {"listening on 127.0.0.1:0\n", LISTENING_LATE, "127.0.0.1:0"},
    {"listening on 127.0.0.1:65536\n", LISTENING_LATE, "127.0.0.1:0"},
    {"listening on :7\n", LISTENING_LATE, "127.0.0.1:0"},
    {"so: listening on 127.0.0.1:7\n", LISTENING_LATE, "127.0.0.1:0"},
};

// One look: the deadline has passed already.
static void only_a_place_on_the_loopback_is_taken(void **state)
{
    char file[] = "/tmp/test_listening.XXXXXX", target[TARGET_SIZE];
    int fd = mkstemp(file), quiet = open("/dev/null", O_WRONLY);
    pid_t pid = start_child(quiet);
    struct spawn_end end;

    (void)state;
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        size_t n = strlen(logs[i].log);
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, logs[i].log, n, 0), n);
        if (listening_await(pid, file, 0, 0, -1, target) != logs[i].state ||
            strcmp(target, logs[i].target) != 0)
            fail_msg("%s: %s", logs[i].log, target);
    }
    // The same line within the first 64 KiB, and beyond.
    static const char line[] = "\nlistening on 127.0.0.1:7\n";
    enum { LINE = sizeof line - 1 };
    for (int beyond = 0; beyond < 2; beyond++) {
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, line, LINE, 65536 - LINE + beyond), LINE);
        assert_int_equal(listening_await(pid, file, 0, 0, -1, target),
                         beyond ? LISTENING_LATE : LISTENING);
    }
    spawn_stop(pid, SIGKILL, PATIENCE_NS, &end);
    close(quiet);
    close(fd);
    unlink(file);
}

static void the_wait_ends_when_it_is_interrupted(void **state)
{
    char target[TARGET_SIZE], byte;
    struct spawn_end end;
    int ends[2];

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = start_child(ends[1]);
    assert_int_equal(
        listening_await(pid, "/dev/null", 0, clock_now() + PATIENCE_NS, ends[0], target),
        LISTENING_INTERRUPTED);
    assert_int_equal(read(ends[0], &byte, 1), 1); // it is left to be read
    spawn_stop(pid, SIGKILL, PATIENCE_NS, &end);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_place_on_the_loopback_is_taken),
        cmocka_unit_test(the_wait_ends_when_it_is_interrupted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
