// test_conform_meddling.c: the conformance library against servers that hide processes from it, or
// do something to the case itself. None may be better off than if it had not.
//
// The servers are this very program, called with the name of what they do: a process per client,
// echo.
#include <dirent.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/proc.h"
#include "tests/conform/conform.h"

// ---- The servers -----------------------------------------------------------------------------

static const char *what;

static bool does(const char *name)
{
    return strcmp(what, name) == 0;
}

static void spin(double seconds)
{
    for (double end = now() + seconds; now() < end;)
        ;
}

static _Noreturn void be_daemon(void)
{
    setsid();
    close_range(0, ~0U, 0);
    signal(SIGTERM, SIG_IGN);
    while (does("spins-out-of-sight"))
        ;
    while (does("spins-and-dies")) { // one after the other, each seen by nobody for long
        if (fork() != 0)
            _exit(0);
        spin(0.02);
    }
    for (;;)
        pause();
}

// In a session of its own, and a child of none of ours. Returns once it is all of that.
static void make_daemon(void)
{
    FILE *f = getenv("DAEMON") != NULL ? fopen(getenv("DAEMON"), "w") : NULL;
    pid_t pid = fork();

    if (pid == 0) {
        pid = fork();
        if (pid == 0)
            be_daemon();
        if (f != NULL)
            fprintf(f, "%d\n", (int)pid);
        if (f != NULL)
            fclose(f);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

static void stop_case_for_a_while(void)
{
    pid_t of = getppid();

    if (fork() != 0)
        return;
    kill(of, SIGSTOP);
    nap(0.5);
    kill(of, SIGCONT);
    _exit(0);
}

static unsigned lowest_free(pid_t of)
{
    bool used[4096] = {false};
    char path[64];
    const struct dirent *entry;
    unsigned free_one = 0;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)of);
    DIR *dir = opendir(path);
    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (*entry->d_name != '.')
            used[strtoul(entry->d_name, NULL, 10) % 4096] = true;
    if (dir != NULL)
        closedir(dir);
    while (used[free_one])
        free_one++;
    return free_one;
}

// Leaves the case one descriptor more than it has while it looks at nothing.
static void blind_case(pid_t of)
{
    struct rlimit r;
    unsigned least = UINT_MAX;

    prlimit(of, RLIMIT_NOFILE, NULL, &r);
    for (unsigned i = 0; i < 400; i++, nap(0.005)) {
        unsigned n = lowest_free(of);
        if (n >= least)
            continue;
        r.rlim_cur = n + 1;
        prlimit(of, RLIMIT_NOFILE, &r, NULL);
        least = n;
    }
}

static pid_t server; // the main process

static void serve(int client, pid_t of)
{
    char bytes[65536];
    ssize_t n;

    while ((n = read(client, bytes, sizeof bytes)) > 0)
        for (ssize_t sent = 0, more; sent < n; sent += more)
            if ((more = send(client, bytes + sent, (size_t)(n - sent), MSG_NOSIGNAL)) < 0)
                return;
    // The client has left: from now on the case looks at what it has left behind.
    if (does("leaks-and-blinds"))
        blind_case(of);
}

// The other children of the case.
static void kill_clients(void)
{
    int pid;
    FILE *f = proc_open("/proc/%d/task/%d/children", (int)getppid(), (int)getppid());

    // The kernel's numbers fit. NOLINTNEXTLINE(cert-err34-c)
    while (f != NULL && fscanf(f, "%d", &pid) == 1)
        if (pid != server)
            kill(pid, SIGKILL);
    if (f != NULL)
        fclose(f);
}

static volatile sig_atomic_t told_to_stop;

static void note_stop(int signal_number)
{
    told_to_stop = signal_number;
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int s = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(s, (struct sockaddr *)&address, sizeof address) == -1 || listen(s, 128) == -1)
        return -1;
    getsockname(s, (struct sockaddr *)&address, &length);
    printf("listening on 127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
    return s;
}

static void attack(void)
{
    struct rlimit few = {70, 70};

    if (does("leaves-daemon") || does("spins-out-of-sight") || does("spins-and-dies"))
        make_daemon();
    if (does("calls-itself-strace") && fork() == 0) {
        prctl(PR_SET_NAME, "strace");
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            ;
    }
    if (does("lowers-limit"))
        prlimit(getppid(), RLIMIT_NOFILE, &few, NULL);
    if (does("stops-case"))
        stop_case_for_a_while();
    if (does("kills-case")) {
        make_daemon();
        kill(getppid(), SIGKILL);
    }
}

static int be_server(void)
{
    sigset_t stop, none;
    struct pollfd newcomers = {.events = POLLIN};
    pid_t of = getppid();

    sigemptyset(&none);
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, NULL); // except in ppoll()
    signal(SIGTERM, note_stop);
    signal(SIGCHLD, SIG_IGN);
    server = getpid();
    newcomers.fd = listen_somewhere();
    for (unsigned clients = 0;;) {
        ppoll(&newcomers, 1, NULL, &none);
        if (told_to_stop && does("kills-clients"))
            kill_clients();
        if (told_to_stop)
            return 0;
        int client = newcomers.revents != 0 ? accept(newcomers.fd, NULL, NULL) : -1;
        if (client < 0)
            continue;
        if (clients++ == 0)
            attack();
        if (does("leaks-and-blinds"))
            (void)!dup(client);
        pid_t pid = fork();
        // Forked twice, so that init takes care of who ends.
        if (pid == 0 && does("leaves-it-to-init"))
            pid = fork();
        if (pid == 0) {
            if (!does("leaves-it-to-init"))
                prctl(PR_SET_PDEATHSIG, SIGKILL);
            serve(client, of);
            _exit(0);
        }
        if (getpid() != server)
            _exit(0);
        close(client);
    }
}

