// talk_run.c: see talk_run.h. Whoever can't go on is tried again when the kernel has said that
// something happened to it.
#include "loadgen/talk_run.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"

enum { BATCH = 256 };

// ---- Watching ----------------------------------------------------------------------------------

// Edge-triggered: each arrival is told once, though nobody reads it.
static void watch(const struct talk *t, struct talk_client *c)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};

    if (epoll_ctl(t->epoll, EPOLL_CTL_ADD, c->fd, &event) < 0)
        die_errno("cannot watch a connection");
    c->watched = true;
}

// Sleeps until something happens to a client, or it is `until`. In milliseconds, rounded up: a
// little late rather than a busy end.
static void watch_until(const struct talk *t, int64_t until)
{
    static const int64_t MS_NS = NS_PER_SECOND / 1000;
    struct epoll_event events[BATCH];
    int64_t left = until - clock_now();
    int n = epoll_wait(t->epoll, events, BATCH, left > 0 ? (int)((left + MS_NS - 1) / MS_NS) : 0);
    int64_t at = clock_now();

    if (n < 0 && errno != EINTR)
        die_errno("epoll_wait");
    for (int i = 0; i < n; i++)
        talk_note(events[i].data.ptr, events[i].events, at);
}

// ---- Doing a step ------------------------------------------------------------------------------

// Tries all that something has happened to. False: they have all come to an end. *until: how long
// the others can be waited for, unless it is earlier.
static bool try_all(struct talk *t, const struct talk_step *step, int64_t *until)
{
    bool busy = false;

    for (unsigned i = 0; i <= step->last - step->first; i++) {
        struct talk_client *c = talk_who(t, step, i);
        if (c->busy && c->stirred) {
            c->stirred = false;
            c->busy = !talk_try(c, step, &t->dial);
            c->ended = clock_now();
            if (c->fd >= 0 && !c->watched)
                watch(t, c); // tells at once where it is connected
        }
        busy = busy || c->busy;
        if (c->busy && c->stirred)
            *until = 0; // it could go on at once
    }
    return busy;
}

static void do_until(struct talk *t, const struct talk_step *step, int64_t end)
{
    for (unsigned i = 0; i <= step->last - step->first; i++)
        talk_begin(talk_who(t, step, i), step->verb);
    for (int64_t until = end; try_all(t, step, &until) && clock_now() < end; until = end)
        watch_until(t, until);
    for (unsigned i = 0; i <= step->last - step->first; i++)
        talk_give_up(talk_who(t, step, i), step);
}

void talk_do(struct talk *t, const struct talk_step *step)
{
    watch_until(t, 0); // what has come by now has come before the step
    t->begun = clock_now();
    if (step->verb == TALK_PAUSE)
        while (clock_now() < t->begun + step->ns)
            watch_until(t, t->begun + step->ns);
    else
        do_until(t, step, t->begun + (step->verb == TALK_SILENT ? step->ns : t->patience));
    t->ended = clock_now();
}

struct talk_client *talk_who(const struct talk *t, const struct talk_step *step, unsigned i)
{
    return (step->numbered ? t->numbers : t->named) + step->first + i;
}

// ---- The beginning and the end -----------------------------------------------------------------

static struct talk_client *make_clients(unsigned n)
{
    struct talk_client *clients = calloc(n + 1, sizeof *clients);

    if (clients == NULL)
        die_errno("cannot keep the clients");
    for (unsigned i = 0; i < n; i++)
        clients[i].fd = -1;
    return clients;
}

void talk_open(struct talk *t, const struct talk_script *s, const struct address *target,
               int64_t patience)
{
    *t = (struct talk){
        .patience = patience, .numbers = make_clients(s->numbers), .named = make_clients(s->named)};
    dial_open(&t->dial, target, 0, 1);
    if ((t->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
        die_errno("epoll_create1");
    t->began = clock_now();
}

static void forget(struct talk_client *clients, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (clients[i].fd >= 0)
            close(clients[i].fd);
    free(clients);
}

void talk_close(struct talk *t, const struct talk_script *s)
{
    forget(t->numbers, s->numbers);
    forget(t->named, s->named);
    close(t->epoll);
}
