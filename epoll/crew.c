// crew.c: see crew.h. The crew of threads/pool.c, with one difference: a job is a single turn for a
// client, and no client is ever two jobs. So the queue needs no bound, and the watcher never waits.
#include "epoll/crew.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "server/conn.h"
#include "server/trace.h"

struct member {
    struct worker worker;
    pthread_t thread;
};

static struct server *server;
static void (*serve)(struct worker *, struct conn *);
static struct member *crew;
static unsigned size; // so many of them are there

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER;
static struct queue jobs;
static bool closed; // nothing more will come

void crew_put(struct conn *c)
{
    pthread_mutex_lock(&lock);
    queue_append(&jobs, c);
    pthread_cond_signal(&not_empty);
    pthread_mutex_unlock(&lock);
}

// Sleeps until there is a job; NULL when there will be none any more.
static struct conn *take(void)
{
    pthread_mutex_lock(&lock);
    while (jobs.first == NULL && !closed)
        pthread_cond_wait(&not_empty, &lock);
    struct conn *c = jobs.first;
    if (c != NULL)
        queue_leave(c);
    pthread_mutex_unlock(&lock);
    return c;
}

static void *serve_clients(void *arg)
{
    struct worker *mine = arg;

    // Touched now: it is the crew's price, not that of the first client who sends much.
    memset(mine, 0, sizeof *mine);
    worker_init(mine, server);
    for (struct conn *c; (c = take()) != NULL;)
        serve(mine, c);
    return NULL;
}

void crew_hire(struct server *s, void serve_client(struct worker *, struct conn *))
{
    unsigned wanted = s->options.workers;

    if (crew == NULL) {
        server = s;
        serve = serve_client;
        if ((crew = calloc(wanted, sizeof *crew)) == NULL)
            die_errno("a crew of %u", wanted);
    }
    while (size < wanted && !stop_is_on()) {
        errno = pthread_create(&crew[size].thread, NULL, serve_clients, &crew[size].worker);
        trace(TRACE_create, -1, -errno);
        if (errno == 0) {
            size++;
            continue;
        }
        warn_errno_sometimes("%u of %u workers: pthread_create", size, wanted);
        if (size > 0)
            break; // enough to begin with
        server_nap();
    }
}

void crew_dismiss(void)
{
    pthread_mutex_lock(&lock);
    closed = true;
    pthread_cond_broadcast(&not_empty);
    pthread_mutex_unlock(&lock);
    while (size > 0)
        pthread_join(crew[--size].thread, NULL);
    free(crew);
}
