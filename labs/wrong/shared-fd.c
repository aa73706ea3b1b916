// shared-fd.c: a thread for each client, and all are given a pointer to the one variable fd.
// Seen: when clients come fast, two threads serve the last one, and the one before is forgotten.
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "labs/wrong/common.h"

static struct server server;
static atomic_uint busy;

static void *serve_client(void *arg)
{
    int fd = *(int *)arg;

    if (fd >= 0) // at the end it is ACCEPT_STOPPED
        conn_serve(&server, fd);
    atomic_fetch_sub(&busy, 1);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_attr_t detached;
    pthread_t thread;
    int fd;

    server_start(&server, "shared-fd", argc, argv);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);

    while ((fd = server_accept(&server)) != ACCEPT_STOPPED) {
        atomic_fetch_add(&busy, 1);
        // WRONG: the thread looks at fd when it gets to run; by then
        // it may be the next client's. Pass the value
        // (threads/threads.c), or memory of its own.
        errno = pthread_create(&thread, &detached, serve_client, &fd);
        if (errno != 0) {
            server_refuse(fd, "pthread_create");
            atomic_fetch_sub(&busy, 1);
        }
    }
    while (atomic_load(&busy) > 0 && !stop_is_overdue())
        server_nap();
    pthread_attr_destroy(&detached);
    return server_finish(&server);
}
