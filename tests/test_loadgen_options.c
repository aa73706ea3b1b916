// test_loadgen_options.c: loadgen's command line: what each option puts into the plan.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "base/version.h"
#include "loadgen/options.h"
#include "tests/read_command.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

// The plan of a good command line. Its texts live until the next call.
static struct plan plan_of(const char *text)
{
    static char storage[1024];
    static char *words[WORDS];
    struct plan plan;

    options_read(&plan, split(text, storage, sizeof storage, words), words);
    return plan;
}

// ---- Good values ----

static void what_is_left_out_takes_its_default(void **state)
{
    struct plan p = plan_of("127.0.0.1:7000");

    (void)state;
    assert_string_equal(p.target, "127.0.0.1:7000");
    assert_string_equal(p.host, "127.0.0.1");
    assert_int_equal(p.port, 7000);
    assert_int_equal(p.service, SERVE_ECHO);
    assert_false(p.open);
    assert_int_equal(p.arrivals, POISSON);
    assert_int_equal(p.think_ns, 0);
    assert_int_equal(p.pipeline, 1);
    assert_int_equal(p.connections, 50);
    assert_int_equal(p.idle, 0);
    assert_int_equal(p.threads, 1);
    assert_int_equal(p.requests_per_connection, 0);
    assert_string_equal(p.sizes.text, "64");
    assert_int_equal(sizes_pick(&p.sizes, UINT64_MAX), 64);
    assert_int_equal(p.seed, 1);
    assert_int_equal(p.ramp_ns, 0);
    assert_int_equal(p.warmup_ns, 0);
    assert_int_equal(p.duration_ns, 10 * NS_PER_SECOND);
    assert_int_equal(p.requests, 0);
    assert_int_equal(p.timeout_ns, 5 * NS_PER_SECOND);
    assert_int_equal(p.drain_ns, 5 * NS_PER_SECOND);
    assert_int_equal(p.interval_ns, NS_PER_SECOND);
    assert_false(p.spin);
    assert_null(p.outputs.json);
    assert_null(p.outputs.csv);
    assert_null(p.outputs.hgrm);
    assert_null(p.outputs.timeline);
    assert_null(p.outputs.clients);
    assert_int_equal(p.notify_fd, -1);
    assert_null(p.require);
    assert_int_equal(p.requires, 0);
    assert_false(p.quiet);
}

static void counts_land_in_the_plan(void **state)
{
    struct plan p = plan_of("--connections 500 --threads 4 --idle 19000 --pipeline 8 "
                            "--requests-per-connection 10 --requests 1000000 "
                            "--seed 18446744073709551615 h:1");

    (void)state;
    assert_int_equal(p.connections, 500);
    assert_int_equal(p.threads, 4);
    assert_int_equal(p.idle, 19000);
    assert_int_equal(p.pipeline, 8);
    assert_int_equal(p.requests_per_connection, 10);
    assert_int_equal(p.requests, 1000000);
    assert_int_equal(p.duration_ns, 0); // the requests end the run
    assert_true(p.seed == UINT64_MAX);

    p = plan_of("--connections 1000000 --threads 1024 --pipeline 10000 h:1");
    assert_int_equal(p.connections, 1000000);
    assert_int_equal(p.threads, 1024);
    assert_int_equal(p.pipeline, 10000);
    p = plan_of("--connections 1 --idle 999999 --seed 0 --requests-per-connection 0 h:1");
    assert_int_equal(p.connections, 1);
    assert_int_equal(p.idle, 999999);
    assert_int_equal(p.seed, 0);
    assert_int_equal(p.requests_per_connection, 0);
}

static void times_land_in_the_plan(void **state)
{
    struct plan p = plan_of("--think 5ms --ramp 2s --warmup 1.5s --duration 1min --timeout 500ms "
                            "--drain 0s --interval 10ms h:1"),
                long_run = plan_of("--duration 1000min h:1");

    (void)state;
    assert_int_equal(p.think_ns, 5000000);
    assert_int_equal(p.ramp_ns, 2 * NS_PER_SECOND);
    assert_int_equal(p.warmup_ns, 1500000000);
    assert_int_equal(p.duration_ns, 60 * NS_PER_SECOND);
    assert_int_equal(p.timeout_ns, 500000000);
    assert_int_equal(p.drain_ns, 0);
    assert_int_equal(p.interval_ns, 10000000);
    assert_int_equal(long_run.interval_ns, 4 * NS_PER_SECOND); // 15,000 rows
}

