// common.c: see common.h. Nothing in here is wrong.
#include "labs/wrong/common.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "server/children.h"
#include "server/counters.h"

void replace_service(struct server *server, const struct service *wrong)
{
    if (strcmp(server->options.service->name, wrong->name) == 0)
        server->options.service = wrong;
}

ssize_t read_some(struct conn *c, size_t most)
{
    size_t room = conn_room(c);
    ssize_t n = 0; // without room: the last call is over

    if (room > most)
        room = most;
    if (room > 0)
        do
            n = read(c->fd, c->worker->in, room);
        while (n < 0 && errno == EINTR);
    count(COUNT_reads, room > 0);
    return n;
}

// ---- One loop for all ----

static struct worker worker;
static struct conn *clients[MAX_FDS];
static struct pollfd slots[1 + MAX_FDS]; // the listener's, then clients[0..count_clients)
static int count_clients;

static short interest(const struct conn *c)
{
    unsigned want = conn_wants(c);

    return (short)((want & WANT_READ ? POLLIN : 0) | (want & WANT_WRITE ? POLLOUT : 0));
}

static void part(struct conn *c)
{
    int i = 0;

    while (clients[i] != c)
        i++;
    clients[i] = clients[--count_clients];
    conn_close(c);
}

// False: nobody will come any more.
static bool welcome(struct server *server)
{
    enum { BATCH = 64 };
    int fd = ACCEPT_NONE;

    for (int i = 0; i < BATCH && (fd = server_accept_now(server)) >= 0; i++) {
        struct conn *c = conn_open(&worker, fd);
        if (c == NULL)
            server_refuse(fd, "memory");
        else
            clients[count_clients++] = c;
    }
    return fd != ACCEPT_STOPPED;
}

void serve_right(struct conn *c)
{
    conn_advance(c);
}

int serve_by_loop(struct server *server, void serve(struct conn *))
{
    bool open = true;

    worker_init(&worker, server);
    server_listen_nonblocking(server);
    while (open || count_clients > 0) {
        bool rests = server->retry_ns != 0 && !server_may_accept_again(server);
        int n = count_clients;

        slots[0] = (struct pollfd){.fd = open && !rests ? server->listener : -1, .events = POLLIN};
        for (int i = 0; i < n; i++)
            slots[1 + i] = (struct pollfd){.fd = clients[i]->fd, .events = interest(clients[i])};
        int ready = poll(slots, 1 + (nfds_t)n, worker_timeout(&worker));
        if (ready < 0 && errno != EINTR)
            die_errno("poll");
        count_wait(ready, 1 + n);

        // Backwards, so that a client moved into a gap is one already looked at.
        for (int i = n - 1; i >= 0 && ready > 0; i--) {
            struct conn *c = clients[i];
            if (slots[1 + i].revents == 0)
                continue;
            serve(c);
            if (conn_wants(c) == 0)
                part(c);
        }
        if (ready > 0 && slots[0].revents != 0)
            open = welcome(server);
        for (struct conn *c; (c = worker_expired(&worker)) != NULL;)
            part(c);
    }
    return server_finish(server);
}

// ---- A thread for each ----

struct task {
    struct server *server;
    void (*serve)(struct server *, int);
    int fd;
};

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

static void *run_task(void *arg)
{
    struct task task = *(struct task *)arg;

    free(arg);
    task.serve(task.server, task.fd);
    leave();
    return NULL;
}

int serve_by_threads(struct server *server, void serve(struct server *, int))
{
    pthread_attr_t detached;
    pthread_t thread;
    int fd;

    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    while ((fd = server_accept(server)) != ACCEPT_STOPPED) {
        struct task *task = malloc(sizeof *task);

        if (task == NULL) {
            server_refuse(fd, "memory");
            continue;
        }
        *task = (struct task){server, serve, fd};
        enter();
        if ((errno = pthread_create(&thread, &detached, run_task, task)) != 0) {
            server_refuse(fd, "pthread_create");
            free(task);
            leave();
        }
    }
    pthread_mutex_lock(&lock);
    while (busy > 0)
        pthread_cond_wait(&last_out, &lock);
    pthread_mutex_unlock(&lock);
    pthread_attr_destroy(&detached);
    return server_finish(server);
}

// ---- A crew of processes ----

int serve_by_crew(struct server *server, void run(struct server *))
{
    do {
        while (children_alive() < server->options.workers && !stop_is_on()) {
            pid_t pid = fork();
            if (pid == 0) {
                child_begin(0);
                run(server);
                _exit(0);
            }
            if (pid > 0) {
                children_add(pid, 0);
            } else {
                warn_errno_sometimes("one worker is missing: fork");
                server_nap(); // then try again
                children_reap();
            }
        }
    } while (children_wait()); // sleeps until one has ended
    return server_finish(server);
}
