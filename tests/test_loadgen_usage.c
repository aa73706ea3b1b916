// test_loadgen_usage.c: the one line that answers a mistake on loadgen's command line.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "loadgen/options.h"
#include "tests/read_command.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

// The command line must end with status 64 and exactly two lines; the first says `first`.
static void assert_refused(int argc, char **argv, const char *shown, const char *first)
{
    char text[TEXT], expected[1024];
    int status = outcome(argc, argv, STDERR_FILENO, text);

    snprintf(expected, sizeof expected, "loadgen: %s\nTry 'loadgen --help'\n", first);
    if (status != EXIT_USAGE || strcmp(text, expected) != 0)
        fail_msg("%s: status %d, \"%s\", not \"%s\"", shown, status, text, expected);
}

// Values that an option must refuse, each in one line that says what it allows instead.
static const struct {
    const char *option, *allowed;
    const char *values[20];
} wrong[] = {
    {"connections", "1 to 1000000", {"", "0", "1000001", "-1", "1k", "ten", "5.5", " 5"}},
    {"threads", "1 to 1024", {"", "0", "1025", "-1", "two", "1.5"}},
    {"idle", "0 to 1000000", {"", "1000001", "-1", "1k", "x"}},
    {"requests-per-connection", "0 to 4294967295", {"", "-1", "4294967296", "1.5", "x"}},
    {"rate",
     "requests per second from 0.001 to 10M, such as 20000, 20k or 1.5k",
     {"", "0", "0.0001", "-5", "20K", "20kk", "1G", "10.000001M", "11M", "20 k", "1e4", "k", ".",
      "20000/s", "inf", "nan", "99999999999999999999"}},
    {"arrivals", "poisson or uniform", {"", "Poisson", "random", "uniform "}},
    {"think",
     "a time with its unit, such as 500us, 1.5s or 2min, up to a year",
     {"", "5", "ms", "-5ms", "5h", "5 ms", "5msx", "1e3s", "525601min"}},
    {"pipeline", "1 to 10000", {"", "0", "10001", "-1", "x"}},
    {"service", "echo, frame or guess", {"", "Echo", "http", "echo "}},
    {"size",
     "1 to 16M bytes, a range such as 64-1k, or a mix such as 64:90,4k:10",
     {"", "0", "17M", "64b", "0-64", "64-32", "64,128", "64:90;8:10", "64:0", "-64", "64-"}},
    {"seed", "a whole number from 0 to 2^64-1", {"", "-1", "18446744073709551616", "0x10", "x"}},
    {"ramp",
     "a time with its unit, such as 500us, 1.5s or 2min, up to a year",
     {"", "5", "s", "-1s"}},
    {"warmup",
     "a time with its unit, such as 500us, 1.5s or 2min, up to a year",
     {"", "5", "s", "-1s"}},
    {"duration",
     "a time with its unit, such as 1.5s or 2min, from 1ms to a year",
     {"", "0s", "10", "999us", "-1s", "1h", "525601min"}},
    {"requests", "a whole number from 1 to 2^53", {"", "0", "-1", "1k", "9007199254740993"}},
    {"timeout",
     "a time with its unit, such as 1.5s or 2min, from 1ms to a year",
     {"", "0s", "5", "999us", "-1s"}},
    {"drain",
     "a time with its unit, such as 500us, 1.5s or 2min, up to a year",
     {"", "5", "s", "-1s"}},
    {"interval",
     "a time with its unit, such as 1.5s or 2min, from 1ms to a year",
     {"", "0s", "1", "999us", "-1s"}},
    {"json", "a file's name, or - for standard output", {""}},
    {"csv", "a file's name, or - for standard output", {""}},
    {"hgrm", "a file's name, or - for standard output", {""}},
    {"timeline", "a file's name, or - for standard output", {""}},
    {"clients", "a file's name, or - for standard output", {""}},
    {"notify-fd",
     "a descriptor that is open for writing, such as that of a pipe or a socket",
     {"", "-1", "x", "1.5", "999", "2147483648"}},
    {"require",
     "a time with its unit after that metric, such as 500us or 1.5ms",
     {"p99<1", "max>1x"}},
    {"require",
     "METRIC OP VALUE, such as 'p99<1ms'; METRIC is one of those that --help lists",
     {"", "fast", "p200<1ms"}},
};

