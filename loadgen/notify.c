// notify.c: see notify.h.
#include "loadgen/notify.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/units.h"

// How long an answer is waited for: servers must not be kept busy with a reader that hangs.
static const int64_t ANSWER_NS = 2 * NS_PER_SECOND;

void notify_open(struct notify *n, int fd)
{
    struct stat about;

    *n = (struct notify){.fd = fd, .parting = eventfd(0, EFD_CLOEXEC)};
    if (n->parting < 0)
        die_errno("cannot make an eventfd");
    n->answers = fd >= 0 && fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode);
    if (fd < 0)
        notify_part(n);
}

void notify_close(struct notify *n)
{
    close(n->parting);
}

void notify_part(struct notify *n)
{
    uint64_t one = 1;

    n->stage = PARTED;
    if (write(n->parting, &one, sizeof one) != sizeof one)
        die_errno("cannot write to an eventfd");
}

void notify_await_parting(const struct notify *n)
{
    struct pollfd parting = {.fd = n->parting, .events = POLLIN};

    while (poll(&parting, 1, -1) < 0 && errno == EINTR)
        ;
}

// A reader that has gone, or sleeps until its pipe is full, does not hold up the run.
static bool tell(const struct notify *n, const char *line)
{
    struct pollfd room = {.fd = n->fd, .events = POLLOUT};

    errno = EAGAIN;
    if (poll(&room, 1, 0) > 0 && write(n->fd, line, strlen(line)) == (ssize_t)strlen(line))
        return true;
    warn_errno("cannot write to the descriptor of --notify-fd, %d", n->fd);
    return false;
}

// A byte, the end of the stream, or an error: whoever it was needs the connections no longer.
static bool is_answered(const struct notify *n, int64_t now)
{
    char bytes[64];

    if (recv(n->fd, bytes, sizeof bytes, MSG_DONTWAIT) >= 0 || errno != EAGAIN)
        return true;
    if (now - n->asked < ANSWER_NS)
        return false;
    warn("nobody answered the end of the window on descriptor %d for 2 s", n->fd);
    return true;
}

void notify_look(struct notify *n, int64_t begin, int64_t end, int64_t now)
{
    if (n->stage == BEGIN_DUE && now >= begin) {
        if (tell(n, "begin\n"))
            n->stage = END_DUE;
        else
            notify_part(n);
    }
    if (n->stage == BEGIN_DUE && now >= end)
        notify_part(n); // there has been no window
    if (n->stage == END_DUE && now >= end) {
        if (tell(n, "end\n") && n->answers)
            n->stage = ANSWER_DUE;
        else
            notify_part(n);
        n->asked = now;
    }
    if (n->stage == ANSWER_DUE && is_answered(n, now))
        notify_part(n);
}

int64_t notify_moment(const struct notify *n, int64_t begin, int64_t end)
{
    switch (n->stage) {
    case BEGIN_DUE:
        return begin < end ? begin : end;
    case END_DUE:
        return end;
    case ANSWER_DUE:
        return n->asked + ANSWER_NS;
    case PARTED:
        break;
    }
    return INT64_MAX;
}

int notify_answers_on(const struct notify *n)
{
    return n->stage == ANSWER_DUE ? n->fd : -1;
}
