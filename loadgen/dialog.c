// dialog.c: see dialog.h.
#include "loadgen/dialog.h"

#include "loadgen/content.h"
#include "protocol/protocol.h"

static void place_at(const struct dialog *d, struct place *p, uint64_t number)
{
    p->number = number;
    p->key = content_key(d->key, number);
    // Not from the key itself: a size that followed from the first bytes would be half a check.
    p->size = sizes_fixed(&d->plan->sizes) ? d->plan->sizes.part[0].low
                                           : sizes_pick(&d->plan->sizes, random_mix(p->key + 1));
    p->at = 0;
    if (d->plan->service == SERVE_FRAME)
        p->size += FRAME_HEADER;
}

void dialog_open(struct dialog *d, const struct plan *plan, uint64_t key)
{
    *d = (struct dialog){.plan = plan, .key = key};
    if (plan->service == SERVE_GUESS) {
        game_open(d);
        return;
    }
    place_at(d, &d->saying, 0);
    place_at(d, &d->hearing, 0);
}

bool dialog_can_say(const struct dialog *d)
{
    return d->plan->service != SERVE_GUESS || game_can_say(d);
}

static unsigned char header_byte(const struct place *p, unsigned at)
{
    return (unsigned char)((p->size - FRAME_HEADER) >> (8 * (FRAME_HEADER - 1 - at)));
}

// Bytes of the message that stand before its content.
static unsigned header_of(const struct dialog *d)
{
    return d->plan->service == SERVE_FRAME ? FRAME_HEADER : 0;
}

static void fill(const struct dialog *d, const struct place *p, unsigned char *to, size_t n)
{
    unsigned at = p->at, header = header_of(d);

    for (; at < header && n > 0; n--)
        *to++ = header_byte(p, at++);
    content_fill(p->key, at - header, to, n);
}

size_t dialog_say(struct dialog *d, uint64_t requests, unsigned char *to, size_t room)
{
    struct place p = d->saying;
    size_t filled = 0;

    if (d->plan->service == SERVE_GUESS)
        return game_say(d, requests, to, room);
    while (requests-- > 0) {
        size_t left = p.size - p.at, n = left < room - filled ? left : room - filled;
        fill(d, &p, to + filled, n);
        filled += n;
        if (filled == room)
            break;
        if (requests > 0)
            place_at(d, &p, p.number + 1);
    }
    return filled;
}

unsigned dialog_said(struct dialog *d, size_t n)
{
    struct place *p = &d->saying;
    unsigned whole = 0;

    while (n > 0 && n >= p->size - p->at) {
        n -= p->size - p->at;
        whole++;
        if (d->plan->service == SERVE_GUESS)
            p->number++, p->at = 0;
        else
            place_at(d, p, p->number + 1);
    }
    p->at += (uint32_t)n;
    return whole;
}

static void spoil(struct dialog *d, size_t at, int got, int expected)
{
    if (d->spoilt)
        return;
    d->spoilt = true;
    d->wrong_at = at;
    d->got = got;
    d->expected = expected;
}

static int expected_byte(const struct dialog *d, const struct place *p, size_t at)
{
    unsigned header = header_of(d);

    return at < header ? header_byte(p, (unsigned)at) : content_byte(p->key, at - header);
}

// Compares n bytes with the message from where it stands; a wrong one does not end the comparing,
// since the stream goes on.
static void compare(struct dialog *d, const unsigned char *bytes, size_t n)
{
    const struct place *p = &d->hearing;
    size_t i = 0, header = header_of(d);

    while (i < n && p->at + i < header && bytes[i] == header_byte(p, (unsigned)(p->at + i)))
        i++;
    if (p->at + i >= header)
        i += content_match(p->key, p->at + i - header, bytes + i, n - i);
    if (i < n)
        spoil(d, p->at + i, bytes[i], expected_byte(d, p, p->at + i));
}

// How many bytes of the answer may come next: nothing comes back before it was written. A guess is
// answered when it is whole.
static size_t may_come(const struct dialog *d)
{
    const struct place *said = &d->saying, *heard = &d->hearing;

    if (heard->number < said->number)
        return d->plan->service == SERVE_GUESS ? SIZE_MAX : heard->size - heard->at;
    if (heard->number > said->number || d->plan->service == SERVE_GUESS)
        return 0;
    return heard->at < said->at ? said->at - heard->at : 0;
}

enum heard dialog_hear(struct dialog *d, const unsigned char *bytes, size_t n, size_t *used,
                       uint32_t *size)
{
    struct place *p = &d->hearing;

    *size = 0;
    size_t left = may_come(d);
    if (left == 0) {
        *used = n;
        d->unasked = bytes[0];
        return HEARD_UNASKED;
    }
    if (d->plan->service == SERVE_GUESS)
        return game_hear(d, bytes, n, used, size);

    *used = n < left ? n : left;
    compare(d, bytes, *used);
    p->at += (uint32_t)*used;
    if (p->at < p->size)
        return HEARD_PART;

    enum heard heard = d->spoilt ? HEARD_WRONG : HEARD_RIGHT;
    d->spoilt = false;
    *size = p->size - header_of(d);
    if (p->number + 1 == d->saying.number) { // most often: its place is known
        *p = d->saying;
        p->at = 0;
    } else {
        place_at(d, p, p->number + 1);
    }
    return heard;
}
