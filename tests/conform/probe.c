// probe.c: what is found out about the candidate and the machine before the first case.
#include <ctype.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conform/own.h"

static bool ends_well(struct trial *t, const char *command)
{
    int status;
    pid_t pid = run_command(t, command, &(struct launch){.err = STDOUT_FILENO});

    return waitpid(pid, &status, 0) == pid && status == 0;
}

void probe_candidate(struct trial *t)
{
    char err[256], service[16];

    if (!ends_well(t, "command -v strace >/dev/null 2>&1"))
        snprintf(probe->no_strace, sizeof probe->no_strace, "strace is not installed");
    else if (!ends_well(t, "exec strace -f -o /dev/null true 2>/dev/null"))
        snprintf(probe->no_strace, sizeof probe->no_strace, "strace may not be used here");
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
    if (which->needs & NEEDS_FRAME && strstr(c->services, "frame") == NULL)
        why = "does not offer frame";
    else if (which->needs & NEEDS_GUESS && strstr(c->services, "guess") == NULL)
        why = "does not offer guess";
    else if (options && !takes_options(c))
        why = "takes its port from its command line, so no options of ours";
    else if (which->needs & NEEDS_STRACE && *probe->no_strace != '\0')
        why = probe->no_strace;
    else if (which->needs & NEEDS_TRUE_MEMORY && c->instrumented)
        why = "built with a sanitizer: its memory means nothing";
    else if (which->needs & NEEDS_CHILDREN && !probe->has_children)
        why = "has no child processes";
    if (why != NULL) {
        snprintf(f->reason, sizeof f->reason, "%s", why);
    } else if (which->option != NULL && !lists_option(which->option)) {
        f->outcome = c->strict ? FAILED : SKIPPED;
        snprintf(f->reason, sizeof f->reason, "--help does not list %s", which->option);
    } else {
        return false;
    }
    return true;
}
