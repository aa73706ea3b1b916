// output.c: see output.h.
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"

FILE *output_open(const char *path, const char *what)
{
    FILE *file = stdout;

    signal(SIGXFSZ, SIG_IGN);
    if (strcmp(path, "-") == 0)
        return file;
    // Without waiting: a fifo that nobody reads would keep us here, and nobody would know why.
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    if (fd < 0 && errno == ENXIO)
        die("cannot write %s to %s: nobody reads from it", what, path);
    if (fd < 0 || fcntl(fd, F_SETFL, 0) < 0 || (file = fdopen(fd, "w")) == NULL)
        die_errno("cannot write %s to %s", what, path);
    return file;
}

void output_empty(FILE *file)
{
    if (file != stdout)
        (void)!ftruncate(fileno(file), 0);
}
