// home.c: see home.h.
#include "results/home.h"

#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"

const char *home_programs(void)
{
    static char folder[PATH_MAX];

    if (*folder == '\0') {
        // The link's target, so that bin -> build/gcc/bin leads to the build's own servers.
        ssize_t length = readlink("/proc/self/exe", folder, sizeof folder - 1);
        if (length < 0)
            die_errno("cannot find out where this program is (/proc/self/exe)");
        folder[length] = '\0';
        dirname(folder);
    }
    return folder;
}

static bool holds_models(const char *folder)
{
    char file[PATH_MAX + 16];

    snprintf(file, sizeof file, "%s/models.tsv", folder);
    return access(file, R_OK) == 0;
}

const char *home(void)
{
    static char folder[PATH_MAX];

    if (*folder == '\0') {
        snprintf(folder, sizeof folder, "%s", home_programs());
        while (!holds_models(folder)) {
            if (strcmp(folder, "/") == 0)
                die("cannot find models.tsv in any folder above %s", home_programs());
            dirname(folder);
        }
    }
    return folder;
}

char *home_path(const char *format, ...)
{
    va_list arguments;
    char *below, *path;

    va_start(arguments, format);
    int length = vasprintf(&below, format, arguments);
    va_end(arguments);
    if (length < 0 || asprintf(&path, "%s/%s", home(), below) < 0)
        die_errno("cannot allocate memory for a path");
    free(below);
    return path;
}
