// accept.c: see server.h. What accept can come to, and what then.
#include "server/accept.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/units.h"
#include "server/counters.h"
#include "server/server.h"
#include "server/stop.h"
#include "server/trace.h"

// How long to leave accept alone when the system is short of something.
static const int64_t RETRY_NS = NS_PER_SECOND / 10;

// One client's error or refusal is no reason to wait. But a loop has other clients too: after so
// many it goes back to them, and comes again after its next wait.
enum { ACCEPT_TRIES = 16 };

// A descriptor held back for the day there are no others: see accept_with_spare(). Below 0: it has
// been given up.
static atomic_int spare = -1;
static pthread_mutex_t spare_lock = PTHREAD_MUTEX_INITIALIZER;

static atomic_ulong *arrivals;     // shared by all processes: how many clients were accepted
static uint64_t ordinals[MAX_FDS]; // by descriptor

void accept_begin(void)
{
    arrivals = mmap(NULL, sizeof *arrivals, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                    0);
    if (arrivals == MAP_FAILED)
        die_errno("mmap");
    spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

// Takes a descriptor back to be the spare one. If that takes this client's place, it is refused:
// -1, and for the caller that one is gone, go on to the next.
static int restore_spare(int fd)
{
    if (spare < 0)
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || spare >= 0)
        return fd;
    close(fd);
    spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    errno = EMFILE;
    warn_errno_sometimes("a client is refused");
    count(COUNT_refused, 1);
    errno = ECONNABORTED;
    return -1;
}

// No descriptor is left. The spare one's place takes the client off the queue: else the listener
// would stay ready for ever, and a loop would spin on it. If by then another place has come free,
// the client is in luck. The lock: several threads have one spare between them.
static int accept_with_spare(int listener, int flags)
{
    struct pollfd door = {.fd = listener, .events = POLLIN};

    // Nobody sleeps in accept with the spare's place: woken for a client that others of a crew have
    // room for, it would refuse it.
    if (!(flags & SOCK_NONBLOCK) && poll(&door, 1, 0) == 0) {
        server_nap();
        errno = EAGAIN;
        return -1;
    }
    pthread_mutex_lock(&spare_lock);
    int place = atomic_exchange(&spare, -1); // before the close: see give_back_spare()
    if (place >= 0)
        close(place);
    int fd = accept4(listener, NULL, NULL, flags);
    int error = errno;
    if (restore_spare(fd) == fd)
        errno = error;
    else
        fd = -1;
    pthread_mutex_unlock(&spare_lock);
    return fd;
}

// While one thread has given up the spare, another's accept may be given its place. But where
// threads sleep in accept, the one with the lock may sleep with it; then it has the place itself.
static int give_back_spare(int fd, int flags)
{
    if (flags & SOCK_NONBLOCK)
        pthread_mutex_lock(&spare_lock);
    else if (pthread_mutex_trylock(&spare_lock) != 0)
        return fd;
    fd = restore_spare(fd);
    pthread_mutex_unlock(&spare_lock);
    return fd;
}

static void say_who_came(int fd)
{
    struct address peer = {.length = sizeof peer.storage};
    char text[ADDRESS_TEXT] = "?";

    if (getpeername(fd, (struct sockaddr *)&peer.storage, &peer.length) == 0)
        address_text(&peer, text);
    warn("client %d: %s has come", fd, text);
}

// Takes the newcomer in, or turns it away.
static bool admit(struct server *s, int fd)
{
    if (!clients_enter(s->options.max_clients)) {
        if (s->options.verbose)
            warn("a client is refused: --max-clients");
        count(COUNT_refused, 1);
        close(fd);
        return false;
    }
    ordinals[fd] = atomic_fetch_add(arrivals, 1);
    if (s->options.verbose)
        say_who_came(fd);
    return true;
}

// What else an attempt to accept can come to: that client is lost or turned away.
enum { ACCEPT_NEXT = -4 };

