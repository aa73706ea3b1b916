// transfer.h: send(2) and recv(2) as bare system calls. glibc's own are points at which a thread
// may be cancelled; once there are two threads, guarding these costs 86 instructions and four
// locked ones per request (measured with callgrind), and nobody here cancels threads.
#ifndef LOADGEN_TRANSFER_H
#define LOADGEN_TRANSFER_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline ssize_t transfer_send(int fd, const void *bytes, size_t n)
{
    return syscall(SYS_sendto, fd, bytes, n, MSG_NOSIGNAL, NULL, 0);
}

static inline ssize_t transfer_receive(int fd, void *room, size_t size)
{
    return syscall(SYS_recvfrom, fd, room, size, 0, NULL, NULL);
}

#endif
