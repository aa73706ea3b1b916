// ignores-sigterm.c: ignores every signal that can be ignored, in a process group of its own.
#include "serve.h"

static void attack(void)
{
    for (int i = 1; i < 65; i++)
        signal(i, SIG_IGN);
}

int main(int argc, char **argv)
{
    return serve(argc, argv, attack, AT_ONCE);
}