static void a_rate_makes_the_loop_open(void **state)
{
    static const struct {
        const char *text;
        double rate;
    } table[] = {
        {"20000", 20000}, {"20k", 20000}, {"1.5k", 1500},  {"1M", 1e6},
        {"10M", 1e7},     {"0.5", 0.5},   {"0.001", 1e-3}, {"10000000", 1e7},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        char text[64];
        snprintf(text, sizeof text, "--rate %s h:1", table[i].text);
        struct plan p = plan_of(text);
        assert_true(p.open);
        assert_true(p.rate == table[i].rate);
        assert_int_equal(p.arrivals, POISSON);
    }
    assert_int_equal(plan_of("--rate 1 --arrivals uniform h:1").arrivals, UNIFORM);
    assert_int_equal(plan_of("--arrivals poisson --rate 1 h:1").arrivals, POISSON);
}

static void sizes_are_read_for_the_service_wherever_it_stands(void **state)
{
    struct plan p = plan_of("--size 0-64k --service frame h:1");

    (void)state;
    assert_int_equal(p.service, SERVE_FRAME);
    assert_int_equal(sizes_pick(&p.sizes, 0), 0);
    assert_int_equal(sizes_pick(&p.sizes, UINT64_MAX), 65536);
    p = plan_of("--service echo --size 1:1,16M:1 h:1");
    assert_int_equal(p.service, SERVE_ECHO);
    assert_string_equal(p.sizes.text, "1:1,16M:1");
    assert_int_equal(sizes_pick(&p.sizes, UINT64_MAX), 16 << 20);
    p = plan_of("--service guess --pipeline 1 h:1");
    assert_int_equal(p.service, SERVE_GUESS);
    assert_int_equal(sizes_pick(&p.sizes, UINT64_MAX), 2);
}

static void files_and_switches_land_in_the_plan(void **state)
{
    struct plan p = plan_of(
        "--json a --csv b --hgrm - --timeline d --clients e --notify-fd 2 --spin "
        "--quiet h:1");

    (void)state;
    assert_string_equal(p.outputs.json, "a");
    assert_string_equal(p.outputs.csv, "b");
    assert_string_equal(p.outputs.hgrm, "-");
    assert_string_equal(p.outputs.timeline, "d");
    assert_string_equal(p.outputs.clients, "e");
    assert_int_equal(p.notify_fd, 2);
    assert_true(p.spin);
    assert_true(p.quiet);
}

static void demands_are_gathered_in_order(void **state)
{
    struct plan p = plan_of("--require p99<1ms --require=lost==0 --require throughput>=10k h:1");

    (void)state;
    assert_int_equal(p.requires, 3);
    assert_string_equal(p.require[0].text, "p99<1ms");
    assert_true(p.require[0].value == 1e6);
    assert_string_equal(p.require[1].text, "lost==0");
    assert_string_equal(p.require[2].text, "throughput>=10k");
    assert_true(p.require[2].value == 10000);
    free(p.require);
}

static void the_last_of_two_counts_and_the_order_does_not(void **state)
{
    struct plan p = plan_of("h:1 --connections 7 --duration 3s --connections 9 --duration=4s");

    (void)state;
    assert_int_equal(p.connections, 9);
    assert_int_equal(p.duration_ns, 4 * NS_PER_SECOND);
    assert_string_equal(p.host, "h");
}

