// timeline.c: see timeline.h. The command line, and what is said at the end.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command_line.h"
#include "base/fail.h"
#include "base/units.h"
#include "results/home.h"
#include "results/run_folder.h"
#include "results/timeline.h"

enum { EXIT_INTERRUPTED = 130 };

// ---- The command line ----------------------------------------------------------------------

enum key { MODELS = 256, OUT, FROM, WORK, ROUNDS, QUIET };

static const struct argp_option table[] = {
    {"models", MODELS, "NAMES", 0, "Models to meet, with commas between, or all (all)", 0},
    {"work", WORK, "KIND:TIME", 0,
     "What the server does for each message, cpu:TIME or sleep:TIME, from 100us to 1s; all other "
     "times are multiples of it (sleep:250us)",
     0},
    {"rounds", ROUNDS, "N", 0,
     "Meet each model so often, and draw the time that was least disturbed (9)", 0},
    {"out", OUT, "FOLDER", 0, "Write to this new folder (results/data/timeline-DATE)", 0},
    {"from", FROM, "FOLDER", 0, "Measure nothing: draw again what is in this folder", 0},
    {"quiet", QUIET, NULL, 0, "No progress and no table on the terminal (off)", 0},
    COMMAND_LINE_OPTIONS,
    {0},
};

static const char doc[] =
    "Draws who serves whom, when: four clients (A, B, C, D) connect at slightly different moments, "
    "make three requests each and think in between. Each model meets them with --trace, and what "
    "it "
    "has written becomes a figure: a row for each process and thread, a box for each service.\n\n"
    "The figures are FOLDER/timeline.png and .svg, and one for each family of models; "
    "docs/timeline.md tells how to read them.\n\n"
    "Options take their default, given in parentheses, when they are left out:"
    "\v"
    "Exit status:\n"
    "  0    all models were met and drawn, but for those that can't run on this machine\n"
    "  1    a model did not serve all four, or something could not be written or drawn\n"
    "  64   the command line is wrong\n"
    "  130  interrupted; what was measured so far has been written and drawn\n\n"
    "Examples:\n\n"
    "  $ bench timeline --models blocking,fork,epoll --out /tmp/timeline\n\n"
    "  $ bench timeline --from /tmp/timeline";

struct wishes {
    const char *models, *folder, *from;
    bool quiet, measures; // measures: an option was given that --from has no use for
};

struct request {
    struct wishes wishes;
    struct timeline_record *record;
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct request *request = state->input;
    struct timeline_record *r = request->record;
    struct wishes *w = &request->wishes;
    uint64_t rounds;
    int64_t ns;

    w->measures = w->measures || key == MODELS || key == OUT || key == WORK || key == ROUNDS;
    switch (key) {
    case MODELS:
        w->models = value;
        break;
    case OUT:
        w->folder = value;
        break;
    case FROM:
        w->from = value;
        break;
    case WORK:
        if (!timeline_read_work(value, &ns))
            die_usage("--work %s: cpu:TIME or sleep:TIME, from 100us to 1s, such as sleep:500us",
                      value);
        snprintf(r->work, sizeof r->work, "%s", value);
        break;
    case ROUNDS:
        if (!units_count(value, 1, TIMELINE_ROUNDS_MAX, &rounds))
            die_usage("--rounds %s: a number from 1 to %d", value, TIMELINE_ROUNDS_MAX);
        r->rounds = (unsigned)rounds;
        break;
    case QUIET:
        w->quiet = true;
        break;
    case ARGP_KEY_ARG:
        die_usage("'%s' is no option; models are chosen with --models", value);
    default:
        return command_line_read(key, state, ARGP_HELP_SHORT_USAGE);
    }
    return 0;
}

// ---- What is measured ----------------------------------------------------------------------

static void keep_model(struct models *to, const struct model *m)
{
    if (models_find(to, m->name) != NULL)
        return;
    to->list = reallocarray(to->list, to->count + 1, sizeof *to->list);
    if (to->list == NULL)
        die_errno("no memory for a model");
    to->list[to->count++] = *m;
}

