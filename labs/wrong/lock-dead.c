// lock-dead.c: a crew of processes with a lock round accept, and no rule for the holder's death.
// Seen: the child that holds the lock is killed, and nobody accepts any more; new children neither.
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

#include "base/fail.h"
#include "labs/wrong/common.h"

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
    // WRONG: a mutex knows nothing of its holder's death. A robust one does
    // (pthread_mutexattr_setrobust(3)), and so does a lock on a file, which the kernel takes back.
    if ((errno = pthread_mutex_init(lock, &how)) != 0)
        die_errno("pthread_mutex_init");
    pthread_mutexattr_destroy(&how);
}

static int accept_alone(struct server *server)
{
    pthread_mutex_lock(lock);
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

    server_start(&server, "lock-dead", argc, argv);
    make_lock();
    return serve_by_crew(&server, serve_clients);
}
