// client.c: see client.h.
#include "loadgen/client.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/random.h"
#include "loadgen/transfer.h"
#include "loadgen/worker.h"

void client_open(struct client *c, uint32_t number, bool idle)
{
    *c = (struct client){.fd = -1, .number = number, .idle = idle};
    queue_open(&c->queue);
}

// Returns the request, or NULL when there is no memory for it, and the run is over.
static const struct request *enqueue(struct worker *w, struct client *c, int64_t due)
{
    struct request *q = queue_put(
        &c->queue, (struct request){.due = due, .phase = tally_phase(&w->tally, due)});

    if (q != NULL) {
        w->under_way++;
        return q;
    }
    // What was measured is worth more than the rest of the run.
    warn("no memory for the requests under way: the server does not keep up with --rate");
    run_end(w->run, due, &w->run->gave_up);
    return NULL;
}

static struct request dequeue(struct worker *w, struct client *c)
{
    w->under_way--;
    return queue_take(&c->queue);
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
void client_hang_up(struct worker *w, struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    enter(w, c, DOWN);
}

static void dial_failed(struct worker *w, struct client *c, int error, int64_t now)
{
    client_hang_up(w, c);
    if (!w->started) {
        run_fail(w->run, error, "cannot connect to %s (connection %u of %u)", w->plan->target,
                 c->number + 1, w->plan->connections + w->plan->idle);
        return;
    }
    w->failures++;
    tally_trouble(&w->tally, TROUBLE_CONNECT, error, now);
}

// Edges of both kinds from the start, so that nothing need be changed for any request.
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
    int error = dial_outcome(c->fd);

    if (error != 0) {
        dial_failed(w, c, error, now);
        return now;
    }
    tally_connect(&w->tally, now - c->since);
    enter(w, c, c->idle ? SILENT : UP);
    c->blocked = c->served = false;
    c->first = c->begun = c->queue.head;
    dialog_open(&c->dialog, w->plan, random_at(random_at(w->plan->seed, c->number), c->lives++));
    return now;
}

// Nothing is due on it: has something come all the same?
static void check_silence(struct worker *w, struct client *c, int64_t now)
{
    if (c->state != UP || c->queue.head != c->begun)
        return;
    ssize_t n = transfer_receive(c->fd, w->in, sizeof w->in);
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
    client_hang_up(w, c);
    if (worker_wants(w) || c->queue.head < c->queue.tail)
        client_dial(w, c);
}

// It broke, and with it the requests under way. Those that had not begun wait for the next
// connection; in the closed loop they were never due.
static void lose(struct worker *w, struct client *c, enum trouble trouble, int error, int64_t now)
{
    client_hang_up(w, c);
    tally_trouble(&w->tally, c->idle ? TROUBLE_IDLE_CLOSED : trouble, error, now);
    if (c->idle)
        return;
    if (!c->served)
        w->failures++;
    w->settled = now;
    if (c->queue.head < c->begun && c->dialog.spoilt)
        tally_spoilt(&w->tally, &c->dialog, c->number);
    while (c->queue.head < c->begun) {
        struct request q = dequeue(w, c);
        tally_lost(&w->tally, &q, now);
    }
    for (; !w->plan->open && c->queue.head < c->queue.tail; c->begun++)
        if (dequeue(w, c).due >= w->run->begin)
            w->quota++; // as worker_may_ask() took it
    // One that never brought an answer would break at once again: it waits for client_look().
    if (c->served && (worker_wants(w) || c->queue.head < c->queue.tail))
        client_dial(w, c);
}

// ---- Asking --------------------------------------------------------------------------------

// Stamps the requests whose first byte has gone.
static void stamp_begun(struct worker *w, struct client *c, int64_t now)
{
    const struct place *saying = &c->dialog.saying;
    uint64_t begun = c->first + saying->number + (saying->at > 0);

    for (; c->begun < begun; c->begun++) {
        struct request *q = queue_at(&c->queue, c->begun);
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
        uint64_t written = c->dialog.saying.number, waiting = c->queue.tail - c->first - written;
        if (most > 0 && waiting > most - written)
            waiting = most - written;
        size_t n = dialog_say(&c->dialog, waiting, w->out, sizeof w->out);
        if (n == 0)
            return;
        ssize_t sent = transfer_send(c->fd, w->out, n);
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
    uint64_t depth = queue_length(&c->queue);
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

    return c->state == UP && queue_length(&c->queue) + c->thinking < w->plan->pipeline &&
           (most == 0 || c->queue.tail - c->first < most) && dialog_can_say(&c->dialog);
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
            tally_answer(&w->tally, &q, now, size, &c->share);
        else
            tally_wrong(&w->tally, &q, now, &c->dialog, c->number);
        c->served = true;
        w->failures = 0;
        w->answered = w->settled = now;
        if (w->plan->think_ns > 0)
            worker_think(w, c, now + w->plan->think_ns);
        if (c->dialog.over || (most > 0 && c->queue.head - c->first == most)) {
            if (n > 0 && c->queue.head == c->begun &&
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
        n = transfer_receive(c->fd, w->in, sizeof w->in);
        now = clock_now();
        if (n == 0)
            lose(w, c, TROUBLE_CLOSED, 0, now);
        else if (n < 0 && errno != EAGAIN)
            lose(w, c, TROUBLE_RESET, errno, now);
        if (n <= 0 || !hear(w, c, (size_t)n, now) || (!ending && (size_t)n < sizeof w->in))
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
    const struct request *oldest = queue_at(&c->queue, c->queue.head);
    int64_t asked = oldest->sent != 0 ? oldest->sent : oldest->due;

    return asked > c->since ? asked : c->since;
}

void client_look(struct worker *w, struct client *c, int64_t now)
{
    if (c->state == DIALLING && now - c->since > w->plan->timeout_ns)
        dial_failed(w, c, ETIMEDOUT, now);
    else if (c->state == DOWN && !c->idle && (worker_wants(w) || c->queue.head < c->queue.tail))
        client_dial(w, c);
    else if (c->state == UP && c->queue.head < c->queue.tail &&
             now - silent_since(c) > w->plan->timeout_ns)
        lose(w, c, TROUBLE_TIMEOUT, 0, now);
}

void client_finish(struct worker *w, struct client *c)
{
    check_silence(w, c, clock_now());
    while (c->queue.head < c->queue.tail) {
        struct request q = dequeue(w, c);
        if (q.sent != 0)
            tally_unfinished(&q);
    }
}
