// busy-wait.c: a crew of threads that ask the queue for clients again and again.
// Seen: nobody is connected, and every core is busy.
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/fail.h"
#include "server/conn.h"
#include "server/server.h"

enum { QUEUE_SIZE = 16, NOBODY = -1 };

static struct server server;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER;
static int queue[QUEUE_SIZE];
static unsigned head, length;
static atomic_bool closed; // nothing more will come

static void put(int fd)
{
    pthread_mutex_lock(&lock);
    while (length == QUEUE_SIZE)
        pthread_cond_wait(&not_full, &lock);
    queue[(head + length++) % QUEUE_SIZE] = fd;
    pthread_mutex_unlock(&lock);
}

static int take(void)
{
    int fd = NOBODY;

    pthread_mutex_lock(&lock);
    if (length > 0) {
        fd = queue[head++ % QUEUE_SIZE];
        length--;
        pthread_cond_signal(&not_full);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

static void *serve_clients(void *arg)
{
    // WRONG: to ask is not to wait. Sleep on a condition until somebody puts a client in
    // (threads/pool.c, not_empty).
    for (;;) {
        bool over = closed; // first: what was put in before it is still taken
        int fd = take();

        if (fd != NOBODY)
            conn_serve(&server, fd);
        else if (over)
            return arg;
    }
}

int main(int argc, char **argv)
{
    static pthread_t crew[10000]; // as many as --workers allows
    unsigned size = 0;
    int fd;

    server_start(&server, "busy-wait", argc, argv);
    for (; size < server.options.workers; size++)
        if ((errno = pthread_create(&crew[size], NULL, serve_clients, NULL)) != 0)
            break;
    if (size == 0)
        die_errno("pthread_create");
    while ((fd = server_accept(&server)) != ACCEPT_STOPPED)
        put(fd);
    closed = true;
    while (size > 0)
        pthread_join(crew[--size], NULL);
    return server_finish(&server);
}
