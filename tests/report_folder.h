// report_folder.h: a report as it is handed in for lab 10, with figures that the test chooses: five
// rounds of epoll and fork, in a closed loop and at a rate. Each kind of mistake is a knob.
#ifndef TESTS_REPORT_FOLDER_H
#define TESTS_REPORT_FOLDER_H

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CLOSED, OPEN, EPOLL = 0, FORK };

struct knobs {
    unsigned rounds;
    double ratio[2];  // fork's rps to epoll's, and its p99
    double scatter;   // of a round's ratios, up and down
    double rate;      // of the open loop; 0: that one is closed too
    unsigned answers; // of those windows
    double warmup_s;
    bool one_after_the_other, limited, unpinned, same_file_twice, no_intervals;
    bool forged_table, forged_run, forged_raw, overloaded;
    const char *point[2], *work; // as scenario and server have them
    double connections;
    const char *verdict[2]; // NULL: fork's throughput is less, its p99 longer: epoll
};

static const struct knobs right = {.rounds = 5,
                                   .ratio = {0.5, 3},
                                   .scatter = 0.04,
                                   .rate = 2000,
                                   .answers = 2000,
                                   .warmup_s = 0.3,
                                   .point = {"7", "7"},
                                   .work = "--work cpu:50us",
                                   .connections = 7};

static char handed_in[] = "/tmp/test_report.XXXXXX";

static FILE *create(const char *format, ...) __attribute__((format(printf, 1, 2)));
static FILE *create(const char *format, ...)
{
    char name[128], path[256];
    va_list args;

    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    snprintf(path, sizeof path, "%s/%s", handed_in, name);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    return f;
}

