// tally.c: see tally.h.
#include "loadgen/tally.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "loadgen/dial.h"

void tally_open(struct tally *t, struct run *run)
{
    *t = (struct tally){.run = run, .row_end = INT64_MIN};
    result_init(&t->result);
    t->result.interval_ns = run->plan->interval_ns;
}

static bool in_window(const struct tally *t, int64_t moment)
{
    return moment >= t->run->begin &&
           moment < atomic_load_explicit(&t->run->end, memory_order_relaxed);
}

struct requests *tally_phase(struct tally *t, int64_t due)
{
    return in_window(t, due) ? &t->result.requests : &t->result.warmup;
}

static void add_rows(struct result *r, size_t count)
{
    size_t before = r->interval_count;

    r->intervals = realloc(r->intervals, count * sizeof *r->intervals);
    if (r->intervals == NULL)
        die("no memory for %zu intervals: give a longer --interval", count);
    for (size_t i = before; i < count; i++)
        r->intervals[i] = (struct interval){.start_ns = (int64_t)i * r->interval_ns};
    r->interval_count = count;
}

static struct interval *find_row(struct tally *t, int64_t moment)
{
    struct result *r = &t->result;
    int64_t since = moment - t->run->start;
    size_t i = since > 0 && t->run->start != 0 ? (size_t)(since / r->interval_ns) : 0;

    if (i > INTERVALS_MAX - 1) // the last takes all the rest
        i = INTERVALS_MAX - 1;
    if (i >= r->interval_count)
        add_rows(r, i + 1);
    t->row = &r->intervals[i];
    t->row_begin = t->run->start + t->row->start_ns;
    t->row_end = i < INTERVALS_MAX - 1 ? t->row_begin + r->interval_ns : INT64_MAX;
    return t->row;
}

// The interval of a moment. Most often the one of the last time, which costs no division.
static inline struct interval *row_at(struct tally *t, int64_t moment)
{
    return moment >= t->row_begin && moment < t->row_end ? t->row : find_row(t, moment);
}

// The window's own, not those before and after it.
static bool in_its_window(const struct tally *t, const struct request *q)
{
    return q->phase == &t->result.requests;
}

void tally_never_sent(struct tally *t, int64_t due)
{
    tally_phase(t, due)->scheduled++;
}

void tally_due(struct tally *t, const struct request *q, int64_t now, uint64_t depth)
{
    q->phase->scheduled++;
    if (!in_its_window(t, q))
        return;
    histogram_record(t->result.lag, now - q->due);
    t->depths++;
    t->depth_sum += (double)depth;
    if (depth > t->result.depth_max)
        t->result.depth_max = depth;
}

void tally_sent(struct tally *t, const struct request *q)
{
    q->phase->sent++;
    row_at(t, q->due)->sent++;
}

static void add_to_share(struct share *share, int64_t ns)
{
    share->answered++;
    share->sum_ns += ns;
    if (ns > share->max_ns)
        share->max_ns = ns;
}

void tally_answer(struct tally *t, const struct request *q, int64_t now, uint32_t payload,
                  struct share *share)
{
    struct result *r = &t->result;

    row_at(t, now)->answered++;
    if (in_window(t, now)) {
        r->completed++;
        r->completed_bytes += payload;
        add_to_share(share, now - q->due);
    }
    struct interval *row = row_at(t, q->due);
    if (row->response == NULL && (row->response = histogram_new(2)) == NULL)
        die("no memory for another interval: give a longer --interval");
    histogram_record(row->response, now - q->due);
    q->phase->answered++;
    if (in_its_window(t, q)) {
        histogram_record(r->response, now - q->due);
        if (t->run->plan->open)
            histogram_record(r->service, now - q->sent);
    }
}

// An error of any kind, in the timeline and the live line.
static void count_error(struct tally *t, int64_t now)
{
    row_at(t, now)->errors++;
    atomic_store_explicit(&t->live_errors,
                          atomic_load_explicit(&t->live_errors, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

// The first few are shown; a flood of the same is one.
static void show_wrong(struct result *r, struct wrong wrong)
{
    const struct wrong *last = &r->wrong[r->wrong_shown > 0 ? r->wrong_shown - 1 : 0];

    if (r->wrong_shown == WRONG_SHOWN)
        return;
    if (r->wrong_shown == 0 || last->connection != wrong.connection ||
        last->request != wrong.request || last->offset != wrong.offset)
        r->wrong[r->wrong_shown++] = wrong;
}

static struct wrong spoilt_place(const struct dialog *d, uint64_t connection, uint64_t request)
{
    return (struct wrong){.connection = connection,
                          .request = request,
                          .offset = d->wrong_at,
                          .got = d->got,
                          .expected = d->expected};
}

void tally_wrong(struct tally *t, const struct request *q, int64_t now, const struct dialog *d,
                 uint64_t connection)
{
    q->phase->wrong++;
    show_wrong(&t->result, spoilt_place(d, connection, d->hearing.number - 1));
    count_error(t, now);
}

void tally_unasked(struct tally *t, int64_t now, const struct dialog *d, uint64_t connection)
{
    t->result.unasked++;
    show_wrong(&t->result, (struct wrong){.connection = connection,
                                          .request = d->hearing.number,
                                          .offset = d->hearing.at,
                                          .got = d->unasked,
                                          .expected = -1});
    count_error(t, now);
}

void tally_spoilt(struct tally *t, const struct dialog *d, uint64_t connection)
{
    show_wrong(&t->result, spoilt_place(d, connection, d->hearing.number));
}

void tally_lost(struct tally *t, const struct request *q, int64_t now)
{
    q->phase->lost++;
    count_error(t, now);
}

void tally_unfinished(const struct request *q)
{
    q->phase->unfinished++;
}

void tally_connect(struct tally *t, int64_t ns)
{
    t->result.connections_made++;
    histogram_record(t->result.connect, ns);
}

void tally_trouble(struct tally *t, enum trouble trouble, int error, int64_t now)
{
    struct result *r = &t->result;
    const char *what = "", *advice = dial_advice(error);

    switch (trouble) {
    case TROUBLE_CONNECT:
        r->errors.connect++;
        what = "cannot connect again";
        break;
    case TROUBLE_RESET:
        r->errors.reset++;
        what = "the connection broke";
        break;
    case TROUBLE_CLOSED:
        r->errors.closed++;
        what = "the server closed a connection that was still wanted";
        advice = "has it a limit of clients or requests, an idle time, or did it end?";
        break;
    case TROUBLE_TIMEOUT:
        r->errors.timeout++;
        what = "the server kept silent for --timeout while an answer was due";
        advice = "is it stuck, does it speak another service, or is --timeout too short?";
        break;
    case TROUBLE_IDLE_CLOSED:
        r->errors.idle_closed++;
        what = "the server closed an idle connection";
        advice = "has it an idle time or a limit of clients?";
    }
    if (r->errors.first[0] == '\0')
        snprintf(r->errors.first, sizeof r->errors.first, "%s%s%s%s%s", what,
                 error == 0 ? "" : ": ", error == 0 ? "" : strerror(error),
                 advice[0] == '\0' ? "" : ": ", advice);
    count_error(t, now);
}
