// test_compare.c: `loadgen compare` as it is called, and what it warns of.
#include "tests/result_sample.h"

#include <jansson.h>
#include <sys/stat.h>

#include "loadgen/compare.h"
#include "loadgen/contrast.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct result one, other;
static char out[CAUGHT], err[CAUGHT];

// The warnings, a line each, about two runs made alike and then changed.
static char *warnings_after(void (*change)(struct result *))
{
    static char text[4096];
    struct contrast c;
    size_t length = 0;

    make_result(&one, 2000);
    make_result(&other, 2000);
    change(&other);
    const struct side a = {"one.json", &one, 1}, b = {"other.json", &other, 1};
    contrast_make(&c, &a, &b);
    text[0] = '\0';
    for (size_t i = 0; i < c.warning_count && length < sizeof text; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s\n", c.warnings[i]);
    contrast_free(&c);
    result_free(&one);
    result_free(&other);
    return text;
}

// Each change, in a function of its name, and the warning that it must bring.
#define CHANGES(X)                                                                                 \
    X(loop, strcpy(r->loop, "closed"), "differ in loop: open against closed")                      \
    X(arrivals, strcpy(r->arrivals, "uniform"), "differ in arrivals: poisson against uniform")     \
    X(rate, r->offered_rps = 9000, "differ in offered requests per second: 6666.666667 against")   \
    X(connections, r->connections = 51, "differ in connections: 50 against 51")                    \
    X(idle, r->idle = 9, "differ in idle connections: 0 against 9")                                \
    X(pipeline, r->pipeline = 8, "differ in requests in flight per connection: 1 against 8")       \
    X(think, r->think_ns = 5000000, "differ in think time: 0 ns against 5.00 ms")                  \
    X(churn, r->requests_per_connection = 3, "differ in requests per connection: 0 against 3")     \
    X(size, strcpy(r->size, "64-1k"), "differ in size: 64 against 64-1k")                          \
    X(service, strcpy(r->service_name, "guess"), "differ in service: echo against guess")          \
    X(host, strcpy(r->target, "[::1]:7000"), "differ in target host: 127.0.0.1 against [::1]")     \
    X(cpu, strcpy(r->environment.cpu, "Z"), "in processor: A Processor @ 2 GHz against Z")         \
    X(kernel, strcpy(r->environment.kernel, "K"), "differ in kernel: Linux 6.18 x86_64 against K") \
    X(cores, r->environment.cores = 64, "differ in cores: 2 against 64")                           \
    X(commit, strcpy(r->environment.commit, "1a2b"), "commit of the generator: (none) against")    \
    X(threads, r->generator.threads = 3, "differ in threads of the generator: 2 against 3")        \
    X(wrong, r->requests.wrong = 3, "B has 3 wrong and 0 lost answers")                            \
    X(lost, r->requests.lost = 4, "B has 0 wrong and 4 lost answers")                              \
    X(unfinished, r->requests.unfinished = 5, "B left 5 requests unanswered")                      \
    X(interrupted, r->interrupted = true, "B was interrupted in 1 of 1 runs")                      \
    X(limit, r->generator.was_the_limit = true, "not the server, was the limit in 1 of 1 runs of B")

#define X(name, statement, warning)                                                                \
    static void change_##name(struct result *r)                                                    \
    {                                                                                              \
        statement;                                                                                 \
    }
CHANGES(X)
#undef X

static const struct {
    void (*make)(struct result *);
    const char *warning;
} changes[] = {
#define X(name, statement, warning) {change_##name, warning},
    CHANGES(X)
#undef X
};

static const char single[] = "one run's own spread says nothing of the difference between runs";

static void whatever_makes_runs_differ_is_warned_of_by_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(changes); i++) {
        const char *warnings = warnings_after(changes[i].make);
        assert_has(warnings, changes[i].warning);
        // Two lines in all: this warning, and the one that a single run always brings.
        assert_true(strstr(warnings, single) == strchr(warnings, '\n') + 1);
    }
}

static void change_port(struct result *r)
{
    strcpy(r->target, "127.0.0.1:45678");
}

static void another_port_makes_no_difference(void **state)
{
    (void)state;
    assert_true(strstr(warnings_after(change_port), single) == warnings_after(change_port));
}

// ---- The command -------------------------------------------------------------------------------

static char folder[] = "/tmp/echolab-compare-XXXXXX";

struct words {
    int count;
    char *word[6];
};

static int run_words(void *arg)
{
    struct words *words = arg;

    fail_name("loadgen compare");
    return compare_main(words->count, words->word);
}

// Runs the command with the arguments, cut at spaces, in the folder; what it prints is in out and
// err.
static int compare(const char *arguments)
{
    static char name[] = "loadgen compare";
    char text[256];
    struct words words = {1, {name}};

    snprintf(text, sizeof text, "%s", arguments);
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) {
        assert_true((size_t)words.count < COUNT(words.word) - 1);
        words.word[words.count++] = word;
    }
    return run_apart(run_words, &words, out, err);
}

