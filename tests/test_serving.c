// test_serving.c: servers started and stopped, ours and foreign ones.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "results/cores.h"
#include "tests/serve.h"

// ---- Ours ----------------------------------------------------------------------------------

static void ours_serve_and_tell_their_counters(void **state)
{
    static const char *const names[] = {"blocking", "fork", "threads", "epoll"};
    struct serving s;
    struct ended e;
    char expected[1024];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct model m = ours(names[i]);
        start_serving(&s, &m, "--backlog 7");
        snprintf(expected, sizeof expected,
                 "%s --host 127.0.0.1 --port 0 --service echo --quiet --stats '%s/%s.stats.json' "
                 "--backlog 7",
                 program, run_folder, names[i]);
        assert_string_equal(s.command, expected);
        close(make_client(s.target));
        expect_end(&s, &e, true, "");
        assert_true(e.counted.accepted == 1);
        assert_true(e.counted.messages == 1);
        assert_true(e.counted.refused == 0);
        assert_true(e.counted.reads >= 1);
        assert_true(e.counted.writes >= 1);
        assert_true(e.cpu_ns > 0);
        assert_true(e.switches > 0);
        assert_true(e.switches_forced <= e.switches);
        assert_int_equal(files_in_folder(), 0);
    }
}

static void each_counter_is_taken_from_its_own_field(void **state)
{
    static const char whole[] =
        "{ \"accepted\": 1, \"refused\": 2, \"messages\": 3, \"reads\": 4, \"writes\": 5,\n"
        "  \"waits\": 6, \"events\": 7, \"scanned\": 4294967297, \"more\": 9 }\n";
    static const char *const texts[] = {whole, "{ \"accepted\": 1, \"refus", "", "[]",
                                        "{ \"accepted\": \"1\" }"};
    const struct counted expected = {.accepted = 1,
                                     .refused = 2,
                                     .messages = 3,
                                     .reads = 4,
                                     .writes = 5,
                                     .waits = 6,
                                     .events = 7,
                                     .scanned = 4294967297.0};
    const struct counted nothing = {0};
    char path[256], stats[256];
    struct serving s;
    struct ended e;

    (void)state;
    path_of("server", path);
    path_of("server.says", stats);
    struct model m = {.name = "scripted", .ends = "", .command = path};
    write_file(path, "#!/bin/sh\n"
                     "[ \"$8\" = --stats ] || exit 9\n"
                     "trap 'cp \"$0.says\" \"$9\"; exit 0' TERM\n"
                     "echo listening on 127.0.0.1:1\n"
                     "while :; do sleep 0.01; done\n");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_file(stats, texts[i]);
        start_serving(&s, &m, "");
        expect_end(&s, &e, true, "");
        assert_memory_equal(&e.counted, i == 0 ? &expected : &nothing, sizeof nothing);
    }
    forget("server");
    forget("server.says");
}

static void a_server_is_pinned(void **state)
{
    struct model m = ours("epoll");
    struct serving s;
    struct ended e;
    char core[16], why[256], command[64], said[16] = "";

    (void)state;
    cores_first(1, core, sizeof core);
    assert_true(serving_start(&s, &m, "echo", "", core, run_folder, -1, why));
    snprintf(command, sizeof command, "sed -n 's/Cpus_allowed_list:.//p' /proc/%d/status",
             (int)s.pid);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    assert_non_null(fgets(said, sizeof said, f));
    pclose(f);
    said[strcspn(said, "\n")] = '\0';
    assert_string_equal(said, core);
    expect_end(&s, &e, true, "");
}

// ---- Foreign ones --------------------------------------------------------------------------

static void a_talkative_server_never_waits_for_a_reader(void **state)
{
    char done[256], command[512];
    struct serving s;
    struct ended e;
    double until = now() + patient(15);

    (void)state;
    path_of("done", done);
    snprintf(command, sizeof command,
             "sh -c 'echo listening on 127.0.0.1:1; head -c 1000000 /dev/zero; "
             "head -c 1000000 /dev/zero >&2; : >\"%s\"; exec sleep 600'",
             done);
    struct model m = foreign(command);
    start_serving(&s, &m, "");
    while (access(done, F_OK) < 0) {
        assert_true(now() < until);
        nap(0.002);
    }
    expect_end(&s, &e, true, "");
    forget("done");
    assert_int_equal(files_in_folder(), 0);
}

static void the_blanks_of_a_foreign_command_are_filled_in(void **state)
{
    struct model m = foreign("sh -c 'echo listening on [::1]:7; exec sleep 600' {host}{service}");
    struct serving s;
    struct ended e;

    (void)state;
    start_serving(&s, &m, "--only-for-ours");
    assert_string_equal(s.target, "[::1]:7");
    assert_string_equal(s.command, "sh -c 'echo listening on [::1]:7; exec sleep 600' "
                                   "127.0.0.1echo --port 0 --service echo");
    assert_null(s.stats);
    expect_end(&s, &e, true, ""); // it dies of our signal: that will do
}

static void a_foreign_server_on_a_port_of_ours_is_tried_until_it_accepts(void **state)
{
    struct model m = foreign("python3 -c 'import socket, sys, time\n"
                             "time.sleep(0.1)\n"
                             "s = socket.create_server((sys.argv[1], int(sys.argv[2])))\n"
                             "while True:\n"
                             "    c = s.accept()[0]\n"
                             "    c.sendall(c.recv(5))' {host} {port}");
    struct serving s;
    struct ended e;

    (void)state;
    need_python();
    start_serving(&s, &m, "");
    close(make_client(s.target));
    expect_end(&s, &e, true, "");
    assert_int_equal(files_in_folder(), 0);
}

static void a_foreign_server_says_where_it_listens(void **state)
{
    struct model m = foreign("python3 tests/servers/selectors_echo.py");
    struct serving s;
    struct ended e;

    (void)state;
    need_python();
    start_serving(&s, &m, "");
    close(make_client(s.target));
    expect_end(&s, &e, true, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ours_serve_and_tell_their_counters),
        cmocka_unit_test(each_counter_is_taken_from_its_own_field),
        cmocka_unit_test(a_server_is_pinned),
        cmocka_unit_test(a_talkative_server_never_waits_for_a_reader),
        cmocka_unit_test(the_blanks_of_a_foreign_command_are_filled_in),
        cmocka_unit_test(a_foreign_server_on_a_port_of_ours_is_tried_until_it_accepts),
        cmocka_unit_test(a_foreign_server_says_where_it_listens),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
