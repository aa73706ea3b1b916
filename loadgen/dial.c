// dial.c: see dial.h.
#include "loadgen/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

// Half of what there is: near the end the kernel searches long for a free one (ip(7),
// IP_BIND_ADDRESS_NO_PORT; Documentation/networking/ip-sysctl.rst, ip_local_port_range).
static uint32_t ports_of_a_source(void)
{
    unsigned long low = 32768, high = 60999; // as Linux comes
    char line[64], *end;

    if (file_first_line("/proc/sys/net/ipv4/ip_local_port_range", line, sizeof line)) {
        unsigned long first = strtoul(line, &end, 10), last = strtoul(end, NULL, 10);
        if (first > 0 && first <= last && last <= UINT16_MAX) {
            low = first;
            high = last;
        }
    }
    return (uint32_t)(high - low) / 2 + 1;
}

void dial_open(struct dial *d, const struct address *target, uint32_t part, uint32_t parts)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&target->storage;

    *d = (struct dial){.target = *target, .part = part, .parts = parts};
    d->loopback = v4->sin_family == AF_INET && ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    d->per_source = ports_of_a_source();
}

// Gives the socket its source address: 127.0.0.1 + n, n moving on. The port is left to connect(2),
// which may then use one for several targets.
static int bind_source(const struct dial *d, int fd)
{
    enum { SOURCES = 1 << 20 };
    uint64_t block = d->made / d->per_source + d->skipped;
    uint32_t n = (uint32_t)((block * d->parts + d->part) % SOURCES);
    struct sockaddr_in from = {.sin_family = AF_INET};
    int one = 1;

    if (!d->loopback || n == 0)
        return 0; // the kernel's own choice is good
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + n);
    if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one) < 0)
        return -1;
    return bind(fd, (const struct sockaddr *)&from, sizeof from);
}

static int try_to_begin(const struct dial *d)
{
    const struct address *to = &d->target;
    int one = 1, fd = socket(to->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (bind_source(d, fd) == 0 &&
        (connect(fd, (const struct sockaddr *)&to->storage, to->length) == 0 ||
         errno == EINPROGRESS))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int dial_begin(struct dial *d)
{
    enum { TRIES = 8 };
    int fd = -1;

    for (int i = 0; i < TRIES; i++) {
        fd = try_to_begin(d);
        if (fd >= 0 || errno != EADDRNOTAVAIL || !d->loopback)
            break;
        d->skipped++; // others may have taken this address's ports
    }
    if (fd >= 0)
        d->made++;
    return fd;
}

int dial_outcome(int fd)
{
    int error = 0;
    socklen_t size = sizeof error;

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

const char *dial_advice(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return "nobody listens there: is the server running, and is this its port?";
    case EADDRNOTAVAIL:
        return "no port is left to connect from: those of closed connections stay taken for a "
               "minute (TIME_WAIT); wait, use fewer connections, or a target in 127.0.0.0/8, which "
               "is dialled from many addresses";
    case EMFILE:
        return "this process has no descriptors left: raise `ulimit -n`";
    case ENFILE:
        return "the machine has no descriptors left: raise fs.file-max";
    case ETIMEDOUT:
        return "nothing came back: the server's listen queue is full because it does not accept, "
               "or a "
               "firewall drops what we send";
    case EPIPE:
    case ECONNRESET:
        return "the server took the connection and threw it away: it has a limit of clients, "
               "or it died";
    case ENETUNREACH:
    case EHOSTUNREACH:
        return "no way leads there: look at the address and the routes";
    case ENOBUFS:
    case ENOMEM:
        return "the kernel has no memory left for sockets: use fewer connections";
    default:
        return "";
    }
}
