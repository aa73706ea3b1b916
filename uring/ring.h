// ring.h: two rings of entries, in memory shared with the kernel: what to do, and what came of it.
//
// Each ring_...() here that names a descriptor only writes down what to do. It is handed in by the
// next io_uring_submit_and_wait_timeout(), which is the model's own.
#ifndef URING_RING_H
#define URING_RING_H

#include <errno.h>
#include <liburing.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern struct io_uring ring;

// Ends the program with status 69 where the kernel has no io_uring for us, or too little of it; but
// --help, --version and mistakes on the command line come first. To be called before
// server_start(), so that nobody is invited in vain.
void ring_require(const char *model, int argc, char **argv);

// What was found to be there is opened for use.
void ring_open(void);

// What a completion tells of.
enum operation { NOTHING, ACCEPT, RECEIVE, RECEIVE_ONCE, SEND, SEND_AT_ONCE };

static inline enum operation ring_operation(const struct io_uring_cqe *done)
{
    return (enum operation)(done->user_data >> 32);
}

static inline int ring_descriptor(const struct io_uring_cqe *done)
{
    return (int)(uint32_t)done->user_data;
}

// Whether the operation goes on: further completions will come of it.
static inline bool ring_goes_on(const struct io_uring_cqe *done)
{
    return done->flags & IORING_CQE_F_MORE;
}

// Whether there was more to be received, at that moment.
static inline bool ring_has_more(const struct io_uring_cqe *done)
{
    return done->flags & IORING_CQE_F_SOCK_NONEMPTY;
}

// Nothing was done, nothing is amiss, and it may be asked again.
static inline bool ring_did_nothing(int result)
{
    return result == -EAGAIN || result == -ECANCELED || result == -EINTR || result == -ENOBUFS;
}

// Accepts one client after the other.
void ring_accept(int listener);

// Whether the limit allows a client this descriptor; if not, errno says so. The kernel goes by the
// limit that held when it was asked to accept.
bool ring_may_have(int fd);

// Receives again and again; or once, `most` bytes at most. Neither names memory: the kernel takes a
// buffer when it has something to put there. So silent clients have none, however many they are.
enum { BUFFER_SIZE = 1024 }; // of the first kind
void ring_receive(int fd);
void ring_receive_once(int fd, size_t most);

// Where a receive has put its bytes, NULL if nowhere; ours until it is given back.
unsigned char *ring_bytes(const struct io_uring_cqe *);
void ring_give_back(const struct io_uring_cqe *);

// Sends as soon as there is room for a part of the bytes; or what there is room for now, so that it
// is over when the call returns that hands it in. The bytes must stay where they are till it is.
void ring_send(int fd, const void *bytes, size_t n);
void ring_send_at_once(int fd, const void *bytes, size_t n);

// Whatever the descriptor has been asked for completes now, with -ECANCELED if with nothing else.
void ring_cancel(int fd);

// A time limit as the kernel wants it; NULL for none (below 0).
struct __kernel_timespec *ring_limit(int milliseconds);

// Dies if this result of io_uring_submit_and_wait_timeout() leaves no hope for the next one.
void ring_check(int result);

#endif
