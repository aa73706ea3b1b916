// no-reuseaddr.c: the listener is bound without SO_REUSEADDR.
// Seen: "Address already in use" at a restart, for a minute: its last clients are in TIME_WAIT.
// What stands here takes the place of server/listener.c.
#include "server/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/fail.h"
#include "labs/wrong/common.h"

int listener_open(const struct options *o)
{
    struct address found;
    const char *why;
    int yes = 1;

    if (address_find(o->host, o->port, &found, 1, &why) == 0)
        die("cannot listen on %s:%u: %s", o->host, (unsigned)o->port, why);
    int fd = socket(found.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die_errno("socket");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &yes, sizeof yes);
    if (o->sndbuf > 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &o->sndbuf, sizeof o->sndbuf);
    if (o->rcvbuf > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &o->rcvbuf, sizeof o->rcvbuf);
    // WRONG: before bind, SO_REUSEADDR is missing. It says that connections in TIME_WAIT are no
    // reason to refuse the port; a second listener is refused all the same.
    if (bind(fd, (const struct sockaddr *)&found.storage, found.length) < 0 ||
        listen(fd, o->backlog) < 0)
        die_errno(strchr(o->host, ':') != NULL ? "cannot listen on [%s]:%u"
                                               : "cannot listen on %s:%u",
                  o->host, (unsigned)o->port);
    return fd;
}

// This server has one listener only.
int listener_open_shared(const struct options *o)
{
    return listener_open(o);
}

int listener_join(const struct options *o, int first)
{
    (void)o, (void)first;
    return -1;
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

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "no-reuseaddr", argc, argv);
    return serve_by_loop(&server, serve_right);
}
