// result_text.c: the summary for people, one screen of 80 columns: what was run, what came out, and
// what is wrong with it.
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/units.h"
#include "loadgen/fields.h"
#include "loadgen/wrap.h"

enum { LABEL = 12, NUMBER = UNITS_GROUPED };

// A rate: "87,954", or "12.5" where whole numbers say too little.
static const char *rate_text(double rate, char text[NUMBER])
{
    if (rate >= 1000)
        return units_grouped((uint64_t)(rate + 0.5), text);
    snprintf(text, NUMBER, "%.4g", rate);
    return text;
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

// "LABEL       text", broken between words where it would pass the last column.
static void say(FILE *out, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void say(FILE *out, const char *label, const char *format, ...)
{
    char text[2 * RESULT_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(out, "%-*s", LABEL, label);
    wrap_text(out, LABEL, text);
}

static bool is_open(const struct result *r)
{
    return strcmp(r->loop, "open") == 0;
}

static double seconds(int64_t ns)
{
    return (double)ns / NS_PER_SECOND;
}

// ---- What was run -------------------------------------------------------------------------------

static void say_load(const struct result *r, FILE *out)
{
    char text[NUMBER];

    if (is_open(r))
        say(out, "load", "open loop: %s requests/s offered, %s arrivals",
            rate_text(r->offered_rps, text), r->arrivals);
    else if (r->think_ns > 0)
        say(out, "load",
            "closed loop: %u in flight on each connection, %s of thinking after each "
            "answer",
            r->pipeline, result_time((double)r->think_ns, text));
    else
        say(out, "load", "closed loop: %u in flight on each connection", r->pipeline);
}

static void say_run(const struct result *r, FILE *out)
{
    char text[NUMBER], idle[64] = "", churn[96] = "", warm[64] = "", mean[64] = "";

    say(out, "target", "%s, %s", r->target, r->service_name);
    say_load(r, out);
    if (r->idle > 0)
        snprintf(idle, sizeof idle, ", and %s silent", units_grouped(r->idle, text));
    if (r->requests_per_connection > 0)
        snprintf(churn, sizeof churn, ", each for %" PRIu64 " request%s and then made anew",
                 r->requests_per_connection, plural(r->requests_per_connection));
    say(out, "", "%s connection%s%s%s", units_grouped(r->connections, text), plural(r->connections),
        idle, churn);
    if (r->warmup_ns > 0)
        snprintf(warm, sizeof warm, ", after %.6g s of warm-up (not counted)",
                 seconds(r->warmup_ns));
    if (r->size[strspn(r->size, "0123456789")] != '\0') // a range or a mix
        snprintf(mean, sizeof mean, " (%.6g on average)", r->size_bytes);
    say(out, "", "%s bytes a request%s, for %.3f s%s", r->size, mean, seconds(r->duration_ns),
        warm);
    if (r->processes > 1)
        say(out, "", "added up from %u runs", r->processes);
}

// ---- What came out ------------------------------------------------------------------------------

static void say_requests(const struct result *r, FILE *out)
{
    const struct requests *q = &r->requests;
    char scheduled[64] = "", text[6][NUMBER];

    if (q->scheduled > q->sent)
        snprintf(scheduled, sizeof scheduled, "%s due, ", units_grouped(q->scheduled, text[0]));
    say(out, "requests", "%s%s sent, %s answered, %s wrong, %s lost, %s unfinished", scheduled,
        units_grouped(q->sent, text[1]), units_grouped(q->answered, text[2]),
        units_grouped(q->wrong, text[3]), units_grouped(q->lost, text[4]),
        units_grouped(q->unfinished, text[5]));
    if (r->duration_ns > 0)
        say(out, "throughput", "%s requests/s, %.3f MB/s of payload each way",
            rate_text(result_rps(r), text[0]), result_bytes_per_s(r) / 1e6);
    else
        say(out, "throughput", "- (nothing was measured)");
}

static void print_row(FILE *out, const char *name, const struct histogram *h, uint64_t slower)
{
    static const double fractions[] = {0.5, 0.9, 0.99, 0.999};
    char text[32];
    int64_t ns;
    bool any = h->total > 0;

    fprintf(out, "%-*s", LABEL, name);
    fprintf(out, "%9s", any ? result_time((double)h->min, text) : "-");
    fprintf(out, " %9s", any ? result_time(histogram_mean(h), text) : "-");
    for (size_t i = 0; i < sizeof fractions / sizeof *fractions; i++)
        fprintf(out, " %8s",
                histogram_percentile(h, fractions[i], slower, &ns) ? result_time((double)ns, text)
                                                                   : "-");
    fprintf(out, " %9s\n", any ? result_time((double)h->max, text) : "-");
}

static void print_latency(const struct result *r, FILE *out)
{
    bool open = is_open(r);

    fprintf(out, "\n%s\n",
            open ? "open loop: latency as response, from the moment a request was due, and "
                   "service,\nfrom its real send; lag, between the two, is the "
                   "generator's own"
                 : "closed loop: latency from the real send; a stall of the server "
                   "hides the\nrequests it kept from being sent: see docs/measuring.md");
    fprintf(out, "%-*s%9s %9s %8s %8s %8s %8s %9s\n", LABEL, "", "min", "mean", "p50", "p90", "p99",
            "p99.9", "max");
    print_row(out, open ? "response" : "latency", r->response, result_slower(r));
    if (open)
        print_row(out, "service", r->service, result_slower(r));
    if (r->connect->total > 0)
        print_row(out, "connect", r->connect, 0);
    if (open)
        print_row(out, "lag", r->lag, 0);
    fputc('\n', out);
}

// Where all have the same to speak of, it goes without saying.
static void say_clients(const struct result *r, FILE *out)
{
    char text[2][NUMBER], fairness[64] = "";

    if (r->completed < 10 * (uint64_t)r->connections ||
        (r->served == r->connections && (r->jain == 0 || r->jain > 0.9)))
        return;
    if (r->jain > 0)
        snprintf(fairness, sizeof fairness, "; fairness %.2f (Jain's index)", r->jain);
    say(out, "clients", "%s of %s connections had answers%s", units_grouped(r->served, text[0]),
        units_grouped(r->connections, text[1]), fairness);
}

static void say_errors(const struct result *r, FILE *out)
{
    const struct {
        const char *words;
        uint64_t n;
    } kinds[] = {
        {"could not connect", r->errors.connect},
        {"reset by the server", r->errors.reset},
        {"closed too early by the server", r->errors.closed},
        {"timed out", r->errors.timeout},
    };
    char text[256] = "none", number[NUMBER];
    size_t n = 0;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].n > 0)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s %s", n > 0 ? ", " : "",
                                  units_grouped(kinds[i].n, number), kinds[i].words);
    say(out, "errors", "%s", text);
    if (r->errors.first[0] != '\0')
        say(out, "", "the first: %s", r->errors.first);
}

