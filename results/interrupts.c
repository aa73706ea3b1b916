// interrupts.c: see interrupts.h.
#include "results/interrupts.h"

#include <poll.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/fail.h"

int interrupts_catch(sigset_t *before)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, before) < 0)
        die_errno("cannot block signals");
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        die_errno("cannot make a signalfd");
    return fd;
}

bool interrupts_came(int descriptor)
{
    struct pollfd look = {.fd = descriptor, .events = POLLIN};

    return poll(&look, 1, 0) > 0;
}

void interrupts_release(int descriptor, const sigset_t *before)
{
    struct signalfd_siginfo taken;

    while (read(descriptor, &taken, sizeof taken) == sizeof taken)
        ;
    sigprocmask(SIG_SETMASK, before, NULL);
    close(descriptor);
}
