// serving.c: see serving.h.
#include "results/serving.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/text.h"
#include "results/last_line.h"
#include "results/spawn.h"

enum { WHY = 256, LOG_MIB = 64, MIB = 1024 * 1024 };

static const int64_t START_NS = 10 * NS_PER_SECOND;
static const int64_t STOP_NS = 5 * NS_PER_SECOND;

__attribute__((format(printf, 1, 2))) static char *compose(const char *format, ...)
{
    char *text;
    va_list args;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        die("no memory for a command line");
    va_end(args);
    return text;
}

// ---- The command line ----------------------------------------------------------------------

static char *fill_blanks(const char *command, const char *port, const char *service)
{
    const char *const blanks[][2] = {
        {"{host}", "127.0.0.1"}, {"{port}", port}, {"{service}", service}};
    enum { BLANKS = sizeof blanks / sizeof blanks[0] };
    char *text;
    size_t size;
    FILE *f = text_open(&text, &size);

    while (*command != '\0') {
        size_t i = 0;
        while (i < BLANKS && strncmp(command, blanks[i][0], strlen(blanks[i][0])) != 0)
            i++;
        if (i < BLANKS) {
            fputs(blanks[i][1], f);
            command += strlen(blanks[i][0]);
        } else {
            putc(*command++, f);
        }
    }
    text_close(f);
    return text;
}

// port: 0 where the server says itself what it has found.
static char *foreign_command(const char *command, const char *service, uint16_t port)
{
    char number[8];

    snprintf(number, sizeof number, "%u", (unsigned)port);
    char *filled = fill_blanks(command, number, service);
    if (port != 0)
        return filled;
    char *text = compose("%s --port 0 --service %s", filled, service);
    free(filled);
    return text;
}

static char *our_command(const char *program, const char *service, const char *stats,
                         const char *options)
{
    char *quoted_program = spawn_quoted(program), *quoted_stats = spawn_quoted(stats);
    char *text = compose("%s --host 127.0.0.1 --port 0 --service %s --quiet --stats %s %s",
                         quoted_program, service, quoted_stats, options);

    free(quoted_program);
    free(quoted_stats);
    return text;
}

// ---- Starting ------------------------------------------------------------------------------

static void refuse(char why[WHY], const char *reason, const char *more)
{
    snprintf(why, WHY, "did not start: %.120s%s%.110s", reason, *more != '\0' ? ": " : "", more);
}

// The end of its log, from that byte on: mostly the reason of what has happened.
static bool last_words(const struct serving *s, long from, char last[WHY])
{
    struct stat about;

    if (stat(s->log, &about) < 0 || about.st_size < (off_t)LOG_MIB * MIB)
        return last_line(s->log, from, last, WHY);
    snprintf(last, WHY, "it has filled its log, %d MiB", LOG_MIB);
    return true;
}

// In its own words, without the name that they open with: it stands before them already.
static void explain_absence(struct serving *s, const char *last, char why[WHY])
{
    size_t length = strlen(s->name);

    s->unavailable = true;
    unlink(s->log); // it has done nothing wrong
    if (strncmp(last, s->name, length) == 0 && strncmp(last + length, ": ", 2) == 0)
        last += length + 2;
    snprintf(why, WHY, CANNOT_RUN "%.200s", *last != '\0' ? last : "it does not say why");
}

// Takes leave of one that does not listen.
static void give_up(struct serving *s, enum listening state, bool tells, char why[WHY])
{
    const int seconds = (int)(START_NS / NS_PER_SECOND);
    struct spawn_end end;
    char fate[WHY], last[WHY];

    spawn_stop(s->pid, SIGKILL, STOP_NS, &end);
    last_words(s, 0, last);
    if (state == LISTENING_INTERRUPTED) {
        snprintf(why, WHY, "interrupted");
        return;
    }
    if (state == LISTENING_ENDED && WIFEXITED(end.status) &&
        WEXITSTATUS(end.status) == EXIT_UNAVAILABLE) {
        explain_absence(s, last, why);
        return;
    }
    if (state == LISTENING_ENDED)
        spawn_end_text(&end, fate, sizeof fate);
    else if (state == LISTENING_ELSEWHERE)
        snprintf(fate, sizeof fate, "it listens on %s: 127.0.0.1 is asked for", s->target);
    else if (tells)
        snprintf(fate, sizeof fate, "it has not said \"listening on HOST:PORT\" after %d s",
                 seconds);
    else
        snprintf(fate, sizeof fate, "it does not listen on %s after %d s", s->target, seconds);
    refuse(why, fate, state == LISTENING_ELSEWHERE ? "" : last);
}

