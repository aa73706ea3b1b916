// cases_violation.c: clients that break the rules of frame or guess. Answers owed so far are
// sent, then the connection is closed; that is counted, never fatal, and disturbs nobody else.
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conform/services.h"
#include "tests/conform/tables.h"

enum { BOUND = 30 }; // seconds that a server may go on with a client that it owes nothing

static void say_row(struct trial *t, int client, const struct row *row)
{
    say(t, client, row->bytes, row->n);
}

static void too_long(struct trial *t)
{
    static const uint32_t lengths[] = {FRAME_LONGEST + 1, 0x00020000u, 0x01000000u,
                                       0x7fffffffu,       0x80000000u, 0xffffffffu};
    const size_t n = sizeof lengths / sizeof *lengths;

    start(t, "frame", 1, NULL);
    for (size_t i = 0; i < n; i++) {
        struct row row = {0};
        int bystander = bring_bystander(t), client = dial(t);
        add_header(t, &row, lengths[i]);
        say_row(t, client, &row);
        hear_end(t, client);
        leave_to_bystander(t, client, bystander);
        free(row.bytes);
    }
    figure(t, "%zu lengths from %s to %s: closed cleanly, the bystander served", n,
           grouped(lengths[0]), grouped(lengths[n - 1]));
}

// Sends answerable frames, a violation and garbage at once, reads nothing until the server has
// ended it from its side or can't, and then wants all the answers.
static void check_owed(struct trial *t, uint32_t frames, uint32_t size, size_t garbage)
{
    struct row row = {0};
    int bystander = bring_bystander(t), client = dial(t);

    for (uint32_t i = 0; i < frames; i++)
        add_frame(t, &row, size, i);
    size_t owed = row.n;
    add_header(t, &row, FRAME_LONGEST + 1);
    for (size_t i = 0; i < garbage; i++)
        add_bytes(t, &row, "g", 1);

    // An RST that destroys answers would come before any of them is read.
    size_t sent = stuff(t, client, row.bytes, row.n, 0.5);
    struct pollfd end = {.fd = client, .events = POLLRDHUP};
    poll(&end, 1, 500);
    let_server_read(client);
    exchange(t, client, row.bytes + sent, row.n - sent, row.bytes, owed);
    hear_end(t, client);
    leave_to_bystander(t, client, bystander);
    free(row.bytes);
}

static void owed_answers_first(struct trial *t)
{
    enum { GARBAGE = 200 * 1024 };

    start(t, "frame", 1, NULL);
    check_owed(t, 3, 1000, 0);
    check_owed(t, 3, 1000, GARBAGE);
    check_owed(t, 12, FRAME_LONGEST, GARBAGE); // more than the client's kernel takes unread
    figure(t, "3 and 12 answers, then a clean end, with %s bytes of garbage behind",
           grouped(GARBAGE));
}

