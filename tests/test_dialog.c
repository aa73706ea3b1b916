// test_dialog.c: what a connection of loadgen says, and what it makes of the answers: right ones in
// whatever pieces, wrong ones at the very byte.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "loadgen/dialog.h"
#include "protocol/protocol.h"

enum { MESSAGES = 6, STREAM_MAX = 4096, HEADER = 4 };

// All requests of a dialog in a row, which are also the right answers.
struct stream {
    struct plan plan;
    unsigned char bytes[STREAM_MAX];
    size_t n;
    size_t begins[MESSAGES + 1]; // of each message, and the end
};

static void open_stream(struct stream *s, enum service_kind service, const char *sizes)
{
    struct dialog d;
    size_t at = 0;

    *s = (struct stream){.plan = {.service = service}};
    assert_true(sizes_read(sizes, service == SERVE_FRAME ? 0 : 1, 65536, &s->plan.sizes));
    dialog_open(&d, &s->plan, 1);
    s->n = dialog_say(&d, MESSAGES, s->bytes, STREAM_MAX);
    for (int m = 0; m <= MESSAGES; m++) {
        s->begins[m] = at;
        at += d.saying.size;
        if (m < MESSAGES)
            assert_int_equal(dialog_said(&d, d.saying.size), 1);
    }
    assert_int_equal(s->n, s->begins[MESSAGES]);
}

// A dialog that has said it all.
static void say_all(struct dialog *d, const struct stream *s)
{
    dialog_open(d, &s->plan, 1);
    assert_int_equal(dialog_said(d, s->n), MESSAGES);
}

static const enum service_kind services[] = {SERVE_ECHO, SERVE_FRAME};

#define EACH_SERVICE(s, sizes)                                                                     \
    (void)state;                                                                                   \
    for (int of = 0; of < 2 && (open_stream(s, services[of], sizes), true); of++)

static void requests_are_the_same_in_whatever_pieces_they_are_written(void **state)
{
    static struct stream s;
    unsigned char piece[STREAM_MAX];

    EACH_SERVICE(&s, "1-100")
    for (size_t room = 1; room <= s.n; room++)
        for (size_t taken = 1; taken <= room; taken += room < 16 ? 1 : room - 1) {
            struct dialog d;
            unsigned whole = 0;
            dialog_open(&d, &s.plan, 1);
            for (size_t at = 0, n; at < s.n; at += n) {
                n = dialog_say(&d, MESSAGES - whole, piece, room);
                assert_int_equal(n, room < s.n - at ? room : s.n - at);
                assert_memory_equal(piece, s.bytes + at, n);
                n = n < taken ? n : taken; // the socket need not take all
                whole += dialog_said(&d, n);
            }
            assert_int_equal(whole, MESSAGES);
            assert_int_equal(dialog_say(&d, 0, piece, room), 0);
        }
}

static void a_request_has_its_size_and_a_frame_its_header(void **state)
{
    static struct stream s;

    EACH_SERVICE(&s, services[of] == SERVE_ECHO ? "37" : "0:1,37:1")
    for (int m = 0; m < MESSAGES; m++) {
        const unsigned char *b = s.bytes + s.begins[m];
        size_t n = s.begins[m + 1] - s.begins[m];
        if (services[of] == SERVE_ECHO) {
            assert_int_equal(n, 37);
            continue;
        }
        assert_true(n == HEADER || n == HEADER + 37);
        assert_int_equal(b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3], n - HEADER);
    }
}

static void connections_say_different_things(void **state)
{
    static struct stream s;
    unsigned char other[STREAM_MAX];

    EACH_SERVICE(&s, "64")
    for (uint64_t key = 2; key < 100; key++) {
        struct dialog d;
        dialog_open(&d, &s.plan, key);
        assert_int_equal(dialog_say(&d, MESSAGES, other, sizeof other), s.n);
        for (int m = 0; m < MESSAGES; m++)
            assert_memory_not_equal(other + s.begins[m] + HEADER, s.bytes + s.begins[m] + HEADER,
                                    8);
    }
}

