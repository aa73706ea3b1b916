// ratio.c: see ratio.h. Rates drift within minutes, so each round measures both, one right after
// the other, and the middle one of the rounds' ratios counts. Bad luck of five rounds is not bad
// luck of fifteen: a verdict against the submission needs as many.
#include "grade/ratio.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "grade/children.h"
#include "grade/guard.h"
#include "grade/lab.h"
#include "grade/program.h"

enum { ROUNDS = 5, MOST_ROUNDS = 15, START_SECONDS = 10, RUN_SECONDS = 20, ALL_SECONDS = 60 };
static const double least = 0.5;

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double ratio_median(double values[], size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return values[n / 2];
}

// ---- Programs ------------------------------------------------------------------------------

enum { NO_COPY = -1 };
static int loadgen_copy = NO_COPY, reference_copy = NO_COPY, why_no_copy;

void ratio_prepare(const struct order *order)
{
    bool wanted = false;

    for (size_t i = 0; i < order->lab->count; i++)
        wanted = wanted || strcmp(order->lab->tasks[i].name, LAB_RATIO) == 0;
    if (wanted) {
        loadgen_copy = program_copy(order->programs, "loadgen");
        if (loadgen_copy != NO_COPY)
            reference_copy = program_copy(order->programs, order->lab->reference);
        why_no_copy = errno;
    }
}

// Starts the copy, or what the first word names, with its output in a pipe.
static pid_t begin(int copy, const char *const words[], bool confined, int *out)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) == -1)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
        if (confined)
            confine_server();
        else
            confine_drop_rights();
        if (copy == NO_COPY)
            execv(words[0], (char *const *)(uintptr_t)words);
        else
            program_become(copy, words);
        _exit(127);
    }
    close(ends[1]);
    *out = ends[0];
    return pid;
}

// Reads on until the text holds `until` (NULL: to its end); false where that takes too long.
static bool read_until(int fd, char *text, size_t size, const char *until, double seconds)
{
    double end = now() + seconds;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    size_t n = 0;

    text[0] = '\0';
    while (until == NULL || strstr(text, until) == NULL) {
        double left = end - now();
        if (left <= 0 || run_is_over() || n + 1 >= size || poll(&wait, 1, 100) < 0)
            return false;
        if (wait.revents == 0)
            continue;
        ssize_t got = read(fd, text + n, size - 1 - n);
        if (got <= 0)
            return got == 0 && until == NULL;
        text[n += (size_t)got] = '\0';
    }
    return true;
}

struct side {
    int copy;
    const char *words[8];
    pid_t pid;
    int out;
    unsigned port;
};

static bool start_side(struct side *side)
{
    char text[1024];
    const char *line;

    side->pid = begin(side->copy, side->words, true, &side->out);
    if (side->pid == -1 || !read_until(side->out, text, sizeof text, "\n", START_SECONDS))
        return false;
    line = strstr(text, "listening on 127.0.0.1:");
    side->port = line == NULL ? 0 : (unsigned)strtoul(strrchr(line, ':') + 1, NULL, 10);
    return side->port != 0;
}

// With whatever it has started.
static void end_side(const struct side *side)
{
    if (side->pid == -1)
        return;
    guard_end_below(getpid());
    while (waitpid(-1, NULL, 0) > 0)
        ;
    close(side->out);
}

