// kills-all.c: sends SIGKILL to everybody that it may, its parents first.
#include "serve.h"

static void attack(void)
{
    for (pid_t pid = 1; pid < 100; pid++)
        if (pid != getpid() && pid != getppid())
            kill(pid, SIGTERM);
    kill(getppid(), SIGKILL);
    kill(-1, SIGTERM);
    kill(-1, SIGKILL);
}

int main(int argc, char **argv)
{
    return serve(argc, argv, attack, AFTER_CLIENTS);
}
