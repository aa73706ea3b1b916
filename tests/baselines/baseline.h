// baseline.h: what is no library's business, the same for all: the command line, the descriptor
// limit, and the listener with its line.
#ifndef TESTS_BASELINE_H
#define TESTS_BASELINE_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

// What one read may bring: that of our servers.
enum { ROOM = 65536 };

_Noreturn static inline void die(const char *call)
{
    perror(call);
    exit(1);
}

static inline uint16_t read_port(int argc, char **argv)
{
    char *end = NULL;
    unsigned long port = argc == 3 ? strtoul(argv[2], &end, 10) : 0;

    if (argc != 3 || strcmp(argv[1], "--port") != 0 || end == argv[2] || *end != '\0' ||
        port > 65535) {
        fprintf(stderr, "usage: %s --port N (0: a free one)\n", argv[0]);
        exit(64);
    }
    return (uint16_t)port;
}

// The listener, which does not block. Clients inherit TCP_NODELAY from it.
static inline int start_listening(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(read_port(argc, argv)),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    struct rlimit files;
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    signal(SIGPIPE, SIG_IGN);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) < 0 ||
        bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, SOMAXCONN) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0)
        die("listen");
    printf("listening on 127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

// After a call that failed: nothing is lost, and the loop comes again.
static inline int comes_again(void)
{
    return errno == EAGAIN || errno == EINTR;
}

// What the socket had no room for. While there is any, nothing is read: back-pressure.
struct owed {
    unsigned char *bytes;
    size_t length, sent;
};

static inline int owe(struct owed *o, const void *bytes, size_t n)
{
    if ((o->bytes = malloc(n)) == NULL)
        return -1;
    memcpy(o->bytes, bytes, n);
    o->length = n;
    o->sent = 0;
    return 0;
}

static inline void owe_nothing(struct owed *o)
{
    free(o->bytes);
    *o = (struct owed){.bytes = NULL};
}

#endif
