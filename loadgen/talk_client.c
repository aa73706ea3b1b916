// talk_client.c: see talk_client.h. No socket blocks.
#include "loadgen/talk_client.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { DESK = 64 * 1024, LETTERS = 26 };

// So often a client may move bytes in one try: its peer may be as fast as we are, and the others
// and the clock want to be looked at.
enum { MOVES = 64 };

static unsigned char desk[DESK]; // what is read goes here

// ---- What a step comes to ----------------------------------------------------------------------

// Each of the functions below tries to do a step, and returns whether it is over with it.

static bool done(struct talk_client *c, enum talk_outcome outcome)
{
    c->outcome = outcome;
    return true;
}

static bool failed(struct talk_client *c, int error)
{
    c->error = error;
    if (error == ECONNRESET)
        return done(c, TALK_WAS_RESET);
    return done(c, error == ECONNREFUSED ? TALK_WAS_REFUSED : TALK_HAS_FAILED);
}

// What it had not asked for has come before it asked.
static int64_t since_asked(const struct talk_client *c, int64_t at)
{
    return at > c->asked_at ? at - c->asked_at : 0;
}

// Nothing more will come; later steps hear the same.
static bool over(struct talk_client *c, enum talk_outcome end, int error)
{
    if (end == TALK_WAS_ENDED)
        done(c, end);
    else
        failed(c, error);
    c->over = true;
    c->end = c->outcome;
    if (c->over_at == 0)
        c->over_at = clock_now();
    c->waited = since_asked(c, c->over_at);
    return true;
}

static bool heard_before(struct talk_client *c)
{
    c->waited = -1;
    return done(c, c->end);
}

// Not over, and no need to wait.
static bool go_on(struct talk_client *c)
{
    c->stirred = true;
    return false;
}

static void hang_up(struct talk_client *c)
{
    close(c->fd);
    c->fd = -1;
}

static bool try_connect(struct talk_client *c, struct dial *dial)
{
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;

    if (c->fd < 0) {
        c->asked_at = clock_now();
        if ((c->fd = dial_begin(dial)) < 0)
            return failed(c, errno);
        return false;
    }
    int error = dial_outcome(c->fd);
    c->thrown = error == ECONNRESET || error == EPIPE; // it did stand: the next step hears of it
    if (error != 0 && !c->thrown) {
        hang_up(c);
        return failed(c, error);
    }
    if (!c->thrown && getpeername(c->fd, (struct sockaddr *)&peer, &length) < 0)
        return false;
    c->waited = since_asked(c, clock_now());
    return done(c, TALK_DONE);
}

// What send-bytes sends: a to z, over and over.
static const unsigned char *letters(void)
{
    static unsigned char pattern[DESK + LETTERS];

    for (size_t i = 0; i < sizeof pattern && pattern[sizeof pattern - 1] == '\0'; i++)
        pattern[i] = (unsigned char)('a' + i % LETTERS);
    return pattern;
}

