// anywhere.h: how the servers of this folder begin: on a free port of 127.0.0.1, which they print
// as all servers of echolab do.
#ifndef TESTS_SERVERS_ANYWHERE_H
#define TESTS_SERVERS_ANYWHERE_H

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/fail.h"

static inline int listen_anywhere(int type_flags, int backlog)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int s = socket(AF_INET, SOCK_STREAM | type_flags, 0);

    if (s < 0 || bind(s, (struct sockaddr *)&address, length) < 0 || listen(s, backlog) < 0 ||
        getsockname(s, (struct sockaddr *)&address, &length) < 0)
        die_errno("cannot listen");
    printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
    fflush(stdout);
    return s;
}

#endif
