// test_plot.c: the figures of a made-up run: that they are what slides and the report need, that no
// name or reason gets out of its place in them, and that what is missing looks missing.
#include "tests/plot_sample.h"

// ---- The pictures ------------------------------------------------------------------------------

static void each_figure_is_a_png_and_an_svg_of_one_size(void **state)
{
    struct record r;
    unsigned figures = 0;

    (void)state;
    need_gnuplot();
    make_run(&r, NULL);
    record_sample_files(&r, 12);
    unsigned drawn = draw_run(&r);
    for (size_t s = 0; s < r.scenario_count; s++)
        for (size_t f = 0; f < r.scenarios[s].figure_count; f++) {
            const struct figure *figure = &r.scenarios[s].figures[f];
            assert_is_picture(figure_path(figure, "png"));
            assert_well_formed(figure_path(figure, "svg"));
            char *svg = content(figure_path(figure, "svg"));
            assert_has(svg, "viewBox=\"0 0 1600 900\"");
            assert_lacks(svg, "<script");
            assert_lacks(svg, "model:");
            free(svg);
            figures++;
        }
    assert_int_equal(drawn, figures);
    record_free(&r);
}

// Whether the hook of a model is there, once at least.
static bool has_hook(const char *svg, const char *name)
{
    char hook[128];

    snprintf(hook, sizeof hook, "<g data-model=\"%s\"><title>%s</title>", name, name);
    return strstr(svg, hook) != NULL;
}

static void each_model_of_a_figure_has_its_hooks_and_its_name(void **state)
{
    struct record r;
    struct cells cells;

    (void)state;
    need_gnuplot();
    make_run(&r, "connections");
    assert_int_equal(draw_run(&r), 2);
    cells_open(&cells, &r);
    char *svg = content("plots/connections-rps.svg");
    for (unsigned m = 0; m < r.models.count; m++) {
        bool measured = cell_at(&cells, scenario_of(&r, "connections"), 0, m)->n > 0;
        assert_int_equal(has_hook(svg, r.models.list[m].name), measured);
        // Its label too belongs to it: "<text>" comes after its hook.
        char label[64];
        snprintf(label, sizeof label, "<text>%s</text>", r.models.list[m].name);
        assert_int_equal(strstr(svg, label) != NULL, measured);
    }
    free(svg);
    cells_free(&cells);
    record_free(&r);
}

static void ids_begin_with_the_name_of_the_figure(void **state)
{
    struct record r;

    (void)state;
    need_gnuplot();
    make_run(&r, "pipeline");
    assert_int_equal(draw_run(&r), 2);
    char *svg = content("plots/pipeline-rps.svg");
    unsigned ids = 0;
    for (const char *at = svg; (at = strstr(at, " id=")) != NULL; ids++) {
        at += strlen(" id=\"");
        assert_memory_equal(at, "pipeline-rps-", strlen("pipeline-rps-"));
    }
    assert_true(ids > 0);
    assert_lacks(svg, "href='#gp");
    free(svg);
    record_free(&r);
}

// ---- Names and reasons -------------------------------------------------------------------------

static void a_hostile_name_is_a_name_and_nothing_else(void **state)
{
    static const char *const names[] = {"a\"b_{x}", "<b>&'$`touch pwned`",
                                        "'.system('touch pwned').'", "@M %s \\n {:Bold y}"};
    static const char *const harmless[] = {"a&quot;b_{x}", "&lt;b&gt;&amp;'$`touch pwned`",
                                           "'.system('touch pwned').'", "@M %s \\n {:Bold y}"};
    static const char *const of[] = {"fork", "select", "poll", "edge"};
    struct record r;

    (void)state;
    need_gnuplot();
    record_sample(&r, folder, ROUNDS, 11);
    for (size_t i = 0; i < 4; i++)
        rename_model(&r, of[i], names[i]);
    for (size_t i = 0; i < r.repeat_count; i++)
        if (r.repeats[i].outcome != OUTCOME_MEASURED)
            snprintf(r.repeats[i].why, sizeof r.repeats[i].why, "%s", "']`touch pwned`{=99 x}<i>");
    record_sample_files(&r, 12);
    assert_int_equal(chdir(folder), 0);
    assert_true(draw_run(&r) > 0);
    assert_int_equal(access("pwned", F_OK), -1);
    assert_int_equal(chdir("/"), 0);
    for (size_t s = 0; s < r.scenario_count; s++)
        for (size_t f = 0; f < r.scenarios[s].figure_count; f++)
            assert_well_formed(figure_path(&r.scenarios[s].figures[f], "svg"));
    char *svg = content("plots/connections-rps.svg");
    for (size_t i = 0; i < 4; i++)
        assert_true(has_hook(svg, harmless[i]));
    assert_has(svg, "{x}</text>"); // gnuplot has taken it as it is
    free(svg);
    record_free(&r);
}

// ---- What is missing ---------------------------------------------------------------------------

