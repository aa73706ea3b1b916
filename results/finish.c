// finish.c: see finish.h.
#include "results/finish.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "results/cells.h"
#include "results/derive.h"
#include "results/load.h"
#include "results/measure.h"
#include "results/plot.h"
#include "results/report.h"

// Adds what a file of loadgen's tells to the sum (`begun`: there is one already). False: it could
// not be read, and has been said.
static bool add_distribution(struct result *sum, const char *file, bool begun)
{
    struct result one;

    if (!load_has_written(file)) {
        warn("%s is damaged: left out of the distribution", file);
        return false;
    }
    result_read_json(&one, file);
    one.requests.unfinished += derive_slower(&one) - result_slower(&one);
    if (!begun) {
        *sum = one;
        return true;
    }
    result_add(sum, &one);
    result_free(&one);
    return true;
}

// Response times of all repeats of a cell as one distribution. Where loadgen's files are gone (a
// recorded run comes without them), the one that was made from them stands.
static bool write_percentiles(const struct record *r, unsigned scenario, unsigned point,
                              unsigned model)
{
    struct result sum;
    bool any = false, written = true;
    char *name = measure_name(r, scenario, point, model), *file;

    for (size_t i = 0; i < r->repeat_count; i++) {
        const struct repeat *q = &r->repeats[i];
        if (q->scenario != scenario || q->point != point || q->model != model ||
            q->outcome == OUTCOME_FAILED)
            continue;
        if (asprintf(&file, "%s/raw/%s.%u.json", r->folder, name, q->round) < 0)
            die("no memory for the name of a file");
        if (access(file, R_OK) == 0)
            any = add_distribution(&sum, file, any) || any;
        free(file);
    }
    if (any) {
        if (asprintf(&file, "%s/%s.hgrm", r->folder, name) < 0)
            die("no memory for the name of a file");
        written = result_save(&sum, file, result_write_hgrm);
        free(file);
        result_free(&sum);
    }
    free(name);
    return written;
}

bool finish_run(const struct record *r, FILE *text)
{
    struct cells cells;
    bool written = true;

    for (unsigned s = 0; s < r->scenario_count; s++)
        for (unsigned p = 0; p < r->scenarios[s].point_count; p++)
            for (unsigned m = 0; m < r->models.count && written; m++)
                written = write_percentiles(r, s, p, m);
    cells_open(&cells, r);
    plot_all(&cells);
    if (text != NULL)
        report_write_text(&cells, text);
    bool tabled = report_write_cells(&cells), reported = report_write_html(&cells);
    if (text != NULL && reported)
        fprintf(text, "\nReport: %s/report.html\n", r->folder);
    cells_free(&cells);
    return written && tabled && reported;
}

int report_main(int argc, char **argv)
{
    struct record r;

    if (argc != 2 || argv[1][0] == '-') {
        bool help = argc == 2 && strcmp(argv[1], "--help") == 0;
        fprintf(help ? stdout : stderr,
                "Usage: bench report FOLDER\n"
                "Draws the figures of a run and writes its report again, without measuring.\n");
        return help ? EXIT_SUCCESS : EXIT_USAGE;
    }
    record_read(&r, argv[1]);
    bool written = finish_run(&r, stdout);
    record_free(&r);
    return written ? EXIT_SUCCESS : EXIT_FAILURE;
}
