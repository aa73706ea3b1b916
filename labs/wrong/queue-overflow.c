// queue-overflow.c: a crew of threads fed through a queue, and who finds the queue full is dropped.
// Seen: in a burst some clients are closed without a word, though workers would soon be free.
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include "base/fail.h"
#include "server/conn.h"
#include "server/server.h"

enum { QUEUE_SIZE = 100 };

static struct server server;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER;
static int queue[QUEUE_SIZE];
static unsigned head, length;
static bool closed; // nothing more will come

static bool put(int fd)
{
    pthread_mutex_lock(&lock);
    bool full = length == QUEUE_SIZE;
    if (!full)
        queue[(head + length++) % QUEUE_SIZE] = fd;
    pthread_cond_signal(&not_empty);
    pthread_mutex_unlock(&lock);
    return !full;
}

// Sleeps until there is a client; false when there will be none any more.
static bool take(int *fd)
{
    pthread_mutex_lock(&lock);
    while (length == 0 && !closed)
        pthread_cond_wait(&not_empty, &lock);
    bool taken = length > 0;
    if (taken) {
        *fd = queue[head++ % QUEUE_SIZE];
        length--;
    }
    pthread_mutex_unlock(&lock);
    return taken;
}

static void *serve_clients(void *arg)
{
    int fd;

    while (take(&fd))
        conn_serve(&server, fd);
    return arg;
}

int main(int argc, char **argv)
{
    static pthread_t crew[10000]; // as many as --workers allows
    unsigned size = 0;
    int fd;

    server_start(&server, "queue-overflow", argc, argv);
    for (; size < server.options.workers; size++)
        if ((errno = pthread_create(&crew[size], NULL, serve_clients, NULL)) != 0)
            break;
    if (size == 0)
        die_errno("pthread_create");
    while ((fd = server_accept(&server)) != ACCEPT_STOPPED)
        // WRONG: accept when there is room (threads/pool.c, wait_for_room()); until then a client
        // waits in the kernel's queue, which is longer and costs nothing.
        if (!put(fd)) {
            errno = EAGAIN;
            server_refuse(fd, "room in the queue");
        }
    pthread_mutex_lock(&lock);
    closed = true;
    pthread_cond_broadcast(&not_empty);
    pthread_mutex_unlock(&lock);
    while (size > 0)
        pthread_join(crew[--size], NULL);
    return server_finish(&server);
}
