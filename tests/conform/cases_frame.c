// cases_frame.c: frame: a length, 4 bytes big-endian, and so many bytes; answered by the same
// frame, one whole message at a time, however the bytes were cut.
#include <stdlib.h>
#include <unistd.h>

#include "tests/conform/services.h"
#include "tests/conform/tables.h"

static void answered_whole(struct trial *t, const uint32_t sizes[], size_t n)
{
    size_t bytes = 0;

    start(t, "frame", 1, NULL);
    int client = dial(t);
    for (size_t i = 0; i < n; i++) {
        struct row row = {0};
        add_frame(t, &row, sizes[i], i);
        exchange(t, client, row.bytes, row.n, row.bytes, row.n);
        bytes += row.n;
        free(row.bytes);
    }
    finish_sending(client);
    hear_end(t, client);
    close(client);
    figure(t, "%zu frames, %s bytes, back one by one", n, grouped(bytes));
}

static void empty(struct trial *t)
{
    answered_whole(t, (const uint32_t[]){0, 0, 1, 0}, 4);
}

static void shortest_and_longest(struct trial *t)
{
    answered_whole(
        t, (const uint32_t[]){1, 2, 255, 256, 65532, FRAME_LONGEST - 1, FRAME_LONGEST, 1}, 8);
}

static void thousand_in_one_write(struct trial *t)
{
    enum { FRAMES = 1000 };
    struct row row = {0};

    for (unsigned i = 0; i < FRAMES; i++)
        add_frame(t, &row, pick(i, 60), i);
    start(t, "frame", 1, NULL);
    int client = dial(t);
    exchange(t, client, row.bytes, row.n, row.bytes, row.n);
    hear_nothing(t, client, "after the last answer");
    close(client);
    free(row.bytes);
    figure(t, "%s frames (%s bytes) back from one write", grouped(FRAMES), grouped(row.n));
}

static void mixed_sizes(struct trial *t)
{
    enum { FRAMES = 120 };
    struct row row = {0};

    for (unsigned i = 0; i < FRAMES; i++)
        add_frame(t, &row, pick(i, i % 3 == 0 ? FRAME_LONGEST + 1 : 300), i);
    start(t, "frame", 1, NULL);
    int client = dial(t);
    double began = now();
    exchange(t, client, row.bytes, row.n, row.bytes, row.n);
    figure(t, "%d frames, %s bytes, back in %.0f ms", FRAMES, grouped(row.n),
           (now() - began) * 1e3);
    close(client);
    free(row.bytes);
}

// Long frames pile up until the server has no room for another answer; then it must go on where
// it stopped.
static void stuck_reader(struct trial *t)
{
    enum { FRAMES = 200 };
    struct row row = {0};

    for (unsigned i = 0; i < FRAMES; i++)
        add_frame(t, &row, FRAME_LONGEST - i % 7, i);
    start(t, "frame", 1, NULL);
    int client = dial(t);
    size_t sent = stuff(t, client, row.bytes, row.n, 0.5);
    exchange(t, client, row.bytes + sent, row.n - sent, row.bytes, row.n);
    close(client);
    free(row.bytes);
    figure(t, "%s of %s bytes sent before the first was read; all came back", grouped(sent),
           grouped(row.n));
}

static void cut_anywhere(struct trial *t)
{
    struct row row = {0};

    add_frame(t, &row, 5, 1);
    add_frame(t, &row, 0, 2);
    add_frame(t, &row, 7, 3);
    start(t, "frame", 1, NULL);
    int client = dial(t);
    for (size_t cut = 1; cut < row.n; cut++) {
        say_part(t, client, row.bytes, cut);
        say(t, client, row.bytes + cut, row.n - cut);
        hear(t, client, row.bytes, row.n);
    }
    for (size_t i = 0; i < row.n; i++) {
        say_part(t, client, row.bytes + i, 1);
    }
    hear(t, client, row.bytes, row.n);
    close(client);
    free(row.bytes);
    figure(t, "3 frames in two writes, cut at each of %zu places, and byte by byte", row.n - 1);
}

static void single_bytes(struct trial *t)
{
    enum { FRAMES = 100 };
    struct row row = {0};

    for (unsigned i = 0; i < FRAMES; i++)
        add_frame(t, &row, pick(i, 80), i);
    start(t, "frame", 1, NULL);
    int client = dial(t);
    for (size_t i = 0; i < row.n; i++)
        say(t, client, row.bytes + i, 1);
    hear(t, client, row.bytes, row.n);
    close(client);
    free(row.bytes);
    figure(t, "%d frames back from %s writes of one byte", FRAMES, grouped(row.n));
}