// The field of a table in the column of that name and the row that begins with `row`.
static void assert_field(const char *name, const char *row, const char *column, const char *value)
{
    char *table = content(name), *rest = table, *line = strsep(&rest, "\n");
    size_t wanted = 0, at = 0;

    for (char *field; (field = strsep(&line, "\t")) != NULL && strcmp(field, column) != 0;)
        wanted++;
    while ((line = strsep(&rest, "\n")) != NULL) {
        char *first = strsep(&line, "\t"), *field = first;
        if (strcmp(first, row) != 0)
            continue;
        for (at = 0; at < wanted && field != NULL; at++)
            field = strsep(&line, "\t");
        assert_non_null(field);
        assert_string_equal(field, value);
        free(table);
        return;
    }
    fail_msg("no row %s in %s", row, name);
}

static void a_value_that_is_missing_is_no_zero(void **state)
{
    struct record r;

    (void)state;
    need_gnuplot();
    make_run(&r, "connections");
    for (size_t i = 0; i < r.repeat_count; i++) {
        struct repeat *q = &r.repeats[i];
        const char *model = r.models.list[q->model].name;
        if (q->scenario != scenario_of(&r, "connections"))
            continue;
        if (strcmp(model, "epoll") == 0 && q->point == 5) {
            q->value[METRIC_rps] = NAN;
        } else if (strcmp(model, "poll") == 0 && q->point == 4) {
            q->outcome = OUTCOME_FAILED;
            for (size_t v = 0; v < METRIC_COUNT; v++)
                q->value[v] = NAN;
        } else if (strcmp(model, "blocking") == 0) {
            q->value[METRIC_rps] = 0;
        }
    }
    assert_int_equal(draw_run(&r), 2);
    assert_field("plots/connections-rps.tsv", "50", "epoll", "NaN");
    assert_field("plots/connections-rps.tsv", "20", "poll", "NaN");
    assert_field("plots/connections-rps.tsv", "5000", "select", "NaN"); // it refused clients
    assert_field("plots/connections-rps.tsv", "50", "blocking", "0");   // and this one is a zero
    record_free(&r);
}

static void a_figure_without_data_is_not_drawn_and_that_is_said(void **state)
{
    struct record r;

    (void)state;
    need_gnuplot();
    make_run(&r, "churn");
    for (size_t i = 0; i < r.repeat_count; i++)
        r.repeats[i].outcome = OUTCOME_FAILED;
    assert_int_equal(mkdir(path_of("plots"), 0777), 0);
    overwrite("plots/churn-bars.svg", "old", 3);
    assert_int_equal(run_apart(draw_apart, &r, out, err), 0);
    assert_has(err, "churn-bars is not drawn: nothing of it was measured");
    assert_int_equal(access(path_of("plots/churn-bars.svg"), F_OK), -1);
    assert_int_equal(access(path_of("plots/churn-bars.png"), F_OK), -1);
    record_free(&r);
}

static void without_gnuplot_one_line_says_what_to_install(void **state)
{
    char *path = copy_of_path();
    struct record r;

    (void)state;
    make_run(&r, NULL);
    assert_int_equal(setenv("PATH", folder, 1), 0);
    int drawn = run_apart(draw_apart, &r, out, err);
    assert_int_equal(setenv("PATH", path, 1), 0);
    free(path);
    assert_int_equal(drawn, 0);
    assert_has(err, "bench: the figures are not drawn");
    assert_has(err, "gnuplot-nox");
    assert_ptr_equal(strchr(err, '\n'), err + strlen(err) - 1);
    record_free(&r);
}

static void what_gnuplot_says_at_last_is_said_with_the_figure(void **state)
{
    static const char fake[] =
        "#!/bin/sh\necho first >&2\necho 'line 3: out of paint' >&2\nexit 2\n";
    char *path = copy_of_path(), *with_fake;
    struct record r;

    (void)state;
    make_run(&r, "cost");
    overwrite("gnuplot", fake, strlen(fake));
    assert_int_equal(chmod(path_of("gnuplot"), 0755), 0);
    assert_true(asprintf(&with_fake, "%s:%s", folder, path) > 0);
    assert_int_equal(setenv("PATH", with_fake, 1), 0);
    int drawn = run_apart(draw_apart, &r, out, err);
    assert_int_equal(setenv("PATH", path, 1), 0);
    assert_int_equal(drawn, 0);
    assert_string_equal(err, "bench: cost-bars is not drawn: gnuplot: line 3: out of paint\n");
    free(with_fake);
    free(path);
    record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(each_figure_is_a_png_and_an_svg_of_one_size),
        IN_A_FOLDER(each_model_of_a_figure_has_its_hooks_and_its_name),
        IN_A_FOLDER(ids_begin_with_the_name_of_the_figure),
        IN_A_FOLDER(a_hostile_name_is_a_name_and_nothing_else),
        IN_A_FOLDER(a_value_that_is_missing_is_no_zero),
        IN_A_FOLDER(a_figure_without_data_is_not_drawn_and_that_is_said),
        IN_A_FOLDER(without_gnuplot_one_line_says_what_to_install),
        IN_A_FOLDER(what_gnuplot_says_at_last_is_said_with_the_figure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
