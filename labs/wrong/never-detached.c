// never-detached.c: a thread for each client, neither joined nor detached.
// Seen: each client that has left leaves its thread's stack behind, until no thread can be made.
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "server/conn.h"
#include "server/server.h"

static struct server server;
static atomic_uint busy;

static void *serve_client(void *arg)
{
    conn_serve(&server, (int)(intptr_t)arg);
    atomic_fetch_sub(&busy, 1);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    int fd;

    server_start(&server, "never-detached", argc, argv);
    while ((fd = server_accept(&server)) != ACCEPT_STOPPED) {
        atomic_fetch_add(&busy, 1);
        // WRONG: a thread that has ended is kept for the one who will join it, and nobody will.
        // Create it detached, or detach it.
        errno = pthread_create(&thread, NULL, serve_client, (void *)(intptr_t)fd);
        if (errno != 0) {
            server_refuse(fd, "pthread_create"); // this client is lost, the server is not
            atomic_fetch_sub(&busy, 1);
        }
    }
    while (atomic_load(&busy) > 0)
        server_nap();
    return server_finish(&server);
}
