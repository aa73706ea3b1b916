// test_plot_words.c: the words in figures: that they say what is so, and stand where there is room.
#include "tests/plot_svg.h"

static char *draw_and_read(struct record *r, const char *figure)
{
    char name[128];

    assert_true(run_apart(draw_apart, r, out, err) > 0);
    assert_lacks(err, figure);
    snprintf(name, sizeof name, "plots/%s.svg", figure);
    return content(name);
}

static void set_warnings(struct record *r, const char *text)
{
    for (size_t i = 0; i < r->repeat_count; i++)
        snprintf(r->repeats[i].warning, sizeof r->repeats[i].warning, "%s", text);
}

static bool is_of(const struct record *r, const struct repeat *q, const char *scenario,
                  const char *model)
{
    return q->scenario == scenario_of(r, scenario) &&
           (model == NULL || strcmp(r->models.list[q->model].name, model) == 0);
}

// ---- Where they stand ---------------------------------------------------------------------------

static void words_about_a_stall_stay_in_their_panel(void **state)
{
    static const int64_t begins[] = {0, 500000000, 2300000000};
    static const char *const words[] = {"stopped for", "or more"};
    struct svg_text t;
    struct record r;

    (void)state;
    need_gnuplot();
    for (size_t b = 0; b < sizeof begins / sizeof *begins; b++) {
        make_run(&r, "stall");
        record_sample_files(&r, 12);
        struct scenario *s = &r.scenarios[scenario_of(&r, "stall")];
        for (size_t p = 0; p < s->point_count; p++)
            s->points[p].stall_at_ns = begins[b];
        char *svg = draw_and_read(&r, "stall-heat");
        unsigned found = 0;
        for (const char *at = svg; svg_next_text(&at, &t);)
            for (size_t w = 0; w < 2; w++) {
                if (strstr(t.text, words[w]) == NULL)
                    continue;
                bool left = t.box.left >= 150 && t.box.right <= 790;
                bool right = t.box.left >= 830 && t.box.right <= 1470;
                assert_true(left || right);
                found++;
            }
        assert_int_equal(found, 4);
        free(svg);
        record_free(&r);
    }
}

static void no_interval_strikes_a_number_through(void **state)
{
    struct record r;
    struct svg_text t;

    (void)state;
    need_gnuplot();
    make_run(&r, "churn");
    for (size_t i = 0; i < r.repeat_count; i++) // intervals of any length, some without end
        for (enum metric m = 0; m < METRIC_COUNT; m++)
            r.repeats[i].value[m] *= 1 + 0.1 * (double)(i % 7) * (r.repeats[i].round == 1 ? 1 : -1);
    char *svg = draw_and_read(&r, "churn-bars");
    unsigned texts = 0;
    for (const char *at = svg; svg_next_text(&at, &t); texts++) {
        struct svg_line l = {0};
        double middle = (t.box.bottom + t.box.top) / 2;
        for (const char *line = svg; svg_next_line(&line, &l);)
            if (fabs(l.y0 - l.y1) < 0.01 && fabs(l.y0 - middle) < 5 &&
                fmin(l.x0, l.x1) < t.box.right && fmax(l.x0, l.x1) > t.box.left)
                fail_msg("a line runs through '%s'", t.text);
    }
    assert_true(texts > 60);
    assert_true(svg_count_arrows(svg) > 0);
    assert_has(svg, "arrow: the interval goes on");
    free(svg);
    record_free(&r);
}

static void an_interval_that_leaves_the_axes_ends_in_an_arrow(void **state)
{
    struct record r;

    (void)state;
    need_gnuplot();
    make_run(&r, "connections");
    for (size_t i = 0; i < r.repeat_count; i++)
        r.repeats[i].value[METRIC_p99] *= r.repeats[i].round == 1 ? 0.4 : 1.6;
    char *svg = draw_and_read(&r, "connections-p99");
    assert_true(svg_count_arrows(svg) > 10);
    assert_has(svg, "arrow: the interval goes on");
    free(svg);
    record_free(&r);
}

// ---- What they say ------------------------------------------------------------------------------

