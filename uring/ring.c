// ring.c: see ring.h.
#include "uring/ring.h"

#include <poll.h>
#include <stdalign.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fail.h"
#include "server/counters.h"
#include "server/options.h"

enum {
    ENTRIES = 256,       // handed in by one call; more take a call in the middle of a turn
    COMPLETIONS = 16384, // told of at once; the kernel keeps what does not fit
    PAGE = 4096,
    LINE = 64, // of the processor's cache
};

// Many small buffers, for what most requests need, and a few large ones for whoever sends more.
// Were the small ones a power of two apart, all would begin in the same few places of the cache.
enum buffers { SMALL, LARGE };
enum { SMALL_COUNT = 256, SMALL_STRIDE = BUFFER_SIZE + LINE };
enum { LARGE_COUNT = 16, LARGE_SIZE = 65536 };

struct io_uring ring;

static alignas(LINE) unsigned char small[SMALL_COUNT * SMALL_STRIDE];
static alignas(LINE) unsigned char large[LARGE_COUNT * LARGE_SIZE];

// The buffers that the kernel may take stand in a ring too, which must begin a page.
static alignas(PAGE) struct io_uring_buf small_ring[SMALL_COUNT], large_ring[LARGE_COUNT];

static const struct group {
    struct io_uring_buf *ring;
    unsigned char *bytes;
    unsigned count, size, stride;
} groups[] = {
    [SMALL] = {small_ring, small, SMALL_COUNT, BUFFER_SIZE, SMALL_STRIDE},
    [LARGE] = {large_ring, large, LARGE_COUNT, LARGE_SIZE, LARGE_SIZE},
};

// ---- Buffers ------------------------------------------------------------------------------

static void give(const struct group *g, unsigned i)
{
    struct io_uring_buf_ring *to = (struct io_uring_buf_ring *)g->ring;

    io_uring_buf_ring_add(to, g->bytes + (size_t)i * g->stride, g->size, (unsigned short)i,
                          io_uring_buf_ring_mask(g->count), 0);
    io_uring_buf_ring_advance(to, 1);
}

static bool provide(enum buffers which)
{
    const struct group *g = &groups[which];
    struct io_uring_buf_reg what = {
        .ring_addr = (uintptr_t)g->ring, .ring_entries = g->count, .bgid = (unsigned short)which};

    if (io_uring_register_buf_ring(&ring, &what, 0) < 0)
        return false;
    io_uring_buf_ring_init((struct io_uring_buf_ring *)g->ring);
    memset(g->bytes, 0, (size_t)g->count * g->stride); // memory taken now is not taken later
    for (unsigned i = 0; i < g->count; i++)
        give(g, i);
    return true;
}

static enum buffers group_of(const struct io_uring_cqe *done)
{
    return ring_operation(done) == RECEIVE ? SMALL : LARGE;
}

unsigned char *ring_bytes(const struct io_uring_cqe *done)
{
    const struct group *g = &groups[group_of(done)];

    if (!(done->flags & IORING_CQE_F_BUFFER))
        return NULL;
    return g->bytes + (size_t)(done->flags >> IORING_CQE_BUFFER_SHIFT) * g->stride;
}

void ring_give_back(const struct io_uring_cqe *done)
{
    if (done->flags & IORING_CQE_F_BUFFER)
        give(&groups[group_of(done)], done->flags >> IORING_CQE_BUFFER_SHIFT);
}

// ---- Asking -------------------------------------------------------------------------------

// A free entry.
static struct io_uring_sqe *take_entry(void)
{
    struct io_uring_sqe *entry;

    while ((entry = io_uring_get_sqe(&ring)) == NULL) {
        io_uring_submit(&ring);
        count(COUNT_waits, 1);
    }
    return entry;
}

// Its completion will bring this back.
static void mark(struct io_uring_sqe *entry, enum operation operation, int fd)
{
    entry->user_data = (uint64_t)operation << 32 | (uint32_t)fd;
}

// First waits until somebody is there. Accept takes a descriptor before it looks for a client, and
// when none is left it would fail again and again, and for nobody.
void ring_accept(int listener)
{
    struct io_uring_sqe *entry = take_entry();

    io_uring_prep_poll_add(entry, listener, POLLIN);
    entry->flags |= IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
    mark(entry, ACCEPT, listener); // only if it fails; then accept says nothing
    entry = take_entry();
    io_uring_prep_multishot_accept(entry, listener, NULL, NULL, SOCK_CLOEXEC);
    mark(entry, ACCEPT, listener);
}

bool ring_may_have(int fd)
{
    struct rlimit limit;

    errno = EMFILE;
    return getrlimit(RLIMIT_NOFILE, &limit) < 0 || (rlim_t)fd < limit.rlim_cur;
}

