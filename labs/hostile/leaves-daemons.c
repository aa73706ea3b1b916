// leaves-daemons.c: each start leaves processes in sessions of their own that no one waits for, and
// that hear no signal.
#include "serve.h"

enum { DAEMONS = 3 };

static void attack(void)
{
    for (int i = 0; i < DAEMONS; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            setsid();
            if (fork() == 0)
                for (signal(SIGTERM, SIG_IGN), signal(SIGHUP, SIG_IGN);;)
                    pause();
            _exit(0);
        }
        waitpid(pid, NULL, 0);
    }
}

int main(int argc, char **argv)
{
    return serve(argc, argv, attack, AFTER_CLIENTS);
}