// ---- What the library finds ------------------------------------------------------------------

static char self[512];

static struct finding try_case(const char *name)
{
    char command[600];
    struct candidate candidate = {
        .name = what, .command = command, .services = "echo", .holds = 100, .serves = SERVES_MANY};
    size_t all = conform_case_count(), chosen_one = all;
    bool *chosen = calloc(all, sizeof *chosen);
    struct finding *findings = calloc(all, sizeof *findings), finding;

    snprintf(command, sizeof command, "%s %s", self, what);
    for (size_t i = 0; i < all; i++)
        if ((chosen[i] = strcmp(conform_case_at(i)->name, name) == 0))
            chosen_one = i;
    assert_int_not_equal(chosen_one, all);
    conform_run(&candidate, chosen, 1, findings, NULL);
    finding = findings[chosen_one];
    free(chosen);
    free(findings);
    return finding;
}

struct expected {
    const char *what, *name, *reason; // part of the reason; NULL: the case passes
};

static void is_found_out(void **state)
{
    const struct expected *e = *state;

    what = e->what;
    struct finding f = try_case(e->name);
    if (e->reason == NULL && f.outcome != PASSED)
        fail_msg("%s should pass: %s", e->name, f.reason);
    if (e->reason != NULL && (f.outcome != FAILED || strstr(f.reason, e->reason) == NULL))
        fail_msg("%s should say \"%s\"; outcome %d, reason \"%s\"", e->name, e->reason,
                 (int)f.outcome, f.reason);
}

static void who_has_killed_its_case_leaves_nothing(void **state)
{
    char file[] = "/tmp/test_conform.XXXXXX";
    int left = 0;

    (void)state;
    close(mkstemp(file));
    setenv("DAEMON", file, 1);
    what = "kills-case";
    struct finding finding = try_case("start/first-line");
    unsetenv("DAEMON");
    FILE *f = fopen(file, "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%d", &left), 1);
    fclose(f);
    unlink(file);
    bool lives = kill(left, 0) == 0;
    if (lives)
        kill(left, SIGKILL);
    assert_false(lives);
    assert_int_equal(finding.outcome, FAILED);
    assert_non_null(strstr(finding.reason, "the test itself ended with signal 9"));
}

static void who_is_there_before_is_spared(void **state)
{
    int status;
    pid_t pid = fork();

    (void)state;
    if (pid == 0)
        for (;;)
            pause();
    what = "nothing";
    struct finding f = try_case("start/first-line");
    pid_t ended = waitpid(pid, &status, WNOHANG);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_int_equal(ended, 0);
    assert_int_equal(f.outcome, PASSED);
}

#define FOUND(sentence, what, name, reason)                                                        \
    {                                                                                              \
        sentence, is_found_out, NULL, NULL, &(struct expected)                                     \
        {                                                                                          \
            what, name, reason                                                                     \
        }                                                                                          \
    }

int main(int argc, char **argv)
{
    struct CMUnitTest tests[] = {
        FOUND("a daemon in a session of its own is found", "leaves-daemon", "start/first-line",
              "1 other process of the server has not"),
        FOUND("a daemon's processor time is the server's", "spins-out-of-sight",
              "limits/idle-costs-nothing", "expected under 1 % of a core"),
        FOUND("so is that of daemons that have ended", "spins-and-dies",
              "limits/idle-costs-nothing", "expected under 1 % of a core"),
        FOUND("so is that of a process that calls itself strace", "calls-itself-strace",
              "limits/idle-costs-nothing", "expected under 1 % of a core"),
        FOUND("whom a server leaves to init is no zombie", "leaves-it-to-init", "start/first-line",
              NULL),
        FOUND("a case that is stopped for a while fails", "stops-case", "start/first-line",
              "the test itself was stopped"),
        FOUND("a case is not content with the clients that it may still have", "lowers-limit",
              "limits/idle-clients", "the test itself can't make a socket"),
        // For whatever reason: it may find one moment to look.
        FOUND("a case that may not open anything does not pass", "leaks-and-blinds",
              "start/first-line", ""),
        FOUND("a case whose clients were killed fails", "kills-clients", "stop/flooded",
              "a process of the test itself was ended or stopped with signal 9"),
        cmocka_unit_test(who_has_killed_its_case_leaves_nothing),
        cmocka_unit_test(who_is_there_before_is_spared),
    };

    if (argc > 1) {
        what = argv[1];
        if (strcmp(argv[argc - 1], "--help") != 0)
            return be_server();
        puts("--drain");
        return 0;
    }
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n < 0 ? 0 : n] = '\0';
    return cmocka_run_group_tests(tests, NULL, NULL);
}