static void say_generator(const struct result *r, FILE *out)
{
    double user = (double)r->generator.user_ns, system = (double)r->generator.system_ns;
    double window = (double)r->duration_ns, answers = (double)r->completed;
    char each[128] = "", share[192] = "", text[2][NUMBER];

    // The kernel may count by ticks of 4 ms: below some of them the split is chance.
    if (r->completed > 0 && user + system >= 1e8)
        snprintf(each, sizeof each, ": user %s + system %s a request",
                 result_time(user / answers, text[0]), result_time(system / answers, text[1]));
    if (r->duration_ns > 0)
        snprintf(share, sizeof share,
                 ", %.0f%% of a core; the busiest ran or waited for a core %.0f%% of the time, "
                 "%.0f%% of that waiting",
                 100 * (user + system) / window, 100 * r->generator.busy,
                 100 * r->generator.waited);
    say(out, "generator", "%u thread%s%s%s", r->generator.threads, plural(r->generator.threads),
        each, share);
}

// ---- What is wrong with it ----------------------------------------------------------------------

static const char *byte_text(int byte, char text[NUMBER])
{
    snprintf(text, NUMBER, byte < 0 ? "no byte" : "0x%02x", (unsigned)byte);
    return text;
}

static void warn_of_answers(const struct result *r, FILE *out)
{
    char text[2][NUMBER];

    if (r->requests.wrong + r->requests.lost > 0)
        say(out, "WARNING:", "wrong answers: %s; lost: %s.",
            units_grouped(r->requests.wrong, text[0]), units_grouped(r->requests.lost, text[1]));
    if (r->warmup.wrong + r->warmup.lost > 0)
        say(out, "WARNING:", "outside the measured time, wrong answers: %s; lost: %s.",
            units_grouped(r->warmup.wrong, text[0]), units_grouped(r->warmup.lost, text[1]));
    if (r->unasked > 0)
        say(out, "WARNING:", "bytes came %s time%s when no answer was due.",
            units_grouped(r->unasked, text[0]), plural(r->unasked));
    for (unsigned i = 0; i < r->wrong_shown; i++) {
        const struct wrong *w = &r->wrong[i];
        say(out, "",
            "connection %" PRIu64 ", request %" PRIu64 ", offset %" PRIu64 ": got %s, expected %s",
            w->connection, w->request, w->offset, byte_text(w->got, text[0]),
            byte_text(w->expected, text[1]));
    }
}

static void warn_of_missing(const struct result *r, FILE *out)
{
    uint64_t unsent = r->requests.scheduled - r->requests.sent;
    char text[NUMBER];

    if (r->requests.unfinished > 0)
        say(out, "WARNING:",
            "%s request%s still unanswered at the end: slower than every answer, so that "
            "percentiles among them can't be given (-), and the true maximum may be above the one "
            "shown.",
            units_grouped(r->requests.unfinished, text), plural(r->requests.unfinished));
    if (unsent > 0)
        say(out, "WARNING:",
            "%s request%s due but never sent: these too count as slower than every "
            "answer.",
            units_grouped(unsent, text), plural(unsent));
    if (r->errors.idle_closed > 0)
        say(out, "WARNING:", "silent connections closed by the server: %s.",
            units_grouped(r->errors.idle_closed, text));
    if (r->response->saturated > 0)
        say(out,
            "WARNING:", "latencies above 73 minutes: %s, which percentiles take for 73 minutes.",
            units_grouped(r->response->saturated, text));
    if (r->response->total == 0)
        say(out, "WARNING:", "no right answer came: there is no latency to speak of.");
    else if (r->response->total + result_slower(r) < 10000)
        say(out, "WARNING:", "too short for p99.9: that needs 10,000 requests, and there were %s.",
            units_grouped(r->response->total + result_slower(r), text));
}

void result_write_summary(const struct result *r, FILE *out)
{
    say_run(r, out);
    fputc('\n', out);
    say_requests(r, out);
    print_latency(r, out);
    if (r->depth_max > 0)
        say(out, "depth",
            "a new request met %.3g others under way on its connection on average, %" PRIu64
            " at most",
            r->depth_mean, r->depth_max);
    say_clients(r, out);
    say_errors(r, out);
    say_generator(r, out);
    if (r->interrupted)
        say(out, "WARNING:", "interrupted: this is what was measured until then.");
    if (r->generator.was_the_limit)
        say(out, "WARNING:", "the generator, not the server, was the limit%s%s",
            r->generator.why[0] != '\0' ? ": " : ".", r->generator.why);
    warn_of_answers(r, out);
    warn_of_missing(r, out);
}