static void choose(struct io_uring_sqe *entry, enum buffers which)
{
    entry->flags |= IOSQE_BUFFER_SELECT;
    entry->buf_group = (unsigned short)which;
}

void ring_receive(int fd)
{
    struct io_uring_sqe *entry = take_entry();

    io_uring_prep_recv_multishot(entry, fd, NULL, 0, 0);
    choose(entry, SMALL);
    mark(entry, RECEIVE, fd);
}

void ring_receive_once(int fd, size_t most)
{
    struct io_uring_sqe *entry = take_entry();

    io_uring_prep_recv(entry, fd, NULL, most, 0);
    choose(entry, LARGE);
    mark(entry, RECEIVE_ONCE, fd);
}

void ring_send(int fd, const void *bytes, size_t n)
{
    struct io_uring_sqe *entry = take_entry();

    io_uring_prep_send(entry, fd, bytes, n, MSG_NOSIGNAL);
    mark(entry, SEND, fd);
}

void ring_send_at_once(int fd, const void *bytes, size_t n)
{
    struct io_uring_sqe *entry = take_entry();

    io_uring_prep_send(entry, fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    mark(entry, SEND_AT_ONCE, fd);
}

void ring_cancel(int fd)
{
    struct io_uring_sqe *entry = take_entry();

    io_uring_prep_cancel_fd(entry, fd, IORING_ASYNC_CANCEL_ALL);
    entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
    mark(entry, NOTHING, fd);
}

struct __kernel_timespec *ring_limit(int milliseconds)
{
    static struct __kernel_timespec limit;

    if (milliseconds < 0)
        return NULL;
    limit.tv_sec = milliseconds / 1000;
    limit.tv_nsec = milliseconds % 1000 * 1000000LL;
    return &limit;
}

void ring_check(int result)
{
    if (result < 0 && result != -ETIME && result != -EBUSY && !ring_did_nothing(result))
        die("io_uring_enter: %s", strerror(-result));
}

// ---- Opening ------------------------------------------------------------------------------

// The best way first: a task that is alone in asking, and has its work done when it waits, need not
// be interrupted for it.
static int set_up(void)
{
    static const unsigned ways[] = {
        IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, // Linux 6.1
        IORING_SETUP_COOP_TASKRUN,                               // Linux 5.19
        0,
    };
    int result = -EINVAL;

    for (size_t i = 0; i < sizeof ways / sizeof *ways && result == -EINVAL; i++) {
        struct io_uring_params how = {.cq_entries = COMPLETIONS};
        how.flags = ways[i] | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | IORING_SETUP_SUBMIT_ALL;
        result = io_uring_queue_init_params(ENTRIES, &ring, &how);
    }
    return result;
}

// Whether a receive goes on after its first completion, tried with a byte through a pair of
// sockets: before Linux 6.0 the flag for it may be a mistake, or mean nothing.
static bool goes_on_receiving(void)
{
    struct io_uring_cqe *done = NULL;
    bool goes_on = false;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return false;
    ring_receive(ends[0]);
    (void)!write(ends[1], "?", 1);
    if (io_uring_submit_and_wait_timeout(&ring, &done, 1, ring_limit(1000), NULL) >= 0 &&
        done != NULL)
        goes_on = done->res == 1 && ring_goes_on(done);
    close(ends[0]);
    close(ends[1]);
    return goes_on;
}

static const char too_old[] = "this kernel's io_uring can't go on receiving into buffers that it "
                              "chooses: take Linux 6.0 or later, or another model";

// NULL: the ring is open. Else why it can't be, and what to do about it.
static const char *open_ring(void)
{
    switch (-set_up()) {
    case 0:
        break;
    case ENOSYS:
        return "this kernel has no io_uring: take Linux 6.0 or later, or another model";
    case EPERM:
    case EACCES:
        return "io_uring is forbidden here: set the sysctl kernel.io_uring_disabled to 0 and let a "
               "container's seccomp filter pass it, or take another model";
    case ENOMEM:
        return "io_uring finds no memory: raise the limit on locked memory (ulimit -l), or take "
               "another model";
    default:
        return "io_uring can't be set up: take Linux 6.0 or later, or another model";
    }
    if (provide(SMALL) && provide(LARGE))
        return NULL;
    io_uring_queue_exit(&ring);
    return too_old;
}

void ring_require(const char *model, int argc, char **argv)
{
    struct options options = {0};
    const char *why = open_ring();

    if (why == NULL) {
        why = goes_on_receiving() ? NULL : too_old;
        io_uring_queue_exit(&ring);
    }
    if (why == NULL)
        return;
    fail_name(model);
    options_read(&options, model, argc, argv);
    die_unavailable("%s", why);
}

void ring_open(void)
{
    const char *why = open_ring();

    if (why != NULL)
        die_unavailable("%s", why);
    io_uring_register_ring_fd(&ring); // saves a look-up in each call; without it all works too
}
