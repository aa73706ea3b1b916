// probe.c: what is found out about the candidate and the machine before the first case.
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/calls.h"
#include "base/fail.h"
#include "base/proc.h"
#include "tests/conform/diag.h"
#include "tests/conform/own.h"

static const char *last_line(char *text)
{
    size_t n = strlen(text);

    while (n > 0 && text[n - 1] == '\n')
        text[--n] = '\0';
    const char *newline = strrchr(text, '\n');
    return newline == NULL ? text : newline + 1;
}

void note_unavailable(struct trial *t, int exit_status)
{
    char said[1024];

    if (t->which->run != probe_candidate || exit_status != EXIT_UNAVAILABLE)
        return;
    snprintf(said, sizeof said, "%s", server_said(t));
    const char *reason = last_line(said);
    snprintf(probe->unavailable, sizeof probe->unavailable, "cannot run here: %.140s",
             *reason != '\0' ? reason : "it does not say why");
    skip_case(t, "%s", probe->unavailable);
}

// ---- The machine -------------------------------------------------------------------------

static void note_lack(enum lack which, bool there, const char *why)
{
    if (!there && *probe->lacks[which] == '\0')
        snprintf(probe->lacks[which], sizeof probe->lacks[which], "%s", why);
}

static bool ends_well(struct trial *t, const char *command)
{
    int status;
    pid_t pid = run_command(t, command, &(struct launch){.err = STDOUT_FILENO});

    return waitpid(pid, &status, 0) == pid && status == 0;
}

// Whether we may not see its descriptors, and where they lead.
static bool hides_descriptors(pid_t pid)
{
    char path[64], target[64];
    const struct dirent *entry;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return errno != ENOENT && errno != ESRCH;
    while ((entry = readdir(dir)) != NULL && !isdigit((unsigned char)*entry->d_name))
        ;
    bool hidden = entry != NULL &&
                  readlinkat(dirfd(dir), entry->d_name, target, sizeof target) == -1 &&
                  (errno == EACCES || errno == EPERM);
    closedir(dir);
    return hidden;
}