// What accept4 has returned, with errno: a client's descriptor, or what to do now.
static int settle(struct server *s, int fd, int flags)
{
    if (fd < 0 && errno == EMFILE)
        fd = accept_with_spare(s->listener, flags);
    else if (fd >= 0 && spare < 0)
        fd = give_back_spare(fd, flags);
    if (fd >= 0) {
        errno = 0;
        bool in = admit(s, fd); // first: it gives the client its number
        trace(TRACE_accept, in ? fd : -1, in);
        return in ? fd : ACCEPT_NEXT;
    }
    trace(TRACE_accept, -1, -errno);
    switch (errno) {
    case EAGAIN:
        return ACCEPT_NONE;
    case EINVAL: // the listener has been shut down: see stop.h
        return ACCEPT_STOPPED;
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EMFILE:
        warn_errno_sometimes("cannot accept");
        return ACCEPT_LATER;
    default: // an error of that one connection (accept(2))
        return ACCEPT_NEXT;
    }
}

static int accept_one(struct server *s, int flags)
{
    int error = 0;

    flags |= SOCK_CLOEXEC;
    for (int tries = 0; tries < ACCEPT_TRIES && !stop_is_on(); tries++) {
        int fd;
        do
            fd = accept4(s->listener, NULL, NULL, flags);
        while (fd < 0 && errno == EINTR && !stop_is_on());
        if ((fd = settle(s, fd, flags)) != ACCEPT_NEXT)
            return fd;
        error = errno;
    }
    if (stop_is_on())
        return ACCEPT_STOPPED;
    if (error == 0)
        return ACCEPT_NONE; // all of them refused
    errno = error;
    warn_errno_sometimes("cannot accept");
    return ACCEPT_LATER;
}

int server_accept_for(struct server *s)
{
    trace_awake(); // whoever comes here has done something else, or slept for another reason
    int fd = accept_one(s, 0);
    if (fd == ACCEPT_LATER)
        server_nap();
    return fd;
}

int server_accept(struct server *s)
{
    int fd;

    do
        fd = server_accept_for(s);
    while (fd == ACCEPT_LATER || fd == ACCEPT_NONE);
    return fd;
}

void server_accept_later(struct server *s)
{
    s->retry_ns = clock_now() + RETRY_NS;
}

static int note_retry(struct server *s, int fd)
{
    s->retry_ns = 0;
    if (fd == ACCEPT_LATER)
        server_accept_later(s);
    return fd;
}

int server_accept_now(struct server *s)
{
    return note_retry(s, accept_one(s, SOCK_NONBLOCK));
}

int server_accepted(struct server *s, int result)
{
    if (result < 0)
        errno = -result;
    int fd = settle(s, result < 0 ? -1 : result, SOCK_CLOEXEC);
    if (fd == ACCEPT_NEXT)
        // Once more at once, but not for ever: an error that stays would keep us busy.
        fd = errno == 0 ? ACCEPT_NONE : ACCEPT_LATER;
    return note_retry(s, fd);
}

void server_listen_nonblocking(struct server *s)
{
    if (fcntl(s->listener, F_SETFL, O_NONBLOCK) < 0)
        die_errno("cannot make the listener non-blocking");
}

bool server_may_accept_again(struct server *s)
{
    if (s->retry_ns == 0 || clock_now() < s->retry_ns)
        return false;
    s->retry_ns = 0;
    return true;
}

void server_refuse(int fd, const char *missing)
{
    uint64_t ordinal = server_ordinal(fd);
    int error = errno;

    warn_errno_sometimes("a client is refused: %s", missing);
    count(COUNT_refused, 1);
    clients_leave();
    close(fd);
    trace_of(TRACE_close, ordinal, fd, -error);
}

void server_nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)RETRY_NS}, NULL);
    trace(TRACE_wait, -1, 0);
}

uint64_t server_ordinal(int fd)
{
    return ordinals[fd];
}

void server_set_ordinal(int fd, uint64_t ordinal)
{
    ordinals[fd] = ordinal;
}
