// test_spawn.c: child processes: what they get, how they are awaited, and that none is left.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "results/cores.h"
#include "results/spawn.h"

enum { TEXT = 4096 };

static const int64_t PATIENCE_NS = 60 * NS_PER_SECOND;

// Runs a shell with these words; its output goes to `out`, where that is not 0.
static pid_t start_shell(const char *script, int out, int keep, const char *cores)
{
    char shell[] = "sh", dash_c[] = "-c", *copy = strdup(script);
    char *words[] = {shell, dash_c, copy, NULL}, why[256];
    pid_t pid = spawn(
        &(struct spawn_plan){
            .argv = words, .out = out, .keep = keep, .cores = cores, .farewell = SIGKILL},
        why);

    free(copy);
    if (pid < 0)
        fail_msg("%s", why);
    return pid;
}

static struct spawn_end await(pid_t pid)
{
    struct spawn_end end;

    assert_true(spawn_wait(pid, clock_now() + PATIENCE_NS, &end));
    return end;
}

// What a script prints, its last new line cut off.
static void hear(const char *script, int keep, const char *cores, char text[TEXT])
{
    int out = memfd_create("output", MFD_CLOEXEC);

    assert_true(out > 0);
    struct spawn_end end = await(start_shell(script, out, keep, cores));
    ssize_t n = pread(out, text, TEXT - 1, 0);
    assert_true(n >= 0);
    text[n > 0 ? n - 1 : 0] = '\0';
    close(out);
    assert_int_equal(end.status, 0);
}

// ---- What a child gets ---------------------------------------------------------------------

static void a_child_inherits_no_descriptor_but_those_of_the_plan(void **state)
{
    char text[TEXT], expected[64];
    int leak = open("/dev/null", O_RDONLY), kept = fcntl(leak, F_DUPFD_CLOEXEC, 20);

    (void)state;
    assert_true(leak > 2 && kept >= 20);
    hear("ls /proc/$$/fd; :", 0, NULL, text);
    assert_string_equal(text, "0\n1\n2");
    hear("ls /proc/$$/fd; :", kept, NULL, text);
    snprintf(expected, sizeof expected, "0\n1\n2\n%d", kept);
    assert_string_equal(text, expected);
    close(leak);
    close(kept);
}

static void a_childs_standard_input_is_empty(void **state)
{
    char text[TEXT];

    (void)state;
    hear("cat; echo the end", 0, NULL, text);
    assert_string_equal(text, "the end");
}

static void signals_do_in_a_child_what_they_do_by_default(void **state)
{
    char text[TEXT];
    sigset_t blocked, before;

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    hear("grep -E 'SigBlk|SigIgn' /proc/self/status | tr -d '\\n\\t'", 0, NULL, text);
    sigprocmask(SIG_SETMASK, &before, NULL);
    signal(SIGPIPE, SIG_DFL);
    // hear() takes the last character for a new line. Numbers 32 and 33 are glibc's own: nobody can
    // set them, and posix_spawn(3), by which make starts us, has them ignored.
    if (strcmp(text, "SigBlk:0000000000000000SigIgn:000000018000000") != 0)
        assert_string_equal(text, "SigBlk:0000000000000000SigIgn:000000000000000");
}

static void a_child_runs_on_the_cores_of_the_plan(void **state)
{
    char text[TEXT], core[16], expected[64];

    (void)state;
    cores_first(1, core, sizeof core);
    hear("grep Cpus_allowed_list /proc/self/status", 0, core, text);
    snprintf(expected, sizeof expected, "Cpus_allowed_list:\t%s", core);
    assert_string_equal(text, expected);
}

static void a_child_leads_a_process_group_of_its_own(void **state)
{
    struct spawn_end end;
    pid_t pid = start_shell("exec sleep 600", 0, 0, NULL);

    (void)state;
    assert_int_equal(getpgid(pid), pid);
    spawn_stop(pid, SIGTERM, PATIENCE_NS, &end);
}

static void a_child_is_told_when_its_parent_is_killed(void **state)
{
    int ends[2], status;
    pid_t child;

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    pid_t parent = fork();
    assert_true(parent >= 0);
    if (parent == 0) {
        child = start_shell("exec sleep 600", 0, 0, NULL);
        (void)!write(ends[1], &child, sizeof child);
        raise(SIGKILL);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &child, sizeof child), sizeof child);
    close(ends[0]);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    // The orphan is ours now.
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void what_can_not_be_started_says_why(void **state)
{
    char missing[] = "/nowhere/program", folder[] = "/tmp", why[256];
    char *words[] = {missing, NULL}, *other[] = {folder, NULL};

    (void)state;
    assert_int_equal(spawn(&(struct spawn_plan){.argv = words}, why), -1);
    assert_string_equal(why, "cannot run /nowhere/program: No such file or directory");
    assert_int_equal(spawn(&(struct spawn_plan){.argv = other}, why), -1);
    assert_string_equal(why, "cannot run /tmp: Permission denied");
    assert_int_equal(spawn(&(struct spawn_plan){.argv = words, .cores = "0-"}, why), -1);
    assert_string_equal(why, "cannot pin /nowhere/program: '0-' are no cores that we may use");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); // not even a zombie
}

// ---- Waiting and ending --------------------------------------------------------------------

