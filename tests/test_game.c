// test_game.c: loadgen's side of guess: it finds every secret, in few guesses, and takes no reply
// that is badly spelt or can't be true.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "loadgen/dialog.h"
#include "protocol/protocol.h"

enum { LINE = 64, GUESSES_MAX = 4 }; // halving nine numbers takes four at most

static const struct plan plan = {.service = SERVE_GUESS};

// The real service, with this secret.
static void open_service(struct session *s, enum language language, unsigned secret)
{
    uint64_t ordinal = 0;

    do
        session_open(s, &guess_service, language, 1, ordinal++);
    while (s->secret != secret);
}

// Its answer to one guess; returns the length.
static size_t reply_to(struct session *s, const unsigned char *guess, size_t n, unsigned char *to)
{
    static unsigned char asked[SESSION_BUF], answered[SESSION_BUF];
    struct buf in = {asked, sizeof asked, 0, 0}, out = {answered, sizeof answered, 0, 0};

    buf_put(&in, guess, n);
    assert_true(session_step(s, &in, &out));
    n = buf_len(&out);
    assert_in_range(n, 1, LINE);
    memcpy(to, buf_data(&out), n);
    return n;
}

// Says one guess and brings the reply, which the dialog has not heard yet.
static size_t turn(struct dialog *d, struct session *s, unsigned char *reply)
{
    unsigned char guess[LINE];
    size_t n = dialog_say(d, 1, guess, sizeof guess);

    assert_int_equal(n, 2);
    assert_in_range(guess[0], '1', '9');
    assert_int_equal(guess[1], '\n');
    assert_int_equal(dialog_said(d, n), 1);
    return reply_to(s, guess, n, reply);
}

static enum heard hear_all(struct dialog *d, const unsigned char *bytes, size_t n, size_t piece)
{
    enum heard heard = HEARD_PART;

    for (size_t at = 0, used; at < n; at += used) {
        uint32_t size;
        assert_int_equal(heard, HEARD_PART);
        heard = dialog_hear(d, bytes + at, piece < n - at ? piece : n - at, &used, &size);
    }
    return heard;
}

static void every_secret_is_found_in_both_languages(void **state)
{
    unsigned char reply[LINE];

    (void)state;
    for (unsigned secret = 1; secret <= SECRETS; secret++)
        for (int language = ENGLISH; language <= KOREAN; language++)
            for (size_t piece = 1; piece <= LINE; piece++) {
                struct dialog d;
                struct session s;
                unsigned guesses = 0;
                dialog_open(&d, &plan, 1);
                open_service(&s, (enum language)language, secret);
                while (!d.over) {
                    assert_true(dialog_can_say(&d));
                    size_t n = turn(&d, &s, reply);
                    assert_int_equal(hear_all(&d, reply, n, piece), HEARD_RIGHT);
                    guesses++;
                }
                assert_in_range(guesses, 1, GUESSES_MAX);
                assert_int_equal(s.verdict, FINISHED);
                assert_false(dialog_can_say(&d));
            }
}

// At any point of any game, with any byte of the reply wrong.
static void a_badly_spelt_reply_is_found_at_its_byte(void **state)
{
    unsigned char reply[LINE], spoilt[LINE];

    (void)state;
    for (unsigned secret = 1; secret <= SECRETS; secret++) {
        struct dialog d;
        struct session s;
        dialog_open(&d, &plan, 1);
        open_service(&s, ENGLISH, secret);
        while (!d.over) {
            size_t n = turn(&d, &s, reply);
            for (size_t at = 0; at < n; at++) {
                struct dialog copy = d;
                memcpy(spoilt, reply, n);
                spoilt[at] = '#';
                enum heard heard = hear_all(&copy, spoilt, n, 3);
                if (at < n - 1)
                    assert_int_equal(heard, HEARD_WRONG);
                else // without its end, the line is not whole
                    assert_true(heard == HEARD_PART && copy.spoilt);
                assert_int_equal(copy.wrong_at, at);
                assert_int_equal(copy.got, '#');
                assert_int_not_equal(copy.expected, '#');
            }
            assert_int_equal(hear_all(&d, reply, n, 3), HEARD_RIGHT);
        }
    }
}

static enum heard hear_text(struct dialog *d, const char *text)
{
    return hear_all(d, (const unsigned char *)text, strlen(text), LINE);
}

// The service's own words, but no secret is above all numbers, or changes in mid-game.
static void a_reply_that_no_secret_allows_is_wrong(void **state)
{
    static const char *const always[] = {"too low\n", "too high\n"};
    unsigned char guess[LINE];

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct dialog d;
        enum heard heard = HEARD_RIGHT;
        dialog_open(&d, &plan, 1);
        for (unsigned guesses = 0; !d.over; guesses++) {
            assert_in_range(guesses, 0, GUESSES_MAX - 1);
            assert_int_equal(dialog_said(&d, dialog_say(&d, 1, guess, sizeof guess)), 1);
            heard = hear_text(&d, always[i]);
        }
        assert_int_equal(heard, HEARD_WRONG);
    }
}

// Several guesses at once: the first reply may rule out what the next ones ask for, and so must
// theirs fit.
static void guesses_under_way_are_held_against_each_other(void **state)
{
    unsigned char guesses[2 * SECRETS];
    struct dialog d;

    (void)state;
    dialog_open(&d, &plan, 1);
    size_t n = dialog_say(&d, SECRETS + 5, guesses, sizeof guesses);
    assert_int_equal(n, sizeof guesses); // each number once
    assert_int_equal(dialog_said(&d, n), SECRETS);
    assert_false(dialog_can_say(&d));
    for (size_t i = 0; i < SECRETS; i++)
        for (size_t k = i + 1; k < SECRETS; k++)
            assert_int_not_equal(guesses[2 * i], guesses[2 * k]);
    // The secret is 9: every other number is too low, and whoever says of one of them "too high"
    // lies.
    for (size_t i = 0; i < SECRETS && guesses[2 * i] != '9'; i++) {
        struct dialog copy = d;
        if (i > 0)
            assert_int_equal(
                hear_text(&copy, guesses[2 * i] < guesses[0] ? "too high\n" : "correct\n"),
                guesses[2 * i] < guesses[0] ? HEARD_WRONG : HEARD_RIGHT);
        assert_int_equal(hear_text(&d, "too low\n"), HEARD_RIGHT);
    }
    assert_int_equal(hear_text(&d, "correct\n"), HEARD_RIGHT);
    assert_true(d.over);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_secret_is_found_in_both_languages),
        cmocka_unit_test(a_badly_spelt_reply_is_found_at_its_byte),
        cmocka_unit_test(a_reply_that_no_secret_allows_is_wrong),
        cmocka_unit_test(guesses_under_way_are_held_against_each_other),
    };
    return cmocka_run_group_tests_name("the game, as loadgen plays it", tests, NULL, NULL);
}
