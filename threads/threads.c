// threads.c: one thread per client. The kernel schedules them; memory is shared.
#include <errno.h>
#include <pthread.h>
#include <stdint.h>

#include "server/conn.h"
#include "server/server.h"
#include "server/trace.h"

static struct server server;

// How many clients are being served: the last one out lets main finish.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t last_out = PTHREAD_COND_INITIALIZER;
static unsigned busy;

static void enter(void)
{
    pthread_mutex_lock(&lock);
    busy++;
    pthread_mutex_unlock(&lock);
}

static void leave(void)
{
    pthread_mutex_lock(&lock);
    if (--busy == 0)
        pthread_cond_signal(&last_out);
    pthread_mutex_unlock(&lock);
}

static void *serve_client(void *arg)
{
    conn_serve(&server, (int)(intptr_t)arg);
    leave();
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_attr_t detached;
    pthread_t thread;
    int fd;

    server_start(&server, "threads", argc, argv);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);

    while ((fd = server_accept(&server)) != ACCEPT_STOPPED) {
        enter();
        // By value: what a pointer to fd points to changes with the next client.
        errno = pthread_create(&thread, &detached, serve_client, (void *)(intptr_t)fd);
        trace(TRACE_create, -1, -errno);
        if (errno != 0) {
            server_refuse(fd, "pthread_create"); // this client is lost, the server is not
            leave();
        }
    }

    pthread_mutex_lock(&lock);
    while (busy > 0)
        pthread_cond_wait(&last_out, &lock);
    pthread_mutex_unlock(&lock);
    pthread_attr_destroy(&detached);
    return server_finish(&server);
}
