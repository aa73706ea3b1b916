// cases_output.c: what options make the server write: counters, words, Korean. A trace:
// cases_trace.c.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <jansson.h>

#include "tests/conform/faults.h"
#include "tests/conform/own.h"
#include "tests/conform/tables.h"

// ---- --stats ----

static long long field(struct trial *t, json_t *stats, const char *name)
{
    json_t *value = json_object_get(stats, name);

    expect(t, json_is_integer(value), "the object has no integer \"%s\"", name);
    return json_integer_value(value);
}

static void expect_field(struct trial *t, json_t *stats, const char *name, long long expected)
{
    long long seen = field(t, stats, name);

    expect(t, seen == expected, "\"%s\": expected %lld, got %lld", name, expected, seen);
}

// Three clients with 5 frames of 100 bytes each; the last is there to the end.
static void drive_for_stats(struct trial *t, const char *options)
{
    unsigned char frame[104];
    char payload[100];
    int client = -1;

    fill_random(payload, sizeof payload, 9);
    put_frame(frame, payload, sizeof payload);
    start(t, "frame", 3, options);
    for (unsigned i = 0; i < 3; i++) {
        if (client != -1) {
            finish_sending(client);
            hear_end(t, client);
            close(client);
        }
        client = dial(t);
        for (unsigned k = 0; k < 5; k++)
            exchange(t, client, frame, sizeof frame, frame, sizeof frame);
    }
    signal_server(t, SIGTERM);
    hear_end(t, client);
    int status = await_end(t, 10);
    expect(t, status == 0, "expected exit status 0, got %d", status);
}

static void judge_stats(struct trial *t, const char *text)
{
    static const char *const others[] = {"reads", "writes", "waits", "events", "scanned"};
    json_error_t error;
    json_t *stats = json_loads(text, 0, &error);

    expect(t, json_is_object(stats), "expected one JSON object: %s in \"%.200s\"", error.text,
           text);
    const char *model = json_string_value(json_object_get(stats, "model"));
    const char *service = json_string_value(json_object_get(stats, "service"));
    expect(t, model != NULL && *model != '\0', "the object has no \"model\"");
    expect(t, service != NULL && strcmp(service, "frame") == 0, "\"service\" should be \"frame\"");
    expect_field(t, stats, "accepted", 3);
    expect_field(t, stats, "refused", 0);
    expect_field(t, stats, "closed", 3);
    expect_field(t, stats, "broken", 0);
    expect_field(t, stats, "messages", 15);
    expect_field(t, stats, "bytes_in", 15LL * 104);
    expect_field(t, stats, "bytes_out", 15LL * 104);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        expect(t, field(t, stats, others[i]) >= 0, "\"%s\" is negative", others[i]);
    figure(t, "%s: 3 clients, 15 messages, %lld reads, %lld writes, %lld waits", model,
           field(t, stats, "reads"), field(t, stats, "writes"), field(t, stats, "waits"));
    json_decref(stats);
}

static void stats_printed(struct trial *t)
{
    drive_for_stats(t, "--stats -");
    judge_stats(t, strchr(server_printed(t), '\n') + 1);
}

// ---- Files ----

// A file that the server is to write: its name is good while the case runs.
struct paper {
    int fd;
    char name[64];
};

static struct paper take_paper(struct trial *t)
{
    struct paper paper = {.name = "/tmp/conform-XXXXXX"};

    paper.fd = mkostemp(paper.name, O_CLOEXEC);
    expect(t, paper.fd != -1, "the test itself can't make %s: %s", paper.name, strerror(errno));
    // Through our descriptor it has a name without being in the file system.
    unlink(paper.name);
    snprintf(paper.name, sizeof paper.name, "/proc/%d/fd/%d", (int)getpid(), paper.fd);
    return paper;
}

static char *read_paper(struct trial *t, const struct paper *paper)
{
    off_t size = lseek(paper->fd, 0, SEEK_END);
    char *text = malloc((size_t)size + 1);

    expect(t, text != NULL, "the test itself is out of memory");
    ssize_t n = pread(paper->fd, text, (size_t)size, 0);
    text[n < 0 ? 0 : n] = '\0';
    return text;
}

