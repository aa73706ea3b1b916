// probe.c: what is found out about the candidate and the machine before the first case.
#include <ctype.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fail.h"
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
    if (*probe->unavailable != '\0')
        why = probe->unavailable;
    else if (which->needs & NEEDS_FRAME && strstr(c->services, "frame") == NULL)
        why = "does not offer frame";
    else if (which->needs & NEEDS_GUESS && strstr(c->services, "guess") == NULL)
        why = "does not offer guess";
    else if (options && !takes_options(c))
        why = "takes its port from its command line, so no options of ours";
    else if (which->needs & NEEDS_STRACE && *probe->no_strace != '\0')
        why = probe->no_strace;
    else if (which->needs & NEEDS_TRUE_MEMORY && c->instrumented)
        why = "built with a sanitizer: its memory means nothing";
    else if (which->needs & NEEDS_MODEL && (c->model == NULL || *c->model == '\0'))
        why = "it is not said what model it should be";
    else if (which->needs & NEEDS_CHILDREN && !probe->has_children)
        why = "has no child processes";
    if (why != NULL) {
        f->lacking = why == probe->no_strace ||
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
