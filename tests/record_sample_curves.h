// record_sample_curves.h: what a sampled run (record_sample.h) takes nine models to be like.
#ifndef TESTS_RECORD_SAMPLE_CURVES_H
#define TESTS_RECORD_SAMPLE_CURVES_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/random.h"
#include "results/scenario.h"

enum sample_kind { SAMPLE_ONE, SAMPLE_EACH, SAMPLE_CREW, SAMPLE_LOOP };

// What a model is taken to be like.
static const struct sample_habit {
    const char *name;
    double alone, top;               // answers per second to 1 client and to many
    double bend;                     // beta of the Universal Scalability Law
    double per_silent;               // what a silent client adds to a request, as a share of it
    double cpu, create;              // ns: of a request, of a connection
    double memory;                   // KiB per connection
    double switches, calls, scanned; // per request
    unsigned most;                   // clients
    enum sample_kind kind;
} sample_habits[] = {
    {"blocking", 24e3, 24e3, 0, 0, 9e3, 24e3, 0.1, 1.9, 2.0, 0, 1000000, SAMPLE_ONE},
    {"fork", 22e3, 52e3, 6e-5, 2e-6, 15e3, 230e3, 190, 1.8, 2.0, 0, 4000, SAMPLE_EACH},
    {"prefork", 22e3, 38e3, 0, 2e-6, 12e3, 27e3, 9, 1.8, 2.0, 0, 1000000, SAMPLE_CREW},
    {"threads", 22e3, 67e3, 1e-5, 2e-6, 12e3, 58e3, 23, 1.7, 2.0, 0, 20000, SAMPLE_EACH},
    {"select", 21e3, 118e3, 1e-7, 1.2e-3, 7.6e3, 33e3, 5, 0.3, 2.3, 210, 1015, SAMPLE_LOOP},
    {"poll", 21e3, 120e3, 3e-8, 8.5e-4, 7.5e3, 33e3, 5, 0.3, 2.3, 205, 19990, SAMPLE_LOOP},
    {"epoll", 21e3, 126e3, 1e-9, 1e-5, 7.1e3, 34e3, 5, 0.3, 2.3, 1.1, 19990, SAMPLE_LOOP},
    {"edge", 21e3, 127e3, 1e-9, 1e-5, 7.1e3, 35e3, 5, 0.3, 2.9, 1.1, 19990, SAMPLE_LOOP},
    {"python", 9e3, 31e3, 1e-8, 2e-5, 31e3, 90e3, 12, 0.4, NAN, NAN, 1000000, SAMPLE_LOOP},
};

static inline double sample_uniform(uint64_t *state)
{
    return (double)(random_next(state) >> 11) / 9007199254740992.0;
}

// Box and Muller's.
static inline double sample_normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(1 - sample_uniform(state)));

    return radius * cos(6.283185307179586 * sample_uniform(state));
}

static inline char *sample_text(const char *text)
{
    char *made = strdup(text);

    if (made == NULL)
        die_errno("cannot make a sample");
    return made;
}

static inline bool sample_is(const struct scenario *s, const char *name)
{
    return strcmp(s->name, name) == 0;
}

static inline const struct sample_habit *sample_habit(const char *name)
{
    const size_t count = sizeof sample_habits / sizeof *sample_habits;

    for (const struct sample_habit *h = sample_habits; h < sample_habits + count; h++)
        if (strcmp(h->name, name) == 0)
            return h;
    return NULL;
}

// ---- The curves --------------------------------------------------------------------------------

// A closed loop of n clients.
static inline double sample_rps(const struct sample_habit *h, double n)
{
    double alpha = h->top > h->alone ? h->alone / h->top : 1;

    return h->alone * n / (1 + alpha * (n - 1) + h->bend * n * (n - 1));
}

// Clients that ask, and silent ones, by the scenario.
static inline double sample_clients(const struct scenario *s, double x)
{
    return sample_is(s, "connections") || sample_is(s, "sleep") || sample_is(s, "churn") ? x
           : sample_is(s, "idle")                                                        ? 100
           : sample_is(s, "cost")                                                        ? 1000
           : sample_is(s, "load") || sample_is(s, "cpu") || sample_is(s, "stall")        ? 50
                                                                                         : 20;
}

static inline double sample_least(double a, double b)
{
    return a < b ? a : b;
}

// Answers per second, and by what an open loop asks (NAN: a closed one).
static inline double sample_throughput(const struct scenario *s, const struct point *p, double x,
                                       const struct sample_habit *h, double *offered)
{
    double n = sample_clients(s, x), closed = sample_rps(h, n);
    bool many = h->kind == SAMPLE_EACH || h->kind == SAMPLE_CREW;

    *offered = sample_is(s, "load")                                    ? x
               : sample_is(s, "cost")                                  ? 10000
               : sample_is(s, "stall") && strcmp(p->name, "open") == 0 ? 4000
                                                                       : NAN;
    if (sample_is(s, "idle"))
        return h->kind == SAMPLE_ONE && x > 0 ? 0 : closed / (1 + h->per_silent * x);
    if (sample_is(s, "churn"))
        return 1e9 / (h->create + 6e3);
    if (sample_is(s, "sleep"))
        return h->kind == SAMPLE_EACH ? 196 * n : h->kind == SAMPLE_CREW ? 392 : 197;
    if (sample_is(s, "cpu"))
        return strcmp(p->name, "two-cores") == 0 && many ? 8300 : 4700;
    if (sample_is(s, "size"))
        return 1 / (1 / closed + x / (h->kind == SAMPLE_LOOP ? 2.4e9 : 1.6e9));
    if (sample_is(s, "pipeline"))
        return closed * x / (1 + 0.12 * (x - 1));
    if (sample_is(s, "uneven") && strcmp(p->name, "slow") == 0)
        return h->kind == SAMPLE_ONE ? 0 : 0.8 * closed;
    if (sample_is(s, "stall") || sample_is(s, "fair"))
        return sample_is(s, "stall") ? 2650 : 17000;
    return isfinite(*offered) ? sample_least(*offered, closed) : closed;
}

// The median response time and how far p99 lies above it.
static inline double sample_p50(const struct scenario *s, const struct point *p, double n,
                                double rps, double offered, const struct sample_habit *h,
                                double *tail)
{
    double full = sample_rps(h, n), load = offered / full;

    *tail = h->kind == SAMPLE_LOOP ? 1.8 : 3.5;
    if (h->kind == SAMPLE_ONE)
        n = 1;
    if (sample_is(s, "stall")) {
        *tail = strcmp(p->name, "open") == 0 ? 12000 : 3;
        return 78e3;
    }
    if (sample_is(s, "fair")) {
        *tail = strcmp(p->name, "greedy") == 0 ? 6 : 2;
        return strcmp(p->name, "greedy") == 0 ? 190e3 : 70e3;
    }
    if (sample_is(s, "pipeline"))
        return 1e9 * n * strtod(p->name, NULL) / rps;
    if (!isfinite(offered))
        return rps > 0 ? 1e9 * n / rps : NAN;
    if (load >= 1) { // the queue grows as long as the window lasts
        *tail = 2;
        return 1e9 * (1 - 1 / load) + 8e6;
    }
    *tail = 3 + 4 * load;
    return 55e3 / (1 - 0.98 * load);
}

#endif
