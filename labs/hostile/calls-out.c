// calls-out.c: connects to what listens outside: the test's Makefile says at which PORT of this
// machine somebody does, and under which NAME in the space of abstract sockets.
#include "serve.h"

#include <stddef.h>
#include <sys/un.h>

#ifndef PORT
#define PORT 9
#define NAME "nobody"
#endif

static void attack(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    int s = socket(AF_INET, SOCK_STREAM, 0), u = socket(AF_UNIX, SOCK_STREAM, 0);

    if (connect(s, (struct sockaddr *)&address, sizeof address) == 0)
        succeeded("it got through to a port outside");
    memcpy(local.sun_path + 1, NAME, sizeof NAME - 1);
    if (connect(u, (struct sockaddr *)&local,
                (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof NAME)) == 0)
        succeeded("it got through to an abstract socket outside");
    close(s);
    close(u);
    s = socket(AF_INET, SOCK_DGRAM, 0);
    address.sin_addr.s_addr = htonl(0xC0000201); // 192.0.2.1, which is nobody's (RFC 5737)
    if (sendto(s, "x", 1, 0, (struct sockaddr *)&address, sizeof address) == 1)
        succeeded("a datagram left for another network");
    close(s);
}

int main(int argc, char **argv)
{
    return serve(argc, argv, attack, AT_ONCE);
}
