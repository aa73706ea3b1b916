// pass.c: see pass.h.
#include "server/pass.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fail.h"
#include "server/counters.h"
#include "server/server.h"

// Beside the bytes of a message, in memory aligned as the header asks: room for one descriptor.
union beside {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr header;
};

bool pass_client(int channel, int fd)
{
    uint64_t ordinal = server_ordinal(fd);
    struct iovec bytes = {.iov_base = &ordinal, .iov_len = sizeof ordinal};
    union beside beside = {.bytes = {0}};
    struct msghdr message = {.msg_iov = &bytes,
                             .msg_iovlen = 1,
                             .msg_control = &beside,
                             .msg_controllen = sizeof beside};
    ssize_t n;

    beside.header.cmsg_level = SOL_SOCKET;
    beside.header.cmsg_type = SCM_RIGHTS;
    beside.header.cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(&beside.header), &fd, sizeof fd);
    do
        n = sendmsg(channel, &message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n == sizeof ordinal;
}

int receive_client(int channel)
{
    uint64_t ordinal;
    struct iovec bytes = {.iov_base = &ordinal, .iov_len = sizeof ordinal};
    union beside beside = {.bytes = {0}};
    struct msghdr message = {.msg_iov = &bytes,
                             .msg_iovlen = 1,
                             .msg_control = &beside,
                             .msg_controllen = sizeof beside};
    ssize_t n;
    int fd;

    do
        n = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n != sizeof ordinal)
        return ACCEPT_STOPPED;
    if (CMSG_FIRSTHDR(&message) == NULL) { // the bytes have come, but the kernel found no number
        errno = EMFILE;
        warn_errno_sometimes("a client is refused: passing it");
        count(COUNT_refused, 1);
        clients_leave();
        return ACCEPT_NONE;
    }
    memcpy(&fd, CMSG_DATA(&beside.header), sizeof fd);
    server_set_ordinal(fd, ordinal);
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