static bool try_send(struct talk_client *c, const struct talk_step *step)
{
    if (c->asked_at < c->begun)
        c->asked_at = clock_now();
    for (int i = 0; c->bytes < step->bytes; i++) {
        uint64_t left = step->bytes - c->bytes;
        const void *from = letters() + c->bytes % LETTERS;
        if (i == MOVES)
            return go_on(c);
        if (step->verb == TALK_SEND)
            from = step->text + c->bytes;
        else if (left > DESK)
            left = DESK;
        ssize_t n = send(c->fd, from, left, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return false;
        if (n < 0) { // a reset that has been told before is a broken pipe
            c->thrown = errno == ECONNRESET || (errno == EPIPE && !c->finished);
            return failed(c, c->thrown ? ECONNRESET : errno);
        }
        c->bytes += (uint64_t)n;
    }
    return done(c, TALK_DONE);
}

// Keeps the first bytes for the report.
static void keep(struct talk_client *c, size_t n)
{
    size_t room = TALK_KEPT - c->kept;

    if (c->bytes == 0)
        c->waited = since_asked(c, c->came_at != 0 ? c->came_at : clock_now());
    memcpy(c->text + c->kept, desk, n < room ? n : room);
    c->kept += (unsigned)(n < room ? n : room);
    c->bytes += n;
}

// At most `most` bytes onto the desk: how many; 0: the step is over; -1: none are there.
static ssize_t receive(struct talk_client *c, size_t most, int flags)
{
    ssize_t n = recv(c->fd, desk, most, flags);

    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return -1;
    if (n == 0 && !c->thrown)
        over(c, TALK_WAS_ENDED, 0);
    else if (n <= 0)
        over(c, TALK_WAS_RESET, n < 0 ? errno : ECONNRESET);
    if (n <= 0)
        return 0;
    return n;
}

static bool try_read(struct talk_client *c, uint64_t wanted)
{
    ssize_t n = 0;
    int unread = 0, moves = 0;

    if (c->over)
        return heard_before(c);
    do {
        if (moves++ == MOVES)
            return go_on(c);
        uint64_t most = wanted == 0 || wanted - c->bytes > DESK ? DESK : wanted - c->bytes;
        if ((n = receive(c, most, 0)) > 0)
            keep(c, (size_t)n);
    } while (n > 0 && c->bytes < wanted);
    if (ioctl(c->fd, FIONREAD, &unread) < 0 || unread == 0)
        c->came_at = 0;
    if (n > 0)
        return done(c, TALK_DONE);
    return n == 0;
}

static bool try_end(struct talk_client *c)
{
    ssize_t n = 0;

    if (c->over)
        return heard_before(c);
    for (int i = 0; i < MOVES && (n = receive(c, DESK, 0)) > 0; i++)
        keep(c, (size_t)n);
    c->came_at = 0;
    return n > 0 ? go_on(c) : n == 0;
}

// Looks without taking: what has come is for a later step to read.
static bool try_silent(struct talk_client *c)
{
    int unread = 0;

    if (c->over)
        return heard_before(c);
    ssize_t n = receive(c, TALK_KEPT, MSG_PEEK);
    if (n > 0) {
        keep(c, (size_t)n);
        if (ioctl(c->fd, FIONREAD, &unread) == 0 && unread > 0)
            c->bytes = (uint64_t)unread;
        return done(c, TALK_DONE);
    }
    return n == 0;
}

static bool try_finish(struct talk_client *c)
{
    c->finished = true;
    if (shutdown(c->fd, SHUT_WR) < 0)
        return failed(c, errno);
    return done(c, TALK_DONE);
}

static bool try_close(struct talk_client *c, bool by_reset)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (by_reset && setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) < 0)
        return failed(c, errno);
    hang_up(c);
    return done(c, TALK_DONE);
}

bool talk_try(struct talk_client *c, const struct talk_step *step, struct dial *dial)
{
    if (c->fd < 0 && step->verb != TALK_CONNECT)
        return failed(c, ENOTCONN); // it was refused
    switch (step->verb) {
    case TALK_CONNECT:
        return try_connect(c, dial);
    case TALK_SEND:
    case TALK_SEND_BYTES:
        return try_send(c, step);
    case TALK_READ:
        return try_read(c, step->bytes);
    case TALK_SILENT:
        return try_silent(c);
    case TALK_END:
        return try_end(c);
    case TALK_FINISH:
        return try_finish(c);
    case TALK_CLOSE:
    case TALK_RESET:
        return try_close(c, step->verb == TALK_RESET);
    case TALK_PAUSE:
        break;
    }
    return true;
}

// ---- Around a step -----------------------------------------------------------------------------

void talk_begin(struct talk_client *c, enum talk_verb verb)
{
    if (verb == TALK_CONNECT)
        *c = (struct talk_client){.fd = -1};
    c->busy = c->stirred = true;
    c->error = 0;
    c->bytes = c->kept = 0;
    c->waited = -1;
    c->begun = clock_now();
}

void talk_note(struct talk_client *c, uint32_t events, int64_t at)
{
    c->stirred = true;
    if (events & EPOLLIN && c->came_at == 0)
        c->came_at = at;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR) && c->over_at == 0)
        c->over_at = at;
}

void talk_give_up(struct talk_client *c, const struct talk_step *step)
{
    if (!c->busy)
        return;
    c->busy = false;
    c->ended = clock_now();
    c->outcome = TALK_WAS_SILENT;
    if (c->waited < 0 && (step->verb == TALK_READ || step->verb == TALK_END))
        c->waited = since_asked(c, c->ended);
}
