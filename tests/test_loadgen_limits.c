// test_loadgen_limits.c: loadgen at its own limits: a rate that nobody can keep, files that can't
// be written.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/drive.h"

enum { SECONDS = 60 };

// Ten million requests a second are more than can be sent. All that were due count as such, what
// was sent is answered, and the generator says that it was the limit.
static void a_rate_beyond_its_own_power_is_confessed(void **state)
{
    struct server s = server_start("%s/epoll --port 0 --quiet", bin());
    struct run r;

    (void)state;
    loadgen(&r, SECONDS,
            "--rate 10M --arrivals uniform --duration 200ms --drain 500ms 127.0.0.1:%u", s.port);
    expect_sums(&r);
    assert_true(count_of(&r, "requests.answered") > 0);
    assert_true(count_of(&r, "completed") > 0); // it reads while it sends
    assert_int_equal(count_of(&r, "requests.lost"), 0);
    assert_int_equal(count_of(&r, "requests.wrong"), 0);
    assert_int_equal(count_of(&r, "requests.scheduled"), 2000000);
    assert_true(count_of(&r, "requests.sent") < 2000000);
    assert_true(json_is_true(field(&r, "generator.was_the_limit")));
    // Half were never answered: the middle one can't be known.
    if (count_of(&r, "requests.answered") < 1000000)
        assert_true(json_is_null(field(&r, "latency_ns.response.p50")));
    expect_said(&r, "never sent");
    run_free(&r);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

// With a schedule that can be kept, every request of it is sent and answered, also over several
// threads and with connections that are made anew all the time.
static void a_schedule_is_kept_to_the_last_request(void **state)
{
    static const char *const options[] = {
        "--rate 1000 --arrivals uniform --duration 1s",
        "--rate 1000 --arrivals uniform --duration 1s --threads 4",
        "--rate 1000 --arrivals uniform --requests 1000 --warmup 100ms --threads 3",
        "--rate 1000 --arrivals uniform --duration 1s --requests-per-connection 1",
        "--rate 1000 --arrivals uniform --duration 1s --requests-per-connection 7 --connections 3",
    };
    struct server s = server_start("%s/epoll --port 0 --quiet", bin());
    struct run r;

    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        loadgen(&r, SECONDS, "%s 127.0.0.1:%u", options[i], s.port);
        expect_status_of(&r, 0);
        expect_sums(&r);
        assert_int_equal(count_of(&r, "requests.scheduled"), 1000);
        assert_int_equal(count_of(&r, "requests.answered"), 1000);
        run_free(&r);
    }
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

// Found out before the run, not after it.
static void a_file_that_can_not_be_written_is_said_before_the_run(void **state)
{
    struct server s = server_start("%s/epoll --port 0 --quiet", bin());
    struct run r;

    (void)state;
    loadgen(&r, SECONDS, "--duration 1000min --csv /nowhere/at.csv 127.0.0.1:%u", s.port);
    expect_status_of(&r, 1);
    assert_string_equal(r.err,
                        "loadgen: cannot write /nowhere/at.csv: No such file or directory\n");
    run_free(&r);
    loadgen(&r, SECONDS, "--duration 1000min --timeline /tmp 127.0.0.1:%u", s.port);
    expect_status_of(&r, 1);
    assert_string_equal(r.err, "loadgen: cannot write /tmp: Is a directory\n");
    run_free(&r);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

static void a_full_disk_keeps_no_other_file_from_being_written(void **state)
{
    struct server s = server_start("%s/epoll --port 0 --quiet", bin());
    struct run r;

    (void)state;
    loadgen(&r, SECONDS, "--requests 100 --csv /dev/full --timeline - 127.0.0.1:%u", s.port);
    expect_status_of(&r, 1);
    expect_said(&r, "start_s\t");
    assert_int_equal(count_of(&r, "requests.answered"), 100);
    assert_int_equal(count_of(&r, "requests.answered"), 100);
    expect_said(&r, "loadgen: cannot write /dev/full: No space left on device\n");
    run_free(&r);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

// What a run is written to besides JSON, and the options that no other test runs with.
static void each_kind_of_output_can_be_had(void **state)
{
    static const struct {
        const char *options, *said;
    } table[] = {
        {"--hgrm - --spin", "#[Mean"},
        {"--csv - --ramp 100ms", "requests.answered"},
        {"--timeline - --interval 10ms", "start_s\t"},
        {"--seed 5 --idle 3", "200 answered"},
    };
    struct server s = server_start("%s/epoll --port 0 --quiet", bin());
    struct run r;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        loadgen(&r, SECONDS, "--rate 1000 --requests 200 %s 127.0.0.1:%u", table[i].options,
                s.port);
        expect_status_of(&r, 0);
        expect_said(&r, table[i].said);
        assert_string_equal(r.err, ""); // it is no terminal
        run_free(&r);
    }
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

// The line is on standard error alone, where that is a terminal, and is taken back in the end.
static void a_terminal_shows_how_it_goes(void **state)
{
    struct server s = server_start("%s/epoll --port 0 --quiet", bin());
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), out = memfd_create("out", 0);
    char command[COMMAND_MAX], seen[65536], last[8] = "";
    size_t n = 0;
    ssize_t more;

    (void)state;
    assert_true(master >= 0 && out >= 0);
    assert_int_equal(grantpt(master) | unlockpt(master), 0);
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(slave >= 0);
    setenv("TERM", "xterm", 1);
    snprintf(command, sizeof command, "%s/loadgen --duration 1500ms 127.0.0.1:%u", bin(), s.port);
    pid_t pid = spawn(command, out, slave, 0);
    close(slave);
    // Once nobody has the other end open, reading says EIO.
    while (n < sizeof seen - 1 && (more = read(master, seen + n, sizeof seen - 1 - n)) > 0)
        n += (size_t)more;
    seen[n] = '\0';
    assert_int_equal(await_status(pid, SECONDS, "loadgen"), 0);
    assert_non_null(strstr(seen, "answers/s"));
    assert_true(n >= 4);
    memcpy(last, seen + n - 4, 4);
    assert_string_equal(last, "\r\033[K");
    char *said = contents_of(out);
    assert_non_null(strstr(said, "throughput"));
    assert_null(strchr(said, '\r'));
    free(said);
    close(master);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_rate_beyond_its_own_power_is_confessed, end_all),
        cmocka_unit_test_teardown(a_schedule_is_kept_to_the_last_request, end_all),
        cmocka_unit_test_teardown(a_file_that_can_not_be_written_is_said_before_the_run, end_all),
        cmocka_unit_test_teardown(each_kind_of_output_can_be_had, end_all),
        cmocka_unit_test_teardown(a_terminal_shows_how_it_goes, end_all),
        cmocka_unit_test_teardown(a_full_disk_keeps_no_other_file_from_being_written, end_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
