// command.c: the candidate's command line, filled in and run.
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conform/own.h"

enum { RUN_TO_END_SECONDS = 10 };

// ---- The command line ----

bool takes_options(const struct candidate *candidate)
{
    return strstr(candidate->command, "{port}") == NULL;
}

bool offers(const struct candidate *candidate, const char *service)
{
    const char *at = strstr(candidate->services, service);
    size_t n = strlen(service);

    return at != NULL && (at == candidate->services || at[-1] == ' ') &&
           (at[n] == '\0' || at[n] == ' ');
}

// A port below the range that the kernel gives to clients and to servers that ask for port 0.
uint16_t free_port(struct trial *t)
{
    static unsigned tries;
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;

    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    for (unsigned i = 0; i < 1000; i++) {
        uint16_t port = (uint16_t)(20000 + ((unsigned)getpid() * 13 + tries++) % 12000);
        struct sockaddr_in address = {
            .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
        if (bind(s, (struct sockaddr *)&address, sizeof address) == 0) {
            close(s);
            return port;
        }
    }
    fail_case(t, "the test itself finds no free port");
}

static void add(struct trial *t, char *command, const char *words, size_t n)
{
    size_t length = strlen(command);

    if (length + n >= COMMAND_SIZE)
        fail_case(t, "the command line is longer than %d bytes", COMMAND_SIZE);
    memcpy(command + length, words, n);
    command[length + n] = '\0';
}

// Appends the candidate's command with its blanks filled in.
static void add_filled(struct trial *t, char *command, uint16_t port, const char *service)
{
    char number[8];
    const char *const blanks[][2] = {
        {"{host}", "127.0.0.1"}, {"{port}", number}, {"{service}", service}};

    snprintf(number, sizeof number, "%u", (unsigned)port);
    for (const char *p = t->candidate->command; *p != '\0'; p++) {
        size_t i = 0;
        while (i < 3 && strncmp(p, blanks[i][0], strlen(blanks[i][0])) != 0)
            i++;
        if (i < 3) {
            add(t, command, blanks[i][1], strlen(blanks[i][1]));
            p += strlen(blanks[i][0]) - 1;
        } else {
            add(t, command, p, 1);
        }
    }
}

void compose_command(struct trial *t, char command[COMMAND_SIZE], uint16_t port,
                     const struct launch *how)
{
    static const char *const closings[] = {" 0<&-", " 1>&-", " 2>&-"};
    char words[128];
    int n = 0;

    snprintf(command, COMMAND_SIZE, "exec ");
    if (how->prefix != NULL) {
        add(t, command, how->prefix, strlen(how->prefix));
        add(t, command, " ", 1);
    }
    add_filled(t, command, port, how->service);
    if (takes_options(t->candidate)) {
        n = snprintf(words, sizeof words, " --port 0 --service %s", how->service);
        if (t->candidate->serves == SERVES_CREW && how->clients > 0)
            n += snprintf(words + n, sizeof words - (size_t)n, " --workers %u", how->clients + 1);
    } else if (t->candidate->serves == SERVES_CREW && how->clients + 1 > t->candidate->holds) {
        skip_case(t, "serves %u at once, and the case needs %u", t->candidate->holds,
                  how->clients + 1);
    }
    add(t, command, words, (size_t)n);
    if (how->options != NULL) {
        add(t, command, " ", 1);
        add(t, command, how->options, strlen(how->options));
    }
    for (unsigned fd = 0; fd < 3; fd++)
        if (how->closed & 1u << fd)
            add(t, command, closings[fd], strlen(closings[fd]));
}

// ---- Running ----

// The server's side of the fork. As its own process group it can be signalled as ^C would, and
// it dies with the case.
static _Noreturn void become(struct trial *t, const char *command, const struct launch *how)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_NOFILE, &t->own->nofile);
    signal(SIGPIPE, SIG_DFL);
    int nothing = open("/dev/null", O_RDONLY);
    int out = how->out > 0 ? how->out : t->own->out;
    int err = how->err > 0 ? how->err : t->own->err;
    // Lifted above 2 first, so that none of them is where another one belongs.
    nothing = fcntl(nothing, F_DUPFD, 3);
    out = fcntl(out, F_DUPFD, 3);
    err = fcntl(err, F_DUPFD, 3);
    dup2(nothing, 0);
    dup2(out, 1);
    dup2(err, 2);
    close_range(3, ~0U, 0);
    if (t->candidate->confine != NULL)
        t->candidate->confine();
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

pid_t run_command(struct trial *t, const char *command, const struct launch *how)
{
    pid_t pid = fork();

    if (pid == -1)
        fail_case(t, "the test itself can't fork: %s", strerror(errno));
    if (pid == 0)
        become(t, command, how);
    setpgid(pid, pid);
    return pid;
}

int nameless_file(struct trial *t, const char *name)
{
    int fd = memfd_create(name, MFD_CLOEXEC);

    if (fd == -1)
        fail_case(t, "the test itself can't make a file: %s", strerror(errno));
    return fd;
}

// ---- A command that should end by itself ----

int exit_status_of(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

int run_words(struct trial *t, const char *words, char *out, size_t out_size, char *err,
              size_t err_size)
{
    char command[COMMAND_SIZE] = "exec ", service[16];
    struct launch how = {.out = nameless_file(t, "output"), .err = nameless_file(t, "errors")};
    double end = now() + RUN_TO_END_SECONDS * t->own->slowness;
    int status;

    snprintf(service, sizeof service, "%.*s", (int)strcspn(t->candidate->services, " "),
             t->candidate->services);
    add_filled(t, command, takes_options(t->candidate) ? 0 : free_port(t), service);
    add(t, command, " ", 1);
    add(t, command, words, strlen(words));
    doing(t, "waiting for the end of: %.200s", command + strlen("exec "));
    pid_t pid = run_command(t, command, &how);
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (now() > end) {
            kill(-pid, SIGKILL);
            fail_case(t, "still runs after %.0f s: %.300s", RUN_TO_END_SECONDS * t->own->slowness,
                      command + strlen("exec "));
        }
        nap(0.002);
    }
    ssize_t n = pread(how.out, out, out_size - 1, 0);
    out[n < 0 ? 0 : n] = '\0';
    n = pread(how.err, err, err_size - 1, 0);
    err[n < 0 ? 0 : n] = '\0';
    close(how.out);
    close(how.err);
    return exit_status_of(status);
}

int run_to_end(struct trial *t, const char *options, char *out, size_t out_size, char *err,
               size_t err_size)
{
    char words[COMMAND_SIZE];

    // Port 0 first: what should be refused and is not must not take the port of another case.
    snprintf(words, sizeof words, "%s%s", takes_options(t->candidate) ? "--port 0 " : "", options);
    return run_words(t, words, out, out_size, err, err_size);
}