// Requests per second, NAN where there were none, or wrong ones.
static double measure(const struct side *side)
{
    static char text[1 << 18];
    char server[32];
    const char *const words[] = {"loadgen", "--connections", "8", "--duration", "400ms", "--warmup",
                                 "100ms",   "--json",        "-", server,       NULL};
    int out = -1;
    double rate = NAN;

    snprintf(server, sizeof server, "127.0.0.1:%u", side->port);
    pid_t pid = begin(loadgen_copy, words, false, &out);
    bool whole = pid != -1 && read_until(out, text, sizeof text, NULL, RUN_SECONDS);
    close(out);
    if (pid != -1) {
        kill(-pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    const char *begun = strchr(text, '{');
    json_t *result = whole && begun != NULL ? json_loads(begun, JSON_DISABLE_EOF_CHECK, NULL)
                                            : NULL;
    const json_t *requests = json_object_get(result, "requests");
    if (json_integer_value(json_object_get(requests, "answered")) > 0 &&
        json_integer_value(json_object_get(requests, "wrong")) == 0)
        rate = json_number_value(json_object_get(result, "throughput_rps"));
    json_decref(result);
    return rate;
}

// ---- The verdict ---------------------------------------------------------------------------

struct verdict {
    struct finding finding;
    double ratio;
};

static void skip(struct verdict *v, bool lacking, const char *why)
{
    v->finding.outcome = lacking ? SKIPPED : FAILED;
    v->finding.lacking = lacking;
    snprintf(v->finding.reason, sizeof v->finding.reason, "%s", why);
}

// The rates of n rounds, of the reference and the submission.
static void judge(struct verdict *v, double rates[2][MOST_ROUNDS], size_t n)
{
    double ratios[MOST_ROUNDS];

    for (size_t i = 0; i < n; i++)
        ratios[i] = rates[1][i] / rates[0][i];
    v->ratio = ratio_median(ratios, n);
    double reference = ratio_median(rates[0], n), submission = ratio_median(rates[1], n);
    snprintf(v->finding.figure, sizeof v->finding.figure,
             "%.2f of the reference's %s requests per second, in %zu rounds", v->ratio,
             grouped((uint64_t)reference), n);
    v->finding.outcome = v->ratio >= least ? PASSED : FAILED;
    *v->finding.reason = '\0';
    if (v->finding.outcome == FAILED)
        snprintf(
            v->finding.reason, sizeof v->finding.reason,
            "expected at least %.1f of the reference's requests per second, measured one right "
            "after the other; saw %.2f in the middle one of %zu rounds (medians: %s beside %s)",
            least, v->ratio, n, grouped((uint64_t)submission), grouped((uint64_t)reference));
}

static void compare(const struct order *order, struct verdict *v)
{
    static struct side sides[2];
    // Each of the clients that ask has somebody to serve it.
    bool crew = lab_serves(order->lab) == SERVES_CREW;
    char command[4200];
    double rates[2][MOST_ROUNDS];
    double copies[2][MOST_ROUNDS];

    if (loadgen_copy == NO_COPY || reference_copy == NO_COPY) {
        char why[200];
        snprintf(why, sizeof why,
                 "the reference and the load generator beside this grader cannot be copied: %s",
                 strerror(why_no_copy));
        skip(v, true, why);
        return;
    }
    sides[0] = (struct side){.copy = reference_copy,
                             .words = {order->lab->reference, "--port", "0", "--service", "echo",
                                       crew ? "--workers" : NULL, "9", NULL}};
    snprintf(command, sizeof command, "exec %s --port 0 --service echo %s", order->command,
             crew ? "--workers 9" : "");
    sides[1] = (struct side){.copy = NO_COPY, .words = {"/bin/sh", "-c", command, NULL}};
    // One runs at a time: the submission is never there to slow the reference down.
    for (unsigned round = 0; round < MOST_ROUNDS; round++) {
        for (unsigned k = 0; k < 2; k++) {
            unsigned which = (round + k) % 2; // neither is always the first
            static const char *const troubles[2][2] = {
                {"the reference could not be started here",
                 "the reference could not be measured here"},
                {"expected it to listen on 127.0.0.1 and to say so; it did not",
                 "expected right answers to eight clients that ask as fast as they can; there were "
                 "none, or wrong ones"}};
            bool started = start_side(&sides[which]);
            rates[which][round] = started ? measure(&sides[which]) : NAN;
            end_side(&sides[which]);
            if (isnan(rates[which][round])) {
                skip(v, which == 0, troubles[which][started]);
                return;
            }
        }
        memcpy(copies, rates, sizeof copies); // a median puts them in order
        if (round + 1 >= ROUNDS)
            judge(v, copies, round + 1);
        if (round + 1 >= ROUNDS && v->finding.outcome == PASSED)
            return;
    }
}

// In a process of its own, as a case.
double ratio_measure(const struct order *order, struct finding *finding)
{
    double begun = now();
    struct verdict *v = mmap(NULL, sizeof *v, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                             -1, 0);

    if (v == MAP_FAILED)
        return 0;
    skip(v, false, "it was ended before there was a result");
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        struct verdict mine = *v;
        compare(order, &mine);
        *v = mine;
        guard_end_below(getpid());
        _exit(0);
    }
    if (pid > 0)
        children_note(pid, true);
    double end = begun + ALL_SECONDS;
    while (pid > 0 && waitpid(pid, NULL, WNOHANG) == 0) {
        if (now() > end) {
            guard_end_below(pid);
            kill(pid, SIGKILL);
            end = INFINITY;
        }
        nap(0.01);
    }
    if (pid > 0)
        children_note(pid, false);
    guard_end_below(getpid()); // where that process was killed, what was below it came to us
    *finding = v->finding;
    finding->seconds = now() - begun;
    double ratio = v->ratio;
    munmap(v, sizeof *v);
    return ratio;
}
