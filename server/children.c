// children.c: see children.h.
#include "server/children.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/counters.h"
#include "server/stop.h"
#include "server/trace.h"

// By process id: 0, or 1 + the clients that it was born with. No id reaches 2^22 (proc(5),
// pid_max).
enum { IDS = 1 << 22 };

static _Atomic unsigned char record[IDS];
static atomic_uint alive;
static pid_t keeper; // whose children they are: a child inherits the record of its siblings

void child_begin(unsigned clients)
{
    signal(SIGCHLD, SIG_DFL);
    children_release();
    counters_child(clients);
    trace_child();
    stop_arm_child();
}

void children_add(pid_t pid, unsigned clients)
{
    trace(TRACE_create, -1, pid);
    keeper = getpid();
    atomic_fetch_add(&alive, 1); // first: children_tell() looks for so many
    atomic_store(&record[pid], (unsigned char)(1 + clients));
    if (stop_is_on()) // the signal came between fork and here
        kill(pid, SIGTERM);
}

unsigned children_alive(void)
{
    return atomic_load(&alive);
}

// Reaps one that has ended. False: there is none, or (not waiting) none has ended.
static bool reap_one(idtype_t which, pid_t pid, int how)
{
    siginfo_t info = {.si_pid = 0};

    // Look before reaping: an id is struck off while the zombie still keeps it from being given to
    // a stranger, whom the stop would then signal.
    while (waitid(which, (id_t)pid, &info, WEXITED | WNOWAIT | how) < 0)
        if (errno != EINTR)
            return false;
    if (info.si_pid == 0)
        return false;
    unsigned born = atomic_exchange(&record[info.si_pid], 0);
    if (born > 0) { // else whoever exec'ed us has left us a child
        atomic_fetch_sub(&alive, 1);
        // Who has ended by itself has settled for the clients that it was born with.
        counters_reap(info.si_pid, info.si_code == CLD_EXITED ? 0 : born - 1,
                      stop_is_overdue() ? COUNT_cut_off : COUNT_broken);
    }
    waitpid(info.si_pid, NULL, 0);
    return true;
}

bool children_wait(void)
{
    bool reaped = children_alive() > 0 && reap_one(P_ALL, 0, 0);

    if (reaped)
        trace(TRACE_wait, -1, 0);
    return reaped;
}

void children_wait_for(pid_t pid)
{
    if (reap_one(P_PID, pid, 0))
        trace(TRACE_wait, -1, 0);
}

void children_reap(void)
{
    while (reap_one(P_ALL, 0, WNOHANG))
        ;
}

static void reap(int signal_number)
{
    int error = errno;

    (void)signal_number;
    children_reap();
    errno = error;
}

void children_reap_by_signal(void)
{
    // A stop waits until the reaping is done, and the reverse.
    struct sigaction action = {.sa_handler = reap, .sa_flags = SA_RESTART};

    sigaddset(&action.sa_mask, SIGTERM);
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGALRM);
    sigaction(SIGCHLD, &action, NULL);
}

static void mask_sigchld(int how)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(how, &set, NULL);
}

void children_hold(void)
{
    mask_sigchld(SIG_BLOCK);
}

void children_release(void)
{
    mask_sigchld(SIG_UNBLOCK);
}

void children_tell(int signal_number)
{
    unsigned left = atomic_load(&alive);

    if (getpid() != keeper)
        return;
    for (pid_t pid = 1; left > 0 && pid < IDS; pid++) {
        if (atomic_load_explicit(&record[pid], memory_order_relaxed) == 0)
            continue;
        kill(pid, signal_number);
        left--;
    }
}
