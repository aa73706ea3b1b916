// cases_usage.c: command lines that are wrong, --help and --version.
#include "tests/conform/usage.h"

#include <string.h>

#include "tests/conform/tables.h"

size_t lines_in(const char *text)
{
    size_t n = 0;

    for (; (text = strchr(text, '\n')) != NULL; text++)
        n++;
    return n;
}

void expect_own_name(struct trial *t, const char *name, size_t n)
{
    char command[1024];
    bool known = false;

    snprintf(command, sizeof command, "%s", t->candidate->command);
    for (char *word = strtok(command, " "); word != NULL; word = strtok(NULL, " ")) {
        const char *base = strrchr(word, '/') == NULL ? word : strrchr(word, '/') + 1;
        known = known || (strlen(base) == n && memcmp(base, name, n) == 0);
    }
    expect(t, known || (!t->candidate->strict && n > 0),
           "the line should begin with the program's name; it begins with \"%.*s\"", (int)n, name);
}

// ---- What the program refuses ----

static const struct {
    const char *option; // whose case it belongs to; NULL: that of no option
    const char *words;
    const char *named; // what the line must name: the option, the value, or the word
} bad_words[] = {
    {"--port", "--port 70000", "70000"},
    {"--port", "--port 65536", "65536"},
    {"--port", "--port -1", "-1"},
    {"--port", "--port abc", "abc"},
    {"--port", "--port 70x", "70x"},
    {"--port", "--port ''", "port"},
    {"--service", "--service ecko", "ecko"},
    {"--service", "--service ''", "service"},
    {"--workers", "--workers 0", "workers"},
    {"--workers", "--workers -3", "-3"},
    {"--workers", "--workers 1.5", "1.5"},
    {"--workers", "--workers 99999999999999999999", "99999999999999999999"},
    {"--backlog", "--backlog 0", "backlog"},
    {"--backlog", "--backlog x", "backlog"},
    {"--max-clients", "--max-clients 0", "max-clients"},
    {"--max-clients", "--max-clients many", "many"},
    {"--idle-timeout", "--idle-timeout -1", "-1"},
    {"--idle-timeout", "--idle-timeout nan", "nan"},
    {"--idle-timeout", "--idle-timeout inf", "inf"},
    {"--idle-timeout", "--idle-timeout 1e9x", "1e9x"},
    {"--work", "--work sleep", "sleep"},
    {"--work", "--work cpu:5", "cpu:5"},
    {"--work", "--work cpu:5parsec", "cpu:5parsec"},
    {"--work", "--work burn:1ms", "burn:1ms"},
    {"--work", "--work sleep:-1ms", "sleep:-1ms"},
    {"--work", "--work :1ms", ":1ms"},
    {"--drain", "--drain x", "drain"},
    {"--drain", "--drain -1", "-1"},
    {"--sndbuf", "--sndbuf 0", "sndbuf"},
    {"--sndbuf", "--sndbuf big", "big"},
    {"--rcvbuf", "--rcvbuf 0", "rcvbuf"},
    {"--rcvbuf", "--rcvbuf -5", "-5"},
    {"--language", "--language fr", "fr"},
    {"--seed", "--seed x", "seed"},
    {"--seed", "--seed ''", "seed"},
    {NULL, "--no-such-option", "no-such-option"},
    {NULL, "--portly 7", "portly"},
    {NULL, "surplus", "surplus"},
    {NULL, "--port", "port"},
    {NULL, "--service", "service"},
    {NULL, "--quiet=1", "quiet"},
};

