// pass.c: see pass.h.
#include "server/pass.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fail.h"
#include "server/counters.h"
#include "server/server.h"

// A client on its way: its place in the order of accepting, and beside these bytes, in memory
// aligned as the header asks, room for one descriptor.
struct parcel {
    uint64_t ordinal;
    alignas(struct cmsghdr) char beside[CMSG_SPACE(sizeof(int))];
    struct iovec bytes;
    struct msghdr message;
};

static void lay_out(struct parcel *p)
{
    *p = (struct parcel){.ordinal = 0};
    p->bytes = (struct iovec){.iov_base = &p->ordinal, .iov_len = sizeof p->ordinal};
    p->message.msg_iov = &p->bytes;
    p->message.msg_iovlen = 1;
    p->message.msg_control = p->beside;
    p->message.msg_controllen = sizeof p->beside;
}

bool pass_client(int channel, int fd)
{
    struct parcel p;
    ssize_t n;

    lay_out(&p);
    p.ordinal = server_ordinal(fd);
    struct cmsghdr *header = CMSG_FIRSTHDR(&p.message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    do
        n = sendmsg(channel, &p.message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n == sizeof p.ordinal;
}

int receive_client(int channel)
{
    struct parcel p;
    ssize_t n;
    int fd;

    lay_out(&p);
    do
        n = recvmsg(channel, &p.message, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n != sizeof p.ordinal)
        return ACCEPT_STOPPED;
    struct cmsghdr *header = CMSG_FIRSTHDR(&p.message);
    if (header == NULL) { // the bytes have come, but the kernel found no number
        errno = EMFILE;
        warn_errno_sometimes("a client is refused: passing it");
        count(COUNT_refused, 1);
        clients_leave();
        return ACCEPT_NONE;
    }
    memcpy(&fd, CMSG_DATA(header), sizeof fd);
    server_set_ordinal(fd, p.ordinal);
    return fd;
}

bool say_free(int channel)
{
    ssize_t n;

    do
        n = send(channel, "", 1, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

bool hear_free(int channel)
{
    char byte;
    ssize_t n;

    do
        n = recv(channel, &byte, 1, 0);
    while (n < 0 && errno == EINTR);
    return n == 1;
}
