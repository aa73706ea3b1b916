// readings_sample.h: for the tests of what is said of a run: runs made by hand, and what may never
// be said of any.
#ifndef TESTS_READINGS_SAMPLE_H
#define TESTS_READINGS_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/random.h"
#include "base/units.h"
#include "results/finding.h"
#include "results/home.h"
#include "results/readings.h"
#include "tests/record_sample.h"

enum { ROUNDS = 5 };

static inline void assert_says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is missing in: %s", part, text);
}

static inline void assert_silent(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("\"%s\" should not be in: %s", part, text);
}

// One of ours, alone in a record without repeats, with the first so many models of the headline.
static inline void make_record(struct record *r, const char *scenario, size_t models)
{
    static struct models ours;
    char *file, *why;

    memset(r, 0, sizeof *r);
    if (ours.count == 0) {
        file = home_path("models.tsv");
        models_read(&ours, file, home_programs());
        free(file);
    }
    r->models.list = calloc(ours.count, sizeof *ours.list);
    r->scenarios = calloc(1, sizeof *r->scenarios);
    r->duration_ns = calloc(1, sizeof *r->duration_ns);
    r->capacity = calloc(1, sizeof *r->capacity);
    assert_true(r->models.list && r->scenarios && r->duration_ns && r->capacity);
    for (size_t i = 0; i < ours.count && r->models.count < models; i++)
        if (ours.list[i].headline)
            r->models.list[r->models.count++] = ours.list[i];
    assert_int_equal(r->models.count, models);
    file = home_path("results/scenarios/%s.scenario", scenario);
    if (!scenario_read(&r->scenarios[0], file, &why))
        fail_msg("%s", why);
    free(file);
    r->scenario_count = 1;
    r->duration_ns[0] = NS_PER_SECOND;
    r->capacity[0] = 100000;
    r->rounds = ROUNDS;
    r->folder = sample_text("/nonexistent/run");
    r->name = strrchr(r->folder, '/') + 1;
    snprintf(r->server_cores, sizeof r->server_cores, "0");
    snprintf(r->load_cores, sizeof r->load_cores, "1");
}

static inline struct repeat blank(unsigned point, unsigned model, unsigned round)
{
    struct repeat q = {.point = point, .model = model, .round = round};

    for (enum metric m = 0; m < METRIC_COUNT; m++)
        q.value[m] = NAN;
    return q;
}

// `factor` is what each model's rate is multiplied by; all else is noise of that deviation.
static inline void fill_with_noise(struct record *r, const double *factor, double deviation,
                                   unsigned rounds, uint64_t seed)
{
    uint64_t state = random_mix(seed + 1);

    for (unsigned round = 1; round <= rounds; round++)
        for (unsigned p = 0; p < r->scenarios[0].point_count; p++)
            for (unsigned m = 0; m < r->models.count; m++) {
                struct repeat q = blank(p, m, round);
                double noise = exp(deviation * sample_normal(&state));
                q.value[METRIC_rps] = 50000 * noise * (factor != NULL ? factor[m] : 1);
                q.value[METRIC_p99] = 1e6 / noise;
                q.value[METRIC_cpu] = 8000 / noise;
                record_add(r, &q);
            }
}

static inline char *title_in(const struct record *r, unsigned scenario, size_t figure)
{
    struct cells cells;

    cells_open(&cells, r);
    char *title = reading_title(&cells, scenario, &r->scenarios[scenario].figures[figure]);
    cells_free(&cells);
    return title;
}

static inline char *text_in(const struct record *r, unsigned scenario)
{
    struct cells cells;

    cells_open(&cells, r);
    char *text = reading_text(&cells, scenario);
    cells_free(&cells);
    return text;
}

// Where the data shows nothing: the question on the first figure, and that on the others. Where no
// finding fits into a title: what is drawn.
static inline bool claims_nothing(const char *title, const struct scenario *s)
{
    if (strstr(title, " of each model") != NULL)
        return true;
    for (enum metric m = 0; m < METRIC_COUNT; m++) {
        size_t length = strlen(metric_phrase(m));
        if (strncasecmp(title, metric_phrase(m), length) == 0 &&
            (title[length] == '\0' || (strncmp(title + length, " by ", 4) == 0 &&
                                       strcmp(title + length + 4, s->x_title) == 0)))
            return true;
    }
    return strcmp(title, s->question) == 0 || strstr(title, ": no clear difference") != NULL ||
           strstr(title, ": nothing measured") != NULL;
}

// ---- The sample run ------------------------------------------------------------------------

static char sample_folder[] = "/tmp/test_readings.XXXXXX";
static struct record sample_run;

static inline int open_sample(void **state)
{
    (void)state;
    if (mkdtemp(sample_folder) == NULL)
        return -1;
    record_sample(&sample_run, sample_folder, ROUNDS, 7);
    return 0;
}

static inline int close_sample(void **state)
{
    (void)state;
    record_free(&sample_run);
    return rmdir(sample_folder);
}

static inline unsigned find_scenario(const struct record *r, const char *name)
{
    for (unsigned s = 0; s < r->scenario_count; s++)
        if (sample_is(&r->scenarios[s], name))
            return s;
    fail_msg("no scenario is called %s", name);
    return 0;
}

static inline unsigned find_model(const struct record *r, const char *name)
{
    for (unsigned m = 0; m < r->models.count; m++)
        if (strcmp(r->models.list[m].name, name) == 0)
            return m;
    fail_msg("no model is called %s", name);
    return 0;
}

static inline void assert_clean(const char *text, size_t most)
{
    static const char *const never[] = {"nan", "inf ", "(null)", "  ", " .", " ,", "..", "%%"};

    if (characters(text) > most)
        fail_msg("longer than %zu characters: %s", most, text);
    assert_true(*text != '\0');
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        assert_silent(text, never[i]);
}

#endif