static void stats_file(struct trial *t)
{
    struct paper paper = take_paper(t);
    char options[128];

    snprintf(options, sizeof options, "--stats %s", paper.name);
    drive_for_stats(t, options);
    judge_stats(t, read_paper(t, &paper));
}

// Clients that come, talk, go, and one that does worse.
static void drive_three(struct trial *t)
{
    start(t, "echo", 3, t->which->option);
    for (unsigned i = 0; i < 3; i++) {
        int client = dial(t);
        round_trip(t, client);
        if (i == 2)
            reset_client(client);
        else
            close(client);
    }
    await_descriptors(t, t->own->descriptors);
    signal_server(t, SIGTERM);
    int status = await_end(t, 10);
    expect(t, status == 0, "expected exit status 0, got %d", status);
}

static void quiet(struct trial *t)
{
    drive_three(t);
    expect(t, *server_said(t) == '\0', "expected silence, it said \"%.300s\"", server_said(t));
    figure(t, "not a word about 3 clients");
}

static void verbose(struct trial *t)
{
    size_t lines = 0;

    drive_three(t);
    for (const char *at = server_said(t); (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    expect(t, lines >= 3, "for three clients it said %zu lines", lines);
    figure(t, "%zu lines for 3 clients", lines);
}

// ---- The language of guess ----

static void korean(struct trial *t)
{
    static const char line[] = "x\n", zero[] = "0\n", high[] = "너무 높아요\n",
                      low[] = "너무 낮아요\n", right[] = "정답\n", bye[] = "종료\n",
                      invalid[] = "입력값이 올바르지 않습니다:x\n";

    start(t, "guess", 1, "--language ko --seed 1");
    int client = dial(t);
    exchange(t, client, line, sizeof line - 1, invalid, sizeof invalid - 1);
    exchange(t, client, zero, sizeof zero - 1, bye, sizeof bye - 1);
    hear_end(t, client);
    close(client);
    client = dial(t);
    exchange(t, client, "99\n", 3, high, sizeof high - 1);
    for (char guess[] = "1\n"; guess[0] <= '9'; guess[0]++) {
        // Both answers begin alike in no byte but the last ones of their first letters: so the
        // whole line is read, and then compared.
        char answer[64] = "";
        size_t n = 0;
        say(t, client, guess, 2);
        while (n == 0 || answer[n - 1] != '\n') {
            expect(t,
                   n < sizeof answer - 1 && wait_readable(client, patience(t)) &&
                       recv(client, answer + n, 1, 0) == 1,
                   "no whole answer to the guess %c", guess[0]);
            n++;
        }
        answer[n] = '\0';
        if (strcmp(answer, right) == 0) {
            hear_end(t, client);
            close(client);
            figure(t, "all five answers");
            return;
        }
        expect(t, strcmp(answer, low) == 0, "expected %.*s or %.*s, got %s", (int)sizeof low - 2,
               low, (int)sizeof right - 2, right, answer);
    }
    fail_case(t, "no guess from 1 to 9 was right");
}

#define CASE(name, promise, needs, run, option)                                                    \
    {                                                                                              \
        "options/" name, promise, (needs) | NEEDS_OPTIONS, 60, run, option                         \
    }

const struct conform_case output_cases[] = {
    CASE("stats-printed", "--stats -: the counters as one JSON object on standard output",
         NEEDS_FRAME, stats_printed, "--stats"),
    CASE("stats-file", "--stats FILE: the counters as one JSON object", NEEDS_FRAME, stats_file,
         "--stats"),
    CASE("quiet", "--quiet: nothing on standard error", 0, quiet, "--quiet"),
    CASE("verbose", "--verbose: clients are spoken of on standard error", 0, verbose, "--verbose"),
    CASE("korean", "--language ko answers in Korean", NEEDS_GUESS, korean, "--language"),
};
const size_t output_cases_count = sizeof output_cases / sizeof *output_cases;