// Hears n bytes in pieces of this length. Each answer that is whole goes to `verdicts`; the first
// that is wrong stays in *wrong.
static unsigned hear(struct dialog *d, const unsigned char *bytes, size_t n, size_t piece,
                     enum heard verdicts[], struct dialog *wrong)
{
    unsigned whole = 0;

    wrong->spoilt = false;
    for (size_t at = 0; at < n;) {
        size_t used, given = piece < n - at ? piece : n - at;
        uint32_t size;
        uint64_t number = d->hearing.number;
        uint32_t expected = d->hearing.size;
        enum heard heard = dialog_hear(d, bytes + at, given, &used, &size);
        assert_in_range(used, 1, given);
        if (heard == HEARD_PART || heard == HEARD_UNASKED)
            assert_int_equal(used, given);
        at += used;
        if (heard == HEARD_PART)
            continue;
        if (heard == HEARD_WRONG && !wrong->spoilt) {
            *wrong = *d;
            wrong->spoilt = true;
            wrong->hearing.number = number;
        }
        if (heard == HEARD_RIGHT && d->plan->service != SERVE_GUESS)
            assert_int_equal(size, expected - (d->plan->service == SERVE_FRAME ? HEADER : 0));
        verdicts[whole++] = heard;
    }
    return whole;
}

static const size_t pieces[] = {1, 2, 3, 7, 8, 13, 64, STREAM_MAX};
enum { PIECES = sizeof pieces / sizeof *pieces };

static void right_answers_are_right_in_every_cut(void **state)
{
    static struct stream s;
    enum heard verdicts[MESSAGES];
    struct dialog d, wrong;

    EACH_SERVICE(&s, "1-100")
    for (size_t cut = 0; cut <= s.n; cut++)
        for (int p = 0; p < PIECES; p++) {
            say_all(&d, &s);
            unsigned whole = hear(&d, s.bytes, cut, STREAM_MAX, verdicts, &wrong);
            whole += hear(&d, s.bytes + cut, s.n - cut, pieces[p], verdicts + whole, &wrong);
            assert_int_equal(whole, MESSAGES);
            for (int m = 0; m < MESSAGES; m++)
                assert_int_equal(verdicts[m], HEARD_RIGHT);
        }
}

// The stream came back as these bytes. The first place where they differ from it must be found, and
// none before.
static void expect_found(const struct stream *s, const unsigned char *bytes, size_t n,
                         bool rest_is_right)
{
    enum heard verdicts[MESSAGES + STREAM_MAX];
    size_t at = 0;
    unsigned message = 0;

    while (at < s->n && at < n && bytes[at] == s->bytes[at])
        at++;
    assert_true(at < n);
    while (at >= s->begins[message + 1] && message < MESSAGES - 1)
        message++;
    for (int p = 0; p < PIECES; p++) {
        struct dialog d, wrong;
        say_all(&d, s);
        unsigned whole = hear(&d, bytes, n, pieces[p], verdicts, &wrong);
        for (unsigned m = 0; m < whole; m++)
            if (m < message || (m > message && rest_is_right))
                assert_int_equal(verdicts[m], HEARD_RIGHT);
        if (at == s->n) { // all was right, and then came more
            assert_int_equal(verdicts[MESSAGES - 1], HEARD_RIGHT);
            assert_int_equal(verdicts[MESSAGES], HEARD_UNASKED);
            continue;
        }
        if (message == whole) { // the wrong answer never became whole
            assert_true(d.spoilt);
            wrong = d;
        } else {
            assert_int_equal(verdicts[message], HEARD_WRONG);
        }
        assert_int_equal(wrong.hearing.number, message);
        assert_int_equal(wrong.wrong_at, at - s->begins[message]);
        assert_int_equal(wrong.got, bytes[at]);
        assert_int_equal(wrong.expected, s->bytes[at]);
    }
}

