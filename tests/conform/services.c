// services.c: see services.h.
#include "tests/conform/services.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conform/own.h"

int bring_bystander(struct trial *t)
{
    if (t->candidate->serves == SERVES_ONE)
        return -1;

    int bystander = dial(t);
    round_trip(t, bystander);
    return bystander;
}

void leave_to_bystander(struct trial *t, int client, int bystander)
{
    if (bystander >= 0)
        round_trip(t, bystander);
    close(client);
    if (bystander < 0)
        bystander = dial(t);
    round_trip(t, bystander);
    close(bystander);
}

// How many bytes wait in the kernel for the server to read them from this client's connection, as
// sock_diag(7) tells; -1 where the server's end is gone, or nobody tells. (/proc/net/tcp tells it
// too, but takes 50 ms on a machine that remembers thousands of closed connections.)
static long unread(int diag, int client)
{
    struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 body;
    } request = {.head = {.nlmsg_len = sizeof request,
                          .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                          .nlmsg_flags = NLM_F_REQUEST},
                 .body = {.sdiag_protocol = IPPROTO_TCP,
                          .idiag_states = ~0u,
                          .id.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}};
    struct {
        struct nlmsghdr head;
        struct inet_diag_msg body;
    } reply; // without the attributes behind it, which are cut off
    struct inet_diag_sockid *id = &request.body.id;
    struct sockaddr_in6 ours = {0}, servers = {0}; // large enough for IPv4
    socklen_t length = sizeof ours;

    getsockname(client, (struct sockaddr *)&ours, &length);
    getpeername(client, (struct sockaddr *)&servers, &length);
    request.body.sdiag_family = (unsigned char)ours.sin6_family;
    id->idiag_sport = servers.sin6_port; // in the same place for IPv4
    id->idiag_dport = ours.sin6_port;
    if (ours.sin6_family == AF_INET) {
        id->idiag_src[0] = ((struct sockaddr_in *)&servers)->sin_addr.s_addr;
        id->idiag_dst[0] = ((struct sockaddr_in *)&ours)->sin_addr.s_addr;
    } else {
        memcpy(id->idiag_src, &servers.sin6_addr, sizeof id->idiag_src);
        memcpy(id->idiag_dst, &ours.sin6_addr, sizeof id->idiag_dst);
    }
    if (send(diag, &request, sizeof request, 0) < 0 || recv(diag, &reply, sizeof reply, 0) < 0 ||
        reply.head.nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return -1;
    return (long)reply.body.idiag_rqueue;
}

void let_server_read(int client)
{
    int diag = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    double give_up = now() + 0.1;

    while (now() < give_up && unread(diag, client) > 0)
        nap(0.0005);
    close(diag);
}

void say_part(struct trial *t, int client, const void *bytes, size_t n)
{
    say(t, client, bytes, n);
    let_server_read(client);
}

pid_t start_sender(struct trial *t, int client, const void *bytes, size_t n)
{
    pid_t sender = fork_helper();

    if (sender < 0)
        fail_case(t, "the suite itself cannot fork: %s", strerror(errno));
    if (sender > 0)
        return sender;

    const char *rest = bytes;
    while (n > 0) {
        ssize_t sent = send(client, rest, n, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            _exit(1);
        if (sent > 0) {
            rest += sent;
            n -= (size_t)sent;
        }
    }
    _exit(shutdown(client, SHUT_WR) < 0);
}

void end_sender(struct trial *t, pid_t sender)
{
    int status;

    while (waitpid(sender, &status, 0) < 0)
        expect(t, errno == EINTR, "waitpid: %s", strerror(errno));
    expect(t, status == 0, "the client could not send everything and FIN");
}

void say_and_finish(struct trial *t, int client, const void *bytes, size_t n)
{
    int corked = 1;

    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){0}, sizeof(int));
    setsockopt(client, IPPROTO_TCP, TCP_CORK, &corked, sizeof corked);
    say(t, client, bytes, n);
    finish_sending(client);
}

