// run_folder.c: see run_folder.h.
#include "results/run_folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/fail.h"
#include "results/home.h"

static char *name_by_clock(const char *prefix)
{
    char *data = home_path("results/data"), *path, stamp[32];
    time_t now = time(NULL);
    struct tm utc;

    if (mkdir(data, 0777) < 0 && errno != EEXIST)
        die_errno("cannot make the folder %s (--out FOLDER writes elsewhere)", data);
    gmtime_r(&now, &utc);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H-%M-%SZ", &utc);
    if (asprintf(&path, "%s/%s%s", data, prefix, stamp) < 0)
        path = NULL;
    free(data);
    return path;
}

char *run_folder_make(const char *wished, const char *prefix)
{
    char *path = wished != NULL ? strdup(wished) : name_by_clock(prefix);

    if (path == NULL)
        die("no memory for the name of a folder");
    if (mkdir(path, 0777) < 0)
        die_errno("cannot make the folder %s", path);
    return path;
}

const char *run_folder_name(char *path)
{
    for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
        path[n - 1] = '\0';
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}
