// whole_file.c: see whole_file.h.
#include "results/whole_file.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fail.h"

static bool write_part(const char *path, void (*write)(const void *, FILE *), const void *what)
{
    FILE *out = fopen(path, "we");

    if (out == NULL)
        return false;
    errno = 0;
    write(what, out);
    bool good = fflush(out) == 0 && !ferror(out) && fsync(fileno(out)) == 0;
    int error = errno != 0 ? errno : EIO;
    if (fclose(out) != 0)
        good = false;
    else
        errno = error;
    return good;
}

bool whole_file_write(const char *path, void (*write)(const void *, FILE *), const void *what)
{
    char *part;

    if (asprintf(&part, "%s.part", path) < 0)
        die_errno("cannot make the name of a file");
    bool good = write_part(part, write, what) && rename(part, path) == 0;
    if (!good) {
        warn_errno("cannot write %s; it is as it was before", path);
        unlink(part);
    }
    free(part);
    return good;
}
