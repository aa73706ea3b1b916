// test_content.c: what requests say, and that no wrong byte in an answer is overlooked. Held
// against an oracle that goes byte by byte.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "loadgen/content.h"

enum { LONG = 200 };

static const uint64_t KEYS[] = {0, 1, UINT64_MAX, UINT64_C(0x0123456789abcdef)};
enum { KEY_COUNT = sizeof KEYS / sizeof *KEYS };

static void spell(uint64_t key, unsigned char *to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = content_byte(key, i);
}

static void a_message_is_the_same_in_whatever_pieces_it_is_written(void **state)
{
    unsigned char whole[LONG], pieces[LONG + 1];

    (void)state;
    for (int k = 0; k < KEY_COUNT; k++) {
        spell(KEYS[k], whole, LONG);
        for (size_t from = 0; from <= LONG; from++)
            for (size_t n = 0; n <= LONG - from; n++) {
                memset(pieces, 0xEE, sizeof pieces);
                content_fill(KEYS[k], from, pieces, n);
                assert_memory_equal(pieces, whole + from, n);
                assert_int_equal(pieces[n], 0xEE); // and not a byte beyond
            }
    }
}

static void what_is_right_matches_from_any_byte_to_any_byte(void **state)
{
    unsigned char whole[LONG];

    (void)state;
    for (int k = 0; k < KEY_COUNT; k++) {
        spell(KEYS[k], whole, LONG);
        for (size_t from = 0; from <= LONG; from++)
            for (size_t n = 0; n <= LONG - from; n++)
                assert_int_equal(content_match(KEYS[k], from, whole + from, n), n);
    }
}

static void any_flipped_bit_is_found_at_its_offset(void **state)
{
    enum { N = 50 };
    unsigned char bytes[LONG];

    (void)state;
    for (size_t from = 0; from < 17; from++)
        for (size_t at = 0; at < N; at++)
            for (int bit = 0; bit < 8; bit++) {
                spell(KEYS[3], bytes, LONG);
                bytes[from + at] ^= (unsigned char)(1 << bit);
                for (size_t n = 0; n <= N; n++)
                    assert_int_equal(content_match(KEYS[3], from, bytes + from, n),
                                     n < at ? n : at);
            }
}

// Where two runs of bytes first differ.
static size_t differ_at(const unsigned char *a, const unsigned char *b, size_t n)
{
    size_t i = 0;

    while (i < n && a[i] == b[i])
        i++;
    return i;
}

static void a_lost_or_doubled_byte_is_found_where_it_first_shows(void **state)
{
    unsigned char right[LONG], bytes[LONG + 1];

    (void)state;
    for (int k = 0; k < KEY_COUNT; k++)
        for (size_t at = 0; at < LONG - 16; at++) {
            spell(KEYS[k], right, LONG);
            memcpy(bytes, right, at);
            memcpy(bytes + at, right + at + 1, LONG - at - 1);
            size_t found = content_match(KEYS[k], 0, bytes, LONG - 1);
            assert_int_equal(found, differ_at(bytes, right, LONG - 1));
            assert_in_range(found, at, at + 8); // equal neighbours can hide it, but not for long

            memcpy(bytes + at + 1, right + at, LONG - at);
            bytes[at] = right[at];
            found = content_match(KEYS[k], 0, bytes, LONG);
            assert_int_equal(found, differ_at(bytes, right, LONG));
            assert_in_range(found, at + 1, at + 9);
        }
}

// Two bytes that change places, at whatever distance.
static void swapped_bytes_are_found(void **state)
{
    unsigned char right[LONG], bytes[LONG];

    (void)state;
    spell(KEYS[3], right, LONG);
    for (size_t a = 0; a < LONG; a++)
        for (size_t b = a + 1; b < LONG; b++) {
            memcpy(bytes, right, LONG);
            bytes[a] = right[b];
            bytes[b] = right[a];
            assert_int_equal(content_match(KEYS[3], 0, bytes, LONG),
                             right[a] == right[b] ? LONG : a);
        }
}

static uint64_t word_of(uint64_t key, size_t i)
{
    uint64_t word;

    content_fill(key, 8 * i, (unsigned char *)&word, sizeof word);
    return word;
}

static void no_two_messages_are_alike(void **state)
{
    enum { CONNECTIONS = 64, MESSAGES = 64, WORDS = 8 };

    (void)state;
    for (uint64_t a = 0; a < CONNECTIONS * MESSAGES; a++)
        for (uint64_t b = a + 1; b < CONNECTIONS * MESSAGES; b++) {
            uint64_t x = content_key(a / MESSAGES, a % MESSAGES),
                     y = content_key(b / MESSAGES, b % MESSAGES);
            // Also not when one is moved against the other.
            for (size_t moved = 0; moved < WORDS; moved++) {
                assert_int_not_equal(word_of(x, moved), word_of(y, 0));
                assert_int_not_equal(word_of(x, 0), word_of(y, moved));
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_the_same_in_whatever_pieces_it_is_written),
        cmocka_unit_test(what_is_right_matches_from_any_byte_to_any_byte),
        cmocka_unit_test(any_flipped_bit_is_found_at_its_offset),
        cmocka_unit_test(a_lost_or_doubled_byte_is_found_where_it_first_shows),
        cmocka_unit_test(swapped_bytes_are_found),
        cmocka_unit_test(no_two_messages_are_alike),
    };
    return cmocka_run_group_tests_name("content", tests, NULL, NULL);
}
