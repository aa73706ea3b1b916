// test_top_live.c: bin/top's looks at servers that run: their counters while they count, what they
// sleep in, what is connected to them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "tests/watch_server.h"

enum { CLIENTS = 20 };

// ---- Counters ------------------------------------------------------------------------------

static uint64_t value_of(const struct meter *m, const struct reading *r, const char *name)
{
    uint32_t i = meter_index(m, name);

    assert_true(i < m->counters);
    return r->value[i];
}

static uint64_t read_counter(const struct meter *m, const char *name)
{
    struct reading r;

    meter_read(m, &r);
    return value_of(m, &r, name);
}

// A server counts an answer when it has sent it, and the client may be the quicker one. It must
// arrive at the number exactly.
static void await_counter(const struct meter *m, const char *name, uint64_t expected)
{
    double until = now() + patient(15);
    uint64_t value;

    while ((value = read_counter(m, name)) < expected && now() < until)
        nap(0.002);
    if (value != expected)
        fail_msg("%s is %llu, not %llu", name, (unsigned long long)value,
                 (unsigned long long)expected);
}

static void await_clients(const struct meter *m, uint64_t expected)
{
    double until = now() + patient(15);
    struct reading r;

    for (meter_read(m, &r); r.clients != expected; meter_read(m, &r)) {
        if (now() > until)
            fail_msg("%llu clients, not %llu", (unsigned long long)r.clients,
                     (unsigned long long)expected);
        nap(0.002);
    }
}

static void what_is_sent_is_counted_while_the_server_runs(void **state)
{
    static const char *const names[] = {"epoll", "fork"};
    int clients[CLIENTS];
    struct meter m;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct server s = server_start("%s/%s --port 0", bin(), names[i]);
        assert_true(meter_open(&m, s.pid));
        await_counter(&m, "accepted", 0);
        connect_clients(&s, clients, CLIENTS);
        await_counter(&m, "messages", CLIENTS);
        await_counter(&m, "accepted", CLIENTS);
        await_counter(&m, "bytes_in", CLIENTS * 5);
        await_counter(&m, "bytes_out", CLIENTS * 5);
        await_clients(&m, CLIENTS);
        close_clients(clients, CLIENTS / 2);
        await_counter(&m, "closed", CLIENTS / 2);
        await_clients(&m, CLIENTS - CLIENTS / 2);
        close_clients(clients + CLIENTS / 2, CLIENTS - CLIENTS / 2);
        await_counter(&m, "closed", CLIENTS);
        await_counter(&m, "broken", 0);
        assert_int_equal(server_stop(&s, SIGTERM), 0);
        // Whoever has them open may go on reading.
        await_counter(&m, "messages", CLIENTS);
        meter_close(&m);
    }
}

static void under_load_they_grow_up_to_what_the_load_generator_has_sent(void **state)
{
    static const char *const names[] = {"epoll", "fork"};
    enum { REQUESTS = 3000 };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct server s = server_start("%s/%s --port 0 --service frame", bin(), names[i]);
        uint64_t before = 0;
        struct meter m;
        struct run r;

        assert_true(meter_open(&m, s.pid));
        loadgen_begin(&r, 0,
                      "--service frame --size 1-200 --requests %d --connections 8 127.0.0.1:%u",
                      REQUESTS, s.port);
        while ((r.status = status_of(r.pid)) < 0) {
            uint64_t n = read_counter(&m, "messages");
            assert_true(n >= before && n <= REQUESTS);
            before = n;
            nap(0.001);
        }
        loadgen_end(&r, 60);
        expect_status_of(&r, 0);
        assert_true(count_of(&r, "requests.answered") == REQUESTS);
        await_counter(&m, "messages", REQUESTS);
        await_counter(&m, "bytes_out", read_counter(&m, "bytes_in"));
        run_free(&r);
        meter_close(&m);
        assert_int_equal(server_stop(&s, SIGTERM), 0);
    }
}

// ---- Processes, threads, descriptors -------------------------------------------------------

// A sanitizer has threads of its own. Who may not read the call reads the kernel's function, or
// nothing.
static bool is_asleep_in_epoll(const struct look *l)
{
    return count_at(l, "in epoll_") + count_at(l, "in ep_") + count_at(l, "asleep") > 0;
}

