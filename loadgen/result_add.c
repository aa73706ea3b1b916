// result_add.c: see result.h. Counts are added, histograms bucket by bucket, so that percentiles of
// the whole are as exact as those of a part; percentiles themselves can't be averaged.
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "loadgen/result.h"

static void add_requests(struct requests *to, const struct requests *from)
{
    to->scheduled += from->scheduled;
    to->sent += from->sent;
    to->answered += from->answered;
    to->wrong += from->wrong;
    to->lost += from->lost;
    to->unfinished += from->unfinished;
}

static void add_trouble(struct result *to, const struct result *from)
{
    to->errors.connect += from->errors.connect;
    to->errors.reset += from->errors.reset;
    to->errors.closed += from->errors.closed;
    to->errors.timeout += from->errors.timeout;
    to->errors.idle_closed += from->errors.idle_closed;
    if (to->errors.first[0] == '\0')
        memcpy(to->errors.first, from->errors.first, sizeof to->errors.first);
    for (unsigned i = 0; i < from->wrong_shown && to->wrong_shown < WRONG_SHOWN; i++)
        to->wrong[to->wrong_shown++] = from->wrong[i];
}

static void add_interval(struct interval *to, const struct interval *from)
{
    to->sent += from->sent;
    to->answered += from->answered;
    to->errors += from->errors;
    if (from->response == NULL)
        return;
    if (to->response == NULL && (to->response = histogram_new(2)) == NULL)
        die_errno("cannot make a histogram");
    histogram_add(to->response, from->response);
}

static void add_intervals(struct result *to, const struct result *from)
{
    if (to->interval_ns != from->interval_ns) {
        warn("the runs have timelines of different intervals: the sum has none");
        for (size_t i = 0; i < to->interval_count; i++)
            free(to->intervals[i].response);
        to->interval_count = 0;
        to->interval_ns = 0; // so that a third run's is not taken for the sum's
        return;
    }
    if (from->interval_count > to->interval_count) {
        struct interval *grown = reallocarray(to->intervals, from->interval_count,
                                              sizeof *to->intervals);
        if (grown == NULL)
            die_errno("cannot hold the timeline");
        to->intervals = grown;
        for (size_t i = to->interval_count; i < from->interval_count; i++)
            grown[i] = (struct interval){.start_ns = from->intervals[i].start_ns};
        to->interval_count = from->interval_count;
    }
    for (size_t i = 0; i < from->interval_count; i++)
        add_interval(&to->intervals[i], &from->intervals[i]);
}

void result_add(struct result *to, const struct result *from)
{
    double sent = (double)to->requests.sent + (double)from->requests.sent;

    if (sent > 0)
        to->depth_mean = (to->depth_mean * (double)to->requests.sent +
                          from->depth_mean * (double)from->requests.sent) /
                         sent;
    if (from->depth_max > to->depth_max)
        to->depth_max = from->depth_max;
    add_requests(&to->requests, &from->requests);
    add_requests(&to->warmup, &from->warmup);
    to->unasked += from->unasked;
    to->completed += from->completed;
    to->completed_bytes += from->completed_bytes;
    to->served += from->served;
    to->connections_made += from->connections_made;
    histogram_add(to->response, from->response);
    histogram_add(to->service, from->service);
    histogram_add(to->connect, from->connect);
    histogram_add(to->lag, from->lag);
    add_trouble(to, from);
    add_intervals(to, from);
}
