// acceptors.c: a fixed crew of threads, all asleep in accept on the same listener. No queue, no
// lock of ours: the kernel's accept queue is the queue. Main serves nobody.
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/fail.h"
#include "server/conn.h"
#include "server/server.h"
#include "server/trace.h"

static struct server server;

static void *serve_clients(void *arg)
{
    int fd;

    while ((fd = server_accept(&server)) != ACCEPT_STOPPED)
        conn_serve(&server, fd);
    return arg;
}

int main(int argc, char **argv)
{
    pthread_t *crew;
    unsigned size = 0;

    server_start(&server, "acceptors", argc, argv);
    unsigned wanted = server_crew(&server, 1); // accept takes its descriptor before it sleeps
    if ((crew = calloc(wanted, sizeof *crew)) == NULL)
        die_errno("a crew of %u", wanted);
    while (size < wanted && !stop_is_on()) {
        errno = pthread_create(&crew[size], NULL, serve_clients, NULL);
        trace(TRACE_create, -1, -errno);
        if (errno == 0) {
            size++;
        } else {
            warn_errno_sometimes("%u of %u workers: pthread_create", size, wanted);
            server_nap(); // those that are there serve meanwhile; then try again
        }
    }
    while (size > 0)
        pthread_join(crew[--size], NULL);
    free(crew);
    return server_finish(&server);
}
