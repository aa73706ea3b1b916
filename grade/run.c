// run.c: see run.h. The cases are the conformance library's; here they are only chosen.
#include "grade/run.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/random.h"
#include "grade/children.h"
#include "grade/lab.h"
#include "grade/ratio.h"
#include "grade/report.h"

static const struct order *order;
static int reports;
static volatile sig_atomic_t over;

bool run_is_over(void)
{
    return over;
}

static void note_end(int signal_number)
{
    over = signal_number;
}

// ---- What the grader is told ---------------------------------------------------------------

static void report(const struct news *news)
{
    if (write(reports, news, sizeof *news) != sizeof *news)
        over = SIGTERM; // nobody is there to be told
}

static void report_case(const struct conform_case *which, const struct finding *finding)
{
    struct news news = {.kind = NEWS_MARK, .finding = *finding};

    if (conform_interrupted())
        return; // it was not asked
    while (news.task < order->lab->count &&
           strcmp(order->lab->tasks[news.task].name, which->name) != 0)
        news.task++;
    report(&news);
}

// ---- Asking --------------------------------------------------------------------------------

// A text's own number, other for other texts (FNV-1a; isthe.com/chongo/tech/comp/fnv).
static uint64_t number_of(const char *text)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);

    for (const char *p = text; *p != '\0'; p++)
        hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001B3);
    return *text != '\0' ? random_mix(hash) : 0;
}

static struct candidate candidate_of(void)
{
    static const unsigned holds[] = {[SERVES_ONE] = 1, [SERVES_CREW] = 16, [SERVES_MANY] = 1000};
    enum serves serves = lab_serves(order->lab);

    return (struct candidate){.name = "submission",
                              .command = order->command,
                              .services = order->lab->services,
                              .serves = serves,
                              .holds = holds[serves],
                              .model = order->any_model ? "" : order->lab->model,
                              .leaks_once = true,
                              .seed = number_of(order->seed),
                              .confine = confine_server,
                              .attend = confine_case,
                              .note_case = children_note};
}

static bool wants_ratio(const struct task *task)
{
    return strcmp(task->name, LAB_RATIO) == 0;
}

// Runs the cases of the tasks from `first` to before `last`; whether the first of them passed.
static bool ask(const struct candidate *candidate, size_t first, size_t last)
{
    size_t all = conform_case_count();
    bool *chosen = calloc(all, sizeof *chosen);
    struct finding *findings = calloc(all, sizeof *findings);

    if (chosen == NULL || findings == NULL)
        abort();
    for (size_t i = first; i < last; i++)
        if (!wants_ratio(&order->lab->tasks[i]))
            chosen[lab_case(order->lab->tasks[i].name)] = true;
    conform_run(candidate, chosen, order->jobs, findings, report_case);
    bool passed = !wants_ratio(&order->lab->tasks[first]) &&
                  findings[lab_case(order->lab->tasks[first].name)].outcome == PASSED;
    free(chosen);
    free(findings);
    return passed;
}

static void ask_ratio(void)
{
    for (size_t i = 0; i < order->lab->count; i++)
        if (wants_ratio(&order->lab->tasks[i]) && !over) {
            struct news news = {.kind = NEWS_MARK, .task = i};
            news.ratio = ratio_measure(order, &news.finding);
            if (!over)
                report(&news);
        }
}

static void ask_all(void)
{
    struct candidate candidate = candidate_of();
    struct news shut = {.kind = NEWS_SHUT}, end = {.kind = NEWS_END};
    size_t count = order->lab->count;

    bool passed = ask(&candidate, 0, 1);
    if (conform_interrupted())
        return;
    if (conform_unavailable() != NULL) {
        struct news trouble = {.kind = NEWS_TROUBLE};
        snprintf(trouble.text, sizeof trouble.text, "the server %s", conform_unavailable());
        report(&trouble);
        return;
    }
    if (!passed) {
        report(&shut);
        return;
    }
    candidate.known = true;
    if (count > 1)
        ask(&candidate, 1, count);
    if (conform_interrupted())
        return;
    ask_ratio();
    if (!over)
        report(&end);
}

_Noreturn void run_submission(const struct order *what, int to)
{
    struct news trouble = {.kind = NEWS_TROUBLE};

    order = what;
    reports = to;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = note_end}, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    confine_seal();
    ratio_prepare(order);
    if (report_is_lab(order->lab))
        report_ask(order, report);
    else if (order->submission == NULL ||
             build_submission(order, trouble.text, sizeof trouble.text))
        ask_all();
    else if (!over)
        report(&trouble);
    files_clear(order->confinement);
    _exit(0);
}
