// client.c: see client.h.
#include "loadgen/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/random.h"
#include "loadgen/worker.h"

void client_open(struct client *c, uint32_t number, bool idle)
{
    *c = (struct client){.fd = -1, .number = number, .idle = idle};
    c->queue = &c->only;
}

void client_free(struct client *c)
{
    if (c->queue != &c->only)
        free(c->queue);
}

static struct request *queued(struct client *c, uint64_t number)
{
    return &c->queue[number & c->mask];
}

static bool double_queue(struct client *c)
{
    uint32_t size = (c->mask + 1) * 2;
    struct request *wider = malloc(size * sizeof *wider);

    if (wider == NULL)
        return false;
    for (uint64_t i = c->head; i < c->tail; i++)
        wider[i & (size - 1)] = *queued(c, i);
    client_free(c);
    c->queue = wider;
    c->mask = size - 1;
    return true;
}

// Returns the request, or NULL when there is no memory for it, and the run is over.
static const struct request *enqueue(struct worker *w, struct client *c, int64_t due)
{
    if (c->tail - c->head > c->mask && !double_queue(c)) {
        // What was measured is worth more than the rest of the run.
        warn("no memory for the requests under way: the server does not keep up with --rate");
        run_end(w->run, due, &w->run->gave_up);
        return NULL;
    }
    struct request *q = queued(c, c->tail++);
    *q = (struct request){.due = due, .phase = tally_phase(&w->tally, due)};
    w->under_way++;
    return q;
}

static struct request dequeue(struct worker *w, struct client *c)
{
    w->under_way--;
    return *queued(c, c->head++);
}

// ---- The connection's life -----------------------------------------------------------------

static void enter(struct worker *w, struct client *c, enum state state)
{
    if (c->state == DIALLING)
        w->dialling--;
    if (state == DIALLING)
        w->dialling++;
    c->state = state;
}

// A descriptor that is closed leaves its epoll too.
static void hang_up(struct worker *w, struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    enter(w, c, DOWN);
}

static void dial_failed(struct worker *w, struct client *c, int error, int64_t now)
{
    hang_up(w, c);
    if (!w->started) {
        run_fail(w->run, error, "cannot connect to %s (connection %u of %u)", w->plan->target,
                 c->number + 1, w->plan->connections + w->plan->idle);
        return;
    }
    w->failures++;
    tally_trouble(&w->tally, TROUBLE_CONNECT, error, now);
}

