// pool.c: a fixed crew of threads, fed through a bounded queue. When the queue is full, nobody
// accepts, and newcomers wait in the accept queue.
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/fail.h"
#include "server/conn.h"
#include "server/server.h"
#include "server/trace.h"

enum { QUEUE_SIZE = 16 }; // a power of two: `head` wraps around

static struct server server;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER;
static int queue[QUEUE_SIZE]; // descriptors, from queue[head % QUEUE_SIZE] on
static unsigned head, length;
static bool closed; // nothing more will come

static void wait_for_room(void)
{
    pthread_mutex_lock(&lock);
    while (length == QUEUE_SIZE)
        pthread_cond_wait(&not_full, &lock);
    pthread_mutex_unlock(&lock);
}

static void put(int fd)
{
    pthread_mutex_lock(&lock);
    queue[(head + length++) % QUEUE_SIZE] = fd;
    pthread_cond_signal(&not_empty);
    pthread_mutex_unlock(&lock);
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
        pthread_cond_signal(&not_full);
    }
    pthread_mutex_unlock(&lock);
    return taken;
}

static void close_queue(void)
{
    pthread_mutex_lock(&lock);
    closed = true;
    pthread_cond_broadcast(&not_empty);
    pthread_mutex_unlock(&lock);
}

static void *serve_clients(void *arg)
{
    int fd;

    while (take(&fd))
        conn_serve(&server, fd);
    return arg;
}

// Makes the crew as large as the system allows. Returns its size.
static unsigned hire(pthread_t *crew, unsigned size)
{
    while (size < server.options.workers && !stop_is_on()) {
        errno = pthread_create(&crew[size], NULL, serve_clients, NULL);
        trace(TRACE_create, -1, -errno);
        if (errno == 0) {
            size++;
            continue;
        }
        warn_errno_sometimes("%u of %u workers: pthread_create", size, server.options.workers);
        if (size > 0)
            break; // enough to begin with
        server_nap();
    }
    return size;
}

int main(int argc, char **argv)
{
    pthread_t *crew;
    unsigned size;
    int fd;

    server_start(&server, "pool", argc, argv);
    if ((crew = calloc(server.options.workers, sizeof *crew)) == NULL)
        die_errno("a crew of %u", server.options.workers);
    size = hire(crew, 0);
    wait_for_room();
    while ((fd = server_accept(&server)) != ACCEPT_STOPPED) {
        put(fd);
        size = hire(crew, size); // who is still missing
        wait_for_room();
    }
    close_queue();
    while (size > 0)
        pthread_join(crew[--size], NULL);
    free(crew);
    return server_finish(&server);
}
