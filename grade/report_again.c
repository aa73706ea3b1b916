// report_again.c: see report_again.h. bin/bench itself measures, and its run is read as the
// student's was.
#include "grade/report_again.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECONDS = 90, PATHS = 4096 };
static const double usual_share = 0.3, least_share = 0.05, most_share = 0.7;

struct again {
    const struct order *order;
    const struct report *report;
    char folder[PATHS];
    char share[8]; // of the fastest one's capacity: "30%"
    unsigned clients;
};

static void lack(struct finding *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void lack(struct finding *f, const char *format, ...)
{
    va_list args;

    f->outcome = SKIPPED;
    f->lacking = true;
    va_start(args, format);
    vsnprintf(f->reason, sizeof f->reason, format, args);
    va_end(args);
}

static bool has_programs(const struct order *order, const struct report *r)
{
    const char *const names[] = {"bench", "loadgen", r->models[0], r->models[1]};
    char path[PATHS];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", order->programs, names[i]);
        if (access(path, X_OK) != 0)
            return false;
    }
    return true;
}

// ---- What is measured ----------------------------------------------------------------------

static const struct report_repeat *first_of(const struct report *r, unsigned claim, unsigned model)
{
    static struct report_cell cell;

    cell_find(r, claim, model, &cell);
    return cell.list[0]; // the gate has seen to it that there is one
}