// A command of the shell, which succeeds.
static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *format, ...)
{
    char command[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    // NOLINTNEXTLINE(cert-env33-c): these are the tests' own words
    assert_int_equal(system(command), 0);
}

static const char *const made_scenarios[] = {"closed", "open"};
static const char *const made_models[] = {"epoll", "fork"};

struct made {
    double rps, p99, offered;
    unsigned answered, due, order, warmed_up;
    char started[32];
};

// A round's figures. Times are the least of their buckets, so that a percentile is one of them:
// 1,000 ns for most, and from the 98th in a hundred on the p99.
static struct made figures(const struct knobs *k, unsigned loop, unsigned model, unsigned round)
{
    double up = (round % 2 == 0 ? 1 : -1) * k->scatter;
    double factor = model == EPOLL ? 1 : k->ratio[loop] * (1 + up);
    bool open = loop == OPEN && k->rate > 0;
    unsigned place = (round - 1) * 4 + loop * 2 + (model == (round % 2 == 0 ? FORK : EPOLL));
    struct made m = {.offered = open ? k->rate : NAN, .order = place + 1};

    if (k->one_after_the_other)
        m.order = (model * 2 + loop) * k->rounds + round;
    m.rps = loop == CLOSED ? rint((6000 + 7 * round) * factor) : k->answers;
    m.answered = (unsigned)m.rps;
    m.due = open && k->overloaded ? m.answered * 2 : m.answered;
    double p99 = 1024 * (1100 + 13 * (k->same_file_twice && round == 2 ? 1 : round));
    p99 *= loop == OPEN ? factor : 1.1 + model;
    double width = exp2(floor(log2(p99)) - 10);
    m.p99 = floor(p99 / width) * width;
    m.warmed_up = k->warmup_s > 0 ? 400 : 0;
    snprintf(m.started, sizeof m.started, "2026-11-22T10:%02u:%02uZ", m.order / 20,
             m.order % 20 * 3);
    return m;
}

#define ENVIRONMENT                                                                                \
    "\"environment\": {\"kernel\": \"Linux 6.1 x86_64\", \"cpu\": \"a processor\", \"cores\": 2, " \
    "\"version\": \"0.1.0\", \"commit\": \"0123abc\", \"started\": \"%s\"}"

static void put_raw(const struct knobs *k, unsigned loop, unsigned model, unsigned round)
{
    struct made m = figures(k, loop, model, round);
    unsigned slow = m.answered / 50;
    FILE *f = create("run/raw/%s.%s.%s.%u.json", made_scenarios[loop], k->point[loop],
                     made_models[model], round);

    fprintf(f,
            "{\"schema\": \"echolab.loadgen/1\", \"service\": \"frame\", \"loop\": \"%s\", "
            "\"connections\": %g, \"size_bytes\": 64, \"warmup_ns\": %.0f, \"duration_s\": 1.0, "
            "\"pipeline\": 1, \"completed\": %u, \"completed_bytes\": %u, ",
            isnan(m.offered) ? "closed" : "open", k->connections, k->warmup_s * 1e9, m.answered,
            m.answered * 64);
    if (!isnan(m.offered))
        fprintf(f, "\"offered_rps\": %.1f, ", m.offered);
    fprintf(f,
            "\"requests\": {\"scheduled\": %u, \"sent\": %u, \"answered\": %u, \"wrong\": 0, "
            "\"lost\": 0, \"unfinished\": 0}, \"warmup\": {\"answered\": %u}, "
            "\"clients\": {\"served\": 7}, \"generator\": {\"busy\": 0.5, \"was_the_limit\": %s}, ",
            m.due, m.answered, m.answered, m.warmed_up, k->limited ? "true" : "false");
    fprintf(f, ENVIRONMENT ", ", m.started);
    fprintf(f,
            "\"histograms_ns\": {\"response\": {\"min\": 1000, \"max\": %.0f, \"sum\": %.0f, "
            "\"counts\": [[1000, %u], [%.0f, %u]]}}}\n",
            m.p99, 1000.0 * (m.answered - slow) + m.p99 * slow,
            m.answered - slow - (k->forged_raw && round == 1), m.p99, slow);
    fclose(f);
}

// The columns that say what raw/ says: their names, a row, or members of an object.
enum form { HEADING, ROW, OBJECT };
static void put_values(FILE *f, enum form form, const struct made *m, bool forged)
{
    unsigned slow = m->answered / 50;
    bool p99 = m->answered >= 1000 && (m->due == m->answered || isnan(m->offered));
    const struct {
        const char *name;
        double value;
    } values[] = {{"rps", forged ? m->rps * 1.2 : m->rps},
                  {"payload", m->rps * 64},
                  {"offered", m->offered},
                  {"p50", m->due > m->answered ? m->p99 : 1000},
                  {"p90", m->due > m->answered ? NAN : 1000},
                  {"p99", p99 ? m->p99 : NAN},
                  {"max", m->p99},
                  {"mean", (1000.0 * (m->answered - slow) + m->p99 * slow) / m->answered},
                  {"sent", m->answered},
                  {"answered", m->answered},
                  {"wrong", 0},
                  {"lost", 0},
                  {"unfinished", 0},
                  {"clients_served", 7},
                  {"busy", 0.5}};
    char number[40];

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        snprintf(number, sizeof number, "%.15g", values[i].value);
        if (isnan(values[i].value))
            snprintf(number, sizeof number, form == OBJECT ? "null" : "NA");
        if (form == OBJECT)
            fprintf(f, ", \"%s\": %s", values[i].name, number);
        else
            fprintf(f, "\t%s", form == HEADING ? values[i].name : number);
    }
}

static void put_run(const struct knobs *k)
{
    FILE *json = create("run/run.json"), *table = create("run/results.tsv");
    struct made none = {.rps = 1, .answered = 1};
    const char *between = "";

    fprintf(json,
            "{\"schema\": \"echolab.run/1\", \"server_cores\": \"%s\", \"load_cores\": \"%s\", ",
            k->unpinned ? "" : "0", k->unpinned ? "" : "1");
    fprintf(json, ENVIRONMENT ", \"repeats\": [", "2026-11-22T10:00:00Z");
    fprintf(table, "scenario\tpoint\tmodel\tround\torder");
    put_values(table, HEADING, &none, false);
    fprintf(table, "\n");
    for (unsigned i = 0; i < k->rounds * 4; i++) {
        unsigned loop = i % 2, model = i / 2 % 2, round = i / 4 + 1;
        struct made m = figures(k, loop, model, round);
        put_raw(k, loop, model, round);
        fprintf(json,
                "%s\n{\"scenario\": \"%s\", \"point\": \"%s\", \"model\": \"%s\", \"outcome\": "
                "\"measured\", \"round\": %u, \"order\": %u, \"started\": \"%s\", \"server\": "
                "\"bin/%s --port 0 %s --quiet\", \"values\": {\"x\": 0",
                between, made_scenarios[loop], k->point[loop], made_models[model], round, m.order,
                m.started, made_models[model], k->work);
        put_values(json, OBJECT, &m, k->forged_run && i == 2);
        fprintf(json, "}}");
        fprintf(table, "%s\t%s\t%s\t%u\t%u", made_scenarios[loop], k->point[loop],
                made_models[model], round, m.order);
        put_values(table, ROW, &m, k->forged_table && i == 2);
        fprintf(table, "\n");
        between = ",";
    }
    fprintf(json, "]}\n");
    fclose(json);
    fclose(table);
}

