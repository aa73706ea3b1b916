// test_report.c: report.html: what is in it, what never gets out of its text, and what is left when
// it can't be written. `test_report --page FOLDER` writes the page that check_report.sh opens.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "results/html.h"
#include "results/report.h"
#include "results/report_parts.h"
#include "tests/report_sample.h"

static char folder[] = "/tmp/test_report.XXXXXX";
static struct record run;
static char *page;

static char *in_folder(const char *name)
{
    char *path;

    assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
    return path;
}

static char *load(const char *name)
{
    char *path = in_folder(name), *text = report_load(path);

    free(path);
    return text;
}

static bool write_report(const struct record *r)
{
    struct cells cells;

    cells_open(&cells, r);
    bool good = report_write_html(&cells);
    cells_free(&cells);
    return good;
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        n++;
    return n;
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("not there: %s", part);
}

static void assert_lacks(const char *text, const char *part)
{
    const char *at = strstr(text, part);

    if (at != NULL)
        fail_msg("there: %.100s", at);
}

// ---- Markup -------------------------------------------------------------------------------------

static char *print_hostile(void)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    html(out, "<b title=\"%s\">%s</b> %u %zu 5 %%", "\"'&<>", "<i>&amp;", 7U, (size_t)8);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void text_never_becomes_markup(void **state)
{
    char *text = print_hostile();

    (void)state;
    assert_string_equal(text, "<b title=\"&quot;'&amp;&lt;&gt;\">&lt;i&gt;&amp;amp;</b> 7 8 5 %");
    free(text);
}

