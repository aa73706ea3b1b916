// faults.c: the first half of faults.h: how many clients there can be, and what became of them.
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conform/faults.h"
#include "tests/conform/own.h"

enum { MAX_PROCESSES = 4096 };

static pid_t pids[MAX_PROCESSES];

unsigned at_once(const struct trial *t, unsigned wanted)
{
    unsigned most = t->candidate->holds;

    if (t->candidate->serves == SERVES_ONE)
        return 1;
    // A crew whose number we cannot set must have room for the bystander too.
    if (t->candidate->serves == SERVES_CREW && most > 1 && !takes_options(t->candidate))
        most--;
    return wanted < most ? wanted : most;
}

void ask_bystander(struct trial *t, int bystander)
{
    if (bystander >= 0)
        round_trip(t, bystander);
}

unsigned char *random_bytes(struct trial *t, size_t n, uint64_t seed)
{
    unsigned char *bytes = malloc(n);

    expect(t, bytes != NULL, "the suite itself is out of memory");
    fill_random(bytes, n, seed);
    return bytes;
}

enum fate fate_of(struct trial *t, int client, const void *expected, size_t n, double seconds)
{
    const unsigned char *rest = expected;
    double deadline = now() + seconds * t->own->slowness;

    while (n > 0) {
        unsigned char bytes[4096];
        double left = deadline - now();
        ssize_t got;

        doing(t, "waiting for an answer or the end of the connection");
        if (!wait_readable(client, left > 0 ? left : 0))
            return SILENT;
        got = recv(client, bytes, n < sizeof bytes ? n : sizeof bytes, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (got <= 0)
            return GONE;
        expect(t, memcmp(bytes, rest, (size_t)got) == 0,
               "expected the right answer or the end of the connection, saw wrong bytes");
        rest += got;
        n -= (size_t)got;
    }
    return SERVED;
}

bool push(struct trial *t, int client, const void *bytes, size_t n)
{
    const unsigned char *rest = bytes;

    while (n > 0) {
        struct pollfd room = {.fd = client, .events = POLLOUT};
        ssize_t sent;

        expect(t, poll(&room, 1, (int)(patience(t) * 1000)) == 1,
               "a client could not get rid of %s bytes within %d s", grouped(n), PATIENCE);
        sent = send(client, rest, n, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (sent < 0)
            return false;
        rest += sent;
        n -= (size_t)sent;
    }
    return true;
}

void await_service(struct trial *t, double seconds)
{
    double deadline = now() + seconds * t->own->slowness;

    doing(t, "waiting for a newcomer to be served");
    for (;;) {
        char fate[100];
        int newcomer = try_dial(t);
        bool served = newcomer >= 0 && answered_within(t, newcomer, 2);

        if (newcomer >= 0)
            close(newcomer);
        if (served)
            return;
        expect(t, server_runs(t, fate, sizeof fate), "expected service to resume");
        expect(t, now() < deadline,
               "expected service to resume, but no newcomer was answered for %.0f s", seconds);
        nap(0.02);
    }
}

void await_descriptors(struct trial *t, size_t most)
{
    expect_in_sight(t);
    double deadline = now() + patience(t);
    while (descriptors(t) > most || zombies(t) > 0) {
        expect(t, now() < deadline,
               "expected at most %zu descriptors and no zombie when the clients have left, saw %zu "
               "and %zu",
               most, descriptors(t), zombies(t));
        nap(0.01);
    }
}

void await_received(struct trial *t, int client)
{
    int left;

    doing(t, "waiting until the server's kernel has received all");
    // Received is what is acknowledged.
    for (double end = now() + patience(t); ioctl(client, SIOCOUTQ, &left) == 0 && left > 0;
         nap(0.001))
        if (now() > end)
            fail_case(t, "the test itself sent more than a kernel takes: %d bytes are left", left);
}

void await_closed(struct trial *t)
{
    doing(t, "waiting until the server accepts no more");
    for (double end = now() + patience(t); sockets_in_state(t->port, TCP_LISTEN) > 0; nap(0.002))
        expect(t, now() < end, "%.0f s after SIGTERM the server still accepts", patience(t));
    int client = try_dial(t);
    expect(t, client == -1, "a newcomer was accepted after the stop");
}

void expect_status(struct trial *t, int status, int expected)
{
    expect(t, status == expected, "expected exit status %d, got %d", expected, status);
}

// What the kernel holds for the server's side of this connection: bytes sent to the client and not
// acknowledged (its FIN counts as one), and bytes not read.
static void queues_of(struct trial *t, int client, unsigned long *sending, unsigned long *unread)
{
    struct sockaddr_in6 address = {
        0}; // large enough for IPv4, with family and port at the same places
    socklen_t length = sizeof address;
    char line[512];
    FILE *table;

    *sending = *unread = 0;
    expect(t, getsockname(client, (struct sockaddr *)&address, &length) == 0, "getsockname: %s",
           strerror(errno));
    table = fopen(address.sin6_family == AF_INET6 ? "/proc/net/tcp6" : "/proc/net/tcp", "r");
    if (table == NULL)
        check_sight();
    while (table != NULL && fgets(line, sizeof line, table) != NULL) {
        unsigned ours, theirs;
        unsigned long out, in;

        // "0: 0100007F:1B58 0100007F:C350 01 SENDING:UNREAD ...".
        if (sscanf(line, "%*u: %*[0-9A-F]:%x %*[0-9A-F]:%x %*x %lx:%lx", &theirs, &ours, &out,
                   &in) == 4 &&
            theirs == t->port && ours == ntohs(address.sin6_port)) {
            *sending = out;
            *unread = in;
        }
    }
    if (table != NULL)
        fclose(table);
}

size_t unread_by_server(struct trial *t, int client)
{
    unsigned long sending, unread;

    queues_of(t, client, &sending, &unread);
    return unread;
}

void await_taken(struct trial *t, int client)
{
    unsigned long sending, unread;
    double deadline = now() + patience(t);

    doing(t, "waiting until all that the client has read is acknowledged");
    for (queues_of(t, client, &sending, &unread); sending > 1;
         queues_of(t, client, &sending, &unread)) {
        expect(t, now() < deadline,
               "the test itself has read all, and %lu bytes are unacknowledged", sending);
        nap(0.0005);
    }
}

double load_over(struct trial *t, double seconds)
{
    double began = now();
    double before = processor_seconds(t);

    nap(seconds);
    return (processor_seconds(t) - before) / (now() - began);
}

// The size of a process's address space, or what of it is resident, in KiB; 0 where it has ended.
static long statm_kib(pid_t pid, bool resident)
{
    char path[64];
    long pages[2] = {0, 0};
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    file = fopen(path, "r");
    if (file == NULL) {
        check_sight();
        return 0;
    }
    if (fscanf(file, "%ld %ld", &pages[0], &pages[1]) != 2)
        pages[0] = pages[1] = 0;
    fclose(file);
    return pages[resident] * (sysconf(_SC_PAGESIZE) / 1024);
}

long resident_kib(struct trial *t)
{
    long sum = 0;

    for (size_t i = processes(t, pids, MAX_PROCESSES); i-- > 0;)
        sum += statm_kib(pids[i], true);
    return sum;
}

long largest_kib(struct trial *t)
{
    long most = 0;

    for (size_t i = processes(t, pids, MAX_PROCESSES); i-- > 0;) {
        long kib = statm_kib(pids[i], false);
        most = kib > most ? kib : most;
    }
    return most;
}
