// gather.c: see gather.h.
#include "loadgen/gather.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"

static void describe(struct result *r, const struct plan *plan)
{
    static const char *const services[] = {"echo", "frame", "guess"};

    snprintf(r->target, sizeof r->target, "%s", plan->target);
    snprintf(r->service_name, sizeof r->service_name, "%s", services[plan->service]);
    snprintf(r->loop, sizeof r->loop, "%s", plan->open ? "open" : "closed");
    snprintf(r->engine, sizeof r->engine, "epoll");
    if (plan->open)
        snprintf(r->arrivals, sizeof r->arrivals, "%s",
                 plan->arrivals == POISSON ? "poisson" : "uniform");
    r->connections = plan->connections;
    r->idle = plan->idle;
    r->pipeline = plan->open ? 0 : plan->pipeline;
    r->offered_rps = plan->open ? plan->rate : 0;
    r->think_ns = plan->think_ns;
    r->warmup_ns = plan->warmup_ns;
    r->requests_per_connection = plan->requests_per_connection;
    r->seed = plan->seed;
    r->interval_ns = plan->interval_ns;
    if (plan->service == SERVE_GUESS) {
        r->size_bytes = 2;
        snprintf(r->size, sizeof r->size, "2");
    } else {
        r->size_bytes = sizes_mean(&plan->sizes);
        snprintf(r->size, sizeof r->size, "%s", plan->sizes.text);
    }
}

// Where the window ended in fact.
static int64_t window_end(const struct run *run, const struct worker *workers)
{
    int64_t end = run->end;

    if (end == INT64_MAX) { // by --requests: with the last of them
        end = run->begin;
        for (unsigned i = 0; i < run->plan->threads; i++)
            if (workers[i].settled > end)
                end = workers[i].settled;
    }
    return end > run->begin ? end : run->begin;
}

static void add_usage(struct result *r, const struct worker *w)
{
    const struct usage *a = &w->before, *b = &w->after;

    if (a->at == 0 || b->at <= a->at)
        return;
    double wall = (double)(b->at - a->at), waited = (double)(b->waited_ns - a->waited_ns) / wall,
           busy = (double)(b->ran_ns - a->ran_ns) / wall + waited;
    r->generator.user_ns += b->user_ns - a->user_ns;
    r->generator.system_ns += b->system_ns - a->system_ns;
    if (busy > r->generator.busy) {
        r->generator.busy = busy < 1 ? busy : 1; // the two clocks are not read at one moment
        r->generator.waited = waited < busy ? waited : busy;
    }
}

// Was it us? A thread that was never idle could not have sent more; a schedule that was kept late
// was not the one asked for.
static void judge_generator(struct result *r)
{
    static const double points[] = {0.99, 0.9, 0.5}; // the highest that has samples enough
    char text[32], beside[96] = "and that of the response is beyond what was answered";
    int64_t lag = 0, response;
    double point = 0;

    if (r->generator.busy > 0.95) {
        r->generator.was_the_limit = true;
        snprintf(r->generator.why, sizeof r->generator.why,
                 "a thread of the generator wanted a core for %.0f%% of the time (and waited for "
                 "one %.0f%%): give it more --threads or cores of its own",
                 100 * r->generator.busy, 100 * r->generator.waited);
        return;
    }
    for (size_t i = 0; i < sizeof points / sizeof *points && point == 0; i++)
        if (histogram_percentile(r->lag, points[i], 0, &lag))
            point = points[i];
    if (point == 0 || lag < 1000000)
        return;
    if (histogram_percentile(r->response, point, result_slower(r), &response)) {
        if (lag <= response / 10)
            return;
        snprintf(beside, sizeof beside, "and that of the response was %s",
                 result_time((double)response, text));
    }
    r->generator.was_the_limit = true;
    snprintf(r->generator.why, sizeof r->generator.why,
             "p%.0f of the lag behind the schedule was %s, %s: lower --rate, or give it cores of "
             "its own",
             100 * point, result_time((double)lag, text), beside);
}

// Jain, Chiu, Hawe: A Quantitative Measure of Fairness and Discrimination (1984): 1 where all have
// the same, 1/n where one has it all.
static void gather_shares(struct result *r, const struct worker *workers)
{
    double sum = 0, squares = 0, n = r->connections;
    struct share *next = r->shares = calloc(r->connections, sizeof *r->shares);

    if (next == NULL)
        die("no memory for the shares of %u connections", r->connections);
    for (const struct worker *w = workers; w < workers + r->generator.threads; w++)
        for (const struct client *c = w->clients; c < w->clients + w->asking; c++) {
            double answered = (double)c->share.answered;
            *next++ = c->share;
            r->served += answered > 0;
            sum += answered;
            squares += answered * answered;
        }
    r->jain = sum > 0 ? sum * sum / (n * squares) : 0;
}

void gather(const struct run *run, struct worker *workers, struct result *r)
{
    const struct plan *plan = run->plan;

    result_init(r);
    describe(r, plan);
    r->interrupted = run->stop;
    r->gave_up = run->gave_up;
    r->duration_ns = window_end(run, workers) - run->begin;
    r->generator.threads = plan->threads;
    for (unsigned i = 0; i < plan->threads; i++) {
        struct tally *t = &workers[i].tally;
        if (t->depths > 0)
            t->result.depth_mean = t->depth_sum / (double)t->depths;
        result_add(r, &t->result);
        add_usage(r, &workers[i]);
    }
    gather_shares(r, workers);
    if (!plan->open) {
        r->requests.scheduled = r->requests.sent;
        r->warmup.scheduled = r->warmup.sent;
        histogram_add(r->service, r->response); // one and the same, since no moment was intended
    }
    if (run->gave_up)
        warn("gave up: no answer came for --timeout, and every connection failed");
    judge_generator(r);
}
