// proc_detail.c: what /proc shows of one process: descriptors, memory, sockets, limits.
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conform/own.h"

// NOLINTBEGIN(cert-err34-c): the numbers that the kernel prints fit where they are read to.

enum { MOST_PROCESSES = 16384 };

static pid_t pids[MOST_PROCESSES];

// ---- Descriptors ----

// Calls look(number, link) for each descriptor of a process, until that returns true; returns
// whether one did.
static bool any_descriptor(pid_t pid, bool look(unsigned fd, const char *link, void *), void *arg)
{
    char path[64], target[128];
    bool found = false;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    if (dir == NULL) {
        check_sight();
        return false;
    }
    for (struct dirent *entry; !found && (entry = readdir(dir)) != NULL;) {
        if (!isdigit((unsigned char)*entry->d_name))
            continue;
        snprintf(path, sizeof path, "/proc/%d/fd/%.12s", (int)pid, entry->d_name);
        ssize_t n = readlink(path, target, sizeof target - 1);
        target[n < 0 ? 0 : n] = '\0';
        found = look((unsigned)strtoul(entry->d_name, NULL, 10), target, arg);
    }
    closedir(dir);
    return found;
}

static bool count_one(unsigned fd, const char *link, void *arg)
{
    (void)fd, (void)link;
    ++*(size_t *)arg;
    return false;
}

size_t descriptors(struct trial *t)
{
    size_t n = processes(t, pids, MOST_PROCESSES), sum = 0;

    for (size_t i = 0; i < n; i++)
        any_descriptor(pids[i], count_one, &sum);
    return sum;
}

enum { MOST_DESCRIPTORS = 1 << 20 };

static bool note_number(unsigned fd, const char *link, void *arg)
{
    (void)link;
    if (fd < MOST_DESCRIPTORS)
        ((bool *)arg)[fd] = true;
    return false;
}

unsigned lowest_free_descriptor(pid_t pid)
{
    bool *used = calloc(MOST_DESCRIPTORS + 1, sizeof *used);
    unsigned fd = 0;

    if (used == NULL)
        abort();
    any_descriptor(pid, note_number, used);
    while (used[fd])
        fd++;
    free(used);
    return fd;
}

// ---- Memory and limits ----

long process_kib(pid_t pid)
{
    char path[64], line[256];
    long sum = 0, kib;

    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        check_sight();
        return 0;
    }
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "Private_Clean: %ld", &kib) == 1 ||
            sscanf(line, "Private_Dirty: %ld", &kib) == 1)
            sum += kib;
    fclose(file);
    return sum;
}

long private_kib(struct trial *t)
{
    size_t n = processes(t, pids, MOST_PROCESSES);
    long sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += process_kib(pids[i]);
    return sum;
}

uint64_t limit(struct trial *t, int resource, uint64_t soft)
{
    size_t n = processes(t, pids, MOST_PROCESSES);
    uint64_t before = 0;

    for (size_t i = 0; i < n; i++) {
        struct rlimit r;
        if (prlimit(pids[i], (enum __rlimit_resource)resource, NULL, &r) == -1)
            continue;
        if (i == 0)
            before = r.rlim_cur;
        r.rlim_cur = soft < r.rlim_max ? soft : r.rlim_max;
        if (prlimit(pids[i], (enum __rlimit_resource)resource, &r, NULL) == -1 && errno != ESRCH)
            fail_case(t, "setting a resource limit of process %d: %s", (int)pids[i],
                      strerror(errno));
    }
    return before;
}

// ---- Sockets ----

// A line of /proc/net/tcp or tcp6.
struct row {
    int family;
    unsigned char local[16], remote[16];
    unsigned local_port, remote_port, state;
    unsigned long inode;
};

// Addresses are printed as words in the machine's byte order.
static void read_address(const char *hex, unsigned char address[16])
{
    for (size_t i = 0; hex[i * 8] != '\0'; i++) {
        unsigned word;
        sscanf(hex + i * 8, "%8x", &word);
        memcpy(address + i * 4, &word, 4);
    }
}