static bool same_option(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

// Exit status 64; what is wrong on the first line, "Try 'NAME --help'" on the last.
static void expect_usage(struct trial *t, const char *words, const char *named)
{
    static const char try[] = "Try '", help[] = " --help'\n";
    char out[OUTPUT], err[OUTPUT];

    int status = run_to_end(t, words, out, sizeof out, err, sizeof err);
    expect(t, status == 64, "%s: expected exit status 64, got %d, and \"%.200s\"", words, status,
           err);
    expect(t, *out == '\0', "%s: expected nothing on standard output, got \"%.200s\"", words, out);
    expect(t, lines_in(err) >= 2, "%s: expected two lines on standard error, got \"%.200s\"", words,
           err);
    size_t first = strcspn(err, "\n"), name = strcspn(err, ":");
    expect_own_name(t, err, name);
    const char *at = strstr(err, named);
    expect(t, at != NULL && at < err + first, "%s: the first line should name '%s'; it is \"%.*s\"",
           words, named, (int)first, err);
    const char *last = err + strlen(err) - 1;
    while (last > err && last[-1] != '\n')
        last--;
    size_t n = strlen(last);
    expect(t,
           n > sizeof try + sizeof help - 2 && strncmp(last, try, sizeof try - 1) == 0 &&
               strcmp(last + n - (sizeof help - 1), help) == 0,
           "%s: the last line should be \"Try 'NAME --help'\"; it is \"%.200s\"", words, last);
    expect_own_name(t, last + sizeof try - 1, n - (sizeof try - 1) - (sizeof help - 1));
}

static void bad_command_lines(struct trial *t)
{
    size_t n = 0;

    for (size_t i = 0; i < sizeof bad_words / sizeof *bad_words; i++)
        if (same_option(bad_words[i].option, t->which->option)) {
            expect_usage(t, bad_words[i].words, bad_words[i].named);
            n++;
        }
    figure(t, "%zu refused", n);
}

static void check_help(struct trial *t)
{
    static const char *const options[] = {
        "--host",  "--port",         "--service", "--workers", "--backlog",
        "--drain", "--idle-timeout", "--work",    "--sndbuf",  "--rcvbuf",
        "--stats", "--max-clients",  "--trace",   "--seed",    "--language",
        "--quiet", "--verbose",      "--help",    "--version",
    };
    char out[4 * OUTPUT], err[OUTPUT];
    size_t listed = 0, all = sizeof options / sizeof *options;

    int status = run_to_end(t, "--help", out, sizeof out, err, sizeof err);
    expect(t, status == 0, "expected exit status 0, got %d", status);
    expect(t, *err == '\0', "expected nothing on standard error, got \"%.200s\"", err);
    for (size_t i = 0; i < all; i++) {
        expect(t, !t->candidate->strict || strstr(out, options[i]) != NULL,
               "--help does not list %s", options[i]);
        listed += strstr(out, options[i]) != NULL;
    }
    figure(t, "%zu of %zu options listed", listed, all);
}

static void check_version(struct trial *t)
{
    char out[OUTPUT], err[OUTPUT];

    int status = run_to_end(t, "--version", out, sizeof out, err, sizeof err);
    expect(t, status == 0, "expected exit status 0, got %d", status);
    expect(t, *err == '\0', "expected nothing on standard error, got \"%.200s\"", err);
    expect(t, lines_in(out) >= 1 && *out != '\n', "expected a line, got \"%.200s\"", out);
    figure(t, "%.*s", (int)strcspn(out, "\n"), out);
}

#define USAGE_CASE(name, option)                                                                   \
    {                                                                                              \
        "start/bad-" name, "a bad option or value: what is wrong and what is allowed, exit 64",    \
            NEEDS_OPTIONS, 60, bad_command_lines, option                                           \
    }

const struct conform_case usage_cases[] = {
    USAGE_CASE("port", "--port"),
    USAGE_CASE("service", "--service"),
    USAGE_CASE("workers", "--workers"),
    USAGE_CASE("backlog", "--backlog"),
    USAGE_CASE("max-clients", "--max-clients"),
    USAGE_CASE("idle-timeout", "--idle-timeout"),
    USAGE_CASE("work", "--work"),
    USAGE_CASE("drain", "--drain"),
    USAGE_CASE("sndbuf", "--sndbuf"),
    USAGE_CASE("rcvbuf", "--rcvbuf"),
    USAGE_CASE("language", "--language"),
    USAGE_CASE("seed", "--seed"),
    USAGE_CASE("words", NULL),
    {"start/help", "--help lists every option, on standard output", NEEDS_OPTIONS, 20, check_help,
     NULL},
    {"start/version", "--version says which it is", NEEDS_OPTIONS, 20, check_version, "--version"},
};
const size_t usage_cases_count = sizeof usage_cases / sizeof *usage_cases;
