// listener.c: see listener.h.
#include "server/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "base/fail.h"

// On Linux accepted sockets inherit all of these from their listener: one call here in place of
// one for each client. A receive buffer must be set before the handshake anyway (tcp(7)).
static int set_options(int fd, const struct options *o)
{
    int yes = 1;

    // Restart at once: connections of the last run may still be in TIME_WAIT. It does not let two
    // servers listen on one port; SO_REUSEPORT would.
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &yes, sizeof yes) < 0) // urgent bytes are bytes
        return -1;
    if (o->sndbuf > 0 && setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &o->sndbuf, sizeof o->sndbuf) < 0)
        return -1;
    if (o->rcvbuf > 0 && setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &o->rcvbuf, sizeof o->rcvbuf) < 0)
        return -1;
    return 0;
}

// When a listener says that its port may be shared (SO_REUSEPORT). The first one of several says
// so when it listens: said before bind it would be let in where another server listens, and said
// between the two, two servers that begin at the same moment would let each other in.
enum share { NEVER, AFTER_LISTEN, BEFORE_BIND };

static int share_port(int fd, bool now)
{
    int yes = 1;

    return now ? setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) : 0;
}

static int try_address(const struct address *address, const struct options *o, enum share share)
{
    int fd = socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (set_options(fd, o) < 0 || share_port(fd, share == BEFORE_BIND) < 0 ||
        bind(fd, (const struct sockaddr *)&address->storage, address->length) < 0 ||
        listen(fd, o->backlog) < 0 || share_port(fd, share == AFTER_LISTEN) < 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static int open_any(const struct options *o, enum share share)
{
    struct address found[16];
    const char *why;
    int fd = -1;
    size_t n = address_find(o->host, o->port, found, sizeof found / sizeof *found, &why);
    const char *shape = strchr(o->host, ':') != NULL ? "cannot listen on [%s]:%u"
                                                     : "cannot listen on %s:%u";
    char where[300];

    snprintf(where, sizeof where, shape, o->host, (unsigned)o->port);
    if (n == 0)
        die("%s: %s", where, why);
    // A name can have several addresses. The next one is no way out when the port is in use: a
    // second server would listen beside the first.
    for (size_t i = 0; i < n && fd < 0 && (i == 0 || errno != EADDRINUSE); i++)
        fd = try_address(&found[i], o, share);
    if (fd < 0)
        die_errno("%s", where);
    return fd;
}

int listener_open(const struct options *o)
{
    return open_any(o, NEVER);
}

int listener_open_shared(const struct options *o)
{
    return open_any(o, AFTER_LISTEN);
}

int listener_join(const struct options *o, int first)
{
    struct address address = {.length = sizeof address.storage};
    int fd = -1;

    if (getsockname(first, (struct sockaddr *)&address.storage, &address.length) == 0)
        fd = try_address(&address, o, BEFORE_BIND);
    return fd;
}

void listener_announce(int fd)
{
    struct address address = {.length = sizeof address.storage};
    char text[ADDRESS_TEXT];

    if (getsockname(fd, (struct sockaddr *)&address.storage, &address.length) < 0)
        die_errno("getsockname");
    address_text(&address, text);
    printf("listening on %s\n", text);
    fflush(stdout);
}
