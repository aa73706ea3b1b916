// trial.c: a case in its own process: how it runs, and how it ends.
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tests/conform/own.h"

void doing(struct trial *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(t->own->board->waiting, sizeof t->own->board->waiting, format, args);
    va_end(args);
}

void figure(struct trial *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(t->own->board->finding.figure, sizeof t->own->board->finding.figure, format, args);
    va_end(args);
}

// A reason is one line, whatever it quotes.
static void copy_visibly(char *to, size_t size, const char *from)
{
    size_t n = 0;

    for (; *from != '\0' && n + 3 < size; from++)
        if (*from == '\n') {
            to[n++] = '\\';
            to[n++] = 'n';
        } else {
            to[n] = *from;
            if ((unsigned char)*from < ' ')
                to[n] = '?';
            n++;
        }
    to[n] = '\0';
}

void judge(struct trial *t, enum outcome outcome, const char *reason)
{
    struct board *board = t->own->board;

    if (atomic_load(&board->decided))
        return;
    board->finding.outcome = outcome;
    copy_visibly(board->finding.reason, sizeof board->finding.reason, reason);
    atomic_store(&board->decided, true); // last: a case that is killed before has no verdict
}

void leave(struct trial *t)
{
    (void)t;
    end_all_below(getpid());
    _exit(0);
}

// The end of a server explains most other troubles, and so does its last line.
static void add_what_became(struct trial *t, char *reason, size_t size)
{
    char fate[100];

    if (t->server == 0 || server_runs(t, fate, sizeof fate))
        return;
    size_t n = strlen(reason);
    snprintf(reason + n, size - n, "; the server has ended: %s", fate);
    char *said = strdup(server_said(t));
    if (said == NULL)
        return;
    for (size_t end = strlen(said); end > 0 && said[end - 1] == '\n';)
        said[--end] = '\0';
    char *line = strrchr(said, '\n');
    n = strlen(reason);
    if (*said != '\0')
        snprintf(reason + n, size - n, "; it said: %s", line == NULL ? said : line + 1);
    free(said);
}

void fail_case(struct trial *t, const char *format, ...)
{
    char reason[sizeof t->own->board->finding.reason];
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    add_what_became(t, reason, sizeof reason);
    judge(t, FAILED, reason);
    leave(t);
}

void skip_case(struct trial *t, const char *format, ...)
{
    char reason[sizeof t->own->board->finding.reason];
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    judge(t, SKIPPED, reason);
    leave(t);
}

void lack_case(struct trial *t, const char *format, ...)
{
    char reason[sizeof t->own->board->finding.reason];
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    t->own->board->finding.lacking = true;
    judge(t, SKIPPED, reason);
    leave(t);
}

void run_case(const struct candidate *candidate, const struct conform_case *which,
              struct board *board)
{
    struct trial_private own = {
        .board = board, .slowness = candidate->instrumented ? SLOWNESS : 1, .out = -1, .err = -1};
    struct trial t = {.candidate = candidate, .which = which, .own = &own};
    struct rlimit all;

    // The caller may be a test framework, with handlers for crashes of its own.
    for (int i = 1; i < SIGRTMIN; i++)
        signal(i, SIG_DFL);
    setpgid(0, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    getrlimit(RLIMIT_NOFILE, &own.nofile);
    all = own.nofile;
    all.rlim_cur = all.rlim_max; // 10,000 clients are 10,000 descriptors
    setrlimit(RLIMIT_NOFILE, &all);
    own.most = all.rlim_cur < UINT_MAX ? (unsigned)all.rlim_cur : UINT_MAX;
    if (candidate->attend != NULL)
        candidate->attend();
    which->run(&t);
    see_helpers_unharmed(&t);
    aftercare(&t);
    judge(&t, PASSED, "");
    leave(&t);
}
