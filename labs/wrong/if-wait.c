// if-wait.c: a crew of threads, and an `if` where a `while` must stand round pthread_cond_wait.
// Seen: soon a client is not served though workers sleep: its place was taken while it was empty.
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include "base/fail.h"
#include "server/conn.h"
#include "server/server.h"

enum { QUEUE_SIZE = 16, NOBODY = -1 };

static struct server server;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER;
static int queue[QUEUE_SIZE];
static unsigned taken, put_in; // so many so far; queue[n % QUEUE_SIZE] is number n's place
static bool closed;            // nothing more will come

static void put(int fd)
{
    pthread_mutex_lock(&lock);
    while ((int)(put_in - taken) >= QUEUE_SIZE)
        pthread_cond_wait(&not_full, &lock);
    queue[put_in++ % QUEUE_SIZE] = fd;
    pthread_cond_broadcast(&not_empty);
    pthread_mutex_unlock(&lock);
}

// False: there will be none any more. *fd is NOBODY where nobody was found.
static bool take(int *fd)
{
    pthread_mutex_lock(&lock);
    // WRONG: several were woken, and by the time this one has the lock another has taken the
    // client. Look again after each wait: while, not if.
    if ((int)(put_in - taken) <= 0 && !closed)
        pthread_cond_wait(&not_empty, &lock);
    bool over = closed && (int)(put_in - taken) <= 0;
    if (!over) {
        *fd = queue[taken % QUEUE_SIZE];
        queue[taken++ % QUEUE_SIZE] = NOBODY;
        pthread_cond_signal(&not_full);
    }
    pthread_mutex_unlock(&lock);
    return !over;
}

static void *serve_clients(void *arg)
{
    int fd;

    while (take(&fd))
        if (fd != NOBODY)
            conn_serve(&server, fd);
    return arg;
}

int main(int argc, char **argv)
{
    static pthread_t crew[10000]; // as many as --workers allows
    unsigned size = 0;
    int fd;

    server_start(&server, "if-wait", argc, argv);
    for (int i = 0; i < QUEUE_SIZE; i++)
        queue[i] = NOBODY;
    for (; size < server.options.workers; size++)
        if ((errno = pthread_create(&crew[size], NULL, serve_clients, NULL)) != 0)
            break;
    if (size == 0)
        die_errno("pthread_create");
    while ((fd = server_accept(&server)) != ACCEPT_STOPPED)
        put(fd);
    pthread_mutex_lock(&lock);
    closed = true;
    pthread_cond_broadcast(&not_empty);
    pthread_mutex_unlock(&lock);
    while (size > 0)
        pthread_join(crew[--size], NULL);
    return server_finish(&server);
}
