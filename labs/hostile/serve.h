// serve.h: what the hostile submissions have in common: an echo server as the first lab wants it,
// one client at a time, which calls attack() where that does harm. Nothing of echolab's is used,
// as in a student's file.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// When the attack begins: before the server listens, or after so many clients, so that it passes
// the gate.
enum { AT_ONCE = 0, AFTER_CLIENTS = 3 };

static volatile sig_atomic_t told_to_stop;

static void note_stop(int signal_number)
{
    told_to_stop = signal_number;
}

// An attack that got through says so in the place of the line that it listens: the case fails, and
// its reason holds this.
__attribute__((unused)) static void succeeded(const char *how)
{
    printf("attack succeeded: %s\n", how);
    fflush(stdout);
    _exit(1);
}

static void echo(int client)
{
    static char bytes[65536];
    ssize_t n;

    while ((n = read(client, bytes, sizeof bytes)) > 0)
        for (ssize_t sent = 0, k; sent < n; sent += k)
            if ((k = send(client, bytes + sent, (size_t)(n - sent), MSG_NOSIGNAL)) < 0)
                return;
}

static int serve(int argc, char **argv, void attack(void), unsigned when)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], "--port") == 0)
            address.sin_port = htons((uint16_t)strtoul(argv[i + 1], NULL, 10));
    // Whoever starts this by hand should not be sorry.
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || geteuid() == 0) {
        fprintf(stderr,
                "this attacks whatever it can: start it with tests/check_hostile.sh only\n");
        return 1;
    }
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = note_stop}, NULL);
    if (when == AT_ONCE)
        attack();
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 128) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        return 1;
    printf("listening on 127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
    for (unsigned clients = 1; !told_to_stop; clients++) {
        int client = accept(listener, NULL, NULL);
        if (client == -1)
            continue;
        if (clients == when)
            attack();
        echo(client);
        close(client);
    }
    return 0;
}
