// load.c: see load.h.
#include "results/load.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"
#include "results/home.h"
#include "results/last_line.h"
#include "results/load_options.h"
#include "results/spawn.h"

static char *format_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *format_text(const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        die("no memory for a command");
    va_end(args);
    return text;
}

void load_find_service(struct load_plan *plan)
{
    char text[LOAD_OPTION];

    snprintf(plan->service, sizeof plan->service, "%.7s",
             load_option(plan->options, "service", "echo", text));
}

void load_plan_free(struct load_plan *plan)
{
    free(plan->options);
    free(plan->json);
    free(plan->timeline);
    free(plan->clients);
}

// ---- Starting ------------------------------------------------------------------------------

// Starts the words of `command`; its errors go to `log`.
static bool start(struct load *l, const char *command, const char *cores, int keep)
{
    wordexp_t words;
    const char *reason;
    char why[256];
    int log = open(l->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    if (log < 0) {
        warn_errno("cannot write %s", l->log);
        return false;
    }
    if (!spawn_words(&words, command, &reason))
        die("'%s': %s", command, reason);
    struct spawn_plan plan = {.argv = words.we_wordv,
                              .cores = cores,
                              .out = log,
                              .err = log,
                              .keep = keep,
                              .farewell = SIGKILL};
    l->pid = spawn(&plan, why);
    l->command = spawn_text(words.we_wordv);
    wordfree(&words);
    close(log);
    if (l->pid < 0) {
        warn("%s", why);
        l->pid = 0;
        return false;
    }
    l->process = spawn_watch(l->pid);
    return true;
}

static char *quoted(const char *text)
{
    char *words[] = {(char *)(uintptr_t)text, NULL};

    return spawn_text(words);
}

// " --json FILE", or nothing.
static char *file_option(const char *option, const char *file)
{
    if (file == NULL)
        return strdup("");
    char *name = quoted(file), *text = format_text(" %s %s", option, name);
    free(name);
    return text;
}

static char *command_of(const struct load_plan *plan, const char *target, int notify)
{
    char *program = quoted(home_programs()), *json = file_option("--json", plan->json),
         *timeline = file_option("--timeline", plan->timeline),
         *clients = file_option("--clients", plan->clients);
    // What is silent to the very end is unfinished, not lost: the blocking server's clients wait
    // for each other, and that is its lesson.
    int64_t timeout = plan->warmup_ns + plan->duration_ns + plan->drain_ns + 5 * NS_PER_SECOND;
    char *text = format_text(
        "%s/loadgen --seed %ju %s --warmup %lldns --duration %lldns --drain %lldns "
        "--timeout %lldns --quiet --notify-fd %d%s%s%s %s",
        program, (uintmax_t)plan->seed, plan->options, (long long)plan->warmup_ns,
        (long long)plan->duration_ns, (long long)plan->drain_ns, (long long)timeout, notify, json,
        timeline, clients, target);

    free(program);
    free(json);
    free(timeline);
    free(clients);
    return text;
}

bool load_start(struct load *l, const struct load_plan *plan, const char *target, const char *cores,
                const char *folder)
{
    int pair[2];

    *l = (struct load){.notify = -1, .json = plan->json};
    l->log = format_text("%s/loadgen.log", folder);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return false;
    char *command = command_of(plan, target, pair[1]);
    bool started = start(l, command, cores, pair[1]);
    free(command);
    close(pair[1]);
    if (started)
        l->notify = pair[0];
    else
        close(pair[0]);
    return started;
}

bool load_disturb(struct load *l, const char *beside, const char *target, const char *cores,
                  const char *folder)
{
    static const char loadgen[] = "loadgen ";
    char *program = quoted(home_programs()), *command;

    *l = (struct load){.notify = -1};
    l->log = format_text("%s/beside.log", folder);
    if (strncmp(beside, loadgen, strlen(loadgen)) == 0)
        command = format_text("%s/loadgen %s --duration 1440min --quiet %s", program,
                              beside + strlen(loadgen), target);
    else
        command = format_text("%s/bench %s %s", program, beside, target);
    bool started = start(l, command, cores, -1);
    free(program);
    free(command);
    return started;
}

// ---- Meanwhile and afterwards --------------------------------------------------------------

enum load_moment load_heed(struct load *l)
{
    char text[64];
    ssize_t n = recv(l->notify, text, sizeof text - 1, MSG_DONTWAIT);

    if (n < 0 && errno == EAGAIN)
        return LOAD_NOTHING;
    if (n <= 0) { // it has ended, which `process` tells
        close(l->notify);
        l->notify = -1;
        return LOAD_NOTHING;
    }
    text[n] = '\0';
    // Whole lines, written one at a time: the last one counts.
    return strstr(text, "end\n") != NULL     ? LOAD_ENDS
           : strstr(text, "begin\n") != NULL ? LOAD_BEGINS
                                             : LOAD_NOTHING;
}

void load_go_on(struct load *l)
{
    // One that has ended meanwhile need not be told.
    (void)send(l->notify, "\n", 1, MSG_NOSIGNAL);
}

int load_stop(struct load *l, bool ended)
{
    static const int64_t PATIENCE_NS = 5 * NS_PER_SECOND;
    struct spawn_end end = {0};

    if (!ended || !spawn_wait(l->pid, clock_now() + PATIENCE_NS, &end))
        spawn_stop(l->pid, SIGTERM, PATIENCE_NS, &end);
    if (l->notify >= 0)
        close(l->notify);
    close(l->process);
    l->pid = 0;
    return WIFEXITED(end.status) ? WEXITSTATUS(end.status) : 128 + WTERMSIG(end.status);
}

void load_free(struct load *l, bool keep_log)
{
    if (l->log != NULL && !keep_log)
        unlink(l->log);
    free(l->log);
    l->log = NULL;
}

bool load_has_written(const char *file)
{
    json_t *json = json_load_file(file, 0, NULL);

    json_decref(json);
    return json != NULL;
}

const char *load_last_words(const struct load *l)
{
    static char last[256];

    if (!last_line(l->log, 0, last, sizeof last))
        snprintf(last, sizeof last, "it failed without a word");
    return last;
}
