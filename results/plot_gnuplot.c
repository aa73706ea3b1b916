// plot_gnuplot.c: gnuplot as a child: a script in, a figure or its last words out.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"
#include "results/drawing.h"
#include "results/last_line.h"
#include "results/spawn.h"

// Many times what the largest figure takes on a machine that does other things as well.
#define PATIENCE_NS (300 * NS_PER_SECOND)

bool gnuplot_found(void)
{
    static const char fallback[] = "/bin:/usr/bin"; // execvp(3)'s
    const char *path = getenv("PATH");
    char *folders = strdup(path != NULL ? path : fallback), *rest = folders, *folder, *file;
    bool found = false;

    if (folders == NULL)
        die_errno("cannot allocate memory for a path");
    while (!found && (folder = strsep(&rest, ":")) != NULL) {
        if (asprintf(&file, "%s/gnuplot", *folder != '\0' ? folder : ".") < 0)
            die_errno("cannot allocate memory for a path");
        found = access(file, X_OK) == 0;
        free(file);
    }
    free(folders);
    if (!found)
        warn("the figures are not drawn: there is no gnuplot; `apt install gnuplot-nox` "
             "brings it, then `make report RUN=...` draws them");
    return found;
}

// A file without a name, which a child opens as /dev/fd/N.
static int open_nameless(const char *text, size_t length, char path[32])
{
    int fd = memfd_create("gnuplot", MFD_CLOEXEC);

    if (fd < 0)
        die_errno("cannot make a temporary file");
    while (length > 0) {
        ssize_t n = write(fd, text, length);
        if (n < 0)
            die_errno("cannot write a temporary file");
        text += n;
        length -= (size_t)n;
    }
    snprintf(path, 32, "/dev/fd/%d", fd);
    return fd;
}

bool gnuplot_run(const char *script, size_t length, const char *figure)
{
    char input[32], output[32], why[256], program[] = "gnuplot", words[200];
    char *argv[] = {program, input, NULL};
    int in = open_nameless(script, length, input), out = open_nameless("", 0, output);
    struct spawn_end end = {.status = -1};
    struct spawn_plan plan = {
        .argv = argv, .out = out, .err = out, .keep = in, .farewell = SIGKILL};
    pid_t pid = spawn(&plan, why);
    bool ended = pid > 0 && spawn_wait(pid, clock_now() + PATIENCE_NS, &end);

    if (pid < 0)
        warn("%s is not drawn: %s", figure, why);
    else if (!ended) {
        spawn_stop(pid, SIGKILL, 0, &end);
        warn("%s is not drawn: gnuplot came to no end", figure);
    } else if (end.status != 0) {
        if (!last_line(output, 0, words, sizeof words))
            spawn_end_text(&end, words, sizeof words);
        warn("%s is not drawn: gnuplot: %s", figure, words);
    }
    close(in);
    close(out);
    return ended && end.status == 0;
}
