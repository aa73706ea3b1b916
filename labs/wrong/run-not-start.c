// run-not-start.c: a thread is made for each client, and waited for at once: run(), not start().
// Seen: it looks like a server with threads, and the second client waits until the first leaves.
#include <errno.h>
#include <pthread.h>
#include <stdint.h>

#include "server/conn.h"
#include "server/server.h"

static struct server server;

static void *serve_client(void *arg)
{
    conn_serve(&server, (int)(intptr_t)arg);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    int fd;

    server_start(&server, "run-not-start", argc, argv);
    while ((fd = server_accept(&server)) != ACCEPT_STOPPED) {
        errno = pthread_create(&thread, NULL, serve_client, (void *)(intptr_t)fd);
        if (errno != 0)
            server_refuse(fd, "pthread_create"); // this client is lost, the server is not
        else
            // WRONG: whoever accepts must not wait for a client. In Python and Java the same is
            // done by thread.run(), which calls the function in the caller's own thread.
            pthread_join(thread, NULL);
    }
    return server_finish(&server);
}
