// lock-while-serving.c: a crew of threads, and whoever serves a client keeps the crew's lock.
// Seen: however large the crew, one client is served at a time.
#include <errno.h>
#include <pthread.h>

#include "base/fail.h"
#include "server/conn.h"
#include "server/server.h"

static struct server server;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *serve_clients(void *arg)
{
    int fd;

    do {
        pthread_mutex_lock(&lock);
        // WRONG: a lock is for the moment in which something shared is touched. Here it is kept
        // through a whole conversation, and the others sleep on it.
        if ((fd = server_accept(&server)) != ACCEPT_STOPPED)
            conn_serve(&server, fd);
        pthread_mutex_unlock(&lock);
    } while (fd != ACCEPT_STOPPED);
    return arg;
}

int main(int argc, char **argv)
{
    static pthread_t crew[10000]; // as many as --workers allows
    unsigned size = 0;

    server_start(&server, "lock-while-serving", argc, argv);
    for (; size < server.options.workers; size++)
        if ((errno = pthread_create(&crew[size], NULL, serve_clients, NULL)) != 0)
            break;
    if (size == 0)
        die_errno("pthread_create");
    while (size > 0)
        pthread_join(crew[--size], NULL);
    return server_finish(&server);
}
