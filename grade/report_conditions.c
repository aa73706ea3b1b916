// report_conditions.c: see report_conditions.h. The handout of lab 10 has the same bounds.
#include "grade/report_conditions.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/units.h"

enum { CLIENTS_MOST = 1000, SIZE_MOST = 65536, RATE_LEAST = 200 };
static const int64_t work_most_ns = NS_PER_SECOND / 1000;
// Half as many again as a p99 wants: the machine may be slower, and arrivals come at random.
static const double answers = 1500, window_least_s = 1.5;
// A server that sleeps for each message bears a small part of what one with many processes does.
static const double share_least = 0.001, share_most = 0.7;

const struct conditions conditions_plain = {
    .closed = {.service = "echo", .clients = 8, .size = 64, .work = "cpu:100us"},
    .open = {.service = "echo", .clients = 8, .size = 64, .work = "cpu:100us"},
    .share = 0.3,
    .window_s = 1.5,
};

static bool is_whole(double n, unsigned most)
{
    return n >= 1 && n <= most && n == floor(n);
}

// As the servers read it, up to a shorter time.
static bool take_work(const char *text, char to[32])
{
    static const char *const kinds[] = {"cpu", "sleep"};
    size_t n = strcspn(text, ":");
    int64_t ns;

    *to = '\0';
    if (*text == '\0')
        return true;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strlen(kinds[i]) == n && strncmp(kinds[i], text, n) == 0 && text[n] == ':' &&
            units_time(text + n + 1, work_most_ns, &ns)) {
            snprintf(to, 32, "%s:%" PRId64 "ns", kinds[i], ns);
            return true;
        }
    return false;
}

static void take_load(const struct report_repeat *q, struct conditions_load *load,
                      struct finding *f)
{
    static const char *const services[] = {"echo", "frame"};

    load->service = NULL;
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (strcmp(q->raw.service, services[i]) == 0)
            load->service = services[i];
    if (load->service == NULL)
        check_fail(f,
                   "expected conditions that can be had again: --service echo or frame; saw '%s'",
                   q->raw.service);
    if (!is_whole(q->raw.connections, CLIENTS_MOST))
        check_fail(f, "expected conditions that can be had again: 1 to 1,000 connections; saw %.6g",
                   q->raw.connections);
    if (!is_whole(q->raw.size, SIZE_MOST))
        check_fail(f, "expected conditions that can be had again: one --size, 1 to 65536; saw %.6g",
                   q->raw.size);
    if (!take_work(q->work, load->work))
        check_fail(f,
                   "expected conditions that can be had again: no --work, or cpu:TIME or "
                   "sleep:TIME, up to 1ms; saw '%s'",
                   q->work);
    if (check_failed(f))
        return;
    load->clients = (unsigned)q->raw.connections;
    load->size = (unsigned)q->raw.size;
}

static double median_rate(const struct report *r, unsigned model)
{
    static struct report_cell cell;
    static double rates[CELL_MOST];

    cell_find(r, THROUGHPUT, model, &cell);
    for (size_t i = 0; i < cell.n; i++)
        rates[i] = cell.list[i]->raw.value[COLUMN_rps];
    return statistics_median(rates, cell.n);
}

// The rate as a share of what the faster one reaches: that is what another machine can repeat.
static void take_rate(const struct report *r, double rate, struct conditions *c, struct finding *f)
{
    double most = fmax(median_rate(r, 0), median_rate(r, 1));

    if (!(rate >= RATE_LEAST) || !(most > 0)) {
        check_fail(f,
                   "expected conditions that can be had again: a throughput, and a rate of %d "
                   "requests per second or more; saw %.6g and %.6g",
                   RATE_LEAST, most, rate);
        return;
    }
    c->share = fmin(fmax(rate / most, share_least), share_most);
    c->window_s = fmax(answers / rate, window_least_s);
}

bool conditions_take(const struct report *r, struct conditions *c, struct finding *f)
{
    static struct report_cell closed, open;

    cell_find(r, THROUGHPUT, 0, &closed);
    cell_find(r, P99, 0, &open);
    take_load(closed.list[0], &c->closed, f);
    take_load(open.list[0], &c->open, f);
    take_rate(r, open.list[0]->raw.value[COLUMN_offered], c, f);
    return !check_failed(f);
}