// Writes repeats whose throughput is near `completed` answers in five seconds.
static void write_repeats(const char *name, unsigned count, unsigned completed)
{
    char path[64];

    assert_int_equal(mkdir(name, 0700), 0);
    for (unsigned i = 0; i < count; i++) {
        make_result(&one, 2000);
        one.completed = completed + i * 10;
        snprintf(path, sizeof path, "%s/%u.json", name, i);
        assert_true(result_save(&one, path, result_write_json));
        result_free(&one);
    }
    snprintf(path, sizeof path, "%s/readme.txt", name); // not a result, and not read
    FILE *other_file = fopen(path, "we");
    assert_non_null(other_file);
    fclose(other_file);
}

static int make_folder(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    write_repeats("slow", 3, 10000);
    write_repeats("fast", 3, 20000);
    assert_int_equal(mkdir("empty", 0700), 0);
    make_result(&one, 0);
    assert_true(result_save(&one, "silent.json", result_write_json));
    strcpy(one.loop, "closed");
    assert_int_equal(mkdir("mixed", 0700), 0);
    assert_true(result_save(&one, "mixed/1.json", result_write_json));
    strcpy(one.loop, "open");
    assert_true(result_save(&one, "mixed/2.json", result_write_json));
    result_free(&one);
    return 0;
}

static int remove_folder(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(chdir("/"), 0);
    return system(command);
}

static void folders_of_repeats_are_compared(void **state)
{
    (void)state;
    assert_int_equal(compare("slow fast"), 0);
    assert_has(out, "A: slow (3 runs, open loop)");
    assert_has(out, "B: fast (3 runs, open loop)");
    assert_has(out, "B is higher");
    assert_has(out, "\np99, open ");
    assert_has(out, "cannot tell apart");
    assert_lacks(out, "warning");
    assert_string_equal(err, "");
}

static void single_files_are_compared_with_a_warning(void **state)
{
    (void)state;
    assert_int_equal(compare("slow/0.json fast/1.json"), 0);
    assert_has(out, "A: slow/0.json (1 run, open loop)");
    assert_has(out, "\nwarning: one run's own spread says nothing of the difference between runs, "
                    "which\n         is often larger: ");
    for (const char *line = out, *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
        if (end - line > 80)
            fail_msg("longer than 80 columns: %.*s", (int)(end - line), line);
    assert_lacks(out, "nan");
    assert_lacks(out, "inf");
}

static void json_goes_to_a_file_beside_the_table_or_instead_of_it(void **state)
{
    (void)state;
    assert_int_equal(compare("--json verdicts.json slow fast"), 0);
    assert_has(out, "B is higher");
    json_t *file = json_load_file("verdicts.json", 0, NULL);
    assert_non_null(file);
    assert_int_equal(compare("slow fast --json -"), 0);
    json_t *standard = json_loads(out, 0, NULL);
    assert_true(json_equal(file, standard));
    json_decref(file);
    json_decref(standard);
    assert_int_equal(compare("slow fast --json /nowhere/verdicts.json"), 1);
    assert_has(err, "loadgen compare: cannot write /nowhere/verdicts.json: No such file");
}

static void what_cannot_be_compared_is_refused_in_one_line(void **state)
{
    static const struct {
        const char *arguments, *says;
        int status;
    } cases[] = {
        {"slow missing", "loadgen compare: cannot read missing: No such file or directory\n", 1},
        {"empty slow", "loadgen compare: empty: no file in it ends in .json\n", 1},
        {"slow slow/readme.txt", "slow/readme.txt", 1},
        {"slow mixed", "mixed holds runs of both loops, open and closed: they are no repeats\n", 1},
        {"slow silent.json", "slow and silent.json can't be compared: a run answered nothing\n", 1},
        {"", "give A and B", 64},
        {"slow", "give A and B", 64},
        {"slow fast slow", "'slow' is one too many", 64},
        {"slow fast --faster", "--faster", 64},
        {"slow fast --json", "--json", 64},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(compare(cases[i].arguments), cases[i].status);
        assert_has(err, cases[i].says);
        assert_string_equal(out, "");
        char *end = strchr(err, '\n');
        assert_string_equal(end, cases[i].status == 1 ? "\n" : "\nTry 'loadgen compare --help'\n");
    }
}

static void help_and_version_go_to_standard_output(void **state)
{
    (void)state;
    assert_int_equal(compare("--help"), 0);
    assert_has(out, "Usage: loadgen compare [--json=FILE]");
    assert_has(out, "--json=FILE");
    assert_string_equal(err, "");
    assert_int_equal(compare("--version"), 0);
    assert_has(out, "loadgen compare (echolab) ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_makes_runs_differ_is_warned_of_by_itself),
        cmocka_unit_test(another_port_makes_no_difference),
        cmocka_unit_test(folders_of_repeats_are_compared),
        cmocka_unit_test(single_files_are_compared_with_a_warning),
        cmocka_unit_test(json_goes_to_a_file_beside_the_table_or_instead_of_it),
        cmocka_unit_test(what_cannot_be_compared_is_refused_in_one_line),
        cmocka_unit_test(help_and_version_go_to_standard_output),
    };
    return cmocka_run_group_tests_name("compare", tests, make_folder, remove_folder);
}
