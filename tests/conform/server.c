// server.c: starts the candidate, waits until it listens, and sees it end.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conform/own.h"

enum { START_SECONDS = 30, SETTLE_SECONDS = 2, ORPHAN_SECONDS = 3 };

// ---- What it prints, and how it fares ----

// All that was written to a file; what *text held is freed.
static const char *read_back(struct trial *t, int fd, char **text)
{
    off_t size = fd == -1 ? 0 : lseek(fd, 0, SEEK_CUR);

    if (fd != -1) {
        // The server's place in the file is ours too: only pread(2) leaves it alone.
        char byte;
        for (size = 0; pread(fd, &byte, 1, size + 65535) == 1; size += 65536)
            ;
        size += 65536;
    }
    free(*text);
    *text = malloc((size_t)size + 1);
    if (*text == NULL)
        fail_case(t, "the test itself is out of memory");
    ssize_t n = fd == -1 ? 0 : pread(fd, *text, (size_t)size, 0);
    (*text)[n < 0 ? 0 : n] = '\0';
    return *text;
}

const char *server_said(struct trial *t)
{
    return read_back(t, t->own->err, &t->own->said);
}

const char *server_printed(struct trial *t)
{
    return read_back(t, t->own->out, &t->own->printed);
}

bool server_runs(struct trial *t, char *how, size_t size)
{
    siginfo_t info = {0};

    if (waitid(P_PID, (id_t)t->server, &info, WEXITED | WNOHANG | WNOWAIT) == -1 ||
        info.si_pid == 0)
        return true;
    if (info.si_code == CLD_EXITED)
        snprintf(how, size, "it exited with status %d", info.si_status);
    else
        snprintf(how, size, "signal %d (%s) ended it", info.si_status, strsignal(info.si_status));
    return false;
}

// ---- Until it listens ----

// Takes host and port from "listening on 127.0.0.1:7000" or "listening on [::1]:7000".
static bool read_first_line(struct trial *t)
{
    static const char opening[] = "listening on ";
    char line[256], *rest;

    snprintf(line, sizeof line, "%s", server_printed(t));
    char *end = strchr(line, '\n');
    if (end == NULL && strlen(line) < sizeof line - 1)
        return false;
    if (end != NULL)
        *end = '\0';
    char *colon = strrchr(line, ':');
    if (strncmp(line, opening, sizeof opening - 1) == 0 && colon != NULL) {
        const char *host = line + sizeof opening - 1;
        unsigned long port = strtoul(colon + 1, &rest, 10);
        *colon = '\0';
        size_t n = strlen(host);
        bool bracketed = *host == '[' && colon[-1] == ']';
        if (n > 0 && n < sizeof t->host && rest == end && port > 0 && port <= UINT16_MAX) {
            snprintf(t->host, sizeof t->host, "%.*s", (int)n - 2 * bracketed, host + bracketed);
            t->port = (uint16_t)port;
            return true;
        }
        *colon = ':';
    }
    fail_case(t,
              "the first line on standard output should be \"listening on HOST:PORT\"; it is "
              "\"%s\"",
              line);
}

static bool listens(struct trial *t, uint16_t port, const struct launch *how)
{
    if (port == 0 && !(how->closed & 2) && how->out == 0)
        return read_first_line(t);
    return find_listener(t, port, t->host, &t->port);
}

// False where it ended instead.
static bool wait_until_listens(struct trial *t, uint16_t port, const struct launch *how)
{
    double end = now() + START_SECONDS * t->own->slowness;
    char fate[100];

    while (!listens(t, port, how)) {
        if (!server_runs(t, fate, sizeof fate))
            return false;
        if (now() > end)
            fail_case(t, "the server does not listen after %.0f s",
                      START_SECONDS * t->own->slowness);
        nap(0.002);
    }
    return true;
}

// A crew may still be assembling when the line is printed: counts until three counts agree and
// all are asleep. One that never sleeps is counted as it is.
static size_t settled_descriptors(struct trial *t)
{
    double end = now() + SETTLE_SECONDS * t->own->slowness;
    size_t n = descriptors(t);

    for (unsigned same = 0; same < 3 && now() < end;) {
        nap(0.005);
        size_t again = descriptors(t);
        same = again == n && sleeps(t) ? same + 1 : 0;
        n = again;
    }
    return n;
}

void launch(struct trial *t, const struct launch *how)
{
    char command[COMMAND_SIZE];
    uint16_t port = 0;

    if (t->server != 0)
        fail_case(t, "the test itself starts a server while one runs");
    if (!offers(t->candidate, how->service))
        skip_case(t, "does not offer %s", how->service);
    snprintf(t->service, sizeof t->service, "%s", how->service);
    doing(t, "starting the server");
    for (unsigned attempt = 1;; attempt++) {
        if (!takes_options(t->candidate))
            port = free_port(t);
        compose_command(t, command, port, how);
        if (t->own->out != -1) {
            close(t->own->out);
            close(t->own->err);
        }
        t->own->out = nameless_file(t, "standard output");
        t->own->err = nameless_file(t, "standard error");
        t->server = run_command(t, command, how);
        if (wait_until_listens(t, port, how))
            break;
        siginfo_t end = {0};
        waitid(P_PID, (id_t)t->server, &end, WEXITED | WNOWAIT);
        note_unavailable(t, end.si_code == CLD_EXITED ? end.si_status : 0);
        // Somebody may have taken the port in the meantime.
        if (port == 0 || attempt == 3)
            fail_case(t, "the server ended instead of listening");
        waitpid(t->server, NULL, 0);
        t->server = 0;
    }
    t->own->descriptors = settled_descriptors(t);
}

void start(struct trial *t, const char *service, unsigned clients, const char *options)
{
    launch(t, &(struct launch){.service = service, .clients = clients, .options = options});
}

void start_under(struct trial *t, const char *service, unsigned clients, const char *options,
                 const char *prefix, unsigned closed)
{
    launch(t, &(struct launch){.service = service,
                               .clients = clients,
                               .options = options,
                               .prefix = prefix,
                               .closed = closed});
}

// ---- Until it ends ----

void signal_server(struct trial *t, int signal_number)
{
    if (t->server == 0)
        fail_case(t, "the test itself signals a server that does not run");
    kill(t->server, signal_number);
}

int await_end(struct trial *t, double seconds)
{
    double end = now() + seconds * t->own->slowness;
    char fate[100];
    int status;

    if (t->server == 0)
        fail_case(t, "the test itself awaits a server that does not run");
    doing(t, "waiting up to %.1f s for the server to end", seconds * t->own->slowness);
    while (server_runs(t, fate, sizeof fate)) {
        if (now() > end)
            fail_case(t, "the server still runs after %.1f s", seconds * t->own->slowness);
        nap(0.002);
    }
    // The kernel is free to end the others a little later.
    waitpid(t->server, &status, 0);
    t->server = 0;
    end = now() + ORPHAN_SECONDS * t->own->slowness;
    for (size_t left; (left = children(t)) > 0; nap(0.002))
        if (now() > end)
            fail_case(t, "the main process has ended; %zu other process%s of the server %s not",
                      left, left == 1 ? "" : "es", left == 1 ? "has" : "have");
    check_complaints(t);
    return exit_status_of(status);
}