static void whole_messages_only(struct trial *t)
{
    struct row row = {0};

    start(t, "frame", 1, NULL);
    int client = dial(t);
    hear_nothing(t, client, "before a word was said");
    add_frame(t, &row, 1000, 1);
    say(t, client, row.bytes, FRAME_HEADER);
    hear_nothing(t, client, "after a header alone");
    say(t, client, row.bytes + FRAME_HEADER, 500);
    hear_nothing(t, client, "after half a frame");
    say(t, client, row.bytes + FRAME_HEADER + 500, row.n - FRAME_HEADER - 500);
    hear(t, client, row.bytes, row.n);
    close(client);
    free(row.bytes);
    figure(t, "nothing back from a header and half a frame, all of it from the rest");
}

static void not_held_back(struct trial *t)
{
    struct row row = {0};

    for (uint64_t i = 0; i < 3; i++)
        add_frame(t, &row, 20, i);
    start(t, "frame", 1, NULL);
    int client = dial(t);
    double ms = check_prompt(t, client, row.bytes, row.n, 1, row.bytes, row.n);
    close(client);
    free(row.bytes);
    figure(t, "3 frames at once answered in the median in %.1f ms", ms);
}

static void data_with_fin(struct trial *t)
{
    enum { FRAMES = 100 };
    struct row row = {0};

    for (unsigned i = 0; i < FRAMES; i++)
        add_frame(t, &row, pick(i, 300), i);
    start(t, "frame", 1, NULL);
    int bystander = bring_bystander(t), client = dial(t);
    say_and_finish(t, client, row.bytes, row.n);
    hear(t, client, row.bytes, row.n);
    hear_end(t, client);
    leave_to_bystander(t, client, bystander);
    free(row.bytes);
    figure(t, "%d frames with FIN behind them: all answered, then a clean end", FRAMES);
}

// One whole frame, then one cut short by FIN at each place.
static void partial_then_fin(struct trial *t)
{
    struct row row = {0};

    add_frame(t, &row, 3, 1);
    size_t whole = row.n;
    add_frame(t, &row, 6, 2);
    start(t, "frame", 1, NULL);
    int bystander = bring_bystander(t);
    for (size_t cut = whole + 1; cut < row.n; cut++) {
        int client = dial(t);
        say(t, client, row.bytes, cut);
        finish_sending(client);
        hear(t, client, row.bytes, whole);
        hear_end(t, client);
        close(client);
    }
    leave_to_bystander(t, dial(t), bystander);
    figure(t, "cut at %zu places, in header and payload: nothing back, a clean end",
           row.n - whole - 1);
    free(row.bytes);
}

#define CASE(name, promise, seconds, run)                                                          \
    {                                                                                              \
        "frame/" name, promise, NEEDS_FRAME, seconds, run, NULL                                    \
    }

const struct conform_case frame_cases[] = {
    CASE("empty", "N = 0 is legal", 60, empty),
    CASE("shortest-and-longest", "N from 1 to 65,536", 60, shortest_and_longest),
    CASE("thousand-in-one-write", "coalesced messages: each is answered", 60,
         thousand_in_one_write),
    CASE("mixed-sizes", "answered by the same frame, however the bytes were cut", 60, mixed_sizes),
    CASE("stuck-reader", "what there is no room to answer is answered later", 90, stuck_reader),
    CASE("cut-anywhere", "a message split anywhere: same bytes back, same order", 60, cut_anywhere),
    CASE("single-byte-writes", "1-byte writes: same bytes back, same order", 60, single_bytes),
    CASE("whole-messages-only", "one whole message at a time", 60, whole_messages_only),
    {"frame/not-held-back", "answers in a row leave at once", NEEDS_FRAME | NEEDS_QUIET, 60,
     not_held_back, NULL},
    CASE("data-with-fin", "data and FIN together: answered and closed as for any other client", 60,
         data_with_fin),
    CASE("partial-then-fin", "a partial message is dropped at the client's FIN", 60,
         partial_then_fin),
};
const size_t frame_cases_count = sizeof frame_cases / sizeof *frame_cases;