static void a_limit_of_the_generator_is_noted_where_most_repeats_had_it(void **state)
{
    struct svg_text t;
    struct record r;

    (void)state;
    need_gnuplot();
    make_run(&r, "pipeline");
    set_warnings(&r, "");
    for (size_t i = 0; i < r.repeat_count; i++) {
        struct repeat *q = &r.repeats[i];
        double x = record_x(&r, q->scenario, q->point);
        bool often = is_of(&r, q, "pipeline", NULL) && (x == 64 || x == 32);
        bool epoll = is_of(&r, q, "pipeline", "epoll") && x == 8;
        bool once = is_of(&r, q, "pipeline", NULL) && x == 2 && q->round == 1;
        if (often || epoll || once)
            snprintf(q->warning, sizeof q->warning, "the generator was the limit: busy");
    }
    char *svg = draw_and_read(&r, "pipeline-rps");
    assert_int_equal(svg_find(svg, "at its limit", &t), 1);
    assert_has(t.text, "load generator at its limit: 8 (epoll), 32 and 64 (all models)");
    free(svg);
    record_free(&r);
}

static void who_lacks_a_percentile_is_named_with_the_reason(void **state)
{
    struct record r;

    (void)state;
    need_gnuplot();
    make_run(&r, "load");
    set_warnings(&r, "");
    for (size_t i = 0; i < r.repeat_count; i++) {
        double *v = r.repeats[i].value;
        if (!is_of(&r, &r.repeats[i], "load", NULL))
            continue;
        v[METRIC_sent] = v[METRIC_answered] = 800;
        v[METRIC_rps] = v[METRIC_offered];
        v[METRIC_p99] = r.repeats[i].point == 0 ? NAN : 1e6;
        if (is_of(&r, &r.repeats[i], "load", "blocking")) {
            v[METRIC_p99] = NAN;
            v[METRIC_answered] = 16;
            v[METRIC_rps] /= 50;
        }
    }
    char *svg = draw_and_read(&r, "load-p99");
    assert_has(svg, "no p99 (too few answers): 12\u202f000 (all but blocking)");
    assert_has(svg, "no p99 (most requests unanswered): 12\u202f000 to 150\u202f000 (blocking)");
    free(svg);
    record_free(&r);
}

static void who_left_clients_waiting_does_not_set_the_scale(void **state)
{
    struct svg_text t;
    struct record r;

    (void)state;
    need_gnuplot();
    make_run(&r, "idle");
    for (size_t i = 0; i < r.repeat_count; i++)
        if (is_of(&r, &r.repeats[i], "idle", "blocking") && r.repeats[i].point == 0) {
            r.repeats[i].value[METRIC_cpu] = 4e6;
            r.repeats[i].value[METRIC_clients_served] = 1;
        }
    char *svg = draw_and_read(&r, "idle-cpu");
    assert_int_equal(svg_find(svg, "off the scale", &t), 1);
    assert_has(t.text, "blocking at 0 is off the scale: 4.00 ms, for 1 of 100 clients");
    assert_int_equal(svg_find(svg, "20 µs", &t), 1);
    free(svg);
    // Another that served all of them does.
    for (size_t i = 0; i < r.repeat_count; i++)
        if (is_of(&r, &r.repeats[i], "idle", "blocking") && r.repeats[i].point == 0)
            r.repeats[i].value[METRIC_clients_served] = 100;
    svg = draw_and_read(&r, "idle-cpu");
    assert_int_equal(svg_find(svg, "off the scale", &t), 0);
    assert_int_equal(svg_find(svg, "20 µs", &t), 0);
    free(svg);
    record_free(&r);
}