// A process of the suite's own, begun as a server is: what the kernel does not tell of that one it
// tells of none.
static void look_at_a_sleeper(struct trial *t)
{
    pid_t pid = run_command(t, "exec sleep 1000", &(struct launch){.err = STDOUT_FILENO});
    double end = now() + patience(t);
    char call[CALL_TEXT] = "";
    unsigned asleep = 0;
    bool told = false;
    struct proc_stat stat;

    // It is sleep(1) first, then asleep, then in its call.
    for (; !told && asleep < 100 && now() < end; nap(0.002)) {
        if (!proc_stat_read(pid, &stat) || stat.state == 'Z')
            break;
        asleep += strcmp(stat.name, "sleep") == 0 && stat.state == 'S';
        call_look(pid, pid, stat.state, call);
        told = strstr(call, "nanosleep") != NULL && !call_is_function(call);
    }
    note_lack(LACKS_CALLS, told, "the kernel does not say in which call a process sleeps");
    note_lack(LACKS_DESCRIPTORS, (told || asleep > 0) && !hides_descriptors(pid),
              "the kernel does not say which descriptors a process has");
    kill(-pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void look_at_the_machine(struct trial *t)
{
    struct sockaddr_in6 loopback = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    char text[32] = "";

    note_lack(LACKS_STRACE, ends_well(t, "command -v strace >/dev/null 2>&1"),
              "strace is not installed");
    note_lack(LACKS_STRACE, ends_well(t, "exec strace -f -o /dev/null true 2>/dev/null"),
              "strace may not be used here");
    note_lack(LACKS_IGNORING, ends_well(t, "exec env --ignore-signal=CHLD true 2>/dev/null"),
              "this env(1) has no --ignore-signal");
    look_at_a_sleeper(t);
    note_lack(LACKS_SOCKETS, kernel_knows_sockets(),
              "this kernel does not answer questions about sockets");
    int file = open("/proc/sys/net/core/somaxconn", O_RDONLY | O_CLOEXEC);
    if (file != -1 && read(file, text, sizeof text - 1) > 0)
        probe->somaxconn = (unsigned)strtoul(text, NULL, 10);
    close(file);
    note_lack(LACKS_SOMAXCONN, probe->somaxconn > 0, "can't read /proc/sys/net/core/somaxconn");
    int s = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    note_lack(LACKS_IPV6, s != -1 && bind(s, (struct sockaddr *)&loopback, sizeof loopback) == 0,
              "this machine has no ::1");
    close(s);
}

void need(struct trial *t, enum lack what)
{
    if (*probe->lacks[what] != '\0')
        lack_case(t, "%s", probe->lacks[what]);
}

// ---- The candidate -----------------------------------------------------------------------

void probe_candidate(struct trial *t)
{
    char err[256], service[16];

    // Before anything of the candidate's runs, which could disturb it.
    look_at_the_machine(t);
    if (takes_options(t->candidate))
        run_words(t, "--help", probe->help, sizeof probe->help, err, sizeof err);
    // Some servers make their processes at the start, others for each client.
    snprintf(service, sizeof service, "%.*s", (int)strcspn(t->candidate->services, " "),
             t->candidate->services);
    start(t, service, 1, NULL);
    round_trip(t, dial(t));
    probe->has_children = children(t) > 0;
    t->ends_by_itself = true; // how it stops is for the cases to judge
}

bool lists_option(const char *option)
{
    size_t n = strlen(option);

    for (const char *at = probe->help; (at = strstr(at, option)) != NULL; at += n)
        if (at[n] != '-' && !islower((unsigned char)at[n]))
            return true;
    return false;
}

bool is_missing(const struct candidate *c, const struct conform_case *which, struct finding *f)
{
    const char *why = NULL;
    bool options = which->needs & NEEDS_OPTIONS || which->option != NULL;

    *f = (struct finding){.outcome = SKIPPED};
    if (*probe->unavailable != '\0')
        why = probe->unavailable;
    else if (which->needs & NEEDS_FRAME && strstr(c->services, "frame") == NULL)
        why = "does not offer frame";
    else if (which->needs & NEEDS_GUESS && strstr(c->services, "guess") == NULL)
        why = "does not offer guess";
    else if (options && !takes_options(c))
        why = "takes its port from its command line, so no options of ours";
    else if (which->needs & NEEDS_STRACE && *probe->lacks[LACKS_STRACE] != '\0')
        why = probe->lacks[LACKS_STRACE];
    else if (which->needs & NEEDS_TRUE_MEMORY && c->instrumented)
        why = "built with a sanitizer: its memory means nothing";
    else if (which->needs & NEEDS_MODEL && (c->model == NULL || *c->model == '\0'))
        why = "it is not said what model it should be";
    else if (which->needs & NEEDS_CHILDREN && !probe->has_children)
        why = "has no child processes";
    if (why != NULL) {
        f->lacking = why == probe->lacks[LACKS_STRACE] ||
                     (which->needs & NEEDS_TRUE_MEMORY && c->instrumented);
        snprintf(f->reason, sizeof f->reason, "%s", why);
    } else if (which->option != NULL && (strcmp(which->option, "--port") != 0 || c->strict) &&
               !lists_option(which->option)) { // --port it is always started with
        f->outcome = c->strict ? FAILED : SKIPPED;
        snprintf(f->reason, sizeof f->reason, "--help does not list %s", which->option);
    } else {
        return false;
    }
    return true;
}

// ---- In a case ---------------------------------------------------------------------------

// A process of the server's that hides; 0: there is none.
static pid_t find_hidden(struct trial *t)
{
    static pid_t pids[4096];

    for (size_t i = processes(t, pids, sizeof pids / sizeof *pids); i-- > 0;)
        if (hides_descriptors(pids[i]))
            return pids[i];
    return 0;
}

void expect_in_sight(struct trial *t)
{
    enum { SETTLE_SECONDS = 5 };
    double end = now() + SETTLE_SECONDS * t->own->slowness;

    if (*probe->lacks[LACKS_DESCRIPTORS] != '\0')
        return;
    // One that is about to end, or has just begun, can't be looked at for a moment.
    doing(t, "looking at the server's processes");
    for (pid_t hidden; (hidden = find_hidden(t)) != 0; nap(0.005))
        expect(t, now() < end,
               "expected a server that can be looked at; process %d of it has made itself "
               "unreadable (PR_SET_DUMPABLE)",
               (int)hidden);
}
