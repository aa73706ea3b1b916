// diag.c: see diag.h. Asks over netlink, sock_diag(7); no privilege is needed for it.
#include "tests/conform/diag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conform/own.h"

struct question {
    struct nlmsghdr header;
    struct inet_diag_req_v2 wanted;
};

static void read_answer(struct socket_facts *facts, const struct inet_diag_msg *message, size_t n)
{
    unsigned left = (unsigned)(n - sizeof *message);

    facts->backlog = message->idiag_wqueue;
    for (const struct rtattr *a = (const struct rtattr *)(message + 1); RTA_OK(a, left);
         a = RTA_NEXT(a, left))
        if (a->rta_type == INET_DIAG_SKMEMINFO) {
            const uint32_t *memory = RTA_DATA(a);
            facts->sndbuf = memory[SK_MEMINFO_SNDBUF];
            facts->rcvbuf = memory[SK_MEMINFO_RCVBUF];
        }
}

// Reads the sockets of one datagram; true where the one that is wanted is among them.
static bool look_through(struct socket_facts *facts, struct nlmsghdr *header, size_t n,
                         uint16_t port, uint16_t client_port, bool *more)
{
    for (; NLMSG_OK(header, n); header = NLMSG_NEXT(header, n)) {
        const struct inet_diag_msg *message = NLMSG_DATA(header);
        if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) {
            *more = false;
            return false;
        }
        if (ntohs(message->id.idiag_sport) == port &&
            ntohs(message->id.idiag_dport) == client_port) {
            read_answer(facts, message, header->nlmsg_len - NLMSG_LENGTH(0));
            return true;
        }
    }
    return false;
}

// The one of this port that listens (client_port 0), or that is connected to the client's. Returns
// NULL, or why the kernel can't be asked.
static const char *ask(uint16_t port, uint16_t client_port, struct socket_facts *facts, bool *found)
{
    static struct nlmsghdr answer[4096]; // room for a datagram, aligned as it must be
    struct question question = {
        .header = {.nlmsg_len = sizeof question,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .wanted = {.sdiag_family = AF_INET,
                   .sdiag_protocol = IPPROTO_TCP,
                   .idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1),
                   .idiag_states = 1u << (client_port == 0 ? TCP_LISTEN : TCP_ESTABLISHED)}};
    const char *trouble = NULL;
    bool more = true;

    *found = false;
    question.wanted.id.idiag_sport = htons(port);
    question.wanted.id.idiag_dport = htons(client_port);
    int s = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (s == -1 || send(s, &question, sizeof question, 0) == -1)
        trouble = strerror(errno);
    while (trouble == NULL && more && !*found) {
        bool answers = wait_readable(s, PATIENCE);
        ssize_t n = answers ? recv(s, answer, sizeof answer, 0) : 0;
        if (n <= 0)
            trouble = answers ? strerror(errno) : "it does not answer";
        else
            *found = look_through(facts, answer, (size_t)n, port, client_port, &more);
    }
    close(s);
    return trouble;
}

bool kernel_knows_sockets(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    struct socket_facts facts;
    bool found = false;

    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool knows = bind(s, (struct sockaddr *)&address, length) == 0 && listen(s, 1) == 0 &&
                 getsockname(s, (struct sockaddr *)&address, &length) == 0 &&
                 ask(ntohs(address.sin_port), 0, &facts, &found) == NULL && found;
    close(s);
    return knows;
}

struct socket_facts ask_kernel(struct trial *t, int client)
{
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;
    struct socket_facts facts = {0};
    bool found;

    need(t, LACKS_SOCKETS);
    if (client != -1)
        getsockname(client, (struct sockaddr *)&address, &length);
    const char *trouble = ask(t->port, ntohs(address.sin_port), &facts, &found);
    expect(t, trouble == NULL, "the kernel can't be asked about sockets: %s", trouble);
    expect(t, found, "the kernel knows no such socket of the server");
    return facts;
}
