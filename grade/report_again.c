// report_again.c: see report_again.h. bin/bench itself measures, and its run is read as the
// student's was.
#include "grade/report_again.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grade/report_busy.h"
#include "grade/report_conditions.h"

enum { SECONDS = 90, PATHS = 4096 };

// One measurement of ours, and what it came to.
struct again {
    const struct order *order;
    const struct report *report; // the student's
    const struct conditions *conditions;
    char folder[PATHS];
    char share[16]; // "30.00%"
    bool busy;      // the machine had much else to do
    struct report here;
    struct estimate ratio[P99 + 1];
    bool has[P99 + 1];
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

static FILE *create(const struct again *again, const char *name)
{
    char path[PATHS + 32];

    snprintf(path, sizeof path, "%s/%s", again->folder, name);
    return fopen(path, "we");
}

static bool write_scenario(const struct again *again, const char *name,
                           const struct conditions_load *load, bool open)
{
    char options[160], clients[16];
    FILE *to = create(again, name);

    if (to == NULL)
        return false;
    snprintf(clients, sizeof clients, "%u", load->clients);
    snprintf(options, sizeof options, "--connections %s --service %s --size %u", clients,
             load->service, load->size);
    fprintf(to, "question = Is it so here?\nx = load\nrepeats = 3\nload = %s%s\npoints = %s\n",
            options, open ? " --rate {x}" : "", open ? again->share : clients);
    // Of closed loops there are answers enough at once.
    fprintf(to, "duration = %.0fms\nfigures = lines:%s\n",
            open ? 1000 * again->conditions->window_s : 500, open ? "p99" : "rps");
    if (open)
        fprintf(to, "axis = linear\ncapacity = %s\n", options);
    if (*load->work != '\0')
        fprintf(to, "server = --work %s\n", load->work);
    return fclose(to) == 0;
}

// So that the run is read as the student's: which of its points are the claims'.
static bool write_answers(const struct again *again)
{
    FILE *to = create(again, "answers.tsv");

    if (to == NULL)
        return false;
    fprintf(to, "throughput\tclosed\t%u\t1\t1\t1\ttimes\t-\n", again->conditions->closed.clients);
    fprintf(to, "p99\topen\t%s\t1\t1\t1\ttimes\t-\n", again->share);
    return fclose(to) == 0;
}

static bool call_bench(const struct again *again, char *why, size_t size)
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
    if (status == -1)
        snprintf(why, size, "bench was not done after %d s", SECONDS);
    else
        snprintf(why, size, "bench ended with status %d: %s", status, said);
    return status == 0;
}

// False: it came to nothing, or lacks one of the two figures; `why`.
static bool measure(struct again *again, const struct order *order, const struct report *r,
                    const struct conditions *c, const char *name, char *why, size_t size)
{
    char models[2 * REPORT_NAME + 2];

    memset(again, 0, sizeof *again);
    again->order = order;
    again->report = r;
    again->conditions = c;
    snprintf(again->folder, sizeof again->folder, "%s/%s", order->confinement->folder, name);
    snprintf(again->share, sizeof again->share, "%.2f%%", 100 * c->share);
    if (mkdir(again->folder, 0700) != 0 ||
        !write_scenario(again, "closed.scenario", &c->closed, false) ||
        !write_scenario(again, "open.scenario", &c->open, true) || !write_answers(again)) {
        snprintf(why, size, "there is no room for its files");
        return false;
    }
    again->busy = report_busy();
    if (!call_bench(again, why, size))
        return false;
    snprintf(models, sizeof models, "%s %s", r->models[0], r->models[1]);
    report_read(&again->here, again->folder, models);
    for (unsigned claim = THROUGHPUT; claim <= P99; claim++) {
        again->has[claim] = claim_ratio(&again->here, claim, &again->ratio[claim]);
        if (!again->has[claim])
            snprintf(why, size, "there is no ratio of %s", r->claims[claim].claim);
    }
    report_free(&again->here);
    return again->has[THROUGHPUT] && again->has[P99];
}

// ---- The verdict ---------------------------------------------------------------------------

// Whether the claim's own figures, as the student wrote them, go with what was found.
static bool agrees(const struct report_claim *c, const struct estimate *found, double factor)
{
    bool overlap = c->number[1] <= found->high && found->low <= c->number[2];

    return overlap || fabs(log(c->number[0] / found->value)) <= log(factor);
}

static void judge(const struct again *again, double factor, struct finding *f)
{
    for (unsigned claim = THROUGHPUT; claim <= P99; claim++) {
        const struct report_claim *c = &again->report->claims[claim];
        const struct estimate *found = &again->ratio[claim];
        size_t used = strlen(f->figure);
        if (!again->has[claim])
            continue;
        snprintf(f->figure + used, sizeof f->figure - used, "%s%s %.2f (%.2f to %.2f) here",
                 used > 0 ? ", " : "", c->claim, found->value, found->low, found->high);
        if (!agrees(c, found, factor))
            check_fail(f,
                       "expected a ratio of %s that can be had again, its interval meeting ours "
                       "or the ratio within a factor of %g; saw %s claimed, and %.2f (%.2f to "
                       "%.2f) when measured again",
                       c->claim, factor, c->text[0], found->value, found->low, found->high);
    }
}

// It is left out only where the reason is this machine's: nothing that is handed in has a part in
// whether others keep it busy, nor in what comes of conditions of ours.
void report_again(const struct order *order, const struct report *r, double factor,
                  struct finding *f)
{
    static struct again again, plain;
    struct conditions conditions;
    char why[400], other[400];

    if (!conditions_take(r, &conditions, f))
        return;
    if (!has_programs(order, r)) {
        lack(f, "bench and the models are not beside this grader");
        return;
    }
    bool whole = measure(&again, order, r, &conditions, "again", why, sizeof why);
    judge(&again, factor, f);
    if (whole && !check_failed(f))
        return;
    if (again.busy || report_busy())
        lack(f, "this machine had too much else to do to measure again");
    else if (whole || check_failed(f))
        return;
    else if (measure(&plain, order, r, &conditions_plain, "plain", other, sizeof other))
        check_fail(f,
                   "expected conditions under which both models can be measured again, as under "
                   "others of the grader's they can; saw that %s",
                   why);
    else
        lack(f, "nothing can be measured here: %s", other);
}
