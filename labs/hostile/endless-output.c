// endless-output.c: says so much on both outputs that a disk would be full of it.
#include "serve.h"

static void attack(void)
{
    static char line[65536];

    memset(line, 'x', sizeof line);
    for (;;) {
        if (write(STDOUT_FILENO, line, sizeof line) < 0 && errno != EINTR)
            _exit(1);
        if (write(STDERR_FILENO, line, sizeof line) < 0 && errno != EINTR)
            _exit(1);
    }
}

int main(int argc, char **argv)
{
    return serve(argc, argv, attack, AFTER_CLIENTS);
}
