// every_cut.h: checks that a conversation goes as it should in whatever pieces its bytes arrive,
// and however slowly the answers are taken. For cmocka's tests: include it after their headers.
#ifndef TESTS_EVERY_CUT_H
#define TESTS_EVERY_CUT_H

#include "protocol/protocol.h"
#include "tests/converse.h"

enum {
    TEXT_MAX = 3 * SESSION_BUF,
    SECRET = 5,
};

struct text {
    unsigned char bytes[TEXT_MAX];
    size_t n;
};

// What the client says, and what it should hear. Static: too big for a stack.
static struct text said, heard;

static inline void begin(void)
{
    said.n = heard.n = 0;
}

static inline void add(struct text *text, const void *bytes, size_t n)
{
    assert_true(n <= TEXT_MAX - text->n);
    memcpy(text->bytes + text->n, bytes, n);
    text->n += n;
}

#define SAY(literal) add(&said, literal, sizeof(literal) - 1)
#define HEAR(literal) add(&heard, literal, sizeof(literal) - 1)

static inline void add_many(struct text *text, char byte, size_t n)
{
    while (n-- > 0)
        add(text, &byte, 1);
}

static inline void add_frame(struct text *text, char byte, uint32_t n)
{
    const unsigned char length[] = {(unsigned char)(n >> 24), (unsigned char)(n >> 16),
                                    (unsigned char)(n >> 8), (unsigned char)n};

    add(text, length, sizeof length);
    add_many(text, byte, n);
}

// 0 to max, by xorshift64: the same numbers in every run.
static inline size_t random_up_to(size_t max)
{
    static uint64_t x = 88172645463325252;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return (size_t)(x % (max + 1));
}

static inline struct session open_session(const struct service *service, enum language language)
{
    struct session s;

    session_open(&s, service, language, 0, 0);
    s.secret = SECRET;
    return s;
}

static inline void check_one_way(struct session s, enum verdict verdict, const struct way *way)
{
    static unsigned char answers[TEXT_MAX];
    struct ending end = converse(s, said.bytes, said.n, way, answers, sizeof answers);

    if (end.verdict != verdict || end.n != heard.n || memcmp(answers, heard.bytes, heard.n) != 0)
        fail_msg("%zu bytes said in pieces of %zu, %zu, ..., drained by %zu, %zu, ... from %zu: "
                 "verdict %d instead of %d, heard %zu bytes (\"%.*s\") instead of %zu (\"%.*s\")",
                 said.n, way->pieces[0], way->pieces[1 % way->n_pieces], way->drains[0],
                 way->drains[1 % way->n_drains], way->out_size, (int)end.verdict, (int)verdict,
                 end.n, (int)lesser(end.n, 300), (const char *)answers, heard.n,
                 (int)lesser(heard.n, 300), (const char *)heard.bytes);
}

// The same pieces for a reader that keeps up and for slow ones. `longest` in and out: the
// smallest buffers that this conversation fits through.
static inline void check_pieces(struct session s, enum verdict verdict, struct way way,
                                size_t longest_in, size_t longest_out)
{
    way.in_size = way.out_size = SESSION_BUF;
    way.drains[0] = SESSION_BUF;
    way.n_drains = 1;
    check_one_way(s, verdict, &way);
    way.out_size = longest_out;
    way.drains[0] = 1;
    check_one_way(s, verdict, &way);
    way.in_size = longest_in;
    memcpy(way.drains, (size_t[]){0, 0, 3, 0, 1}, 5 * sizeof(size_t));
    way.n_drains = 5;
    check_one_way(s, verdict, &way);
}

static inline void check_random_cuts(struct session s, enum verdict verdict, unsigned times,
                                     size_t longest_in, size_t longest_out)
{
    for (unsigned i = 0; i < times; i++) {
        struct way way = {.n_pieces = CYCLE};
        size_t max = random_up_to(said.n);

        for (size_t k = 0; k < CYCLE; k++)
            way.pieces[k] = 1 + random_up_to(max);
        check_pieces(s, verdict, way, longest_in, longest_out);
    }
}

static inline void check_every_cut(const struct service *service, enum language language,
                                   enum verdict verdict, size_t longest_in, size_t longest_out)
{
    struct session s = open_session(service, language);

    for (size_t cut = 0; cut <= said.n; cut++)
        check_pieces(s, verdict, (struct way){.pieces = {cut, said.n - cut}, .n_pieces = 2},
                     longest_in, longest_out);
    for (size_t piece = 1; piece <= said.n; piece++)
        check_pieces(s, verdict, (struct way){.pieces = {piece}, .n_pieces = 1}, longest_in,
                     longest_out);
    check_random_cuts(s, verdict, 100, longest_in, longest_out);
}

#endif
