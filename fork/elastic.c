// elastic.c: prefork that follows the load. --workers of its processes are kept spare, asleep in
// accept; the parent forks more when clients use them up, and who has slept in vain may leave.
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/fail.h"
#include "server/children.h"
#include "server/conn.h"
#include "server/counters.h"
#include "server/server.h"
#include "server/trace.h"

static struct server server;
static int bell = -1; // children ring, the parent hears (eventfd(2))

// In memory that all processes share.
static struct {
    _Atomic uint64_t enough;  // with more clients than this too few are spare: ring
    _Atomic uint64_t surplus; // so many of the spare ones may leave
} * crew;

// What a read or an accept on this socket sleeps at most; 0: for ever.
static void limit_sleep(int fd, int seconds)
{
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_sec = seconds},
               sizeof(struct timeval));
}

// As many leave as may, not all that have slept in vain.
static bool may_leave(void)
{
    uint64_t left = atomic_load(&crew->surplus);

    while (left > 0 && !atomic_compare_exchange_weak(&crew->surplus, &left, left - 1))
        ;
    return left > 0;
}

static void serve_clients(void)
{
    int fd;

    while ((fd = server_accept_for(&server)) != ACCEPT_STOPPED) {
        if (fd >= 0) {
            if (clients_now() > atomic_load(&crew->enough))
                eventfd_write(bell, 1);
            limit_sleep(fd, 0); // it has inherited the listener's
            conn_serve(&server, fd);
        } else if (fd == ACCEPT_NONE && may_leave()) {
            return;
        }
    }
}

// Forks until enough are spare. A newborn takes a client at once if one waits, so in a burst this
// goes on at the pace of fork.
static void grow(void)
{
    unsigned spare = server.options.workers;

    for (;;) {
        unsigned alive = children_alive();
        // First this, then counting: who takes a client meanwhile is counted, or rings.
        atomic_store(&crew->enough, alive > spare ? alive - spare : 0);
        if (alive >= clients_now() + spare || stop_is_on())
            return;
        atomic_store(&crew->surplus, 0);
        pid_t pid = fork();
        if (pid == 0) {
            child_begin(0);
            serve_clients();
            _exit(0);
        }
        if (pid > 0) {
            children_add(pid, 0);
        } else {
            warn_errno_sometimes("no more than %u workers: fork", alive);
            server_nap(); // then try again
            children_reap();
        }
    }
}

static void shrink(void)
{
    uint64_t needed = clients_now() + server.options.workers;

    if (children_alive() > needed)
        atomic_store(&crew->surplus, children_alive() - needed);
}

int main(int argc, char **argv)
{
    struct timespec second = {.tv_sec = 1};
    sigset_t usual;
    uint64_t rings;

    server_start(&server, "elastic", argc, argv);
    limit_sleep(server.listener, 1); // for the children's accept
    crew = mmap(NULL, sizeof *crew, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (crew == MAP_FAILED)
        die_errno("mmap");
    struct pollfd door = {.fd = bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), .events = POLLIN};
    if (bell < 0)
        die_errno("eventfd");
    sigprocmask(SIG_BLOCK, NULL, &usual);
    children_reap_by_signal();
    children_hold(); // ... but in ppoll alone: no death can slip in between grow() and the sleep

    for (grow(); !stop_is_on(); grow()) {
        // Sleeps until a child rings or dies. A second without either: the load does not rise.
        int rung = ppoll(&door, 1, &second, &usual);
        trace_result(TRACE_wait, -1, rung);
        if (rung == 0)
            shrink();
        eventfd_read(bell, &rings); // before grow(): who rings after it is heard next time
    }
    while (children_wait()) // sleeps until another has ended
        ;
    close(bell);
    return server_finish(&server);
}
