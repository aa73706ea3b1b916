// game.c: the client's side of guess. Each reply must fit a secret that all replies before allow.
#include "loadgen/dialog.h"
#include "protocol/protocol.h"

enum reply { TOO_HIGH, TOO_LOW, CORRECT, REPLIES };
enum { PHRASES = REPLIES * LANGUAGES, GUESS_BYTES = 2 }; // a guess is a digit and \n

static const char *phrase_text(unsigned phrase)
{
    const struct guess_phrases *p = &guess_phrases[phrase / REPLIES];

    switch (phrase % REPLIES) {
    case TOO_HIGH:
        return p->too_high;
    case TOO_LOW:
        return p->too_low;
    default:
        return p->correct;
    }
}

void game_open(struct dialog *d)
{
    d->saying.size = GUESS_BYTES;
    d->possible = d->untried = (1 << SECRETS) - 1;
    d->phrases = (1 << PHRASES) - 1;
}

bool game_can_say(const struct dialog *d)
{
    return !d->over && (d->possible & d->untried) != 0;
}

// The middle one of the numbers that may be the secret and have not been asked: halving, and it
// also works while replies are under way.
static void choose(struct dialog *d)
{
    unsigned left = d->possible & d->untried;
    int skip = (__builtin_popcount(left) - 1) / 2;

    while (skip-- > 0)
        left &= left - 1;
    int number = __builtin_ctz(left);
    d->untried &= (uint16_t) ~(1u << number);
    d->guess[d->chosen++] = (unsigned char)(number + 1);
}

size_t game_say(struct dialog *d, uint64_t requests, unsigned char *to, size_t room)
{
    size_t filled = 0;
    uint64_t number = d->saying.number;

    for (unsigned at = d->saying.at; requests > 0 && filled < room; requests--, number++, at = 0) {
        if (number == d->chosen) {
            if (!game_can_say(d))
                break;
            choose(d);
        }
        if (at == 0)
            to[filled++] = (unsigned char)('0' + d->guess[number]);
        if (filled < room)
            to[filled++] = '\n';
    }
    return filled;
}

// What a whole reply says of the secret: the numbers that it leaves.
static uint16_t left_by(enum reply reply, unsigned guess)
{
    unsigned all = (1 << SECRETS) - 1, below = (1u << (guess - 1)) - 1, self = 1u << (guess - 1);

    switch (reply) {
    case TOO_HIGH:
        return (uint16_t)below;
    case TOO_LOW:
        return (uint16_t)(all & ~(below | self));
    default:
        return (uint16_t)self;
    }
}

// Leaves those phrases that have this byte here; the line end stands after the last.
static unsigned phrases_with(unsigned phrases, size_t at, unsigned char byte)
{
    unsigned left = 0;

    for (unsigned i = 0; i < PHRASES; i++) {
        if ((phrases >> i & 1) == 0)
            continue;
        const char *text = phrase_text(i);
        unsigned char due = text[at] == '\0' ? '\n' : (unsigned char)text[at];
        if (due == byte)
            left |= 1u << i;
    }
    return left;
}

enum heard game_hear(struct dialog *d, const unsigned char *bytes, size_t n, size_t *used,
                     uint32_t *size)
{
    struct place *p = &d->hearing;
    size_t i = 0;

    for (; i < n; i++, p->at++) {
        unsigned left = phrases_with(d->phrases, p->at, bytes[i]);
        if (left == 0 && !d->spoilt) {
            d->spoilt = true;
            d->wrong_at = p->at;
            d->got = bytes[i];
            d->expected = -1;
            for (unsigned k = 0; k < PHRASES && d->expected < 0; k++)
                if (d->phrases >> k & 1)
                    d->expected = (unsigned char)(phrase_text(k)[p->at] == '\0'
                                                      ? '\n'
                                                      : phrase_text(k)[p->at]);
        }
        d->phrases = (uint16_t)left;
        if (bytes[i] == '\n')
            break;
    }
    *used = i == n ? n : i + 1;
    if (i == n)
        return HEARD_PART;

    bool wrong = d->spoilt;
    *size = GUESS_BYTES;
    if (!wrong) {
        enum reply reply = (enum reply)(__builtin_ctz(d->phrases) % REPLIES);
        d->possible &= left_by(reply, d->guess[p->number]);
        d->over = reply == CORRECT;
        if (d->possible == 0) { // the words are right, but no secret fits all replies
            wrong = true;
            d->wrong_at = 0;
            d->got = bytes[0];
            d->expected = -1;
        }
    }
    if (wrong)
        d->over = true; // what the secret is can't be told any more: begin another game
    d->spoilt = false;
    d->phrases = (1 << PHRASES) - 1;
    p->number++;
    p->at = 0;
    return wrong ? HEARD_WRONG : HEARD_RIGHT;
}
