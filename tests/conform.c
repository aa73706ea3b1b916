// conform.c: puts one server program through the table of cases and prints a line for each; a
// thin caller of conform_run(). cmocka only turns the findings into a JUnit file.
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fail.h"
#include "base/units.h"
#include "tests/conform/conform.h"

enum key {
    KEY_NAME = 256, // above all characters: no option has a short form
    KEY_SERVES,
    KEY_HOLDS,
    KEY_SERVICES,
    KEY_MODEL,
    KEY_STRICT,
    KEY_INSTRUMENTED,
    KEY_JOBS,
    KEY_TURNS,
    KEY_ONLY,
    KEY_LIST,
    KEY_HELP,
};

enum { MOST_PATTERNS = 64 };

static struct candidate candidate = {
    .name = "server", .services = "echo frame guess", .serves = SERVES_MANY, .holds = 1000};
static unsigned jobs = 8;
static const char *patterns[MOST_PATTERNS];
static unsigned pattern_count;
static bool list;

static bool *chosen;
static struct finding *findings;
static bool colour;

// ---- The command line ----

static const struct argp_option options[] = {
    {"name", KEY_NAME, "NAME", 0, "what to call it in the output (server)", 0},
    {"serves", KEY_SERVES, "one|crew|many", 0,
     "how many clients it serves at a time: one, as many as --workers says, or many (many)", 0},
    {"holds", KEY_HOLDS, "N", 0, "how many idle clients it should hold at once (1000)", 0},
    {"services", KEY_SERVICES, "LIST", 0, "the services it offers ('echo frame guess')", 0},
    {"model", KEY_MODEL, "NAME", 0,
     "the model of ours that it should be one of, which the cases of model/ prove from /proc", 0},
    {"strict", KEY_STRICT, NULL, 0, "an option that its --help does not list is a fault", 0},
    {"instrumented", KEY_INSTRUMENTED, NULL, 0, "it was built with a sanitizer", 0},
    {"jobs", KEY_JOBS, "N", 0, "how many cases run at a time (8)", 0},
    {"turns", KEY_TURNS, "FILE", 0,
     "for suites that run side by side, all with the same file: cases that judge latency, or that "
     "nothing spins, run while no other suite does anything",
     0},
    {"only", KEY_ONLY, "PATTERN", 0,
     "run only the cases whose names match, or contain it; may be repeated", 0},
    {"list", KEY_LIST, NULL, 0, "list the cases and their promises, and run nothing", 0},
    {"help", KEY_HELP, NULL, 0, "print this and exit", -1},
    {0},
};

static const char doc[] =
    "Puts the server program that COMMAND starts through the contract's cases.\v"
    "{host}, {port} and {service} are filled in where COMMAND has them; where it has no {port}, "
    "'--port 0 --service S' is appended and the line 'listening on HOST:PORT' is awaited. "
    "A server that ends with status 69 instead of listening (sysexits.h: EX_UNAVAILABLE) cannot "
    "run on this machine: all its cases are skipped. "
    "Exit status: 0 if no case failed, 1 if one did, 64 for a bad command line.\n\n"
    "  conform 'bin/epoll'\n"
    "  conform --services echo 'python3 my.py {port}'";

static unsigned read_number(const char *option, const char *text, uint64_t max)
{
    uint64_t n;

    if (!units_count(text, 1, max, &n))
        die_usage("%s is a number from 1 to %llu, not '%s'", option, (unsigned long long)max, text);
    return (unsigned)n;
}

static enum serves read_serves(const char *text)
{
    if (strcmp(text, "one") == 0)
        return SERVES_ONE;
    if (strcmp(text, "crew") == 0)
        return SERVES_CREW;
    if (strcmp(text, "many") == 0)
        return SERVES_MANY;
    die_usage("--serves is one of one, crew, many, not '%s'", text);
}

static const char *read_services(const char *text)
{
    char words[64];

    snprintf(words, sizeof words, "%s", text);
    if (strlen(text) >= sizeof words || strspn(words, " ") == strlen(words))
        die_usage("--services is a list of echo, frame, guess, not '%s'", text);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
        if (strcmp(word, "echo") != 0 && strcmp(word, "frame") != 0 && strcmp(word, "guess") != 0)
            die_usage("--services is a list of echo, frame, guess; '%s' is none of them", word);
    return text + strspn(text, " ");
}

static int open_turns(const char *file)
{
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        die_errno("cannot open %s", file);
    return fd;
}