// Conditions come from files that anybody can write: only what has no other meaning is taken.
static bool is_plain(const struct report_repeat *q)
{
    static const char *const services[] = {"echo", "frame"};
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789:.";
    bool served = false;

    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        served = served || strcmp(q->raw.service, services[i]) == 0;
    return served && q->raw.connections >= 1 && q->raw.connections <= 1000 && q->raw.size >= 1 &&
           q->raw.size <= 65536 && strspn(q->work, letters) == strlen(q->work);
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
static void choose_share(struct again *again)
{
    const struct report *r = again->report;
    double rate = first_of(r, P99, 0)->raw.value[COLUMN_offered];
    double share = rate / fmax(median_rate(r, 0), median_rate(r, 1));

    if (!(share >= least_share && share <= most_share))
        share = usual_share;
    snprintf(again->share, sizeof again->share, "%.0f%%", 100 * share);
}

static FILE *create(const struct again *again, const char *name)
{
    char path[PATHS + 32];

    snprintf(path, sizeof path, "%s/%s", again->folder, name);
    return fopen(path, "we");
}

static bool write_scenario(const struct again *again, const char *name,
                           const struct report_repeat *q, bool open)
{
    char clients[16], options[160];
    FILE *to = create(again, name);

    if (to == NULL)
        return false;
    snprintf(clients, sizeof clients, "%.0f", q->raw.connections);
    snprintf(options, sizeof options, "--connections %s --service %s --size %.0f", clients,
             q->raw.service, q->raw.size);
    fprintf(to, "question = Is it so here?\nx = load\nrepeats = 3\nload = %s%s\npoints = %s\n",
            options, open ? " --rate {x}" : "", open ? again->share : clients);
    // A p99 wants a thousand answers; of closed loops there are enough at once.
    fprintf(to, "duration = %s\nfigures = lines:%s\n", open ? "1500ms" : "500ms",
            open ? "p99" : "rps");
    if (open)
        fprintf(to, "axis = linear\ncapacity = %s\n", options);
    if (*q->work != '\0')
        fprintf(to, "server = --work %s\n", q->work);
    return fclose(to) == 0;
}

// So that the run is read as the student's: which of its points are the claims'.
static bool write_answers(const struct again *again)
{
    FILE *to = create(again, "answers.tsv");

    if (to == NULL)
        return false;
    fprintf(to, "throughput\tclosed\t%u\t1\t1\t1\ttimes\t-\n", again->clients);
    fprintf(to, "p99\topen\t%s\t1\t1\t1\ttimes\t-\n", again->share);
    return fclose(to) == 0;
}

static bool measure(const struct again *again, struct finding *f)
{
    const struct report *r = again->report;
    char bench[PATHS], only[2 * PATHS + 64], out[PATHS + 8], models[2 * REPORT_NAME + 2];
    char said[300];

    snprintf(bench, sizeof bench, "%s/bench", again->order->programs);
    snprintf(only, sizeof only, "%s/closed.scenario,%s/open.scenario", again->folder,
             again->folder);
    snprintf(out, sizeof out, "%s/run", again->folder);
    snprintf(models, sizeof models, "%s,%s", r->models[0], r->models[1]);
    const char *const words[] = {bench, "--models", models, "--only",       only,      "--out",
                                 out,   "--seed",   "1",    "--no-figures", "--quiet", NULL};
    int status = run_tool(words, again->folder, false, SECONDS, said, sizeof said);
    if (status != 0)
        lack(f, "measuring again came to nothing here (status %d): %s", status, said);
    return status == 0;
}

// ---- The verdict ---------------------------------------------------------------------------

// Whether the claim's own figures, as the student wrote them, go with what was found.
static bool agrees(const struct report_claim *c, const struct estimate *found, double factor)
{
    bool overlap = c->number[1] <= found->high && found->low <= c->number[2];

    return overlap || fabs(log(c->number[0] / found->value)) <= log(factor);
}

static void judge(const struct report *r, const struct report *here, double factor, bool busy,
                  struct finding *f)
{
    size_t n = 0;

    for (unsigned claim = THROUGHPUT; claim <= P99; claim++) {
        const struct report_claim *c = &r->claims[claim];
        struct estimate found;
        if (!claim_ratio(here, claim, &found))
            continue;
        size_t used = strlen(f->figure);
        snprintf(f->figure + used, sizeof f->figure - used, "%s%s %.2f (%.2f to %.2f) here",
                 n++ > 0 ? ", " : "", c->claim, found.value, found.low, found.high);
        if (!agrees(c, &found, factor))
            check_fail(f,
                       "expected a ratio of %s that can be had again, its interval meeting ours "
                       "or the ratio within a factor of %g; saw %s claimed, and %.2f (%.2f to "
                       "%.2f) when measured again",
                       c->claim, factor, c->text[0], found.value, found.low, found.high);
    }
    if (n == 0)
        lack(f, "measured again here, no figure could be given");
    else if (check_failed(f) && busy)
        lack(f, "this machine had too much else to do to measure again");
}

static bool is_busy(void)
{
    double load;

    return getloadavg(&load, 1) == 1 && load > (double)sysconf(_SC_NPROCESSORS_ONLN);
}

void report_again(const struct order *order, const struct report *r, double factor,
                  struct finding *f)
{
    struct again again = {.order = order, .report = r};
    const struct report_repeat *closed = first_of(r, THROUGHPUT, 0), *open = first_of(r, P99, 0);
    bool busy = is_busy();
    struct report here;
    char models[2 * REPORT_NAME + 2];

    if (!is_plain(closed) || !is_plain(open)) {
        check_fail(f, "expected conditions that can be had again: echo or frame, 1 to 1,000 "
                      "clients, one size; saw others");
        return;
    }
    if (!has_programs(order, r)) {
        lack(f, "bench and the models are not beside this grader");
        return;
    }
    snprintf(again.folder, sizeof again.folder, "%s/again", order->confinement->folder);
    again.clients = (unsigned)closed->raw.connections;
    choose_share(&again);
    if (mkdir(again.folder, 0700) != 0 ||
        !write_scenario(&again, "closed.scenario", closed, false) ||
        !write_scenario(&again, "open.scenario", open, true) || !write_answers(&again)) {
        lack(f, "there is no room for measuring again");
        return;
    }
    if (!measure(&again, f))
        return;
    snprintf(models, sizeof models, "%s %s", r->models[0], r->models[1]);
    report_read(&here, again.folder, models);
    judge(r, &here, factor, busy, f);
    report_free(&here);
}