static void an_address_keeps_the_name_of_the_file(void **state)
{
    char address[HTML_ADDRESS], name[2 * HTML_ADDRESS];

    (void)state;
    assert_string_equal(html_address("load.10%.epoll.hgrm", address), "load.10%25.epoll.hgrm");
    assert_string_equal(html_address("a b#c?d\"é:", address), "a%20b%23c%3Fd%22%C3%A9%3A");
    memset(name, '%', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_true(strlen(html_address(name, address)) < HTML_ADDRESS);
}

static void assert_picture(const char *svg, const char *expected)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    assert_true(html_picture(out, svg, "p-", "role=\"img\""));
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void a_picture_brings_no_code_and_keeps_its_ids_to_itself(void **state)
{
    (void)state;
    assert_picture(
        "<?xml version='1.0'?><!DOCTYPE svg><svg onload='a()' viewBox=\"0 0 1 1\">x</svg>",
        "<svg role=\"img\" viewBox=\"0 0 1 1\">x</svg>");
    assert_picture("<svg><title>t</title><desc>d</desc><script>a < b</script><style>c</style>"
                   "<!-- <g --><g><title>epoll</title></g></svg>",
                   "<svg role=\"img\"><g><title>epoll</title></g></svg>");
    assert_picture("<svg><g id = 'a' ONCLICK=\"b\" fill='url(#c) url(#d)'><use xlink:href='#a'/>"
                   "<a href=\"#a\">#a id='a'</a></g></svg>",
                   "<svg role=\"img\"><g id='p-a' fill='url(#p-c) url(#p-d)'>"
                   "<use xlink:href='#p-a'/><a href=\"#p-a\">#a id='a'</a></g></svg>");
    // Cut off anywhere, it ends where it ends.
    assert_picture("<svg><g id='a", "<svg role=\"img\"><g id='p-a'>");
    assert_picture("<svg", "<svg role=\"img\">");
    assert_picture("<svg><script>a", "<svg role=\"img\">");
    assert_picture("<svg>\n<g\n/ = ></g", "<svg role=\"img\">\n<g/></g>");
}

static void what_is_no_picture_is_not_taken_for_one(void **state)
{
    FILE *out = fopen("/dev/null", "we");

    (void)state;
    assert_non_null(out);
    assert_false(html_picture(out, "", "p-", ""));
    assert_false(html_picture(out, "<html>gnuplot failed</html>", "p-", ""));
    fclose(out);
}

// ---- The page -----------------------------------------------------------------------------------

static void every_figure_is_in_the_page(void **state)
{
    size_t figures = 0;

    (void)state;
    for (size_t s = 0; s < run.scenario_count; s++)
        figures += run.scenarios[s].figure_count;
    assert_true(figures > 10);
    assert_int_equal(count(page, "<figure>"), figures);
    assert_int_equal(count(page, "<svg "), figures);
    assert_lacks(page, "class=\"missing\"");
}

static void every_cell_has_a_row_of_numbers_and_one_of_commands(void **state)
{
    struct cells cells;
    size_t tried = 0;

    (void)state;
    cells_open(&cells, &run);
    for (unsigned s = 0; s < run.scenario_count; s++)
        for (unsigned p = 0; p < run.scenarios[s].point_count; p++)
            for (unsigned m = 0; m < run.models.count; m++)
                tried += cell_at(&cells, s, p, m)->tried > 0;
    cells_free(&cells);
    assert_true(tried > 100);
    assert_int_equal(count(page, "<tr data-model="), 2 * tried);
    assert_int_equal(count(page, "<span class=\"aside\">load</span>"), tried);
}

static void ended_and_failed_cells_say_why(void **state)
{
    (void)state;
    assert_has(page, "<strong>ended</strong>: FD_SETSIZE: descriptor 1,024. ");
    assert_has(page, "<strong>failed</strong>");
    assert_has(page, ": the server was killed by signal 9. ");
}

static void names_reasons_and_commands_are_only_text(void **state)
{
    (void)state;
    assert_has(page, "data-switch=\"" SAMPLE_HARMLESS "\"");
    assert_has(page, "&quot;&gt;&lt;img src=x onerror=alert(2)&gt; ' &amp; %s");
    assert_lacks(page, "<script>alert");
    assert_lacks(page, "<img");
    assert_int_equal(count(page, "<script"), 1); // ours
    for (int i = 3; i <= 5; i++) {
        char call[16];
        snprintf(call, sizeof call, "alert(%d)", i);
        assert_lacks(page, call); // the figures' own
    }
}

static void nothing_is_loaded_from_elsewhere(void **state)
{
    (void)state;
    assert_has(page, "default-src 'none'");
    assert_lacks(page, "src=\"");
    assert_lacks(page, "@import");
    assert_lacks(page, "<link");
    assert_lacks(page, "href=\"http");
}

static void a_figure_that_is_missing_is_said_in_its_place(void **state)
{
    char *svg, *text, *aside = in_folder("aside.svg");

    (void)state;
    assert_true(asprintf(&svg, "%s/plots/%s.svg", folder, run.scenarios[0].figures[0].name) > 0);
    assert_int_equal(rename(svg, aside), 0);
    assert_true(write_report(&run));
    text = load("report.html");
    assert_int_equal(count(text, "class=\"missing\""), 1);
    assert_has(text, "bin/bench report");
    assert_int_equal(rename(aside, svg), 0);
    free(text);
    free(svg);
    free(aside);
}

static void a_run_without_repeats_or_models_has_a_page_too(void **state)
{
    struct record empty = run;

    (void)state;
    empty.repeats = NULL;
    empty.repeat_count = 0;
    assert_true(write_report(&empty));
    empty.scenario_count = 0;
    empty.models.count = 0;
    assert_true(write_report(&empty));
}

// ---- The file -----------------------------------------------------------------------------------

// In a process that may write no more than a few pages of a file: the disk is full, to it.
static int write_on_full_disk(void)
{
    const struct rlimit few = {.rlim_cur = 65536, .rlim_max = 65536};
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &few) != 0 || freopen("/dev/null", "we", stderr) == NULL)
            _exit(99);
        _exit(write_report(&run) ? 1 : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_full_disk_leaves_the_report_that_was_there(void **state)
{
    char *part = in_folder("report.html.part"), *now;

    (void)state;
    assert_true(write_report(&run));
    char *before = load("report.html");
    assert_int_equal(write_on_full_disk(), 0);
    now = load("report.html");
    assert_string_equal(now, before);
    assert_int_not_equal(access(part, F_OK), 0);
    free(now);
    free(before);
    free(part);
}

// ---- All ----------------------------------------------------------------------------------------

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    report_sample(&run, folder);
    if (!write_report(&run))
        return -1;
    page = load("report.html");
    return page != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    char *plots = in_folder("plots"), *report = in_folder("report.html");

    (void)state;
    for (size_t s = 0; s < run.scenario_count; s++)
        for (size_t f = 0; f < run.scenarios[s].figure_count; f++) {
            char path[256];
            snprintf(path, sizeof path, "%s/%s.svg", plots, run.scenarios[s].figures[f].name);
            unlink(path);
        }
    unlink(report);
    rmdir(plots);
    free(report);
    free(plots);
    free(page);
    record_free(&run);
    return rmdir(folder);
}

static int write_sample_page(const char *to)
{
    report_sample(&run, to);
    bool good = write_report(&run);
    record_free(&run);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_never_becomes_markup),
        cmocka_unit_test(an_address_keeps_the_name_of_the_file),
        cmocka_unit_test(a_picture_brings_no_code_and_keeps_its_ids_to_itself),
        cmocka_unit_test(what_is_no_picture_is_not_taken_for_one),
        cmocka_unit_test(every_figure_is_in_the_page),
        cmocka_unit_test(every_cell_has_a_row_of_numbers_and_one_of_commands),
        cmocka_unit_test(ended_and_failed_cells_say_why),
        cmocka_unit_test(names_reasons_and_commands_are_only_text),
        cmocka_unit_test(nothing_is_loaded_from_elsewhere),
        cmocka_unit_test(a_figure_that_is_missing_is_said_in_its_place),
        cmocka_unit_test(a_run_without_repeats_or_models_has_a_page_too),
        cmocka_unit_test(a_full_disk_leaves_the_report_that_was_there),
    };

    if (argc == 3 && strcmp(argv[1], "--page") == 0)
        return write_sample_page(argv[2]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
