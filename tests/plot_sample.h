// plot_sample.h: for the tests of plots: a made-up run to draw, and looks at what came of it.
#ifndef TESTS_PLOT_SAMPLE_H
#define TESTS_PLOT_SAMPLE_H

// First: some of its locals are called as what record_folder.h has for a whole file.
#include "tests/record_sample_files.h"

#include "tests/record_folder.h"

#include <sys/stat.h>

#include "results/drawing.h"
#include "results/plot.h"

enum { ROUNDS = 2 };

static inline void need_gnuplot(void)
{
    if (system("command -v gnuplot >/dev/null") != 0) {
        print_message("skipped: gnuplot is missing (the package gnuplot-nox)\n");
        skip();
    }
}

// Of all scenarios only this one is left.
static inline void make_run(struct record *r, const char *only)
{
    record_sample(r, folder, ROUNDS, 11);
    for (size_t s = 0; only != NULL && s < r->scenario_count; s++)
        if (strcmp(r->scenarios[s].name, only) != 0)
            r->scenarios[s].figure_count = 0;
}

static inline unsigned draw_run(const struct record *r)
{
    struct cells cells;

    cells_open(&cells, r);
    unsigned drawn = plot_all(&cells);
    cells_free(&cells);
    return drawn;
}

static inline int draw_apart(void *record)
{
    fail_name("bench");
    return (int)draw_run(record);
}

static inline unsigned scenario_of(const struct record *r, const char *name)
{
    unsigned s = 0;

    while (s < r->scenario_count && strcmp(r->scenarios[s].name, name) != 0)
        s++;
    assert_true(s < r->scenario_count);
    return s;
}

static inline void rename_model(struct record *r, const char *from, const char *to)
{
    for (size_t m = 0; m < r->models.count; m++)
        if (strcmp(r->models.list[m].name, from) == 0)
            snprintf(r->models.list[m].name, sizeof r->models.list[m].name, "%s", to);
}

static inline void assert_well_formed(const char *name)
{
    char command[1024];

    if (system("command -v xmllint >/dev/null") == 0)
        snprintf(command, sizeof command, "xmllint --noout '%s'", path_of(name));
    else if (system("python3 -c '' 2>/dev/null") == 0)
        snprintf(command, sizeof command,
                 "python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' '%s'",
                 path_of(name));
    else
        snprintf(command, sizeof command,
                 "echo 'not checked: neither xmllint nor python3 is there'");
    assert_int_equal(system(command), 0);
}

static inline unsigned four_bytes(const unsigned char *at)
{
    return (unsigned)at[0] << 24 | (unsigned)at[1] << 16 | (unsigned)at[2] << 8 | at[3];
}

static inline void assert_is_picture(const char *name)
{
    static const unsigned char signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    unsigned char head[24];
    FILE *in = fopen(path_of(name), "re");

    assert_non_null(in);
    assert_int_equal(fread(head, 1, sizeof head, in), sizeof head);
    fclose(in);
    assert_memory_equal(head, signature, sizeof signature);
    assert_int_equal(four_bytes(head + 16), CANVAS_WIDTH);
    assert_int_equal(four_bytes(head + 20), CANVAS_HEIGHT);
}

static inline char *figure_path(const struct figure *f, const char *ending)
{
    static char path[128];

    snprintf(path, sizeof path, "plots/%s.%s", f->name, ending);
    return path;
}

static inline char *copy_of_path(void)
{
    const char *path = getenv("PATH");

    return sample_text(path != NULL ? path : "/usr/bin:/bin");
}

#endif