// The server may discard what comes after a violation, but not for ever: neither much of it, nor
// a little now and then.
static void check_cut_off(struct trial *t, size_t piece, double pause)
{
    static const unsigned char more[16384];
    struct row row = {0};
    size_t sent = 0;

    start(t, "frame", 1, NULL);
    int bystander = bring_bystander(t), client = dial(t);
    add_header(t, &row, 0xffffffffu);
    say_row(t, client, &row);
    free(row.bytes);

    double began = now();
    for (;;) {
        ssize_t n = send(client, more, piece, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            break;
        sent += n > 0 ? (size_t)n : 0;
        expect(t, now() - began < BOUND,
               "expected the connection closed %d s after a violation; %s bytes more were taken",
               BOUND, grouped(sent));
        nap(pause);
    }
    double took = now() - began;
    leave_to_bystander(t, client, bystander);
    figure(t, "cut off %.1f s and %s bytes after its violation", took, grouped(sent));
}

static void goes_on_sending(struct trial *t)
{
    check_cut_off(t, 16384, 0.005);
}

static void trickles(struct trial *t)
{
    check_cut_off(t, 1, 0.05);
}

// The client has seen the server's end, and neither sends nor closes.
static void stays(struct trial *t)
{
    struct row row = {0};

    start(t, "frame", 1, NULL);
    int bystander = bring_bystander(t), client = dial(t);
    add_header(t, &row, FRAME_LONGEST + 1);
    say_row(t, client, &row);
    free(row.bytes);
    hear_end(t, client);

    double began = now();
    while (holder(t, client) != 0) {
        expect(t, now() - began < BOUND,
               "expected a violator that stays let go within %d s; the server still holds it",
               BOUND);
        nap(0.05);
    }
    double took = now() - began;
    leave_to_bystander(t, client, bystander);
    figure(t, "let go %.1f s after its violation", took);
}

static void counted(struct trial *t)
{
    enum { VIOLATIONS = 3 };
    struct row row = {0};

    add_header(t, &row, FRAME_LONGEST + 1);
    start_counting(t, "frame", 1);
    for (int i = 0; i < VIOLATIONS; i++) {
        int client = dial(t);
        say_row(t, client, &row);
        hear_end(t, client);
        close(client);

        client = dial(t); // and one that keeps the rules
        round_trip(t, client);
        finish_sending(client);
        hear_end(t, client);
        close(client);
    }
    free(row.bytes);
    unsigned long violations = stop_and_count_violations(t);
    expect(t, violations == VIOLATIONS, "expected %d violations in --stats, saw %lu", VIOLATIONS,
           violations);
    figure(t, "--stats has %lu violations of %d clients", violations, 2 * VIOLATIONS);
}

// What a right server answers to these bytes is the whole frames in front.
static size_t answer_to(const unsigned char *bytes, size_t n)
{
    size_t at = 0;

    while (n - at >= FRAME_HEADER) {
        uint32_t length = (uint32_t)bytes[at] << 24 | (uint32_t)bytes[at + 1] << 16 |
                          (uint32_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (length > FRAME_LONGEST || n - at - FRAME_HEADER < length)
            break;
        at += FRAME_HEADER + length;
    }
    return at;
}

static void garbage(struct trial *t)
{
    enum { CLIENTS = 50, MOST = 8192 };
    unsigned char bytes[MOST];
    size_t sent = 0, back = 0;

    start(t, "frame", 1, NULL);
    int bystander = bring_bystander(t);
    for (unsigned i = 0; i < CLIENTS; i++) {
        struct row row = {0};
        // Some begin with frames that are right, and some garbage looks like a header.
        for (unsigned good = 0; good < i % 3; good++)
            add_frame(t, &row, pick(i + good, 100), i + good);
        size_t n = 1 + pick(i, MOST);
        fill_random(bytes, n, 1000 + i);
        if (i % 2 == 0)
            bytes[0] = bytes[1 % n] = 0;
        add_bytes(t, &row, bytes, n);

        int client = dial(t);
        size_t expected = answer_to(row.bytes, row.n);
        say_and_finish(t, client, row.bytes, row.n);
        hear(t, client, row.bytes, expected);
        hear_end(t, client);
        close(client);
        sent += row.n;
        back += expected;
        free(row.bytes);
    }
    leave_to_bystander(t, dial(t), bystander);
    figure(t, "%d clients, %s bytes of garbage, %s of them answerable", CLIENTS, grouped(sent),
           grouped(back));
}

// ---- Lines ------------------------------------------------------------------------------

static void lines_too_long(struct trial *t)
{
    static const struct {
        size_t length;
        char byte;
        const char *end;
    } lines[] = {
        {257, 'x', "\n"},    {257, 'x', "\r\n"}, {257, '0', "\n"},  {257, '9', "\r\n"},
        {300, 'x', ""},      {5000, 'x', "\n"},  {300, '\r', ""},   {256, 'x', "\rx\n"},
        {65536, '\0', "\n"}, {65536, '9', ""},   {204800, 'x', ""},
    };
    const size_t n = sizeof lines / sizeof *lines;
    static const char first[] = "12\nx\n", answers[] = "too high\ninvalid input: x\n";

    start(t, "guess", 1, NULL);
    for (size_t i = 0; i < n; i++) {
        struct row row = {0};
        int bystander = bring_bystander(t), client = dial(t);
        add_bytes(t, &row, first, strlen(first));
        for (size_t byte = 0; byte < lines[i].length; byte++)
            add_bytes(t, &row, &lines[i].byte, 1);
        add_bytes(t, &row, lines[i].end, strlen(lines[i].end));
        say_part(t, client, row.bytes, row.n);
        hear(t, client, answers, strlen(answers));
        hear_end(t, client);
        leave_to_bystander(t, client, bystander);
        free(row.bytes);
    }
    figure(t, "%zu lines of 257 bytes to 200 KiB: the answers owed, then a clean end", n);
}

static void lines_counted(struct trial *t)
{
    char line[258];

    memset(line, 'x', 257);
    line[257] = '\n';
    start_counting(t, "guess", 1);
    for (int i = 0; i < 2; i++) {
        int client = dial(t);
        say(t, client, line, sizeof line);
        hear_end(t, client);
        close(client);

        client = dial(t); // an ended game breaks no rule, nor does an invalid line
        exchange(t, client, "x\n0\n", 4, "invalid input: x\nbye\n", 21);
        hear_end(t, client);
        close(client);
    }
    unsigned long violations = stop_and_count_violations(t);
    expect(t, violations == 2, "expected 2 violations in --stats, saw %lu", violations);
    figure(t, "--stats has %lu violations of 4 clients", violations);
}

static void line_garbage(struct trial *t)
{
    enum { CLIENTS = 50, MOST = 8192 };
    unsigned char bytes[MOST];
    size_t sent = 0;

    start(t, "guess", 1, NULL);
    int bystander = bring_bystander(t);
    for (unsigned i = 0; i < CLIENTS; i++) {
        size_t n = 1 + pick(i, MOST);
        fill_random(bytes, n, 2000 + i);
        size_t line = (size_t)40 * (i % 5); // every fifth has none
        for (size_t at = line; line > 0 && at < n; at += line)
            bytes[at] = '\n';
        int client = dial(t);
        say_and_finish(t, client, bytes, n);
        hear_gone(t, client);
        close(client);
        sent += n;
    }
    leave_to_bystander(t, dial(t), bystander);
    figure(t, "%d clients, %s bytes of garbage: answered or closed", CLIENTS, grouped(sent));
}

#define FRAME(name, promise, seconds, run)                                                         \
    {                                                                                              \
        "violation/frame-" name, promise, NEEDS_FRAME, seconds, run, NULL                          \
    }
#define GUESS(name, promise, run)                                                                  \
    {                                                                                              \
        "violation/guess-" name, promise, NEEDS_GUESS, 60, run, NULL                               \
    }

const struct conform_case violation_cases[] = {
    FRAME("too-long", "N over 65,536 is a violation: the connection is closed", 60, too_long),
    FRAME("owed-answers-first", "answers owed so far are sent, then the connection is closed", 60,
          owed_answers_first),
    FRAME("goes-on-sending", "after a violation input is discarded within bounds", 90,
          goes_on_sending),
    FRAME("trickles", "after a violation input is discarded within bounds", 90, trickles),
    FRAME("stays", "after a violation the connection is closed", 90, stays),
    FRAME("garbage", "garbage, oversize lengths: closed or answered as the service says", 60,
          garbage),
    {"violation/frame-counted", "counted, never fatal", NEEDS_FRAME | NEEDS_OPTIONS, 60, counted,
     "--stats"},
    GUESS("line-too-long", "a line over 256 bytes is a violation: answers owed, then closed",
          lines_too_long),
    GUESS("garbage", "garbage, NUL bytes: closed or answered as the service says", line_garbage),
    {"violation/guess-counted", "counted, never fatal", NEEDS_GUESS | NEEDS_OPTIONS, 60,
     lines_counted, "--stats"},
};
const size_t violation_cases_count = sizeof violation_cases / sizeof *violation_cases;
