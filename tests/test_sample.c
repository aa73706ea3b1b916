// test_sample.c: what /proc says of servers that have clients, children, threads and work.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "results/sample.h"
#include "tests/serve.h"

enum { CLIENTS = 20 };

static void assert_nothing_known(const struct sample *s)
{
    assert_true(isnan(s->cpu_ns) && isnan(s->switches) && isnan(s->switches_forced) &&
                isnan(s->resident_kib) && isnan(s->own_kib) && isnan(s->tasks) &&
                isnan(s->descriptors));
}

static void assert_plausible(const struct sample *s)
{
    assert_true(s->cpu_ns > 0);
    assert_true(s->switches > 0);
    assert_true(s->switches_forced >= 0 && s->switches_forced <= s->switches);
    assert_true(s->own_kib > 0 && s->own_kib <= s->resident_kib);
}

// A sanitizer has threads of its own.
static void assert_tasks(const struct sample *s, double tasks)
{
    assert_true(is_instrumented() ? s->tasks >= tasks : s->tasks == tasks);
}

// Samples a model without clients and with some that have been answered, and stops it.
static void sample_with_clients(const char *name, const char *options, struct sample *empty,
                                struct sample *full)
{
    struct model m = ours(name);
    struct serving s;
    struct ended e;
    int clients[CLIENTS];

    start_serving(&s, &m, options);
    sample_take(empty, s.pid);
    for (size_t i = 0; i < CLIENTS; i++)
        clients[i] = make_client(s.target);
    sample_take(full, s.pid);
    assert_plausible(empty);
    assert_plausible(full);
    assert_true(full->cpu_ns > empty->cpu_ns);
    for (size_t i = 0; i < CLIENTS; i++)
        close(clients[i]);
    expect_end(&s, &e, true, "");
    // The whole life was no shorter than what had been seen of it.
    assert_true(e.cpu_ns >= full->cpu_ns);
}

static void children_are_the_servers_too(void **state)
{
    struct sample empty, full;

    (void)state;
    sample_with_clients("fork", "", &empty, &full);
    assert_tasks(&empty, 1);
    assert_tasks(&full, 1 + CLIENTS);
    // Each child has its client, and what its parent had but the listener.
    assert_true(full.descriptors >= empty.descriptors + CLIENTS);
    assert_true(full.switches >= empty.switches + CLIENTS);
    if (!is_instrumented()) {
        assert_true(full.resident_kib > 4 * empty.resident_kib);
        assert_true(full.own_kib < full.resident_kib / 2); // most of it is shared
    }
}

static void threads_share_what_their_process_has(void **state)
{
    struct sample empty, full;

    (void)state;
    sample_with_clients("threads", "", &empty, &full);
    assert_tasks(&full, 1 + CLIENTS);
    assert_int_equal(full.descriptors, empty.descriptors + CLIENTS);
    assert_true(full.switches >= empty.switches + CLIENTS);
}

static void a_loop_has_a_descriptor_for_each_client(void **state)
{
    struct sample empty, full;

    (void)state;
    sample_with_clients("epoll", "", &empty, &full);
    assert_tasks(&full, 1);
    assert_int_equal(full.descriptors, empty.descriptors + CLIENTS);
}

static void the_work_of_each_request_is_seen(void **state)
{
    static const char *const names[] = {"epoll", "threads", "fork"};
    struct sample empty, full;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        // Burnt by the processor's clock: no less can be used.
        sample_with_clients(names[i], "--work cpu:2ms", &empty, &full);
        assert_true(full.cpu_ns - empty.cpu_ns >= CLIENTS * 2e6);
    }
}

// Samples until the server has so many tasks.
static void await_tasks(pid_t server, double tasks, struct sample *s)
{
    double until = now() + patient(15);

    for (sample_take(s, server); s->tasks != tasks; sample_take(s, server)) {
        if (now() > until)
            fail_msg("%.0f tasks, not %.0f", s->tasks, tasks);
        nap(0.002);
    }
}

static void children_that_have_ended_are_not_forgotten(void **state)
{
    struct model m = ours("fork");
    struct serving s;
    struct ended e;
    struct sample sample;

    (void)state;
    start_serving(&s, &m, "--work cpu:50ms");
    close(make_client(s.target));
    await_tasks(s.pid, 1, &sample);
    // The kernel tells it to a tick of 10 ms, user's and system's apart.
    assert_true(sample.cpu_ns >= 30e6);
    expect_end(&s, &e, true, "");
    assert_true(e.cpu_ns >= 50e6);
}

static void all_descendants_count_but_zombies_do_not(void **state)
{
    static const struct {
        const char *script;
        double tasks;
    } trees[] = {
        {"echo listening on 127.0.0.1:1; exec sleep 600", 1},
        {"(sleep 600 & sleep 600 & wait) & echo listening on 127.0.0.1:1; wait", 4},
        {"true & false & echo listening on 127.0.0.1:1; exec sleep 600", 1},
    };
    char command[256];
    struct serving s;
    struct ended e;
    struct sample sample;

    (void)state;
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        snprintf(command, sizeof command, "sh -c '%s'", trees[i].script);
        struct model m = foreign(command);
        start_serving(&s, &m, "");
        await_tasks(s.pid, trees[i].tasks, &sample);
        assert_plausible(&sample);
        assert_true(sample.descriptors >= 3 * sample.tasks);
        expect_end(&s, &e, true, "");
    }
}

static void a_child_of_a_thread_is_found(void **state)
{
    struct model m = foreign("python3 -c 'import subprocess, threading\n"
                             "def run(): subprocess.run([\"sleep\", \"600\"])\n"
                             "threading.Thread(target=run).start()\n"
                             "print(\"listening on 127.0.0.1:1\", flush=True)'");
    struct serving s;
    struct ended e;
    struct sample sample;

    (void)state;
    need_python();
    start_serving(&s, &m, "");
    await_tasks(s.pid, 3, &sample);
    expect_end(&s, &e, true, "");
}

static void of_a_process_that_is_gone_nothing_is_known(void **state)
{
    struct sample s;
    pid_t pid = fork();

    (void)state;
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    sample_take(&s, pid);
    assert_nothing_known(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_are_the_servers_too),
        cmocka_unit_test(threads_share_what_their_process_has),
        cmocka_unit_test(a_loop_has_a_descriptor_for_each_client),
        cmocka_unit_test(the_work_of_each_request_is_seen),
        cmocka_unit_test(children_that_have_ended_are_not_forgotten),
        cmocka_unit_test(all_descendants_count_but_zombies_do_not),
        cmocka_unit_test(a_child_of_a_thread_is_found),
        cmocka_unit_test(of_a_process_that_is_gone_nothing_is_known),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
