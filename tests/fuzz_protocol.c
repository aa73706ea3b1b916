// fuzz_protocol.c: any input, cut and drained in any way, gets the answers that it gets when all
// of it comes at once to a reader that keeps up. (libFuzzer; `make fuzz`.)
//
//     byte 0         1 to 8             9 to 16         17 on
//     service, flags sizes of pieces    of drains       the input
#include <stdint.h>

#include "protocol/protocol.h"
#include "tests/converse.h"

enum {
    SETTINGS = 1 + 2 * CYCLE,
    LONGEST_PHRASE = 40, // of guess, with its \n
    LONGEST_REPLY = LONGEST_PHRASE + GUESS_LINE,
};

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            __builtin_trap();                                                                      \
    } while (0)

// What frame should make of the input, found out in another way than frame's.
struct frames {
    size_t whole;   // bytes of whole frames at its start
    size_t longest; // of them, or a header's size
    enum verdict verdict;
};

static struct frames read_frames(const uint8_t *input, size_t n)
{
    struct frames f = {.longest = FRAME_HEADER};

    while (n - f.whole >= FRAME_HEADER) {
        size_t length = 0, left = n - f.whole - FRAME_HEADER;

        for (size_t i = 0; i < FRAME_HEADER; i++)
            length = length << 8 | input[f.whole + i];
        if (length > FRAME_MAX)
            f.verdict = VIOLATION;
        if (length > FRAME_MAX || length > left)
            break;
        f.whole += FRAME_HEADER + length;
        if (f.longest < FRAME_HEADER + length)
            f.longest = FRAME_HEADER + length;
    }
    return f;
}

// Beyond what holds for every service: `end` and `answers` are right for this one.
static void check_answers(const struct service *service, const uint8_t *input, size_t n,
                          struct ending end, const unsigned char *answers)
{
    if (service != &guess_service) {
        struct frames frames = read_frames(input, n);
        bool echo = service == &echo_service;

        CHECK(end.n == (echo ? n : frames.whole) && memcmp(answers, input, end.n) == 0);
        CHECK(end.verdict == (echo ? GO_ON : frames.verdict));
    } else if (end.verdict == GO_ON) {
        // Without its last byte, which may be a \r, what is left is no longer than a line.
        CHECK(end.left <= GUESS_LINE + 1 && memchr(input + n - end.left, '\n', end.left) == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct service *const services[] = {&echo_service, &frame_service, &guess_service};

    if (size < SETTINGS)
        return 0;

    const struct service *service = services[data[0] % 3];
    enum language language = data[0] & 0x40 ? KOREAN : ENGLISH;
    const uint8_t *input = data + SETTINGS;
    size_t n = size - SETTINGS;
    // Each line is answered by no more than this, and takes one byte at least.
    size_t max = service == &guess_service ? n * (LONGEST_PHRASE + 1) : n;
    struct way at_once = {n + 1, max + 1, {n + 1}, 1, {max + 1}, 1};

    // The smallest buffers that each message and answer get through, or the promised size.
    size_t smallest = LONGEST_REPLY;
    if (service == &echo_service)
        smallest = 1;
    if (service == &frame_service)
        smallest = read_frames(input, n).longest;
    struct way cut = {.in_size = data[0] & 0x20 ? SESSION_BUF : smallest,
                      .out_size = data[0] & 0x80 ? SESSION_BUF : smallest,
                      .n_pieces = CYCLE,
                      .n_drains = CYCLE};
    for (size_t i = 0; i < CYCLE; i++) {
        cut.pieces[i] = data[1 + i] + 1u;
        cut.drains[i] = data[1 + CYCLE + i];
    }
    cut.drains[0]++; // a cycle of nothing but 0 would never end

    unsigned char *once = malloc(max + 1), *bits = malloc(max + 1);
    CHECK(once != NULL && bits != NULL);
    struct session s;
    session_open(&s, service, language, data[1], data[2]);
    struct ending a = converse(s, input, n, &at_once, once, max);
    struct ending b = converse(s, input, n, &cut, bits, max);

    CHECK(a.n <= max && a.n == b.n && memcmp(once, bits, a.n) == 0);
    CHECK(a.verdict == b.verdict && a.left == b.left);
    CHECK(a.messages == b.messages || service == &echo_service);
    check_answers(service, input, n, a, once);
    free(once);
    free(bits);
    return 0;
}