static void a_loop_sleeps_in_one_call_for_all_its_clients(void **state)
{
    struct server s = server_start("%s/epoll --port 0", bin());
    char listens[64];
    int clients[CLIENTS];
    struct watched w;
    struct look l;

    (void)state;
    connect_clients(&s, clients, CLIENTS);
    begin_watching(&w, s.pid);
    assert_string_equal(w.name, "epoll");
    assert_non_null(strstr(w.command, "epoll --port 0"));
    await_look(&w, &l, is_asleep_in_epoll, "threads asleep in epoll_wait");
    assert_true(l.processes == 1 && l.zombies == 0);
    assert_true(is_instrumented() ? l.count >= 1 : l.count == 1);
    assert_true(l.sockets.told);
    assert_true(l.sockets.sockets == CLIENTS);
    assert_true(l.sockets.listeners == 1);
    assert_true(l.sockets.eventpolls == 1);
    assert_true(l.sockets.io_urings == 0);
    assert_true(l.sockets.ports == 1);
    snprintf(listens, sizeof listens, "127.0.0.1:%u", s.port);
    assert_string_equal(l.sockets.listens, listens);
    assert_true(l.counted.clients == CLIENTS);
    assert_true(l.cpu_ns > 0);
    assert_true(l.resident_kib > 0 && l.pss_kib > 0);
    assert_true(isnan(l.calls)); // it has better ones
    look_free(&l);
    close_clients(clients, CLIENTS);
    watch_end(&w);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

static bool has_all_asleep(const struct look *l)
{
    return count_at(l, "in re") + count_at(l, "in wait_woken") + count_at(l, "in sk_") +
               count_at(l, "in tcp_") + count_at(l, "asleep") >=
           CLIENTS;
}

static void a_process_for_each_client_sleeps_in_its_read(void **state)
{
    struct server s = server_start("%s/fork --port 0", bin());
    int clients[CLIENTS];
    struct watched w, child;
    struct look l;

    (void)state;
    connect_clients(&s, clients, CLIENTS);
    begin_watching(&w, s.pid);
    await_look(&w, &l, has_all_asleep, "20 processes asleep in read");
    assert_true(l.processes == 1 + CLIENTS);
    assert_true(is_instrumented() ? l.count >= l.processes : l.count == l.processes);
    assert_true(l.sockets.sockets == CLIENTS);
    assert_true(l.counted.clients == CLIENTS);
    // A child is a process like any other; the counters are the whole server's.
    begin_watching(&child, l.seen[l.seen[0].process == s.pid ? l.count - 1 : 0].process);
    assert_int_not_equal(child.pid, s.pid);
    look_free(&l);
    look_take(&l, &child);
    assert_true(l.processes == 1);
    assert_true(l.counted.clients == CLIENTS);
    look_free(&l);
    watch_end(&child);
    watch_end(&w);
    close_clients(clients, CLIENTS);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

static bool has_two_waiting(const struct look *l)
{
    return l->sockets.waiting == 2;
}

static void who_is_not_accepted_yet_is_seen_waiting(void **state)
{
    struct server s = server_start("%s/blocking --port 0", bin());
    int clients[3];
    struct watched w;
    struct look l;

    (void)state;
    connect_clients(&s, clients, 1); // has it for itself
    clients[1] = connect_client(&s);
    clients[2] = connect_client(&s);
    begin_watching(&w, s.pid);
    await_look(&w, &l, has_two_waiting, "two in the queue");
    assert_true(l.counted.clients == 1);
    assert_true(l.sockets.sockets == 1);
    look_free(&l);
    watch_end(&w);
    close_clients(clients, 3);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

static bool has_a_zombie(const struct look *l)
{
    return l->zombies == 1;
}

static void a_zombie_is_counted_and_not_looked_into(void **state)
{
    struct watched w;
    struct look l;
    pid_t parent = fork();

    (void)state;
    assert_true(parent >= 0);
    if (parent == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (fork() == 0)
            _exit(0);
        for (;;)
            pause();
    }
    begin_watching(&w, parent);
    await_look(&w, &l, has_a_zombie, "zombies");
    assert_true(l.processes == 1);
    assert_true(is_instrumented() || l.count == 1);
    look_free(&l);
    assert_false(watch_has_ended(&w));
    kill(parent, SIGKILL);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    assert_true(watch_has_ended(&w));
    look_take(&l, &w); // of what is gone nothing is seen, and nothing goes wrong
    assert_true(l.processes == 0 && l.count == 0 && isnan(l.cpu_ns));
    look_free(&l);
    watch_end(&w);
}

static bool is_stopped(const struct look *l)
{
    return count_at(l, "stopped") > 0;
}

static void a_stopped_server_is_stopped_in_no_call(void **state)
{
    struct server s = server_start("%s/epoll --port 0", bin());
    struct watched w;
    struct look l;

    (void)state;
    begin_watching(&w, s.pid);
    kill(s.pid, SIGSTOP);
    await_look(&w, &l, is_stopped, "stopped threads");
    look_free(&l);
    kill(s.pid, SIGCONT);
    watch_end(&w);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_is_sent_is_counted_while_the_server_runs, end_all),
        cmocka_unit_test_teardown(under_load_they_grow_up_to_what_the_load_generator_has_sent,
                                  end_all),
        cmocka_unit_test_teardown(a_loop_sleeps_in_one_call_for_all_its_clients, end_all),
        cmocka_unit_test_teardown(a_process_for_each_client_sleeps_in_its_read, end_all),
        cmocka_unit_test_teardown(who_is_not_accepted_yet_is_seen_waiting, end_all),
        cmocka_unit_test_teardown(a_zombie_is_counted_and_not_looked_into, end_all),
        cmocka_unit_test_teardown(a_stopped_server_is_stopped_in_no_call, end_all),
    };

    return cmocka_run_group_tests_name("top: live", tests, NULL, NULL);
}
