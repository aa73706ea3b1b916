// compare.c: see compare.h. The command: reads two sides, has them compared, prints what was found.
#include "loadgen/compare.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/command_line.h"
#include "base/fail.h"
#include "loadgen/contrast.h"

enum key {
    JSON = 256, // above all characters: no option has a short form
};

static const struct argp_option table[] = {
    {"json", JSON, "FILE", 0,
     "Write the verdicts as JSON too; -: to standard output, instead of the table", 0},
    COMMAND_LINE_OPTIONS,
    {0},
};

struct arguments {
    const char *side[2], *json;
};

static error_t read_option(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case JSON:
        arguments->json = text;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num >= 2)
            die_usage("'%s' is one too many; give A and B, each a file or a folder of repeats",
                      text);
        arguments->side[state->arg_num] = text;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < 2)
            die_usage("give A and B, each a result written by --json or a folder of repeats");
        return 0;
    default:
        return command_line_read(key, state, ARGP_HELP_USAGE);
    }
}

static int is_result(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return *entry->d_name != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

static struct result *allocate_runs(size_t n)
{
    struct result *runs = calloc(n, sizeof *runs);

    if (runs == NULL)
        die_errno("cannot allocate memory for %zu runs", n);
    return runs;
}

static void read_folder(struct side *side)
{
    struct dirent **found;
    int n = scandir(side->name, &found, is_result, alphasort);

    if (n < 0)
        die_errno("cannot read %s", side->name);
    if (n == 0)
        die("%s: no file in it ends in .json", side->name);
    side->count = (size_t)n;
    side->runs = allocate_runs(side->count);
    for (int i = 0; i < n; i++) {
        char *path;
        if (asprintf(&path, "%s/%s", side->name, found[i]->d_name) < 0)
            die_errno("cannot allocate memory for a name");
        result_read_json(&side->runs[i], path);
        free(path);
        free(found[i]);
    }
    free(found);
}

static void read_side(struct side *side, const char *name)
{
    struct stat status;

    side->name = name;
    // "-" is standard input, as everywhere.
    if (strcmp(name, "-") != 0) {
        if (stat(name, &status) != 0)
            die_errno("cannot read %s", name);
        if (S_ISDIR(status.st_mode)) {
            read_folder(side);
            return;
        }
    }
    side->count = 1;
    side->runs = allocate_runs(1);
    result_read_json(side->runs, name);
}

static void free_side(struct side *side)
{
    for (size_t i = 0; i < side->count; i++)
        result_free(&side->runs[i]);
    free(side->runs);
}

static void save(const struct contrast *c, const char *file,
                 void (*write)(const struct contrast *, FILE *))
{
    bool standard = strcmp(file, "-") == 0;
    FILE *out = standard ? stdout : fopen(file, "we");

    if (out == NULL)
        die_errno("cannot write %s", file);
    write(c, out);
    bool failed = ferror(out) != 0;
    if ((standard ? fflush(out) : fclose(out)) != 0 || failed)
        die_errno("cannot write %s", standard ? "to standard output" : file);
}

int compare_main(int argc, char **argv)
{
    static const struct argp argp = {
        .options = table,
        .parser = read_option,
        .args_doc = "A B",
        .doc =
            "Says how B differs from A, with an interval of 95 % confidence and a verdict for each "
            "figure. A and B are results written by loadgen --json, or folders of them: repeats."
            "\vWith repeats on both sides the intervals come from the spread between runs (Welch's "
            "t on the logarithms). With one run on a side they come from the spread within it, and "
            "are only a first look. Exit status 0 says that they were compared, whatever the "
            "verdicts."};
    struct arguments arguments = {.json = NULL};
    struct side a, b;
    struct contrast contrast;

    command_line_parse(&argp, argc, argv, &arguments);
    read_side(&a, arguments.side[0]);
    read_side(&b, arguments.side[1]);
    contrast_make(&contrast, &a, &b);
    if (arguments.json == NULL || strcmp(arguments.json, "-") != 0)
        save(&contrast, "-", contrast_write_text);
    if (arguments.json != NULL)
        save(&contrast, arguments.json, contrast_write_json);
    contrast_free(&contrast);
    free_side(&a);
    free_side(&b);
    return EXIT_SUCCESS;
}
