// usl.c: the Universal Scalability Law, fitted to a model's throughput by gnuplot (cells.h).
// Without gnuplot nothing is fitted, and nothing else is amiss.
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/units.h"
#include "results/cells.h"
#include "results/spawn.h"

static const double GOOD = 0.9; // R^2
// Three parameters, and something left to tell noise by.
enum { PARAMETERS = 3, LEAST_POINTS = 5 };
#define PATIENCE_NS (20 * NS_PER_SECOND)

struct curve {
    double *n, *rps; // clients, answers per second
    size_t count;
};

// The points at which the model served all that asked.
static void collect(struct curve *curve, const struct cells *c, unsigned scenario, unsigned model)
{
    const struct scenario *s = &c->record->scenarios[scenario];

    *curve = (struct curve){calloc(s->point_count, sizeof(double)),
                            calloc(s->point_count, sizeof(double)), 0};
    if (curve->n == NULL || curve->rps == NULL)
        die_errno("cannot allocate memory for a curve");
    for (unsigned p = 0; p < s->point_count && s->axis != AXIS_WORDS; p++) {
        const struct cell *cell = cell_at(c, scenario, p, model);
        double x = record_x(c->record, scenario, p), rps = cell->of[METRIC_rps].mean.value;
        if (cell->ended || cells_partial(c, scenario, p, model) || !(rps > 0) || !(x > 0))
            continue;
        curve->n[curve->count] = x;
        curve->rps[curve->count++] = rps;
    }
}

static void curve_free(struct curve *curve)
{
    free(curve->n);
    free(curve->rps);
}

// Turned over, the law is a sum, N / X = (1 + a (N - 1) + b N (N - 1)) / c, whose parameters are
// found without a guess; these are the first guess for the law itself. Rates scatter in proportion
// to themselves, and are weighted so: else, tried on 600 curves of noise, 6 in 100 had a peak.
static void write_script(const struct curve *curve, FILE *out)
{
    fputs("$data << END\n", out);
    for (size_t i = 0; i < curve->count; i++)
        fprintf(out, "%.17g %.17g\n", curve->n[i], curve->rps[i]);
    fprintf(out,
            "END\n"
            "set fit quiet logfile '/dev/null' errorvariables\n"
            "FIT_LIMIT = 1e-9\n"
            "p = %.17g; q = 1e-3 * p; r = 1e-6 * p\n"
            "fit p + q * (x - 1) + r * x * (x - 1) $data using 1:($1 / $2) via p, q, r\n"
            "if (p <= 0) { p = %.17g }\n"
            "c = 1 / p; a = q / p; b = r / p\n"
            "fit c * x / (1 + a * (x - 1) + b * x * (x - 1)) $data using 1:2:2 yerror via c, a, b\n"
            "set print '-'\n"
            "print sprintf('%%.17g %%.17g %%.17g %%.17g', c, a, b, b_err)\n",
            curve->n[0] / curve->rps[0], curve->n[0] / curve->rps[0]);
}

// Gives gnuplot the script; true when it ended well. Neither has a name that could clash.
static bool run_gnuplot(FILE *script, FILE *output)
{
    char path[32], program[] = "gnuplot", why[256];
    char *argv[] = {program, path, NULL};
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    struct spawn_end end = {.status = -1};

    snprintf(path, sizeof path, "/dev/fd/%d", fileno(script));
    struct spawn_plan plan = {.argv = argv,
                              .out = fileno(output),
                              .err = nowhere,
                              .keep = fileno(script),
                              .farewell = SIGKILL};
    pid_t pid = nowhere < 0 ? -1 : spawn(&plan, why);
    if (pid > 0 && !spawn_wait(pid, clock_now() + PATIENCE_NS, &end))
        spawn_stop(pid, SIGKILL, 0, &end);
    if (nowhere >= 0)
        close(nowhere);
    return pid > 0 && end.status == 0;
}

static FILE *open_nameless(void)
{
    int fd = memfd_create("gnuplot", MFD_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w+e");

    if (file == NULL)
        die_errno("cannot make a temporary file");
    return file;
}

// What gnuplot printed: so many finite numbers.
static bool read_numbers(FILE *in, double *numbers, size_t n)
{
    char line[256], *at = line;

    rewind(in);
    if (fgets(line, sizeof line, in) == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        char *end;
        numbers[i] = strtod(at, &end);
        if (end == at || !isfinite(numbers[i]))
            return false;
        at = end;
    }
    return true;
}

// Fills c, alpha and beta.
static bool fit(const struct curve *curve, struct usl *usl, double *beta_error)
{
    FILE *script = open_nameless(), *output = open_nameless();
    double found[PARAMETERS + 1];

    write_script(curve, script);
    bool good = fflush(script) == 0 && run_gnuplot(script, output) &&
                read_numbers(output, found, PARAMETERS + 1);
    fclose(script);
    fclose(output);
    if (!good)
        return false;
    usl->c = found[0];
    usl->alpha = found[1];
    usl->beta = found[2];
    *beta_error = found[3];
    return true;
}

static double law(const struct usl *usl, double n)
{
    return usl->c * n / (1 + usl->alpha * (n - 1) + usl->beta * n * (n - 1));
}

static double goodness(const struct curve *curve, const struct usl *usl)
{
    double mean = statistics_mean(curve->rps, curve->count), all = 0, left = 0;

    for (size_t i = 0; i < curve->count; i++) {
        double error = curve->rps[i] - law(usl, curve->n[i]);
        all += (curve->rps[i] - mean) * (curve->rps[i] - mean);
        left += error * error;
    }
    return 1 - left / all;
}

// A peak beyond the points would be a guess, and a beta that may be 0 is none.
static void find_peak(const struct curve *curve, struct usl *usl, double beta_error)
{
    double reach = statistics_t(0.975, (double)(curve->count - PARAMETERS)) * beta_error;
    double n = sqrt((1 - usl->alpha) / usl->beta);

    if (!(usl->beta > reach) || !(n > 1) || n > curve->n[curve->count - 1])
        return;
    usl->peak_n = n;
    usl->peak_rps = law(usl, n);
}

struct usl cells_usl(const struct cells *c, unsigned scenario, unsigned model)
{
    struct usl usl = {.c = NAN, .alpha = NAN, .beta = NAN, .r2 = NAN};
    struct curve curve;
    double beta_error;

    usl.peak_n = usl.peak_rps = NAN;
    collect(&curve, c, scenario, model);
    if (curve.count >= LEAST_POINTS && fit(&curve, &usl, &beta_error)) {
        usl.r2 = goodness(&curve, &usl);
        usl.fitted = usl.r2 >= GOOD;
    }
    if (usl.fitted)
        find_peak(&curve, &usl, beta_error);
    curve_free(&curve);
    return usl;
}
