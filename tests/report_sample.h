// report_sample.h: a run to report on: the sampled one (record_sample.h), in which one model, a
// reason and a command hold what would be markup and code, with stand-ins for gnuplot's figures.
#ifndef TESTS_REPORT_SAMPLE_H
#define TESTS_REPORT_SAMPLE_H

#include "tests/record_sample.h"

#define SAMPLE_HOSTILE "<script>alert(1)</script>\"&"
#define SAMPLE_ATTACK "\"><img src=x onerror=alert(2)> ' & %s"

// The hostile name as SVG and HTML have it.
#define SAMPLE_HARMLESS "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;"

// What gnuplot writes, in short, with what a figure must not bring into the page.
static inline void report_sample_figure(const struct record *r, const struct figure *figure)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/plots/%s.svg", r->folder, figure->name);
    FILE *out = fopen(path, "we");
    if (out == NULL)
        die_errno("cannot write %s", path);
    fprintf(out, "<?xml version=\"1.0\"?>\n"
                 "<svg onload=\"alert(3)\" width=\"1600\" height=\"900\" viewBox=\"0 0 1600 900\" "
                 "xmlns=\"http://www.w3.org/2000/svg\" "
                 "xmlns:xlink=\"http://www.w3.org/1999/xlink\">\n"
                 "<title>picture</title><script><![CDATA[alert(4) < 1]]></script>\n"
                 "<style>p { display: none }</style>\n"
                 "<defs><circle id=\"dot\" r=\"20\"/></defs>\n"
                 "<rect width=\"1600\" height=\"900\" fill=\"#ffffff\" onclick='alert(5)'/>\n");
    for (size_t m = 0; m < r->models.count; m++) {
        bool hostile = strcmp(r->models.list[m].name, SAMPLE_HOSTILE) == 0;
        const char *name = hostile ? SAMPLE_HARMLESS : r->models.list[m].name;
        fprintf(out,
                "<g id=\"plot_%zu\" data-model=\"%s\"><title>%s</title>"
                "<use xlink:href='#dot' x=\"%zu\" y=\"450\" fill=\"%s\"/></g>\n",
                m, name, name, 100 + 140 * m, r->models.list[m].colour);
    }
    fprintf(out, "</svg>\n");
    if (fclose(out) != 0)
        die_errno("cannot write %s", path);
}

static inline void report_sample_words(struct record *r)
{
    struct repeat *q = &r->repeats[0];

    snprintf(r->models.list[r->models.count - 1].name, sizeof r->models.list[0].name, "%s",
             SAMPLE_HOSTILE);
    snprintf(q->why, sizeof q->why, "%s", SAMPLE_ATTACK);
    snprintf(q->warning, sizeof q->warning, "%s", SAMPLE_ATTACK);
    q->outcome = OUTCOME_ENDED;
    free(q->server);
    q->server = sample_text(SAMPLE_ATTACK);
    free(r->command);
    r->command = sample_text("bench --server 'x=" SAMPLE_ATTACK "'");
}

static inline void report_sample(struct record *r, const char *folder)
{
    char plots[4096];

    record_sample(r, folder, 3, 42);
    report_sample_words(r);
    snprintf(plots, sizeof plots, "%s/plots", folder);
    if (mkdir(plots, 0777) != 0 && errno != EEXIST)
        die_errno("cannot make %s", plots);
    for (size_t s = 0; s < r->scenario_count; s++)
        for (size_t f = 0; f < r->scenarios[s].figure_count; f++)
            report_sample_figure(r, &r->scenarios[s].figures[f]);
}

#endif