// What epoll tells of a client: edges only, and both kinds from the start, so that nothing need be
// changed for any request.
static struct epoll_event edges(struct client *c)
{
    return (struct epoll_event){.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
}

void client_dial(struct worker *w, struct client *c)
{
    struct epoll_event all = edges(c);

    c->dialled_in = w->batch;
    c->since = clock_now();
    c->fd = dial_begin(&w->dial);
    enter(w, c, DIALLING);
    if (c->fd < 0 || epoll_ctl(w->epoll, EPOLL_CTL_ADD, c->fd, &all) < 0)
        dial_failed(w, c, errno, c->since);
}

// The connection that was asked for stands, or can't be had.
static int64_t dialled(struct worker *w, struct client *c)
{
    int64_t now = clock_now();
    int error = 0;
    socklen_t size = sizeof error;

    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        error = errno;
    if (error != 0) {
        dial_failed(w, c, error, now);
        return now;
    }
    tally_connect(&w->tally, now - c->since);
    enter(w, c, c->idle ? SILENT : UP);
    c->blocked = c->served = false;
    c->first = c->begun = c->head;
    dialog_open(&c->dialog, w->plan, random_at(random_at(w->plan->seed, c->number), c->lives++));
    return now;
}

// Nothing is due on it: has something come all the same?
static void check_silence(struct worker *w, struct client *c, int64_t now)
{
    if (c->state != UP || c->head != c->begun)
        return;
    ssize_t n = recv(c->fd, w->in, sizeof w->in, 0);
    size_t used;
    uint32_t size;
    if (n > 0 && dialog_hear(&c->dialog, w->in, (size_t)n, &used, &size) == HEARD_UNASKED)
        tally_unasked(&w->tally, now, &c->dialog, c->number);
}

// It has served: by --requests-per-connection, or because its game is over. What was written after
// the game's end, nobody has read: it is written again.
static void renew(struct worker *w, struct client *c, int64_t now)
{
    check_silence(w, c, now);
    hang_up(w, c);
    if (worker_wants(w) || c->head < c->tail)
        client_dial(w, c);
}

// It broke, and with it the requests under way. Those that had not begun wait for the next
// connection; in the closed loop they were never due.
static void lose(struct worker *w, struct client *c, enum trouble trouble, int error, int64_t now)
{
    bool served = c->served;

    hang_up(w, c);
    tally_trouble(&w->tally, c->idle ? TROUBLE_IDLE_CLOSED : trouble, error, now);
    if (c->idle)
        return;
    if (!served)
        w->failures++;
    w->settled = now;
    if (c->head < c->begun && c->dialog.spoilt)
        tally_spoilt(&w->tally, &c->dialog, c->number);
    while (c->head < c->begun) {
        struct request q = dequeue(w, c);
        tally_lost(&w->tally, &q, now);
    }
    while (!w->plan->open && c->head < c->tail) {
        if (dequeue(w, c).due >= w->run->begin)
            w->quota++; // as worker_may_ask() took it
        c->begun++;
    }
    // One that never brought an answer would break at once again: it waits for client_look().
    if (served && (worker_wants(w) || c->head < c->tail))
        client_dial(w, c);
}

// ---- Asking --------------------------------------------------------------------------------

// Stamps the requests whose first byte has gone.
static void stamp_begun(struct worker *w, struct client *c, int64_t now)
{
    const struct place *saying = &c->dialog.saying;
    uint64_t begun = c->first + saying->number + (saying->at > 0);

    for (; c->begun < begun; c->begun++) {
        struct request *q = queued(c, c->begun);
        if (q->sent == 0)
            tally_sent(&w->tally, q);
        q->sent = now;
    }
}

// Sends what is queued, as far as the socket takes it.
static void send_queued(struct worker *w, struct client *c, int64_t now)
{
    uint64_t most = w->plan->requests_per_connection;

    while (c->state == UP && !c->blocked) {
        uint64_t written = c->dialog.saying.number, waiting = c->tail - c->first - written;
        if (most > 0 && waiting > most - written)
            waiting = most - written;
        size_t n = dialog_say(&c->dialog, waiting, w->out, sizeof w->out);
        if (n == 0)
            return;
        ssize_t sent = send(c->fd, w->out, n, MSG_NOSIGNAL);
        if (sent > 0) {
            dialog_said(&c->dialog, (size_t)sent);
            stamp_begun(w, c, now);
            if ((size_t)sent == n && n < sizeof w->out)
                return;
        } else if (errno == EAGAIN) {
            c->blocked = true;
        } else {
            lose(w, c, TROUBLE_RESET, errno, now);
        }
    }
}

void client_ask(struct worker *w, struct client *c, int64_t due, int64_t now)
{
    uint64_t depth = c->tail - c->head;
    const struct request *q = enqueue(w, c, due);

    if (q == NULL) {
        tally_never_sent(&w->tally, due);
        return;
    }
    tally_due(&w->tally, q, now, depth);
    send_queued(w, c, now);
}

// Closed loop: whether this connection may have one more request in flight.
static bool has_room(const struct worker *w, const struct client *c)
{
    uint64_t most = w->plan->requests_per_connection;

    return c->state == UP && c->tail - c->head + c->thinking < w->plan->pipeline &&
           (most == 0 || c->tail - c->first < most) && dialog_can_say(&c->dialog);
}

void client_begin(struct worker *w, struct client *c, int64_t now)
{
    while (has_room(w, c) && worker_may_ask(w, now))
        enqueue(w, c, now);
    send_queued(w, c, now);
}

// ---- Hearing -------------------------------------------------------------------------------

// Takes what was received. False: the connection is another one now.
static bool hear(struct worker *w, struct client *c, size_t n, int64_t now)
{
    const unsigned char *bytes = w->in;
    uint64_t most = w->plan->requests_per_connection;

    while (n > 0) {
        size_t used;
        uint32_t size;
        enum heard heard = dialog_hear(&c->dialog, bytes, n, &used, &size);
        bytes += used;
        n -= used;
        if (heard == HEARD_UNASKED)
            tally_unasked(&w->tally, now, &c->dialog, c->number);
        else
            c->since = now; // an answer, or a part of one: the server is not silent
        if (heard == HEARD_PART || heard == HEARD_UNASKED)
            continue;
        struct request q = dequeue(w, c);
        if (heard == HEARD_RIGHT)
            tally_answer(&w->tally, &q, now, size);
        else
            tally_wrong(&w->tally, &q, now, &c->dialog, c->number);
        c->served = true;
        w->failures = 0;
        w->answered = w->settled = now;
        if (w->plan->think_ns > 0)
            worker_think(w, c, now + w->plan->think_ns);
        if (c->dialog.over || (most > 0 && c->head - c->first == most)) {
            if (n > 0 && c->head == c->begun &&
                dialog_hear(&c->dialog, bytes, n, &used, &size) == HEARD_UNASKED)
                tally_unasked(&w->tally, now, &c->dialog, c->number);
            renew(w, c, now);
            return false;
        }
    }
    return true;
}

// Reads until nothing is left. A short read says so by itself, unless the end of the stream comes
// after it. One that sends without end must not hold up the others: after some rounds its edge is
// asked for again.
static int64_t receive(struct worker *w, struct client *c, bool ending)
{
    enum { ROUNDS = 16 };
    struct epoll_event again = edges(c);
    int64_t now;
    ssize_t n;

    for (int round = 0;; round++) {
        if (round == ROUNDS) {
            epoll_ctl(w->epoll, EPOLL_CTL_MOD, c->fd, &again);
            return now;
        }
        n = recv(c->fd, w->in, sizeof w->in, 0);
        now = clock_now();
        if (n == 0)
            lose(w, c, TROUBLE_CLOSED, 0, now);
        else if (n < 0 && errno != EAGAIN)
            lose(w, c, TROUBLE_RESET, errno, now);
        if (n <= 0 || !hear(w, c, (size_t)n, now))
            return now;
        if (!ending && (size_t)n < sizeof w->in)
            return now;
    }
}

int64_t client_ready(struct worker *w, struct client *c, unsigned events, int64_t now)
{
    // It may have been dialled anew since this batch was fetched: then the event is about the old
    // connection.
    if (c->dialled_in == w->batch)
        return now;
    if (c->state == DIALLING) {
        now = dialled(w, c);
    } else if (c->blocked && (events & EPOLLOUT)) {
        c->blocked = false;
        c->since = now; // the server reads: it is not silent
    }
    if ((c->state == UP || c->state == SILENT) && (events & ~(unsigned)EPOLLOUT))
        now = receive(w, c, events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR));
    if (c->state != UP || !w->started)
        return now;
    if (w->plan->open)
        send_queued(w, c, now);
    else
        client_begin(w, c, now);
    return now;
}

// ---- Now and then --------------------------------------------------------------------------

// Since when the server owes us something, and has shown no sign of life: an answer, or room to
// send.
static int64_t silent_since(struct client *c)
{
    const struct request *oldest = queued(c, c->head);
    int64_t asked = oldest->sent != 0 ? oldest->sent : oldest->due;

    return asked > c->since ? asked : c->since;
}

void client_look(struct worker *w, struct client *c, int64_t now)
{
    if (c->state == DIALLING && now - c->since > w->plan->timeout_ns)
        dial_failed(w, c, ETIMEDOUT, now);
    else if (c->state == DOWN && !c->idle && (worker_wants(w) || c->head < c->tail))
        client_dial(w, c);
    else if (c->state == UP && c->head < c->tail && now - silent_since(c) > w->plan->timeout_ns)
        lose(w, c, TROUBLE_TIMEOUT, 0, now);
}

void client_finish(struct worker *w, struct client *c)
{
    check_silence(w, c, clock_now());
    while (c->head < c->tail) {
        struct request q = dequeue(w, c);
        if (q.sent != 0)
            tally_unfinished(&q);
    }
    hang_up(w, c);
}
