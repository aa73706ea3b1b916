// report_files.c: see report_read.h. What is handed in is read where it lies, by a process that may
// read everything; so it is read with care.
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/proc.h"
#include "grade/report_read.h"

#define MIB ((size_t)1 << 20)
static const size_t most_bytes = 8 * MIB, most_bytes_in_all = 256 * MIB;
static const size_t most_memory = 256 * MIB;

bool report_open(struct report *r, const char *folder)
{
    r->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return r->folder != -1;
}

void report_close(struct report *r)
{
    if (r->folder != -1)
        close(r->folder);
    r->folder = -1;
}

// Each part of the way is a step of its own, and none goes through a link or upwards: a link could
// lead to a file of the grader's, or to another student's run. A pipe would be waited for.
static int open_below(int folder, const char *name)
{
    char part[NAME_MAX + 1];
    int at = folder;

    for (;;) {
        size_t n = strcspn(name, "/");
        bool last = name[n] == '\0';
        int next = -1;
        snprintf(part, sizeof part, "%.*s", (int)n, name);
        if (n > 0 && n <= NAME_MAX && strcmp(part, "..") != 0)
            next = openat(at, part,
                          O_CLOEXEC | O_NOFOLLOW |
                              (last ? O_RDONLY | O_NONBLOCK | O_NOCTTY : O_PATH | O_DIRECTORY));
        if (at != folder)
            close(at);
        if (next == -1 || last)
            return next;
        at = next;
        name += n + 1;
    }
}

char *report_file(struct report *r, const char *name, size_t *size)
{
    struct stat status;
    char *text = NULL;
    size_t n = 0, length = 0;
    int fd = open_below(r->folder, name);

    if (fd == -1)
        return NULL;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        (uintmax_t)status.st_size <= most_bytes &&
        (uintmax_t)status.st_size <= most_bytes_in_all - r->bytes) {
        length = (size_t)status.st_size;
        text = calloc(1, length + 1);
    }
    while (text != NULL && n < length) {
        ssize_t got = read(fd, text + n, length - n);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    close(fd);
    r->bytes += n;
    *size = n;
    return text;
}

// A few bytes of JSON can take a hundred times as many of memory. Who gets none has no file.
void report_limit_memory(struct rlimit *before)
{
    double kib = NAN;
    const struct proc_reading reading = {"VmData", &kib};
    struct rlimit limit;

    getrlimit(RLIMIT_DATA, before);
    limit = *before;
    proc_add_lines(proc_open("/proc/self/status"), &reading, 1);
    rlim_t most = (rlim_t)(isnan(kib) ? 0 : 1024 * kib) + most_memory;
    if (most < limit.rlim_cur) // RLIM_INFINITY is above all
        limit.rlim_cur = most;
    setrlimit(RLIMIT_DATA, &limit);
}