static bool launch(struct serving *s, char *const *argv, const char *cores, char why[WHY])
{
    char reason[WHY];
    int log = open(s->log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);

    if (log < 0) {
        snprintf(reason, sizeof reason, "cannot write %.200s", s->log);
        refuse(why, reason, strerror(errno));
        return false;
    }
    struct spawn_plan plan = {.argv = argv,
                              .cores = cores,
                              .out = log,
                              .err = log,
                              .file_max = (int64_t)LOG_MIB * MIB,
                              .farewell = SIGTERM};
    s->pid = spawn(&plan, reason);
    close(log);
    if (s->pid < 0)
        refuse(why, reason, "");
    return s->pid > 0;
}

static bool start_words(struct serving *s, char *const *argv, uint16_t port, const char *cores,
                        int interrupt, char why[WHY])
{
    struct stat about;

    if (!launch(s, argv, cores, why))
        return false;
    enum listening state = listening_await(s->pid, s->log, port, clock_now() + START_NS, interrupt,
                                           s->target);
    if (state != LISTENING) {
        give_up(s, state, port == 0, why);
        return false;
    }
    s->command = spawn_text(argv);
    s->said = stat(s->log, &about) == 0 ? (long)about.st_size : 0;
    return true;
}

static void free_files(struct serving *s)
{
    if (s->stats != NULL)
        unlink(s->stats);
    free(s->stats);
    free(s->log);
    s->stats = s->log = NULL;
}

bool serving_start(struct serving *s, const struct model *model, const char *service,
                   const char *options, const char *cores, const char *folder, int interrupt,
                   char why[WHY])
{
    uint16_t port = 0;
    wordexp_t words;
    const char *reason;
    char *command;
    bool started = false;

    *s = (struct serving){.name = model->name, .log = compose("%s/%s.log", folder, model->name)};
    if (model->foreign) {
        if (strstr(model->command, "{port}") != NULL && (port = listening_free_port()) == 0) {
            refuse(why, "there is no free port", "");
            free_files(s);
            return false;
        }
        command = foreign_command(model->command, service, port);
    } else {
        s->stats = compose("%s/%s.stats.json", folder, model->name);
        unlink(s->stats); // one left by a run that was killed tells of another server
        command = our_command(model->command, service, s->stats, options);
    }
    if (spawn_words(&words, command, &reason)) {
        started = start_words(s, words.we_wordv, port, cores, interrupt, why);
        wordfree(&words);
    } else {
        refuse(why, reason, command);
    }
    free(command);
    if (!started)
        free_files(s);
    return started;
}

// ---- Meanwhile and at the end --------------------------------------------------------------

bool serving_lives(const struct serving *s)
{
    siginfo_t info = {0};

    // It stays a zombie, for serving_stop() to take leave of.
    return waitid(P_PID, (id_t)s->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

// A server that knows nothing of our contract dies of SIGTERM; a shell around it says 128 + 15.
static bool is_clean(const struct serving *s, int status)
{
    bool foreign = s->stats == NULL;

    if (WIFSIGNALED(status))
        return foreign && WTERMSIG(status) == SIGTERM;
    return WEXITSTATUS(status) == 0 || (foreign && WEXITSTATUS(status) == 128 + SIGTERM);
}

static void explain(const struct serving *s, const struct spawn_end *end, bool lived, bool in_time,
                    char why[WHY])
{
    char fate[80], last[WHY];

    spawn_end_text(end, fate, sizeof fate);
    bool told = last_words(s, s->said, last);
    if (!in_time)
        snprintf(why, WHY, "did not end within %d s of SIGTERM", (int)(STOP_NS / NS_PER_SECOND));
    else
        snprintf(why, WHY, "%s%s%s%.140s",
                 WIFSIGNALED(end->status) ? "was "
                 : lived                  ? "ended with "
                                          : "ended by itself with ",
                 fate, told ? ": " : "", last);
}

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key)); // 0 where there is none
}

static void read_stats(const char *file, struct counted *counted)
{
    json_t *object = json_load_file(file, 0, NULL);

    counted->messages = number_of(object, "messages");
    counted->reads = number_of(object, "reads");
    counted->writes = number_of(object, "writes");
    counted->waits = number_of(object, "waits");
    counted->events = number_of(object, "events");
    counted->scanned = number_of(object, "scanned");
    counted->accepted = number_of(object, "accepted");
    counted->refused = number_of(object, "refused");
    json_decref(object);
}

void serving_stop(struct serving *s, struct ended *ended)
{
    struct spawn_end end;
    bool lived = serving_lives(s);
    bool in_time = spawn_stop(s->pid, SIGTERM, STOP_NS, &end);

    *ended = (struct ended){.cleanly = lived && in_time && is_clean(s, end.status),
                            .cpu_ns = end.cpu_ns,
                            .switches = end.switches,
                            .switches_forced = end.switches_forced};
    if (s->stats != NULL)
        read_stats(s->stats, &ended->counted);
    if (ended->cleanly)
        unlink(s->log);
    else
        explain(s, &end, lived, in_time, ended->why);
    free_files(s);
    s->pid = 0;
}