static error_t take_option(int key, char *arg, struct argp_state *state)
{
    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL; // no "Try ... or ..." of argp's beside ours
        return 0;
    case KEY_NAME:
        candidate.name = arg;
        return 0;
    case KEY_SERVES:
        candidate.serves = read_serves(arg);
        return 0;
    case KEY_HOLDS:
        candidate.holds = read_number("--holds", arg, 1000000);
        return 0;
    case KEY_SERVICES:
        candidate.services = read_services(arg);
        return 0;
    case KEY_MODEL:
        if (!conform_knows_model(arg))
            die_usage("--model is a model in models.tsv, such as poll, not '%s'", arg);
        candidate.model = arg;
        return 0;
    case KEY_STRICT:
        candidate.strict = true;
        return 0;
    case KEY_INSTRUMENTED:
        candidate.instrumented = true;
        return 0;
    case KEY_JOBS:
        jobs = read_number("--jobs", arg, 256);
        return 0;
    case KEY_TURNS:
        candidate.turns = open_turns(arg);
        return 0;
    case KEY_LIST:
        list = true;
        return 0;
    case KEY_ONLY:
        if (pattern_count == MOST_PATTERNS)
            die_usage("--only can be given %d times at most", MOST_PATTERNS);
        patterns[pattern_count++] = arg;
        return 0;
    case KEY_HELP:
        argp_state_help(state, stdout, ARGP_HELP_LONG | ARGP_HELP_USAGE | ARGP_HELP_DOC);
        exit(EXIT_SUCCESS);
    case ARGP_KEY_ARG:
        if (candidate.command != NULL)
            die_usage("one COMMAND only: '%s' is too much (quote a command of several words)", arg);
        candidate.command = arg;
        return 0;
    case ARGP_KEY_END:
        if (candidate.command == NULL && !list)
            die_usage("the COMMAND that starts the server is missing");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static bool is_chosen(const char *name)
{
    for (unsigned i = 0; i < pattern_count; i++)
        if (fnmatch(patterns[i], name, 0) == 0 || strstr(name, patterns[i]) != NULL)
            return true;
    return pattern_count == 0;
}

static size_t choose(void)
{
    size_t all = conform_case_count(), n = 0;

    chosen = calloc(all + 1, sizeof *chosen);
    findings = calloc(all + 1, sizeof *findings);
    if (chosen == NULL || findings == NULL)
        die("out of memory");
    for (size_t i = 0; i < all; i++)
        n += chosen[i] = is_chosen(conform_case_at(i)->name);
    return n;
}

// ---- The output ----

static void print_list(void)
{
    for (size_t i = 0; i < conform_case_count(); i++)
        if (chosen[i])
            printf("%-32s %s\n", conform_case_at(i)->name, conform_case_at(i)->promise);
}

static void print_finding(const struct conform_case *which, const struct finding *f)
{
    static const char *const words[] = {[PASSED] = "ok  ", [FAILED] = "FAIL", [SKIPPED] = "skip"};
    static const char *const colours[] = {
        [PASSED] = "\033[32m", [FAILED] = "\033[1;31m", [SKIPPED] = "\033[33m"};

    if (conform_unavailable() != NULL)
        return; // said once for all
    printf("%s%s%s %-32s %6.2f s  %s\n", colour ? colours[f->outcome] : "", words[f->outcome],
           colour ? "\033[0m" : "", which->name, f->seconds,
           f->outcome == SKIPPED ? f->reason : f->figure);
    if (f->outcome == FAILED)
        printf("       promise: %s\n       %s\n", which->promise, f->reason);
    fflush(stdout);
}

static size_t count(enum outcome outcome)
{
    size_t n = 0;

    for (size_t i = 0; i < conform_case_count(); i++)
        n += chosen[i] && findings[i].outcome == outcome;
    return n;
}

// ---- cmocka, for the JUnit file ----

static void has_passed(void **state)
{
    const struct finding *f = *state;

    if (f->outcome == SKIPPED)
        skip();
    // An assert, since what fail_msg() is given does not reach the file.
    if (f->outcome == FAILED)
        assert_string_equal(f->reason, "");
}

// cmocka writes to a file only where none is. What the user has set is left alone.
static void direct_cmocka(void)
{
    struct stat build;
    char path[512];

    if (getenv("CMOCKA_MESSAGE_OUTPUT") != NULL)
        return;
    bool here = stat("build", &build) == 0 && S_ISDIR(build.st_mode);
    const char *elsewhere = getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp";
    snprintf(path, sizeof path, "%s/conform-%s.xml", here ? "build" : elsewhere, candidate.name);
    setenv("CMOCKA_MESSAGE_OUTPUT", "xml", 1);
    setenv("CMOCKA_XML_FILE", path, 0);
    const char *file = getenv("CMOCKA_XML_FILE");
    if (file != NULL)
        unlink(file);
    // What it would say there of each failure has been said.
    (void)!freopen("/dev/null", "w", stderr);
}

static void report_to_cmocka(size_t n)
{
    struct CMUnitTest *tests = calloc(n + 1, sizeof *tests);
    size_t at = 0;

    if (tests == NULL)
        die("out of memory");
    for (size_t i = 0; i < conform_case_count(); i++)
        if (chosen[i])
            tests[at++] = (struct CMUnitTest){.name = conform_case_at(i)->name,
                                              .test_func = has_passed,
                                              .initial_state = &findings[i]};
    direct_cmocka();
    _cmocka_run_group_tests(candidate.name, tests, n, NULL, NULL);
    free(tests);
}

int main(int argc, char **argv)
{
    static char name[] = "conform";
    static const struct argp argp = {options, take_option, "COMMAND", doc, NULL, NULL, NULL};

    fail_name(name);
    argv[0] = name; // getopt opens its messages with it
    if (argp_parse(&argp, argc, argv, ARGP_NO_HELP | ARGP_NO_EXIT, NULL, NULL) != 0) {
        fputs("Try 'conform --help'\n", stderr); // getopt has said what is wrong
        return EXIT_USAGE;
    }
    size_t n = choose();
    if (n == 0)
        die_usage("no case has a name that matches --only; see --list");
    if (list) {
        print_list();
        return 0;
    }
    colour = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
    double begun = now();
    size_t failed = conform_run(&candidate, chosen, jobs, findings, print_finding);
    if (conform_unavailable() != NULL)
        printf("skip all cases: %s\n", conform_unavailable());
    report_to_cmocka(n);
    printf("%s: %zu cases in %.1f s\n", candidate.name, n, now() - begun);
    printf("%zu passed, %zu failed, %zu skipped\n", count(PASSED), failed, count(SKIPPED));
    return conform_interrupted() ? 128 + conform_interrupted() : failed > 0;
}