static void choose_models(struct timeline_record *r, const char *names)
{
    static struct models all; // for as long as the program: the record's point to its texts
    char *file = home_path("models.tsv"), *list = strdup(names != NULL ? names : "all");
    char *rest = list;

    if (list == NULL)
        die_errno("no memory for a list of models");
    models_read(&all, file, home_programs());
    for (const char *name; (name = strsep(&rest, ", ")) != NULL;) {
        const struct model *m = models_find(&all, name);
        bool every = strcmp(name, "all") == 0;
        if (*name != '\0' && !every && m == NULL)
            die_usage("--models: there is no model %s; bench --list shows what there is", name);
        for (size_t i = 0; i < all.count; i++)
            if (every || m == &all.list[i])
                keep_model(&r->models, &all.list[i]);
        r->chosen = !every;
    }
    if (r->models.count == 0)
        die_usage("--models: no model is left; bench --list shows what there is");
    for (size_t i = 0; i < r->models.count; i++)
        if (access(r->models.list[i].command, X_OK) < 0)
            die("%s is not built: run make", r->models.list[i].command);
    free(list);
    free(file);
}

// ---- What is said at the end ---------------------------------------------------------------

// How all takes of a model went, and the one that was drawn, in microseconds; `takes`: how many of
// them were served.
struct tally {
    unsigned takes;
    double drawn, least, most;
};

static struct tally tally(const struct timeline_record *r, unsigned model)
{
    struct tally sum = {.drawn = NAN, .least = INFINITY};

    for (size_t i = 0; i < r->take_count; i++) {
        double served = timeline_served(&r->takes[i]);
        if (r->takes[i].model != model || !isfinite(served))
            continue;
        sum.takes++;
        sum.least = fmin(sum.least, served);
        sum.most = fmax(sum.most, served);
        if (r->takes[i].drawn)
            sum.drawn = served;
    }
    return sum;
}

static bool was_served(const struct timeline_record *r)
{
    bool all = true;

    for (unsigned m = 0; m < r->models.count; m++)
        all = all && (r->models.list[m].unavailable != NULL || tally(r, m).takes > 0);
    return all;
}

static void print_table(const struct timeline_record *r)
{
    printf("%-12s %22s   %s\n", "model", "all served after, ms", "least to most");
    for (unsigned m = 0; m < r->models.count; m++) {
        const struct model *model = &r->models.list[m];
        struct tally sum = tally(r, m);
        if (isfinite(sum.drawn))
            printf("%-12s %22.1f   %.1f to %.1f\n", model->name, sum.drawn / 1e3, sum.least / 1e3,
                   sum.most / 1e3);
        else
            printf("%-12s %22s   %s\n", model->name, "-",
                   model->unavailable != NULL ? model->unavailable
                   : sum.takes > 0            ? "its traces can't be drawn"
                                              : "not all were served");
    }
}

static int finish(struct timeline_record *r, const struct wishes *w)
{
    bool drawn = timeline_draw(r);

    if (!w->quiet) {
        print_table(r);
        printf("\nFigures: %s/timeline*.png\n", r->folder);
    }
    bool told = fflush(stdout) == 0;
    return drawn && told && was_served(r) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run(struct timeline_record *r, const struct wishes *w)
{
    choose_models(r, w->models);
    r->folder = run_folder_make(w->folder, "timeline-");
    r->name = run_folder_name(r->folder);
    if (!timeline_measure(r, w->quiet))
        return EXIT_FAILURE;
    if (!r->interrupted)
        return finish(r, w);
    warn("interrupted: %zu takes are in %s", r->take_count, r->folder);
    if (r->take_count > 0)
        finish(r, w);
    return EXIT_INTERRUPTED;
}

int timeline_main(int argc, char **argv)
{
    static const struct argp argp = {.options = table, .parser = parse, .doc = doc};
    static char name[] = "bench timeline";
    struct timeline_record r = {.work = "sleep:250us", .rounds = 9};
    struct request request = {.record = &r};
    char command[sizeof r.machine.command];
    int status;

    // getopt opens its messages with argv[0] as it stands: say the name, not a path.
    environment_look(&r.machine, argc, argv);
    snprintf(command, sizeof command, "bench %.1000s", r.machine.command);
    memcpy(r.machine.command, command, sizeof command);
    argv[0] = name;
    fail_name(name);
    command_line_parse(&argp, argc, argv, &request);
    if (request.wishes.from != NULL && request.wishes.measures)
        die_usage("--from draws what was measured: only --quiet goes with it");
    if (request.wishes.from != NULL) {
        timeline_record_read(&r, request.wishes.from);
        status = finish(&r, &request.wishes);
    } else {
        status = run(&r, &request.wishes);
    }
    timeline_record_free(&r);
    return status;
}
