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

struct socket_facts ask_kernel(struct trial *t, int client)
{
    static struct nlmsghdr answer[4096]; // room for a datagram, aligned as it must be
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;
    struct question question = {
        .header = {.nlmsg_len = sizeof question,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .wanted = {.sdiag_family = AF_INET,
                   .sdiag_protocol = IPPROTO_TCP,
                   .idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1),
                   .idiag_states = 1u << (client == -1 ? TCP_LISTEN : TCP_ESTABLISHED)}};
    struct socket_facts facts = {0};
    bool more = true, found = false;

    if (client != -1)
        getsockname(client, (struct sockaddr *)&address, &length);
    question.wanted.id.idiag_sport = htons(t->port);
    question.wanted.id.idiag_dport = address.sin_port;
    int s = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (s == -1 || send(s, &question, sizeof question, 0) == -1)
        lack_case(t, "this kernel can't be asked about sockets: %s", strerror(errno));
    while (more && !found) {
        if (!wait_readable(s, PATIENCE))
            lack_case(t, "this kernel does not answer questions about sockets");
        ssize_t n = recv(s, answer, sizeof answer, 0);
        if (n <= 0)
            lack_case(t, "this kernel can't be asked about sockets: %s", strerror(errno));
        found = look_through(&facts, answer, (size_t)n, t->port, ntohs(address.sin_port), &more);
    }
    close(s);
    expect(t, found, "the kernel knows no such socket of the server");
    return facts;
}
