// outputs.c: see outputs.h.
#include "loadgen/outputs.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "loadgen/result.h"

enum { OUTPUTS = 5 };

struct output {
    const char *file;
    void (*write)(const struct result *, FILE *);
};

static void list(const struct outputs *o, struct output all[OUTPUTS])
{
    all[0] = (struct output){o->json, result_write_json};
    all[1] = (struct output){o->csv, result_write_csv};
    all[2] = (struct output){o->hgrm, result_write_hgrm};
    all[3] = (struct output){o->timeline, result_write_timeline};
    all[4] = (struct output){o->clients, result_write_clients};
}

static bool is_stdout(const char *file)
{
    return file != NULL && strcmp(file, "-") == 0;
}

// What a program reads there must be one thing.
static unsigned count_on_stdout(const struct outputs *o)
{
    struct output all[OUTPUTS];
    unsigned n = 0;

    list(o, all);
    for (unsigned i = 0; i < OUTPUTS; i++)
        n += is_stdout(all[i].file);
    return n;
}

// A file that is there must be writable; one that is not needs a folder that is.
static bool is_writable(const char *file)
{
    struct stat about;

    if (stat(file, &about) == 0) {
        errno = EISDIR;
        return !S_ISDIR(about.st_mode) && access(file, W_OK) == 0;
    }
    if (errno != ENOENT)
        return false;
    char *copy = strdup(file); // dirname(3) may change it
    bool can = copy != NULL && access(dirname(copy), W_OK | X_OK) == 0;
    int error = errno;
    free(copy);
    errno = error;
    return can;
}

void outputs_check(const struct outputs *o)
{
    struct output all[OUTPUTS];

    list(o, all);
    for (unsigned i = 0; i < OUTPUTS; i++)
        if (all[i].file != NULL && !is_stdout(all[i].file) && !is_writable(all[i].file))
            die_errno("cannot write %s", all[i].file);
}

bool outputs_write(const struct outputs *o, const struct result *r, bool summary)
{
    struct output all[OUTPUTS];
    bool good = true;

    if (summary && count_on_stdout(o) == 0)
        good = result_save(r, "-", result_write_summary);
    list(o, all);
    for (unsigned i = 0; i < OUTPUTS; i++)
        if (all[i].file != NULL && !result_save(r, all[i].file, all[i].write))
            good = false;
    return good;
}
