// bare.c: an echo server over epoll in one file, with nothing of ours: no protocol, no counters, no
// limits, no memory of its clients. The least that serves, and so what tests/bare/measure holds
// epoll/epoll.c against.
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 256 };

static int listener, epoll;
static char bytes[65536];

static void die(const char *call)
{
    perror(call);
    exit(1);
}

// Makes accept4() fail with EINVAL from now on, after it has woken epoll_wait().
static void stop(int signal_number)
{
    (void)signal_number;
    shutdown(listener, SHUT_RDWR);
}

static void watch(int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        die("epoll_ctl");
}

static void start_listening(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;

    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) < 0 ||
        listen(listener, SOMAXCONN) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) < 0)
        die("listen");
    printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
    fflush(stdout);
}

static void welcome(void)
{
    int one = 1, fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        watch(fd);
    }
    if (errno == EINVAL)
        exit(0);
    if (errno != EAGAIN)
        die("accept4");
}

// A client that does not take its answer at once is closed: whom to keep bytes for, and how many,
// is where a server stops being bare. Closing also ends the watch.
static void serve(int fd)
{
    ssize_t n = read(fd, bytes, sizeof bytes);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || write(fd, bytes, (size_t)n) != n)
        close(fd);
}

int main(void)
{
    struct epoll_event events[BATCH];
    struct sigaction on_stop = {.sa_handler = stop};

    start_listening();
    sigaction(SIGTERM, &on_stop, NULL);
    sigaction(SIGINT, &on_stop, NULL);
    signal(SIGPIPE, SIG_IGN);
    if ((epoll = epoll_create1(0)) < 0)
        die("epoll_create1");
    watch(listener);

    for (;;) {
        int n = epoll_wait(epoll, events, BATCH, -1);
        if (n < 0 && errno != EINTR)
            die("epoll_wait");
        for (int i = 0; i < n; i++)
            if (events[i].data.fd == listener)
                welcome();
            else
                serve(events[i].data.fd);
    }
}