static void a_wait_ends_at_its_deadline_or_with_the_child(void **state)
{
    struct spawn_end end;
    int ends[2];
    char byte;

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = start_shell("echo x; exec sleep 600", ends[1], 0, NULL);
    close(ends[1]);
    struct pollfd watch = {.fd = spawn_watch(pid), .events = POLLIN};
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    int64_t begun = clock_now();
    assert_false(spawn_wait(pid, begun + NS_PER_SECOND / 5, &end));
    assert_true(clock_now() - begun >= NS_PER_SECOND / 5);
    assert_false(spawn_wait(pid, 0, &end));
    assert_int_equal(poll(&watch, 1, 0), 0);
    kill(pid, SIGUSR1);
    assert_true(spawn_wait(pid, INT64_MAX, &end));
    assert_int_equal(poll(&watch, 1, 0), 1);
    assert_int_equal(kill(pid, 0), -1);
    close(watch.fd);

    char text[64];
    spawn_end_text(&end, text, sizeof text);
    assert_string_equal(text, "killed by signal 10 (User defined signal 1)");
    end = await(start_shell("exit 7", 0, 0, NULL));
    spawn_end_text(&end, text, sizeof text);
    assert_string_equal(text, "exit status 7");
}

static void what_heeds_the_signal_is_not_killed(void **state)
{
    int ends[2];
    char byte;
    struct spawn_end end;

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = start_shell("trap 'exit 5' TERM; echo x; while :; do sleep 0.01; done", ends[1], 0,
                            NULL);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    // One that is stopped is made to go on, so that it can hear.
    kill(-pid, SIGSTOP);
    assert_true(spawn_stop(pid, SIGTERM, PATIENCE_NS, &end));
    assert_true(WIFEXITED(end.status));
    assert_int_equal(WEXITSTATUS(end.status), 5);
    close(ends[0]);
    close(ends[1]);
}

// The scripts hold the pipe's other end open as long as one of their processes lives.
static void assert_none_left(const char *script, bool heeds)
{
    int ends[2];
    char byte;
    struct spawn_end end;

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = start_shell(script, ends[1], 0, NULL);
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(spawn_stop(pid, SIGTERM, heeds ? PATIENCE_NS : NS_PER_SECOND / 5, &end),
                     heeds);
    // At once: the stop has waited for all.
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    while (read(ends[0], &byte, 1) == 1)
        ;
    assert_int_equal(read(ends[0], &byte, 1), 0);
    assert_int_equal(kill(-pid, 0), -1);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    close(ends[0]);
}

static void a_stop_leaves_nothing_of_a_process_group(void **state)
{
    (void)state;
    assert_none_left("echo x; exec sleep 600", true);
    assert_none_left("trap '' TERM; echo x; while :; do sleep 0.01; done", false);
    // Children, and children of these, that ignore the signal while their parents heed it.
    assert_none_left("(trap '' TERM; sleep 600 & sleep 600 & echo x; wait) & wait", true);
    assert_none_left("for i in 1 2 3 4 5 6 7 8; do (sleep 600 & wait) & done; echo x; wait", true);
    // What has left the group: a child, an orphan, and the child of one in a third session.
    assert_none_left("setsid sh -c 'echo x; exec sleep 600' & wait", true);
    assert_none_left("(setsid sh -c 'echo x; exec sleep 600' &); exec sleep 600", true);
    assert_none_left("setsid sh -c 'setsid sh -c \"echo x; sleep 600\" & wait' & wait", true);
}

static double used_by(const char *way)
{
    static const char work[] = "work() { i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done; }; ";
    char script[TEXT];

    snprintf(script, sizeof script, "%s%s", work, way);
    struct spawn_end end = await(start_shell(script, 0, 0, NULL));
    assert_true(end.switches > 0);
    assert_true(end.switches_forced <= end.switches);
    return end.cpu_ns;
}

static void what_a_child_has_used_is_told_with_that_of_its_children(void **state)
{
    // The same work in a child that is waited for, and in one that is left behind.
    static const char waited[] = "(work; :); :";
    static const char left[] = "trap : USR1; (work; kill -USR1 $$; exec sleep 600) & wait; exit 0";
    double nothing = used_by(":"), alone = used_by("work");

    (void)state;
    assert_true(nothing > 0);
    assert_true(alone > 4 * nothing);
    assert_true(used_by(waited) > alone / 4);
    assert_true(used_by(left) > alone / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_inherits_no_descriptor_but_those_of_the_plan),
        cmocka_unit_test(a_childs_standard_input_is_empty),
        cmocka_unit_test(signals_do_in_a_child_what_they_do_by_default),
        cmocka_unit_test(a_child_runs_on_the_cores_of_the_plan),
        cmocka_unit_test(a_child_leads_a_process_group_of_its_own),
        cmocka_unit_test(a_child_is_told_when_its_parent_is_killed),
        cmocka_unit_test(what_can_not_be_started_says_why),
        cmocka_unit_test(a_wait_ends_at_its_deadline_or_with_the_child),
        cmocka_unit_test(what_heeds_the_signal_is_not_killed),
        cmocka_unit_test(a_stop_leaves_nothing_of_a_process_group),
        cmocka_unit_test(what_a_child_has_used_is_told_with_that_of_its_children),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