static void a_target_is_a_host_and_a_port(void **state)
{
    static const struct {
        const char *text, *host;
        uint16_t port;
    } good[] = {
        {"127.0.0.1:7000", "127.0.0.1", 7000}, {"localhost:1", "localhost", 1},
        {"[::1]:65535", "::1", 65535},         {"[fe80::1%eth0]:7000", "fe80::1%eth0", 7000},
        {"[127.0.0.1]:80", "127.0.0.1", 80},   {"a-b.example.org:80", "a-b.example.org", 80},
    };
    static const struct {
        const char *text, *why; // a word of what is allowed
    } bad[] = {
        {"", "HOST:PORT"},           {"localhost", "HOST:PORT"}, {"7000", "HOST:PORT"},
        {":7000", "HOST:PORT"},      {"[]:7000", "HOST:PORT"},   {"[::1:7000", "HOST:PORT"},
        {"[::1]7000", "HOST:PORT"},  {"[:7000", "HOST:PORT"},    {"::1:7000", "brackets"},
        {"::1", "brackets"},         {"h:", "1 to 65535"},       {"h:0", "1 to 65535"},
        {"h:65536", "1 to 65535"},   {"h:http", "1 to 65535"},   {"h:7000x", "1 to 65535"},
        {"h:-1", "1 to 65535"},      {"[::1]:", "1 to 65535"},   {"[::1]", "HOST:PORT"},
        {"http://h:80", "brackets"},
    };
    char host[256], longest[300];
    const char *why = NULL;
    uint16_t port = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        if (!options_target(good[i].text, host, &port, &why))
            fail_msg("\"%s\" is refused: give %s", good[i].text, why);
        assert_string_equal(host, good[i].host);
        assert_int_equal(port, good[i].port);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (options_target(bad[i].text, host, &port, &why))
            fail_msg("\"%s\" is taken", bad[i].text);
        if (strstr(why, bad[i].why) == NULL)
            fail_msg("\"%s\": give %s", bad[i].text, why);
    }
    memset(longest, 'a', sizeof longest);
    memcpy(longest + 255, ":80", 4);
    assert_true(options_target(longest, host, &port, &why));
    assert_int_equal(strlen(host), 255);
    memset(longest, 'a', sizeof longest);
    memcpy(longest + 256, ":80", 4);
    assert_false(options_target(longest, host, &port, &why));
}

// ---- Help ----

static void help_names_every_option_and_fits_the_screen(void **state)
{
    static const char *const places[] = {"Usage: loadgen [OPTION...] HOST:PORT\n",
                                         " Load:\n",
                                         " Requests:\n",
                                         " Time:\n",
                                         " Output:\n",
                                         "Exit status:\n",
                                         "Examples:\n",
                                         "loadgen merge",
                                         "loadgen compare",
                                         "  130  interrupted",
                                         "--spin",
                                         "--quiet",
                                         "--help",
                                         "--version",
                                         "(50)",
                                         "(64)",
                                         "(10s)"};
    static const char *const options[] = {
        "connections", "threads",  "idle",     "requests-per-connection",
        "rate",        "arrivals", "think",    "pipeline",
        "service",     "size",     "seed",     "ramp",
        "warmup",      "duration", "requests", "timeout",
        "drain",       "interval", "json",     "csv",
        "hgrm",        "timeline", "clients",  "notify-fd",
        "require"};
    char text[TEXT], word[64], storage[64], *argv[WORDS];

    (void)state;
    int argc = split("--help", storage, sizeof storage, argv);
    assert_int_equal(outcome(argc, argv, STDOUT_FILENO, text), EXIT_SUCCESS);
    for (size_t i = 0; i < COUNT(places); i++)
        if (strstr(text, places[i]) == NULL)
            fail_msg("--help does not say \"%s\"", places[i]);
    for (size_t i = 0; i < COUNT(options); i++) {
        snprintf(word, sizeof word, " --%s=", options[i]);
        if (strstr(text, word) == NULL)
            fail_msg("--help does not list --%s", options[i]);
    }
    for (const char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (strlen(line) > 79)
            fail_msg("a line of --help is %zu characters long: %s", strlen(line), line);
}

static void version_says_the_name_and_the_version(void **state)
{
    char text[TEXT], expected[128], storage[64], *argv[WORDS];

    (void)state;
    int argc = split("--version", storage, sizeof storage, argv);
    assert_int_equal(outcome(argc, argv, STDOUT_FILENO, text), EXIT_SUCCESS);
    snprintf(expected, sizeof expected, "loadgen (echolab) %s\n", version_text());
    assert_string_equal(text, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_takes_its_default),
        cmocka_unit_test(counts_land_in_the_plan),
        cmocka_unit_test(times_land_in_the_plan),
        cmocka_unit_test(a_rate_makes_the_loop_open),
        cmocka_unit_test(sizes_are_read_for_the_service_wherever_it_stands),
        cmocka_unit_test(files_and_switches_land_in_the_plan),
        cmocka_unit_test(demands_are_gathered_in_order),
        cmocka_unit_test(the_last_of_two_counts_and_the_order_does_not),
        cmocka_unit_test(a_target_is_a_host_and_a_port),
        cmocka_unit_test(help_names_every_option_and_fits_the_screen),
        cmocka_unit_test(version_says_the_name_and_the_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
