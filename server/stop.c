// stop.c: see stop.h. What runs in a signal handler here uses atomics and async-signal-safe
// calls only.
#include "server/stop.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/units.h"
#include "server/children.h"

// What a descriptor is to the stop; bits, so that several can be meant at once.
enum { DEAD = 0, LIVE = 1, LET_GO = 2, LISTENER = 4 };

static atomic_bool on, overdue;
static char last_words[96];
static pid_t main_process;
static timer_t deadline;
static struct itimerspec drain;

static _Atomic unsigned char live[MAX_FDS];
static atomic_int live_end; // no descriptor from here on was ever live

static void shut(unsigned which, int how)
{
    int end = atomic_load(&live_end);

    // A descriptor closed and taken by a new client while we look is shut as well: just what a
    // client that came too late should get.
    for (int fd = 0; fd < end; fd++)
        if (atomic_load(&live[fd]) & which)
            shutdown(fd, how);
}

static void stop(int signal_number)
{
    int error = errno;

    (void)signal_number;
    if (atomic_exchange(&on, true)) {
        // In the main process this is the second one: somebody wants the end now. A child can
        // have been told by its parent and by the terminal, and that means no more than once.
        if (getpid() == main_process) {
            (void)!write(STDERR_FILENO, last_words, strlen(last_words));
            children_tell(SIGKILL);
            _exit(EXIT_FAILURE);
        }
        return;
    }
    // A child leaves the listener to its parent, which shares it, unless the parent is dead.
    if (getpid() == main_process || getppid() != main_process)
        shut(LISTENER, SHUT_RDWR);
    shut(LIVE, SHUT_RD);
    children_tell(SIGTERM);
    timer_settime(deadline, 0, &drain, NULL);
    errno = error;
}

static void cut_off(int signal_number)
{
    int error = errno;

    (void)signal_number;
    if (!stop_is_on()) // somebody else's alarm
        return;
    // Children have a deadline of their own. One that is not gone a second later never will be.
    if (atomic_exchange(&overdue, true))
        children_tell(SIGKILL);
    shut(LIVE | LET_GO, SHUT_RDWR);
    timer_settime(deadline, 0, &(struct itimerspec){.it_value.tv_sec = 1}, NULL);
    errno = error;
}

// Timers are not inherited through fork(2): each process makes its own.
static bool make_timer(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};

    return timer_create(CLOCK_MONOTONIC, &event, &deadline) == 0;
}

void stop_arm(const char *model, int listener, int64_t drain_ns)
{
    struct sigaction action = {.sa_handler = stop};
    sigset_t ours;

    stop_watch_listener(listener);
    snprintf(last_words, sizeof last_words, "%s: second signal: ended at once\n", model);
    main_process = getpid();
    // A timer of zero would never fire.
    drain.it_value.tv_sec = drain_ns / NS_PER_SECOND;
    drain.it_value.tv_nsec = drain_ns > 0 ? drain_ns % NS_PER_SECOND : 1;
    if (!make_timer())
        die_errno("cannot create a timer");

    // The handlers exclude each other, and whoever started us may have left signals blocked.
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGALRM);
    sigaddset(&ours, SIGCHLD);
    action.sa_mask = ours;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = cut_off;
    sigaction(SIGALRM, &action, NULL);
    signal(SIGCHLD, SIG_DFL); // a parent that ignores it would leave us no child to wait for
    sigprocmask(SIG_UNBLOCK, &ours, NULL);
}

void stop_arm_child(void)
{
    // Without a timer (the system is short of them) the parent's SIGKILL is the deadline.
    make_timer();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != main_process) // it died before we asked
        raise(SIGTERM);
    if (stop_is_on()) // the signal came before we had a timer
        timer_settime(deadline, 0, &drain, NULL);
}

static void remember(int fd, unsigned char what)
{
    int end = atomic_load(&live_end);

    while (end <= fd && !atomic_compare_exchange_weak(&live_end, &end, fd + 1))
        ;
    atomic_store(&live[fd], what);
}

void stop_watch_listener(int fd)
{
    remember(fd, LISTENER);
    if (stop_is_on()) // the signal came before this line
        shutdown(fd, SHUT_RDWR);
}

void stop_watch(int fd)
{
    remember(fd, LIVE);
    // The signal may have come after accept and before this line.
    if (stop_is_overdue())
        shutdown(fd, SHUT_RDWR);
    else if (stop_is_on())
        shutdown(fd, SHUT_RD);
}

void stop_forget(int fd)
{
    atomic_store(&live[fd], DEAD);
}

void stop_let_go(int fd)
{
    atomic_store(&live[fd], LET_GO);
}

bool stop_is_on(void)
{
    return atomic_load(&on);
}

bool stop_is_overdue(void)
{
    return atomic_load(&overdue);
}
