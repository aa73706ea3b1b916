// sockets.c: see sockets.h.
#include "watch/sockets.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/proc.h"

// ---- Descriptors ---------------------------------------------------------------------------

static void add_inode(struct sockets *s, uint64_t inode)
{
    if (s->count == s->room) {
        s->room = s->room > 0 ? 2 * s->room : 256;
        s->inode = realloc(s->inode, s->room * sizeof *s->inode);
        if (s->inode == NULL)
            die("no memory for a list of %zu sockets", s->room);
    }
    s->inode[s->count++] = inode;
}

void sockets_add(struct sockets *s, pid_t pid)
{
    static const char socket_link[] = "socket:[";
    char path[64], target[64];
    const struct dirent *entry;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return;
    s->told = true;
    while ((entry = readdir(folder)) != NULL) {
        ssize_t n = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
        if (n < 0) // "." and "..", or closed meanwhile
            continue;
        target[n] = '\0';
        s->all++;
        if (strncmp(target, socket_link, sizeof socket_link - 1) == 0)
            add_inode(s, strtoull(target + sizeof socket_link - 1, NULL, 10));
        s->eventpolls += strcmp(target, "anon_inode:[eventpoll]") == 0;
        s->io_urings += strcmp(target, "anon_inode:[io_uring]") == 0;
    }
    closedir(folder);
}

// ---- TCP -----------------------------------------------------------------------------------

// Addresses are printed as words in the machine's byte order.
static void read_words(const char *hex, void *address, size_t words)
{
    for (size_t i = 0; i < words; i++) {
        char word[9] = "";
        memcpy(word, hex + i * 8, 8);
        uint32_t value = (uint32_t)strtoul(word, NULL, 16);
        memcpy((char *)address + i * 4, &value, 4);
    }
}

bool tcp_row_parse(const char *line, bool v6, struct tcp_row *row)
{
    char address[33];
    unsigned port;

    // The kernel's numbers fit. NOLINTNEXTLINE(cert-err34-c)
    if (sscanf(line, " %*u: %32[0-9A-F]:%x %*[0-9A-F]:%*x %x %*x:%x %*x:%*x %*x %*u %*u %" SCNu64,
               address, &port, &row->state, &row->waiting, &row->inode) != 5 ||
        strlen(address) != (v6 ? 32 : 8))
        return false;
    row->port = (uint16_t)port;
    memset(&row->local, 0, sizeof row->local);
    if (v6) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&row->local.storage;
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(row->port);
        read_words(address, &in6->sin6_addr, 4);
        row->local.length = sizeof *in6;
    } else {
        struct sockaddr_in *in = (struct sockaddr_in *)&row->local.storage;
        in->sin_family = AF_INET;
        in->sin_port = htons(row->port);
        read_words(address, &in->sin_addr, 1);
        row->local.length = sizeof *in;
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

// How many of the descriptors are that socket.
static size_t holders(const struct sockets *s, uint64_t inode)
{
    const uint64_t *found = s->count > 0
                                ? bsearch(&inode, s->inode, s->count, sizeof inode, compare)
                                : NULL;
    size_t n = 0;

    if (found == NULL)
        return 0;
    while (found > s->inode && found[-1] == inode)
        found--;
    while (found + n < s->inode + s->count && found[n] == inode)
        n++;
    return n;
}

static void add_listener(struct sockets *s, const struct tcp_row *row, size_t held, bool *is_ours)
{
    s->listeners += held;
    s->waiting += row->waiting;
    s->ports += !is_ours[row->port];
    is_ours[row->port] = true;
    if (*s->listens == '\0')
        address_text(&row->local, s->listens);
}

// The listening sockets stand before all others.
static void read_table(struct sockets *s, FILE *f, bool v6, bool count_clients, bool *is_ours)
{
    char line[256];
    struct tcp_row row;

    while (fgets(line, sizeof line, f) != NULL) {
        if (!tcp_row_parse(line, v6, &row))
            continue;
        if (row.state != TCP_LISTEN && !count_clients)
            break;
        size_t held = row.inode == 0 ? 0 : holders(s, row.inode);
        if (held > 0 && row.state == TCP_LISTEN)
            add_listener(s, &row, held, is_ours);
        s->clients += held > 0 && row.state == TCP_ESTABLISHED && is_ours[row.port];
    }
}

unsigned sockets_ask(struct sockets *s, pid_t pid, unsigned tables, bool count_clients)
{
    static const char *const names[] = {"tcp", "tcp6"};
    bool *is_ours = calloc(UINT16_MAX + 1, sizeof *is_ours); // by port
    unsigned found = 0;

    if (is_ours == NULL)
        die("no memory for a list of ports");
    if (s->count > 0)
        qsort(s->inode, s->count, sizeof *s->inode, compare);
    for (unsigned i = 0; i < 2; i++) {
        FILE *f = (tables & (1U << i)) != 0 ? proc_open("/proc/%d/net/%s", (int)pid, names[i])
                                            : NULL;
        size_t listeners = s->listeners;
        if (f == NULL)
            continue;
        read_table(s, f, i == 1, count_clients, is_ours);
        fclose(f);
        found |= s->listeners > listeners ? 1U << i : 0;
    }
    free(is_ours);
    s->sockets = s->count - s->listeners;
    return found;
}

void sockets_free(struct sockets *s)
{
    free(s->inode);
    s->inode = NULL;
    s->count = s->room = 0;
}
