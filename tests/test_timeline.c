// test_timeline.c: the table and the figures that are drawn of a timeline's folder.
#include "tests/plot_sample.h"

#include "tests/timeline_run_sample.h"

static int draw_timeline(void *record)
{
    fail_name("bench timeline");
    return timeline_draw(record) ? 0 : 1;
}

static unsigned count_rows(const char *table, const char *begin, const char *kind)
{
    char word[32];
    unsigned count = 0;

    snprintf(word, sizeof word, "\t%s\t", kind);
    for (const char *line = table; *line != '\0'; line += strcspn(line, "\n") + 1) {
        const char *at = strstr(line, word);
        count += strncmp(line, begin, strlen(begin)) == 0 && at != NULL &&
                 at < line + strcspn(line, "\n");
    }
    return count;
}

static void the_table_has_a_row_for_each_box(void **state)
{
    struct timeline_record r;

    (void)state;
    need_gnuplot();
    make_timeline(&r, folder);
    assert_int_equal(run_apart(draw_timeline, &r, out, err), 0);
    char *table = content("timeline.tsv");
    assert_has(table, "model\tround\trow\tkind\tclient\tbegin_ms\tend_ms\tprocess\tthread\n");
    assert_int_equal(count_rows(table, "fork\t1\t", "connect"), TIMELINE_CLIENTS);
    assert_int_equal(count_rows(table, "fork\t1\tmain\t", "accept"), TIMELINE_CLIENTS);
    assert_int_equal(count_rows(table, "fork\t1\tmain\t", "create"), TIMELINE_CLIENTS);
    assert_int_equal(count_rows(table, "fork\t1\tchild 4\t", "serve"), TIMELINE_REQUESTS);
    assert_int_equal(count_rows(table, "fork\t1\tchild 4\t", "think"), TIMELINE_REQUESTS);
    assert_int_equal(count_rows(table, "prefork\t1\tworker 4\t", "serve"), TIMELINE_REQUESTS);
    assert_int_equal(count_rows(table, "epoll\t1\tmain\t", "serve"), 12);
    assert_int_equal(count_rows(table, "epoll\t2\t", "serve"), 0); // not the one that is drawn
    assert_lacks(table, "nan");
    free(table);
    timeline_record_free(&r);
}

// Which round of epoll stands in the table. No gnuplot is found: the table says it, and fifteen
// figures would tell no more.
static unsigned drawn_round(struct timeline_record *r)
{
    char *path = copy_of_path();
    unsigned round = 0;

    assert_int_equal(setenv("PATH", folder, 1), 0);
    assert_false(timeline_draw(r));
    assert_int_equal(setenv("PATH", path, 1), 0);
    free(path);
    char *table = content("timeline.tsv");
    for (unsigned k = 1; k <= 3; k++) {
        char begin[16];
        snprintf(begin, sizeof begin, "epoll\t%u\t", k);
        if (count_rows(table, begin, "serve") > 0)
            round = 10 * round + k;
    }
    free(table);
    return round;
}

static void the_least_disturbed_take_is_drawn(void **state)
{
    struct timeline_record r;

    (void)state;
    make_timeline(&r, folder);
    assert_true(fabs(timeline_lateness(&r.takes[2], WORK_US)) < 1e-6);
    assert_int_equal(drawn_round(&r), 1); // all alike
    assert_true(r.takes[2].drawn);
    // A client thinks for too long; the others connect late, of which A is the measure.
    r.takes[2].met[1].answered[1] -= 40;
    for (unsigned c = 1; c < TIMELINE_CLIENTS; c++)
        r.takes[4].met[c].connects += 10;
    assert_true(fabs(timeline_lateness(&r.takes[2], WORK_US) - 40) < 1e-6);
    assert_true(fabs(timeline_lateness(&r.takes[4], WORK_US) - 30) < 1e-6);
    for (unsigned c = 1; c < TIMELINE_CLIENTS; c++) // A came late, so that they seem to be early
        r.takes[4].met[c].connects -= 20;
    assert_true(fabs(timeline_lateness(&r.takes[4], WORK_US) - 30) < 1e-6);
    assert_int_equal(drawn_round(&r), 2);
    // A service takes longer than its work.
    write_late_trace(&r, 2, 2, false, 0, 20);
    assert_int_equal(drawn_round(&r), 2);
    write_late_trace(&r, 2, 2, false, 0, 35);
    assert_int_equal(drawn_round(&r), 3);
    r.takes[4].met[1].answered[2] = NAN; // not all were served
    assert_int_equal(drawn_round(&r), 2);
    timeline_record_free(&r);
}

// Its server had to wait for a processor: that is nothing the model makes clients wait for.
static void a_take_whose_services_begin_late_is_disturbed(void **state)
{
    struct timeline_record r;

    (void)state;
    make_timeline(&r, folder);
    write_late_trace(&r, 2, 1, false, 50, 0);
    r.takes[3].met[2].answered[1] -= 30;
    write_late_trace(&r, 2, 3, false, 20, 0);
    assert_int_equal(drawn_round(&r), 3);
    write_late_trace(&r, 2, 3, false, 40, 0);
    assert_int_equal(drawn_round(&r), 2);
    timeline_record_free(&r);
}

// A fork that lasts and lasts: the parent had no processor to come back to.
static void a_take_whose_births_take_long_is_disturbed(void **state)
{
    struct timeline_record r;

    (void)state;
    make_timeline(&r, folder);
    for (unsigned round = 1; round <= 3; round++)
        write_trace(&r, 2, round, true);
    char *trace = content("epoll.1.trace.tsv"), *over = strstr(trace, "\t10230.000\t");
    assert_non_null(over);
    assert_non_null(strstr(over, "create"));
    over[3] = '3'; // 100 us more
    overwrite("epoll.1.trace.tsv", trace, strlen(trace));
    free(trace);
    assert_int_equal(drawn_round(&r), 2);
    timeline_record_free(&r);
}

