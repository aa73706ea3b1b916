// test_top_who.c: whom bin/top can watch: servers in any language, those that it finds, and who is
// refused with which reason.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

#include "tests/watch_server.h"
#include "watch/find.h"

// ---- Foreign ones --------------------------------------------------------------------------

static bool has_three_clients(const struct look *l)
{
    return l->sockets.clients == 3;
}

static void clients_of_a_foreign_server_are_its_established_connections(void **state)
{
    struct watched w;
    struct look l;
    int clients[3];

    (void)state;
    if (system("python3 -c '' 2>/dev/null") != 0) { // NOLINT(cert-env33-c): constant text
        print_message("python3 is missing\n");
        skip();
    }
    struct server s = server_start("python3 tests/servers/selectors_echo.py --port 0");
    begin_watching(&w, s.pid);
    assert_null(w.meter.head);
    look_take(&l, &w);
    assert_true(l.sockets.clients == 0);
    assert_true(!isnan(l.calls));
    look_free(&l);
    connect_clients(&s, clients, 3);
    await_look(&w, &l, has_three_clients, "three clients");
    assert_true(l.sockets.listeners == 1);
    look_free(&l);
    watch_end(&w);
    close_clients(clients, 3);
    server_stop(&s, SIGKILL);
}

// ---- Who can be watched --------------------------------------------------------------------

static void expect_refusal(pid_t pid, const char *expected)
{
    char why[128] = "it is watched";
    struct watched w;

    if (watch_begin(&w, pid, why) || strcmp(why, expected) != 0)
        fail_msg("expected \"%s\", not \"%s\"", expected, why);
}

static void *tell_id(void *arg)
{
    atomic_store((_Atomic pid_t *)arg, gettid());
    for (;;)
        pause();
    return NULL;
}

static void who_can_not_be_watched_is_refused_with_the_reason(void **state)
{
    _Atomic pid_t thread = 0;
    pthread_t other;
    char expected[128];
    pid_t gone = fork();

    (void)state;
    assert_true(gone >= 0);
    if (gone == 0)
        _exit(0);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)gone, &info, WEXITED | WNOWAIT), 0);
    snprintf(expected, sizeof expected, "process %d has ended", (int)gone);
    expect_refusal(gone, expected);
    assert_int_equal(waitpid(gone, NULL, 0), gone);
    snprintf(expected, sizeof expected, "there is no process %d", (int)gone);
    expect_refusal(gone, expected);
    expect_refusal(INT32_MAX, "there is no process 2147483647");

    assert_int_equal(pthread_create(&other, NULL, tell_id, &thread), 0);
    while (atomic_load(&thread) == 0)
        nap(0.001);
    snprintf(expected, sizeof expected, "%d is a thread; its process is %d",
             (int)atomic_load(&thread), (int)getpid());
    expect_refusal(atomic_load(&thread), expected);
    pthread_cancel(other);
    pthread_join(other, NULL);
}

// A process that does not let others of its user look into it, seen by one without privileges.
static void what_may_not_be_read_is_refused(void **state)
{
    enum { REFUSED, WATCHED, UNABLE };
    int ready[2], status;
    char byte;

    (void)state;
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid_t closed = fork();
    assert_true(closed >= 0);
    if (closed == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_DUMPABLE, 0);
        (void)!write(ready[1], "x", 1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    pid_t looker = fork();
    assert_true(looker >= 0);
    if (looker == 0) {
        char why[128] = "", expected[128];
        struct watched w;
        if (geteuid() == 0 && setuid(65534) < 0)
            _exit(UNABLE);
        snprintf(expected, sizeof expected, "cannot look at process %d: Permission denied",
                 (int)closed);
        _exit(!watch_begin(&w, closed, why) && strcmp(why, expected) == 0 ? REFUSED : WATCHED);
    }
    assert_int_equal(waitpid(looker, &status, 0), looker);
    kill(closed, SIGKILL);
    waitpid(closed, NULL, 0);
    close(ready[0]);
    close(ready[1]);
    if (WIFEXITED(status) && WEXITSTATUS(status) == UNABLE)
        skip();
    assert_int_equal(status, REFUSED);
}

static void servers_that_run_are_found_without_their_children(void **state)
{
    enum { MOST = 4096 };
    static pid_t found[MOST];
    struct server epoll = server_start("%s/epoll --port 0", bin());
    struct server prefork = server_start("%s/prefork --port 0 --workers 3", bin());
    size_t n = find_servers(found, MOST), ours = 0;
    struct watched w;
    struct look l;

    (void)state;
    assert_true(n >= 2 && n <= MOST);
    begin_watching(&w, prefork.pid);
    look_take(&l, &w);
    for (size_t i = 0; i < n; i++) {
        ours += found[i] == epoll.pid || found[i] == prefork.pid;
        assert_int_not_equal(found[i], getpid());
        for (size_t j = 0; j < l.count; j++)
            assert_true(found[i] != l.seen[j].process || found[i] == prefork.pid);
    }
    assert_int_equal(ours, 2);
    assert_true(find_servers(found, 1) >= 2); // it says how many there are
    look_free(&l);
    watch_end(&w);
    assert_int_equal(server_stop(&epoll, SIGTERM), 0);
    assert_int_equal(server_stop(&prefork, SIGTERM), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(clients_of_a_foreign_server_are_its_established_connections,
                                  end_all),
        cmocka_unit_test_teardown(who_can_not_be_watched_is_refused_with_the_reason, end_all),
        cmocka_unit_test_teardown(what_may_not_be_read_is_refused, end_all),
        cmocka_unit_test_teardown(servers_that_run_are_found_without_their_children, end_all),
    };

    return cmocka_run_group_tests_name("top: who", tests, NULL, NULL);
}
