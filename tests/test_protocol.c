// test_protocol.c: what echo and frame answer, in pieces of any size, and what is true of every
// service. The game has test_guess.c.
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/every_cut.h"

static_assert(sizeof(struct session) <= 32, "a session is kept for every idle client");

// ---- echo ----

static void echo_returns_every_byte(void **state)
{
    (void)state;
    begin();
    for (int byte = 0; byte < 256; byte++)
        add_many(&said, (char)byte, 1);
    SAY("\r\n\0\n0\n");
    add(&heard, said.bytes, said.n);
    check_every_cut(&echo_service, ENGLISH, GO_ON, 1, 1);
    check_every_cut(&echo_service, KOREAN, GO_ON, 7, 3);
}

static void echo_counts_one_message_when_the_last_byte_is_taken(void **state)
{
    unsigned char a[16], b[4];
    struct buf in = {a, sizeof a, 0, 0}, out = {b, sizeof b, 0, 0};
    struct session s = open_session(&echo_service, ENGLISH);

    (void)state;
    buf_put(&in, "ten bytes.", 10);
    assert_false(session_step(&s, &in, &out));
    assert_false(session_step(&s, &in, &out)); // no room
    assert_int_equal(buf_len(&in), 6);
    buf_drop(&out, 4);
    assert_false(session_step(&s, &in, &out));
    buf_drop(&out, 2);
    assert_true(session_step(&s, &in, &out));
    assert_int_equal(buf_len(&out), 4);
    assert_memory_equal(buf_data(&out), "tes.", 4);
    assert_false(session_step(&s, &in, &out)); // nothing there
}

// ---- frame ----

static void frame_answers_whole_messages_only(void **state)
{
    (void)state;
    begin();
    add_frame(&said, 'a', 3);
    add_frame(&said, 0, 0);
    add_frame(&said, '\n', 2);
    add_frame(&said, 0, 0);
    add_frame(&said, '\xff', 0x0203);
    add(&heard, said.bytes, said.n);
    SAY("\0\0\0\2d");
    check_every_cut(&frame_service, ENGLISH, GO_ON, FRAME_HEADER + 0x0203, FRAME_HEADER + 0x0203);
}

static void frame_sends_what_it_owes_before_a_violation(void **state)
{
    static const char *const lengths[] = {"\0\1\0\1", "\0\2\0\0", "\1\0\0\0", "\xff\xff\xff\xff"};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        begin();
        add_frame(&said, 'a', 4);
        add_frame(&said, 0, 0);
        add(&heard, said.bytes, said.n);
        add(&said, lengths[i], FRAME_HEADER);
        add_frame(&said, 'b', 1); // not answered any more
        check_every_cut(&frame_service, ENGLISH, VIOLATION, FRAME_HEADER + 4, FRAME_HEADER + 4);
    }
}

static void frame_takes_65536_bytes_and_not_one_more(void **state)
{
    struct session s = open_session(&frame_service, ENGLISH);
    static const size_t pieces[] = {1, 4, 4096, FRAME_MAX, SESSION_BUF - 1, SESSION_BUF, TEXT_MAX};

    (void)state;
    begin();
    add_frame(&said, 'a', FRAME_MAX);
    add_frame(&said, 0, 0);
    add_frame(&said, 'b', FRAME_MAX);
    add(&heard, said.bytes, said.n);
    SAY("\0\1\0\1"); // 65537: the length alone is enough to know
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        check_pieces(s, VIOLATION, (struct way){.pieces = {pieces[i]}, .n_pieces = 1}, SESSION_BUF,
                     SESSION_BUF);
    check_random_cuts(s, VIOLATION, 30, SESSION_BUF, SESSION_BUF);
}

// ---- All services ----

static void check_needs_room(const struct service *service, enum language language)
{
    unsigned char a[64] = {0};

    for (size_t room = heard.n - 1; room <= heard.n; room++) {
        unsigned char b[64];
        struct buf in = {a, sizeof a, 0, 0}, out = {b, room, 0, 0};
        struct session s = open_session(service, language);

        buf_put(&in, said.bytes, said.n);
        assert_int_equal(session_step(&s, &in, &out), room == heard.n);
        assert_int_equal(buf_len(&in), room == heard.n ? 0 : said.n);
        assert_int_equal(buf_len(&out), room == heard.n ? heard.n : 0);
        assert_memory_equal(b, heard.bytes, buf_len(&out));
        if (room < heard.n)
            assert_int_equal(s.verdict, GO_ON);
    }
}

