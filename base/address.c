// address.c: see address.h.
#include "base/address.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

size_t address_find(const char *host, uint16_t port, struct address *found, size_t max,
                    const char **why)
{
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list;
    char service[8];
    size_t n = 0;

    snprintf(service, sizeof service, "%u", (unsigned)port);
    int error = getaddrinfo(host, service, &hints, &list);
    if (error != 0) {
        *why = error == EAI_SYSTEM ? "the name service failed" : gai_strerror(error);
        return 0;
    }
    for (struct addrinfo *a = list; a != NULL && n < max; a = a->ai_next) {
        memcpy(&found[n].storage, a->ai_addr, a->ai_addrlen);
        found[n++].length = a->ai_addrlen;
    }
    freeaddrinfo(list);
    return n;
}

void address_text(const struct address *address, char text[ADDRESS_TEXT])
{
    char host[ADDRESS_TEXT - 16], port[8];
    int v6 = address->storage.ss_family == AF_INET6;

    if (getnameinfo((const struct sockaddr *)&address->storage, address->length, host, sizeof host,
                    port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        snprintf(text, ADDRESS_TEXT, "?");
    else
        snprintf(text, ADDRESS_TEXT, v6 ? "[%s]:%s" : "%s:%s", host, port);
}