// The mean of three or five values, and half its interval of 95 %; t from the table in any book.
static void spread(const double *values, unsigned n, double *mean, double *reach)
{
    double squares = 0;

    *mean = *reach = 0;
    for (unsigned i = 0; i < n; i++)
        *mean += values[i] / n;
    for (unsigned i = 0; i < n; i++)
        squares += (values[i] - *mean) * (values[i] - *mean);
    if (n > 1)
        *reach = (n == 3 ? 4.302653 : 2.776445) * sqrt(squares / (n - 1) / n);
}

static void put_row(FILE *f, const struct knobs *k, const char *claim, unsigned loop,
                    const double ends[3], const char *unit, const char *verdict)
{
    bool alone = k->rounds < 2 || k->no_intervals;
    int digits = strcmp(unit, "times") == 0 ? 3 : 0;

    fprintf(f, "%s\t%s\t%s\t%.*f\t", claim, made_scenarios[loop], k->point[loop], digits, ends[0]);
    if (alone)
        fprintf(f, "-\t-");
    else
        fprintf(f, "%.*f\t%.*f", digits, ends[1], digits, ends[2]);
    fprintf(f, "\t%s\t%s\n", unit, verdict);
}

static void put_answers(const struct knobs *k)
{
    FILE *f = create("answers.tsv");
    double values[4][5], mean, reach;

    fprintf(f, "claim\tscenario\tpoint\tvalue\tlow\thigh\tunit\tverdict\n");
    for (unsigned i = 0; i < k->rounds; i++) {
        struct made a[2], b[2];
        for (unsigned loop = CLOSED; loop <= OPEN; loop++) {
            a[loop] = figures(k, loop, EPOLL, i + 1);
            b[loop] = figures(k, loop, FORK, i + 1);
        }
        values[0][i] = log(b[CLOSED].rps / a[CLOSED].rps);
        values[1][i] = log(b[OPEN].p99 / a[OPEN].p99);
        values[2][i] = a[OPEN].p99;
        values[3][i] = b[OPEN].p99;
    }
    for (unsigned loop = CLOSED; loop <= OPEN; loop++) {
        spread(values[loop], k->rounds, &mean, &reach);
        put_row(f, k, loop == CLOSED ? "throughput" : "p99", loop,
                (double[]){exp(mean), exp(mean - reach), exp(mean + reach)}, "times",
                k->verdict[loop] != NULL ? k->verdict[loop] : "epoll");
    }
    for (unsigned m = EPOLL; m <= FORK; m++) {
        spread(values[2 + m], k->rounds, &mean, &reach);
        double by = exp(reach / mean);
        put_row(f, k, m == EPOLL ? "p99-epoll" : "p99-fork", OPEN,
                (double[]){mean, mean / by, mean * by}, "ns", "-");
    }
    fclose(f);
}

static void hand_in(const struct knobs *k)
{
    put_run(k);
    put_answers(k);
}

// ---- Its place -------------------------------------------------------------------------------

static int make_folder(void **state)
{
    (void)state;
    memcpy(handed_in + strlen(handed_in) - 6, "XXXXXX", 6);
    if (mkdtemp(handed_in) == NULL || chmod(handed_in, 0755) != 0)
        return -1;
    run("mkdir -p %s/run/raw", handed_in);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    run("rm -rf %s", handed_in);
    return 0;
}
#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

#endif