static void a_wrong_value_is_named_in_one_line(void **state)
{
    static char name[] = "bin/loadgen", target[] = "127.0.0.1:7000";
    unsigned tried = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++)
        for (const char *const *value = wrong[i].values;
             value < wrong[i].values + COUNT(wrong[i].values) && *value != NULL; value++) {
            char word[128], line[512];
            char *argv[] = {name, word, target, NULL};
            snprintf(word, sizeof word, "--%s=%s", wrong[i].option, *value);
            snprintf(line, sizeof line, "--%s: '%s' is not allowed; give %s", wrong[i].option,
                     *value, wrong[i].allowed);
            assert_refused(3, argv, word, line);
            tried++;
        }
    assert_true(tried > 100);
}

static void a_command_line_that_makes_no_sense_is_refused_in_one_line(void **state)
{
    static const struct {
        const char *words, *line;
    } table[] = {
        {"", "no server is given; give HOST:PORT, such as 127.0.0.1:7000 or [::1]:7000"},
        {"--rate 5", "no server is given; give HOST:PORT, such as 127.0.0.1:7000 or [::1]:7000"},
        {"a:1 b:2", "'b:2' is one argument too many; give one HOST:PORT"},
        {"7000", "'7000' is not a server's address; give HOST:PORT, such as 127.0.0.1:7000 or "
                 "[::1]:7000"},
        {"::1:7000", "'::1:7000' is not a server's address; give an IPv6 address in brackets, such "
                     "as [::1]:7000"},
        {"h:0", "'h:0' is not a server's address; give a port from 1 to 65535 after the colon, "
                "such as 127.0.0.1:7000"},
        {"--service frame --size 65537 h:1",
         "--size: '65537' is not allowed; give 0 to 65536 bytes, a range such as 64-1k, or a mix "
         "such as 64:90,4k:10"},
        {"--size 64 --service guess h:1", "--size: '64' is not allowed with --service guess; give "
                                          "none: a guess is 2 bytes long"},
        {"--pipeline 2 --service guess h:1",
         "--pipeline: '2' is not allowed with --service guess; give 1: a guess depends on the "
         "answer to the last"},
        {"--think 0s --rate 5 h:1", "--think: '0s' is not allowed with --rate; give one of them: "
                                    "the open loop does not wait for answers"},
        {"--rate 5 --pipeline 1 h:1",
         "--pipeline: '1' is not allowed with --rate; give one of them: the open loop does not "
         "wait for answers"},
        {"--arrivals poisson h:1", "--arrivals: 'poisson' is not allowed with the closed loop; "
                                   "give --rate too, which makes it the open loop"},
        {"--threads 51 h:1", "--threads: '51' is not allowed with --connections 50; give 1 to 50: "
                             "each thread needs a connection"},
        {"--threads 2 --connections 1 h:1", "--threads: '2' is not allowed with --connections 1; "
                                            "give 1 to 1: each thread needs a connection"},
        {"--connections 600000 --idle 400001 h:1",
         "--idle: '400001' is not allowed with --connections 600000; give 0 to 400000: together "
         "they may be 1000000"},
        {"--json same --csv same h:1",
         "--csv: 'same' is not allowed with --json same; give another file to one of them"},
        {"--interval 1ms --duration 19s --warmup 1s h:1",
         "--interval: '1ms' would cut the run into 20000 rows, and 20000 is the most; give a "
         "longer "
         "one"},
        {"--requests 5 --duration 1s h:1",
         "--requests: '5' is not allowed with --duration; give one of them"},
        {"--duration 1s --requests 5 h:1",
         "--requests: '5' is not allowed with --duration; give one of them"},
        {"--json - --csv - h:1",
         "--csv: '-' is not allowed with --json -; give another file to one of them"},
        {"--timeline - --hgrm - h:1",
         "--timeline: '-' is not allowed with --hgrm -; give another file to one of them"},
        {"--timeline same --clients same h:1",
         "--clients: 'same' is not allowed with --timeline same; give another file to one of them"},
        {"--nonsense h:1", "unrecognized option '--nonsense'"},
        {"--spin=yes h:1", "option '--spin' doesn't allow an argument"},
        {"h:1 --rate", "option '--rate' requires an argument"},
        {"-h", "invalid option -- 'h'"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        char storage[256], *argv[WORDS];
        int argc = split(table[i].words, storage, sizeof storage, argv);
        assert_refused(argc, argv, table[i].words, table[i].line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_value_is_named_in_one_line),
        cmocka_unit_test(a_command_line_that_makes_no_sense_is_refused_in_one_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