static void a_bar_that_left_clients_waiting_is_said_in_its_place(void **state)
{
    struct svg_text t;
    struct record r;

    (void)state;
    need_gnuplot();
    make_run(&r, "cost");
    for (size_t i = 0; i < r.repeat_count; i++)
        if (is_of(&r, &r.repeats[i], "cost", "blocking")) {
            r.repeats[i].value[METRIC_memory] = 5000;
            r.repeats[i].value[METRIC_clients_served] = 1;
        }
    char *svg = draw_and_read(&r, "cost-bars");
    assert_int_equal(svg_find(svg, "4.88 MiB ▸", &t), 1);
    assert_int_equal(svg_find(svg, "▸ off the scale: clients were left waiting", &t), 1);
    free(svg);
    for (size_t i = 0; i < r.repeat_count; i++)
        if (is_of(&r, &r.repeats[i], "cost", "blocking"))
            r.repeats[i].value[METRIC_clients_served] = 1e6; // all of them
    svg = draw_and_read(&r, "cost-bars");
    assert_int_equal(svg_find(svg, "off the scale", &t), 0);
    free(svg);
    record_free(&r);
}

static void percentiles_are_of_the_last_point_at_which_most_keep_up(void **state)
{
    struct record r;

    (void)state;
    need_gnuplot();
    make_run(&r, "load");
    record_sample_files(&r, 12);
    for (size_t i = 0; i < r.repeat_count; i++) {
        double *v = r.repeats[i].value;
        if (!is_of(&r, &r.repeats[i], "load", NULL))
            continue;
        // A short window's schedule has less than the nominal rate: what was sent counts.
        v[METRIC_sent] = 10000;
        v[METRIC_answered] = r.repeats[i].point <= 2 ? 9950 : 9000;
        v[METRIC_rps] = (r.repeats[i].point <= 2 ? 0.98 : 0.9) * v[METRIC_offered];
    }
    char *svg = draw_and_read(&r, "load-percentiles");
    assert_has(svg, "response time at 59\u202f000 requests per second offered");
    free(svg);
    record_free(&r);
}

static void the_law_of_scalability_is_drawn_and_named_where_it_fits(void **state)
{
    struct svg_text t;
    struct record r;

    (void)state;
    need_gnuplot();
    make_run(&r, "connections");
    char *svg = draw_and_read(&r, "connections-rps");
    assert_int_equal(svg_find(svg, "dotted: Universal Scalability Law, ▾ its peak", &t), 1);
    assert_true(svg_find(svg, "▾", &t) > 1);
    assert_has(svg, "stroke-dasharray");
    free(svg);
    for (size_t i = 0; i < r.repeat_count; i++) // no law is like this
        r.repeats[i].value[METRIC_rps] = r.repeats[i].point % 2 == 0 ? 1000 : 50000;
    svg = draw_and_read(&r, "connections-rps");
    assert_lacks(svg, "Universal");
    assert_int_equal(svg_find(svg, "▾", &t), 0);
    free(svg);
    record_free(&r);
}

static void a_figure_of_clients_says_whose_answers_it_counts(void **state)
{
    struct svg_text t;
    struct record r;

    (void)state;
    need_gnuplot();
    make_run(&r, "fair");
    record_sample_files(&r, 12);
    char *svg = draw_and_read(&r, "fair-clients");
    assert_int_equal(svg_find(svg, "answers per second of each polite client", &t), 2);
    assert_int_equal(svg_find(svg, "(log scale above ", &t), 1);
    assert_has(svg, "the client that disturbs them is not drawn");
    free(svg);
    record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(words_about_a_stall_stay_in_their_panel),
        IN_A_FOLDER(no_interval_strikes_a_number_through),
        IN_A_FOLDER(an_interval_that_leaves_the_axes_ends_in_an_arrow),
        IN_A_FOLDER(a_limit_of_the_generator_is_noted_where_most_repeats_had_it),
        IN_A_FOLDER(who_lacks_a_percentile_is_named_with_the_reason),
        IN_A_FOLDER(who_left_clients_waiting_does_not_set_the_scale),
        IN_A_FOLDER(a_bar_that_left_clients_waiting_is_said_in_its_place),
        IN_A_FOLDER(percentiles_are_of_the_last_point_at_which_most_keep_up),
        IN_A_FOLDER(the_law_of_scalability_is_drawn_and_named_where_it_fits),
        IN_A_FOLDER(a_figure_of_clients_says_whose_answers_it_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
