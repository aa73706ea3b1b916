// status_line.c: see status_line.h.
#include "base/status_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool status_line_works(void)
{
    const char *terminal = getenv("TERM");

    return isatty(STDERR_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

void status_line_show(const char *text)
{
    struct winsize window;
    char line[256];
    // A line that wraps could not be taken back.
    int width = ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 1
                    ? window.ws_col - 1
                    : 79;

    // Back to the first column, the text, and the rest of the line cleared (ECMA-48, EL).
    int n = snprintf(line, sizeof line, "\r%.*s\033[K", width < 200 ? width : 200, text);
    (void)!write(STDERR_FILENO, line, (size_t)n);
}

void status_line_clear(void)
{
    status_line_show("");
}
