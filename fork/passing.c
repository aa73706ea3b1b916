// passing.c: the parent accepts, and passes each client's descriptor to a child that is free. The
// crew never sees the listener: each child sleeps on a socket of its own until it is sent a client.
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fail.h"
#include "server/children.h"
#include "server/conn.h"
#include "server/counters.h"
#include "server/pass.h"
#include "server/server.h"

static struct server server;
static unsigned size; // of the crew
static struct child {
    pid_t pid; // 0: this place is empty
    bool free;
} * crew;
static struct pollfd *channels;  // our ends of their sockets, in the same order; the listener last
static int client = ACCEPT_NONE; // that no child has yet; or why there is none

static void serve_clients(int channel)
{
    int fd;

    while (say_free(channel) && (fd = receive_client(channel)) != ACCEPT_STOPPED)
        if (fd >= 0)
            conn_serve(&server, fd);
}

// Of what a child inherits it keeps its own end of its own socket. While it held others' too, they
// would not see the end when the parent closes them, or dies.
static void keep_only(int channel)
{
    if (client >= 0)
        close(client);
    for (unsigned i = 0; i < size; i++)
        if (channels[i].fd >= 0)
            close(channels[i].fd);
    stop_forget(server.listener); // the number will be some client's
    close(server.listener);
    stop_watch(channel); // the stop lets it take what has been sent, and then the end
}

// Fills the empty places. False: the system won't have it now.
static bool hire(void)
{
    for (unsigned i = 0; i < size && !stop_is_on(); i++) {
        int ends[2];
        if (crew[i].pid != 0)
            continue;
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
            warn_errno_sometimes("one worker is missing: socketpair");
            return false;
        }
        channels[i] = (struct pollfd){.fd = ends[0], .events = POLLIN};
        pid_t pid = fork();
        if (pid == 0) {
            child_begin(0);
            keep_only(ends[1]);
            serve_clients(ends[1]);
            _exit(0);
        }
        close(ends[1]);
        if (pid < 0) {
            warn_errno_sometimes("one worker is missing: fork");
            close(ends[0]);
            channels[i].fd = -1;
            return false;
        }
        children_add(pid, 0);
        crew[i] = (struct child){.pid = pid}; // free when it says so
    }
    return true;
}

// It is dead, or ends now that nothing more can come: waits for that.
static void lose(unsigned i)
{
    close(channels[i].fd);
    channels[i].fd = -1;
    children_wait_for(crew[i].pid);
    crew[i] = (struct child){.pid = 0};
}

static unsigned first_free(void) // size: none is
{
    for (unsigned i = 0; i < size; i++)
        if (crew[i].free)
            return i;
    return size;
}

// To a child that is free. If those that were free have gone, the client waits for the next one.
static void hand_over(void)
{
    unsigned i;

    while ((i = first_free()) < size && !pass_client(channels[i].fd, client))
        lose(i);
    if (i < size) {
        clients_pass(crew[i].pid);
        crew[i].free = false;
        close(client); // the child has its own
        client = ACCEPT_NONE;
    } else if (stop_is_on()) { // it was accepted before, and the crew is leaving
        conn_serve(&server, client);
        client = ACCEPT_NONE;
    }
}

int main(int argc, char **argv)
{
    server_start(&server, "passing", argc, argv);
    server_listen_nonblocking(&server); // who comes and goes at once must not put us to sleep
    size = server_crew(&server, 1);     // a channel each
    if ((crew = calloc(size, sizeof *crew)) == NULL ||
        (channels = calloc(size + 1, sizeof *channels)) == NULL)
        die_errno("a crew of %u", size);
    for (unsigned i = 0; i < size; i++)
        channels[i].fd = -1;
    channels[size].fd = server.listener;

    while (client != ACCEPT_STOPPED) {
        int patience = hire() ? -1 : 100; // until it is time to try again
        // While all are busy nobody accepts: newcomers wait in the accept queue.
        channels[size].events = client < 0 && first_free() < size ? POLLIN : 0;
        int n = poll(channels, size + 1, patience);
        if (n < 0 && errno != EINTR)
            die_errno("poll");
        count_wait(n, (int)size + 1);
        for (unsigned i = 0; i < size && n > 0; i++)
            if (channels[i].revents != 0 && !(crew[i].free = hear_free(channels[i].fd)))
                lose(i);
        if (client < 0 && n > 0 && channels[size].revents != 0)
            client = server_accept_for(&server);
        if (client >= 0)
            hand_over();
    }
    for (unsigned i = 0; i < size; i++)
        if (crew[i].pid != 0)
            lose(i); // all of them have been told: it ends when it has served its client
    free(crew);
    free(channels);
    return server_finish(&server);
}