static void every_flipped_bit_is_found_and_spoils_one_answer(void **state)
{
    static struct stream s;
    unsigned char bytes[STREAM_MAX];

    EACH_SERVICE(&s, "1-40")
    for (size_t at = 0; at < s.n; at++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(bytes, s.bytes, s.n);
            bytes[at] ^= (unsigned char)(1 << bit);
            expect_found(&s, bytes, s.n, true);
        }
}

static void every_lost_byte_is_found(void **state)
{
    static struct stream s;
    unsigned char bytes[STREAM_MAX];

    EACH_SERVICE(&s, "10-40")
    for (size_t at = 0; at + 1 < s.n; at++) {
        memcpy(bytes, s.bytes, at);
        memcpy(bytes + at, s.bytes + at + 1, s.n - at - 1);
        if (memcmp(bytes, s.bytes, s.n - 1) != 0) // the end of a run of equal bytes hides nothing
            expect_found(&s, bytes, s.n - 1, false);
    }
}

static void every_doubled_byte_is_found(void **state)
{
    static struct stream s;
    unsigned char bytes[STREAM_MAX + 1];

    EACH_SERVICE(&s, "10-40")
    for (size_t at = 0; at < s.n; at++) {
        memcpy(bytes, s.bytes, at + 1);
        memcpy(bytes + at + 1, s.bytes + at, s.n - at);
        expect_found(&s, bytes, s.n + 1, false);
    }
}

static void answers_that_changed_places_are_found(void **state)
{
    static struct stream s;
    unsigned char bytes[STREAM_MAX];

    EACH_SERVICE(&s, "24")
    for (int a = 0; a < MESSAGES; a++)
        for (int b = a + 1; b < MESSAGES; b++) {
            size_t n = s.begins[1];
            memcpy(bytes, s.bytes, s.n);
            memcpy(bytes + s.begins[a], s.bytes + s.begins[b], n);
            memcpy(bytes + s.begins[b], s.bytes + s.begins[a], n);
            expect_found(&s, bytes, s.n, false);
        }
}

static void answers_of_another_connection_are_wrong(void **state)
{
    static struct stream s;
    unsigned char other[STREAM_MAX];

    EACH_SERVICE(&s, "24")
    for (uint64_t key = 2; key < 50; key++) {
        struct dialog d;
        dialog_open(&d, &s.plan, key);
        dialog_say(&d, MESSAGES, other, sizeof other);
        expect_found(&s, other, s.n, false);
    }
}

static void what_nobody_asked_for_is_told_from_an_answer(void **state)
{
    static struct stream s;
    enum heard verdicts[MESSAGES + 8] = {HEARD_PART};
    struct dialog d, wrong;

    EACH_SERVICE(&s, "1-40")
    {
        dialog_open(&d, &s.plan, 1);
        assert_int_equal(hear(&d, (const unsigned char *)"???", 3, 3, verdicts, &wrong), 1);
        assert_int_equal(verdicts[0], HEARD_UNASKED);
        assert_int_equal(d.unasked, '?');
        // It harms nothing that is asked later.
        assert_int_equal(dialog_said(&d, s.n), MESSAGES);
        assert_int_equal(hear(&d, s.bytes, s.n, STREAM_MAX, verdicts, &wrong), MESSAGES);
        for (int m = 0; m < MESSAGES; m++)
            assert_int_equal(verdicts[m], HEARD_RIGHT);
    }
}

#define TEST(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(requests_are_the_same_in_whatever_pieces_they_are_written),
        TEST(a_request_has_its_size_and_a_frame_its_header),
        TEST(connections_say_different_things),
        TEST(right_answers_are_right_in_every_cut),
        TEST(every_flipped_bit_is_found_and_spoils_one_answer),
        TEST(every_lost_byte_is_found),
        TEST(every_doubled_byte_is_found),
        TEST(answers_that_changed_places_are_found),
        TEST(answers_of_another_connection_are_wrong),
        TEST(what_nobody_asked_for_is_told_from_an_answer),
    };
    return cmocka_run_group_tests_name("dialog", tests, NULL, NULL);
}
