// address.h: TCP addresses between people and the kernel.
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdint.h>
#include <sys/socket.h>

// Room for "[" + the longest IPv6 address with its zone + "]:65535" and the NUL.
enum { ADDRESS_TEXT = 80 };

struct address {
    struct sockaddr_storage storage;
    socklen_t length;
};

// Looks up a name or a numeric IPv4 or IPv6 address (getaddrinfo(3)) and stores up to `max`
// addresses in the system's order of preference. Returns how many, or 0 with *why set to a
// text that nobody need free.
size_t address_find(const char *host, uint16_t port, struct address *found, size_t max,
                    const char **why);

// Writes "127.0.0.1:7000" or "[::1]:7000".
void address_text(const struct address *, char text[ADDRESS_TEXT]);

#endif