static void a_message_stays_until_its_exact_answer_fits(void **state)
{
    static const char *const replies[][3] = {
        {"9\n", "too high\n", "너무 높아요\n"},
        {"1\n", "too low\n", "너무 낮아요\n"},
        {"5\r\n", "correct\n", "정답\n"},
        {"0\n", "bye\n", "종료\n"},
        {"?!\n", "invalid input: ?!\n", "입력값이 올바르지 않습니다:?!\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
        for (int korean = 0; korean < 2; korean++) {
            begin();
            add(&said, replies[i][0], strlen(replies[i][0]));
            add(&heard, replies[i][1 + korean], strlen(replies[i][1 + korean]));
            check_needs_room(&guess_service, korean ? KOREAN : ENGLISH);
        }
    begin();
    add_frame(&said, 'a', 9);
    add(&heard, said.bytes, said.n);
    check_needs_room(&frame_service, ENGLISH);
}

static void messages_are_counted_alike_for_every_cut(void **state)
{
    unsigned char answers[128];

    (void)state;
    begin();
    add_frame(&said, 'a', 3);
    add_frame(&said, 0, 0);
    size_t frames = said.n;
    SAY("1\n\nx\n5\n3\n");
    for (size_t piece = 1; piece <= said.n; piece++) {
        struct way way = {64, 64, {piece}, 1, {piece}, 1};
        struct ending frame = converse(open_session(&frame_service, ENGLISH), said.bytes, frames,
                                       &way, answers, sizeof answers);
        struct ending guess = converse(open_session(&guess_service, ENGLISH), said.bytes + frames,
                                       said.n - frames, &way, answers, sizeof answers);

        assert_int_equal(frame.messages, 2);
        assert_int_equal(guess.messages, 4);
    }
}

static void nothing_is_answered_after_the_verdict(void **state)
{
    static const struct service *const all[] = {&echo_service, &frame_service, &guess_service};

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (enum verdict verdict = FINISHED; verdict <= VIOLATION; verdict++) {
            unsigned char a[8], b[64];
            struct buf in = {a, sizeof a, 0, 0}, out = {b, sizeof b, 0, 0};
            struct session s = open_session(all[i], ENGLISH);

            s.verdict = verdict;
            buf_put(&in, "\0\0\0\1\n", 5); // a message to each of them
            assert_false(session_step(&s, &in, &out));
            assert_int_equal(s.verdict, verdict);
            assert_int_equal(buf_len(&in), 5);
            assert_int_equal(buf_len(&out), 0);
            s.verdict = GO_ON;
            assert_true(session_step(&s, &in, &out));
        }
}

static void empty_buffers_need_no_memory(void **state)
{
    static const struct service *const all[] = {&echo_service, &frame_service, &guess_service};

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct buf in = {NULL, 0, 0, 0}, out = {NULL, 0, 0, 0};
        struct session s = open_session(all[i], ENGLISH);

        assert_false(session_step(&s, &in, &out));
        assert_int_equal(s.verdict, GO_ON);
    }
}

static void services_are_found_by_their_names(void **state)
{
    (void)state;
    assert_ptr_equal(service_named("echo"), &echo_service);
    assert_ptr_equal(service_named("frame"), &frame_service);
    assert_ptr_equal(service_named("guess"), &guess_service);
    assert_null(service_named("ecko"));
    assert_null(service_named("Echo"));
    assert_null(service_named("echo "));
    assert_null(service_named(""));
}

// ---- The secret ----

static unsigned secret_of(uint64_t seed, uint64_t ordinal)
{
    struct session s;

    session_open(&s, &guess_service, ENGLISH, seed, ordinal);
    assert_int_equal(s.verdict, GO_ON);
    return s.secret;
}

static void secrets_are_those_that_the_documentation_promises(void **state)
{
    // splitmix64's published outputs for the seed 1234567.
    static const uint64_t outputs[] = {6457827717110365317u, 3203168211198807973u,
                                       9817491932198370423u, 4593380528125082431u,
                                       16408922859458223821u};

    (void)state;
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
        assert_int_equal(secret_of(1234567, i), 1 + outputs[i] % 9);
    assert_int_equal(secret_of(1234567, 2), secret_of(1234567, 2));
}

static void secrets_spread_over_1_to_9(void **state)
{
    enum { EACH = 1000 };
    unsigned by_ordinal[10] = {0}, by_seed[10] = {0};

    (void)state;
    for (unsigned i = 0; i < 9 * EACH; i++) {
        by_ordinal[secret_of(42, i)]++;
        by_seed[secret_of(i, 0)]++;
    }
    for (unsigned secret = 1; secret <= 9; secret++) {
        assert_in_range(by_ordinal[secret], EACH * 4 / 5, EACH * 6 / 5);
        assert_in_range(by_seed[secret], EACH * 4 / 5, EACH * 6 / 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(echo_returns_every_byte),
        cmocka_unit_test(echo_counts_one_message_when_the_last_byte_is_taken),
        cmocka_unit_test(frame_answers_whole_messages_only),
        cmocka_unit_test(frame_sends_what_it_owes_before_a_violation),
        cmocka_unit_test(frame_takes_65536_bytes_and_not_one_more),
        cmocka_unit_test(a_message_stays_until_its_exact_answer_fits),
        cmocka_unit_test(messages_are_counted_alike_for_every_cut),
        cmocka_unit_test(nothing_is_answered_after_the_verdict),
        cmocka_unit_test(empty_buffers_need_no_memory),
        cmocka_unit_test(services_are_found_by_their_names),
        cmocka_unit_test(secrets_are_those_that_the_documentation_promises),
        cmocka_unit_test(secrets_spread_over_1_to_9),
    };
    return cmocka_run_group_tests_name("protocol", tests, NULL, NULL);
}