void hear_nothing(struct trial *t, int client, const char *when)
{
    expect(t, !wait_readable(client, 0.3), "expected nothing %s; the server sent something", when);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double check_prompt(struct trial *t, int client, const void *message, size_t n, size_t pieces,
                    const void *answer, size_t answer_n)
{
    enum { ROUNDS = 40, LATE = 35 };
    double ms[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        double began = now();
        for (size_t sent = 0; sent < n; sent += n / pieces)
            say(t, client, (const char *)message + sent, n / pieces);
        hear(t, client, answer, answer_n);
        ms[i] = (now() - began) * 1e3;
    }
    qsort(ms, ROUNDS, sizeof *ms, by_size);
    // A busy machine delays one or the other round, but hardly three of four.
    expect(t, ms[ROUNDS / 4] < LATE,
           "expected %s bytes answered at once; three of four rounds took %.0f ms or more "
           "(no TCP_NODELAY?)",
           grouped(n), ms[ROUNDS / 4]);
    return ms[ROUNDS / 2];
}

size_t hear_line(struct trial *t, int client, char *line, size_t size)
{
    for (size_t n = 0; n < size; n++) {
        expect(t, wait_readable(client, PATIENCE), "no whole line came in %d s; so far: \"%.*s\"",
               PATIENCE, (int)n, line);

        ssize_t got = read(client, &line[n], 1);
        expect(t, got == 1, "expected a line; after \"%.*s\" the connection ended%s%s", (int)n,
               line, got < 0 ? ": " : "", got < 0 ? strerror(errno) : "");
        if (line[n] == '\n') {
            line[n] = '\0';
            return n;
        }
    }
    fail_case(t, "expected a line; its end did not come in %zu bytes", size);
}

int guess_next(struct trial *t, struct game *game)
{
    char text[16], answer[64];
    int middle = (game->low + game->high) / 2;

    expect(t, game->low <= game->high, "no number from 1 to 9 fits the answers of one game");
    snprintf(text, sizeof text, "%d\n", middle);
    say(t, game->client, text, strlen(text));
    hear_line(t, game->client, answer, sizeof answer);
    game->guesses++;
    if (strcmp(answer, "correct") == 0)
        return middle;
    if (strcmp(answer, "too high") == 0)
        game->high = middle - 1;
    else if (strcmp(answer, "too low") == 0)
        game->low = middle + 1;
    else
        fail_case(t, "expected an answer to \"%d\", saw \"%s\"", middle, answer);
    return 0;
}

void add_bytes(struct trial *t, struct row *row, const void *bytes, size_t n)
{
    if (row->room - row->n < n) {
        row->room = (row->n + n) * 2;
        row->bytes = realloc(row->bytes, row->room);
        expect(t, row->bytes != NULL, "the suite itself is out of memory");
    }
    if (n > 0)
        memcpy(row->bytes + row->n, bytes, n);
    row->n += n;
}

void add_frame(struct trial *t, struct row *row, uint32_t n, uint64_t seed)
{
    static unsigned char payload[FRAME_LONGEST], frame[FRAME_HEADER + FRAME_LONGEST];

    fill_random(payload, n, seed);
    add_bytes(t, row, frame, put_frame(frame, payload, n));
}

void add_header(struct trial *t, struct row *row, uint32_t n)
{
    const unsigned char header[FRAME_HEADER] = {(unsigned char)(n >> 24), (unsigned char)(n >> 16),
                                                (unsigned char)(n >> 8), (unsigned char)n};

    add_bytes(t, row, header, sizeof header);
}

uint32_t pick(uint64_t seed, uint32_t limit)
{
    uint32_t number;

    fill_random(&number, sizeof number, seed);
    return number % limit;
}

void start_counting(struct trial *t, const char *service, unsigned clients)
{
    start(t, service, clients, "--stats -");
}

unsigned long stop_and_count_violations(struct trial *t)
{
    static const char own[] = "\"violations\"", common[] = "\"broken\"";

    signal_server(t, SIGTERM);
    int status = await_end(t, PATIENCE);
    t->ends_by_itself = true;
    expect(t, status == 0, "expected exit status 0 after SIGTERM, got %d", status);

    const char *printed = server_printed(t);
    const char *at = strstr(printed, own);
    if (at == NULL)
        at = strstr(printed, common);
    bool found = false;
    unsigned long violations = 0;
    if (at != NULL) {
        at += strcspn(at, ":");
        at += strspn(at, ": \t\n");
        found = *at >= '0' && *at <= '9';
        violations = strtoul(at, NULL, 10);
    }
    expect(t, found, "--stats - printed no number for %s or %s", own, common);
    return violations;
}