// Calls look() for each row until that returns true; returns whether one did.
static bool any_socket(bool look(const struct row *, void *), void *arg)
{
    static const char *const files[] = {"/proc/net/tcp", "/proc/net/tcp6"};
    char line[512], local[33], remote[33];
    bool found = false;

    for (size_t i = 0; i < 2 && !found; i++) {
        FILE *file = fopen(files[i], "re");
        if (file == NULL) {
            check_sight();
            continue;
        }
        while (!found && fgets(line, sizeof line, file) != NULL) {
            struct row row = {.family = i == 0 ? AF_INET : AF_INET6};
            if (sscanf(line, " %*d: %32[0-9A-F]:%x %32[0-9A-F]:%x %x %*s %*s %*s %*u %*u %lu",
                       local, &row.local_port, remote, &row.remote_port, &row.state,
                       &row.inode) != 6)
                continue;
            read_address(local, row.local);
            read_address(remote, row.remote);
            found = look(&row, arg);
        }
        fclose(file);
    }
    return found;
}

static bool is_inode(unsigned fd, const char *link, void *arg)
{
    char wanted[64];

    (void)fd;
    snprintf(wanted, sizeof wanted, "socket:[%lu]", *(unsigned long *)arg);
    return strcmp(link, wanted) == 0;
}

static bool holds(pid_t pid, unsigned long inode)
{
    return any_descriptor(pid, is_inode, &inode);
}

struct search {
    size_t n;      // of pids
    unsigned port; // 0: any
    unsigned client_port;
    struct row row; // what was found
};

static bool is_listener(const struct row *row, void *arg)
{
    struct search *s = arg;

    if (row->state != TCP_LISTEN || (s->port != 0 && row->local_port != s->port))
        return false;
    for (size_t i = 0; i < s->n; i++)
        if (holds(pids[i], row->inode)) {
            s->row = *row;
            return true;
        }
    return false;
}

bool find_listener(struct trial *t, uint16_t only, char host[64], uint16_t *port)
{
    struct search s = {.n = processes(t, pids, MOST_PROCESSES), .port = only};

    if (!any_socket(is_listener, &s))
        return false;
    inet_ntop(s.row.family, s.row.local, host, 64);
    // Whoever listens on all addresses is reached at the loopback one.
    if (strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0)
        snprintf(host, 64, "127.0.0.1");
    *port = (uint16_t)s.row.local_port;
    return true;
}

struct tally {
    unsigned port, state;
    size_t n;
};

static bool count_row(const struct row *row, void *arg)
{
    struct tally *tally = arg;

    tally->n += row->local_port == tally->port && row->state == tally->state;
    return false;
}

size_t sockets_in_state(uint16_t local_port, unsigned state)
{
    struct tally tally = {.port = local_port, .state = state};

    any_socket(count_row, &tally);
    return tally.n;
}

static bool is_connection(const struct row *row, void *arg)
{
    struct search *s = arg;

    if (row->local_port != s->port || row->remote_port != s->client_port || row->inode == 0)
        return false;
    s->row = *row;
    return true;
}

pid_t holder(struct trial *t, int client)
{
    struct sockaddr_in6 address = {0}; // an IPv4 one has its port at the same place
    socklen_t length = sizeof address;
    struct search s = {.port = t->port};

    if (getsockname(client, (struct sockaddr *)&address, &length) == -1)
        return 0;
    s.client_port = ntohs(address.sin6_port);
    if (!any_socket(is_connection, &s) || s.row.inode == 0)
        return 0;
    for (size_t i = processes(t, pids, MOST_PROCESSES); i-- > 0;)
        if (holds(pids[i], s.row.inode))
            return pids[i];
    return 0;
}

// NOLINTEND(cert-err34-c)