static void each_figure_has_its_models_rows_and_letters(void **state)
{
    static const char *const hooks[] = {"fork", "epoll"};
    struct timeline_record r;
    char hook[128];

    (void)state;
    need_gnuplot();
    make_timeline(&r, folder);
    assert_int_equal(run_apart(draw_timeline, &r, out, err), 0);
    assert_is_picture("timeline.png");
    assert_is_picture("timeline-fork.png");
    assert_is_picture("timeline-others.png");
    assert_int_equal(access(path_of("timeline-epoll.png"), F_OK), -1); // no variants in this run
    assert_well_formed("timeline.svg");
    assert_well_formed("timeline-fork.svg");
    char *svg = content("timeline.svg");
    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++) {
        snprintf(hook, sizeof hook, "<g data-model=\"%s\"><title>%s</title>", hooks[i], hooks[i]);
        assert_has(svg, hook);
    }
    assert_lacks(svg, "prefork");
    assert_has(svg, "<text>child 4</text>");
    assert_has(svg, "all served after 21.0 ms");
    assert_has(svg, "all served after 23.4 ms");
    assert_has(svg, "uring is missing: cannot run here: no io_uring");
    assert_has(svg, "dies is missing: the server was killed");
    assert_has(svg, "1a2b3c4");
    assert_has(svg, "--work sleep:500us");
    free(svg);
    svg = content("timeline-fork.svg");
    assert_has(svg, "<text>worker 1</text>");
    assert_has(svg, "fork and its variants");
    free(svg);
    timeline_record_free(&r);
}

static void models_that_were_chosen_share_one_figure(void **state)
{
    struct timeline_record r;

    (void)state;
    need_gnuplot();
    make_timeline(&r, folder);
    r.chosen = true;
    assert_int_equal(run_apart(draw_timeline, &r, out, err), 0);
    char *svg = content("timeline.svg");
    assert_has(svg, "data-model=\"prefork\"");
    free(svg);
    assert_int_equal(access(path_of("timeline-fork.png"), F_OK), -1);
    timeline_record_free(&r);
}

static void what_has_no_room_goes_to_another_figure(void **state)
{
    struct timeline_record r;
    char name[32];

    (void)state;
    need_gnuplot();
    make_timeline(&r, folder);
    r.chosen = true;
    for (unsigned m = 5; m < 10; m++) {
        snprintf(name, sizeof name, "fork%u", m);
        add_model(&r, name, "#C23B00", false, false);
        add_take(&r, m, 1, 21);
        write_trace(&r, m, 1, true);
    }
    assert_int_equal(run_apart(draw_timeline, &r, out, err), 0);
    assert_is_picture("timeline.png");
    assert_is_picture("timeline-2.png");
    char *svg = content("timeline-2.svg");
    assert_has(svg, "data-model=\"fork9\"");
    assert_has(svg, "three requests each (2)");
    free(svg);
    timeline_record_free(&r);
}

static void a_trace_that_is_damaged_is_told_and_the_others_are_drawn(void **state)
{
    struct timeline_record r;

    (void)state;
    need_gnuplot();
    make_timeline(&r, folder);
    overwrite("fork.1.trace.tsv", "nonsense\n", 9);
    overwrite("prefork.1.trace.tsv", TRACE_HEADING, strlen(TRACE_HEADING));
    assert_int_equal(run_apart(draw_timeline, &r, out, err), 1);
    assert_has(err, "fork, round 1, can't be drawn: ");
    assert_has(err, "fork.1.trace.tsv:1: it is no trace");
    assert_has(err, "prefork.1.trace.tsv does not tell of these clients");
    char *svg = content("timeline.svg");
    assert_has(svg, "data-model=\"epoll\"");
    assert_has(svg, "fork is missing: ");
    free(svg);
    timeline_record_free(&r);
}

static void lost_events_are_told_in_the_figure(void **state)
{
    static const struct step steps[] = {
        {1, 10010, MAIN_PID, MAIN_PID, "accept", 0, 4},
        {10010, 10020, MAIN_PID, MAIN_PID, "read", 0, OF_A},
        {10020, 10030, MAIN_PID, MAIN_PID, "write", 0, OF_A},
    };
    struct timeline_record r;

    (void)state;
    need_gnuplot();
    make_timeline(&r, folder);
    write_steps(path_of("epoll.1.trace.tsv"), steps, 3,
                "# origin_ns: 1000000000\n# events: 3, lost: 4711\n");
    write_steps(path_of("fork.1.trace.tsv"), steps, 3, "# origin_ns: 1000000000\n");
    assert_int_equal(run_apart(draw_timeline, &r, out, err), 0);
    char *svg = content("timeline.svg");
    assert_has(svg, "epoll: 4711 events were lost, boxes are missing");
    assert_has(svg, "fork: its trace has no end, boxes may be missing");
    assert_has(err, "epoll: 4711 events were lost");
    free(svg);
    timeline_record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(the_table_has_a_row_for_each_box),
        IN_A_FOLDER(the_least_disturbed_take_is_drawn),
        IN_A_FOLDER(a_take_whose_services_begin_late_is_disturbed),
        IN_A_FOLDER(a_take_whose_births_take_long_is_disturbed),
        IN_A_FOLDER(each_figure_has_its_models_rows_and_letters),
        IN_A_FOLDER(models_that_were_chosen_share_one_figure),
        IN_A_FOLDER(what_has_no_room_goes_to_another_figure),
        IN_A_FOLDER(a_trace_that_is_damaged_is_told_and_the_others_are_drawn),
        IN_A_FOLDER(lost_events_are_told_in_the_figure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
