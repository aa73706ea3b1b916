// lock.c: prefork with a lock around accept. One process of the crew sleeps in accept, the others
// in the queue for the lock, and whoever has got a client passes the lock on.
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fail.h"
#include "server/children.h"
#include "server/conn.h"
#include "server/server.h"

static pthread_mutex_t *lock; // in memory that all processes share

static void make_lock(void)
{
    pthread_mutexattr_t how;

    lock = mmap(NULL, sizeof(pthread_mutex_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                -1, 0);
    if (lock == MAP_FAILED)
        die_errno("mmap");
    pthread_mutexattr_init(&how);
    pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
    // Robust: else the death of its holder would lock out the rest of the crew for ever.
    pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
    if ((errno = pthread_mutex_init(lock, &how)) != 0)
        die_errno("pthread_mutex_init");
    pthread_mutexattr_destroy(&how);
}

// The lock is kept through all of server_accept(), its rests too: what accept is short of, the
// whole crew is short of, and one of them trying is enough.
static int accept_alone(struct server *server)
{
    // EOWNERDEAD: the holder was killed,
    // and has left nothing half done.
    if (pthread_mutex_lock(lock) == EOWNERDEAD)
        pthread_mutex_consistent(lock);
    int fd = server_accept(server);
    pthread_mutex_unlock(lock);
    return fd;
}

static void serve_clients(struct server *server)
{
    int fd;

    while ((fd = accept_alone(server)) != ACCEPT_STOPPED)
        conn_serve(server, fd);
}

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "lock", argc, argv);
    make_lock();
    do {
        while (children_alive() < server.options.workers && !stop_is_on()) {
            pid_t pid = fork();
            if (pid == 0) {
                child_begin(0);
                serve_clients(&server);
                _exit(0);
            }
            if (pid > 0) {
                children_add(pid, 0);
            } else {
                warn_errno_sometimes("one worker is missing: fork");
                server_nap(); // then try again
                children_reap();
            }
        }
    } while (children_wait()); // sleeps until one has ended
    return server_finish(&server);
}
