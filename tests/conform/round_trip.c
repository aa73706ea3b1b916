// round_trip.c: one message and its right answer, in each service.
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/conform/own.h"

static const char invalid[] = "invalid input: x\n";
static const char invalid_ko[] = "입력값이 올바르지 않습니다:x\n";

struct message {
    unsigned char bytes[64];
    size_t n;
    const void *answers[2]; // the second is another that is right, or NULL
    size_t lengths[2];
};

static void compose(struct trial *t, struct message *m)
{
    static const char text[] = "one message, there and back again";

    *m = (struct message){.answers = {m->bytes}};
    if (strcmp(t->service, "guess") == 0) {
        memcpy(m->bytes, "x\n", m->n = 2);
        m->answers[0] = invalid;
        m->lengths[0] = sizeof invalid - 1;
        m->answers[1] = invalid_ko;
        m->lengths[1] = sizeof invalid_ko - 1;
        return;
    }
    if (strcmp(t->service, "frame") == 0)
        m->n = put_frame(m->bytes, text, sizeof text - 1);
    else
        memcpy(m->bytes, text, m->n = sizeof text - 1);
    m->lengths[0] = m->n;
}

// Returns NULL, or what went wrong.
static const char *try_round_trip(struct trial *t, int client, double seconds)
{
    static char why[160];
    struct message m;
    unsigned char seen[128] = {0};
    size_t heard = 0;
    double end = now() + seconds;

    compose(t, &m);
    if (send(client, m.bytes, m.n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)m.n) {
        snprintf(why, sizeof why, "the message could not be sent: %s", strerror(errno));
        return why;
    }
    for (;;) {
        for (unsigned i = 0; i < 2; i++)
            if (m.answers[i] != NULL && heard == m.lengths[i] &&
                memcmp(seen, m.answers[i], heard) == 0)
                return NULL;
        if (heard >= m.lengths[0] && (m.answers[1] == NULL || heard >= m.lengths[1]))
            return "the answer was not the right one";
        double left = end - now();
        if (!wait_readable(client, left < 0 ? 0 : left)) {
            snprintf(why, sizeof why, "%zu bytes of the answer came within %.1f s", heard, seconds);
            return why;
        }
        ssize_t n = recv(client, seen + heard, sizeof seen - heard, MSG_DONTWAIT);
        if (n == 0)
            return "the server closed the connection";
        if (n == -1 && errno != EAGAIN && errno != EINTR)
            return strerror(errno);
        if (n > 0)
            heard += (size_t)n;
    }
}

double round_trip(struct trial *t, int client)
{
    double begun = now();

    doing(t, "waiting for the answer to one message of %s", t->service);
    const char *why = try_round_trip(t, client, patience(t));
    if (why != NULL)
        fail_case(t, "a message of %s and its answer: %s", t->service, why);
    return (now() - begun) * 1000;
}

bool answered_within(struct trial *t, int client, double seconds)
{
    seconds *= t->own->slowness;
    doing(t, "waiting %.1f s for the answer to one message of %s", seconds, t->service);
    return try_round_trip(t, client, seconds) == NULL;
}
