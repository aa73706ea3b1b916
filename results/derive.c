// derive.c: see derive.h.
#include "results/derive.h"

#include <math.h>

#include "base/units.h"

static double per(double amount, double number)
{
    return number > 0 ? amount / number : NAN;
}

static double percentile(const struct histogram *h, double fraction, uint64_t slower)
{
    int64_t ns;

    return histogram_percentile(h, fraction, slower, &ns) ? (double)ns : NAN;
}

uint64_t derive_slower(const struct result *r)
{
    uint64_t slower = result_slower(r) + r->warmup.unfinished;
    // In the closed loop each client always waits for an answer. In the open loop one that nothing
    // was due on waits for none.
    uint64_t waiting = r->offered_rps > 0 ? 0 : r->connections - r->served;

    return slower > waiting ? slower : waiting;
}

static void fill_load(double *v, const struct result *r)
{
    uint64_t slower = derive_slower(r);

    v[METRIC_rps] = r->duration_ns > 0 ? result_rps(r) : NAN;
    v[METRIC_payload] = r->duration_ns > 0 ? result_bytes_per_s(r) : NAN;
    v[METRIC_offered] = r->offered_rps > 0 ? r->offered_rps : NAN;
    v[METRIC_p50] = percentile(r->response, 0.5, slower);
    v[METRIC_p90] = percentile(r->response, 0.9, slower);
    v[METRIC_p99] = percentile(r->response, 0.99, slower);
    v[METRIC_p99_9] = percentile(r->response, 0.999, slower);
    v[METRIC_max] = r->response->total > 0 ? (double)r->response->max : NAN;
    v[METRIC_mean] = r->response->total > 0 ? histogram_mean(r->response) : NAN;
    v[METRIC_connect_p50] = percentile(r->connect, 0.5, 0);
    v[METRIC_connect_p99] = percentile(r->connect, 0.99, 0);
    v[METRIC_sent] = (double)r->requests.sent;
    v[METRIC_answered] = (double)r->requests.answered;
    v[METRIC_wrong] = (double)r->requests.wrong;
    v[METRIC_lost] = (double)r->requests.lost;
    v[METRIC_unfinished] = (double)r->requests.unfinished;
    v[METRIC_clients_served] = (double)r->served;
    v[METRIC_jain] = r->jain > 0 ? r->jain : NAN;
    v[METRIC_busy] = r->generator.busy;
}

// Answers between the moment at which the first sample was taken and the window's end; NAN where
// most of the window had gone by then.
static double answers_since(const struct seen *s, const struct result *r, int64_t taken_at)
{
    int64_t end = s->begin_at + r->duration_ns;

    if (s->end_at < end)
        end = s->end_at;
    if (end - taken_at < r->duration_ns / 2)
        return NAN;
    return result_rps(r) * (double)(end - taken_at) / NS_PER_SECOND;
}

// In proportion to the answers that came between the two samples. After the window's end, when the
// second one is taken, the server has nothing to do.
static void fill_window(double *v, const struct seen *s, const struct result *r)
{
    if (s->begin_at == 0 || s->end_at == 0)
        return;
    double answers = answers_since(s, r, s->begin.switches_at);
    v[METRIC_cpu] = per(s->end.cpu_ns - s->begin.cpu_ns, answers_since(s, r, s->begin.cpu_at));
    v[METRIC_switches] = per(s->end.switches - s->begin.switches, answers);
    v[METRIC_switches_forced] = per(s->end.switches_forced - s->begin.switches_forced, answers);
}

static void fill_life(double *v, const struct seen *s, const struct result *r,
                      const struct ended *e)
{
    double answers = (double)(r->warmup.answered + r->requests.answered);

    v[METRIC_cpu] = per(e->cpu_ns - s->empty.cpu_ns, answers);
    v[METRIC_switches] = per(e->switches - s->empty.switches, answers);
    v[METRIC_switches_forced] = per(e->switches_forced - s->empty.switches_forced, answers);
}

void derive_values(double *v, const struct result *r, const struct seen *s, const struct ended *e,
                   bool whole_life)
{
    const struct counted *c = &e->counted;

    fill_load(v, r);
    if (whole_life)
        fill_life(v, s, r, e);
    else
        fill_window(v, s, r);
    v[METRIC_calls] = per(c->reads + c->writes + c->waits, c->messages);
    v[METRIC_wakeups] = per(c->waits, c->messages);
    v[METRIC_scanned] = per(c->scanned, c->messages);
    if (s->end_at == 0)
        return;
    // Clients that it never came to cost it nothing.
    if (c->refused < 1 && r->served >= 0.9 * r->connections)
        v[METRIC_memory] = per(s->end.own_kib - s->empty.own_kib,
                               (double)(r->connections + r->idle));
    v[METRIC_resident] = s->end.resident_kib;
    v[METRIC_tasks] = s->end.tasks;
    v[METRIC_descriptors] = s->end.descriptors;
}
