// top.c: a live view of servers: who is connected, what is asked, and what each process and thread
// sleeps in. All of it is read from outside, in /proc and in the servers' counters; a server is
// asked nothing.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/command_line.h"
#include "base/fail.h"
#include "base/units.h"
#include "watch/find.h"
#include "watch/look.h"
#include "watch/sheet.h"
#include "watch/terminal.h"

// ---- The command line ----------------------------------------------------------------------

enum key {
    PID = 256, // above all characters: no option has a short form
    INTERVAL,
    COUNT,
    ONCE,
};

static const int64_t HOUR_NS = 3600 * NS_PER_SECOND;
static const int64_t SHORTEST_NS = NS_PER_SECOND / 10; // to look is work, too

static const struct argp_option table[] = {
    {"pid", PID, "PID", 0, "A server's main process; may be repeated (all servers of echolab's)",
     0},
    {"interval", INTERVAL, "SEC", 0, "Between two screens, fractions allowed; 0.1 to 3600 (1)", 0},
    {"count", COUNT, "N", 0, "Leave after N screens (no end; 1 where there is no terminal)", 0},
    {"once", ONCE, NULL, 0, "One screen, without escape sequences (off)", 0},
    COMMAND_LINE_OPTIONS,
    {0},
};

struct settings {
    pid_t pid[SHEET_MOST];
    size_t pids;
    int64_t interval_ns;
    uint64_t count; // 0: not said
    bool once;
};

_Noreturn static void refuse(const char *option, const char *value, const char *allowed)
{
    die_usage("--%s: '%s' is not allowed; give %s", option, value, allowed);
}

static void take_pid(struct settings *s, const char *text)
{
    uint64_t pid;

    if (!units_count(text, 1, INT32_MAX, &pid))
        refuse("pid", text, "the number of a process");
    if (s->pids == SHEET_MOST)
        die_usage("more than %d processes; give fewer", SHEET_MOST);
    s->pid[s->pids++] = (pid_t)pid;
}

static error_t read_option(int key, char *text, struct argp_state *state)
{
    struct settings *s = state->input;

    switch (key) {
    case PID:
    case ARGP_KEY_ARG:
        take_pid(s, text);
        return 0;
    case INTERVAL:
        if (!units_seconds(text, HOUR_NS, &s->interval_ns) || s->interval_ns < SHORTEST_NS)
            refuse("interval", text, "seconds from 0.1 to 3600, such as 2 or 0.5");
        return 0;
    case COUNT:
        if (!units_count(text, 1, UINT32_MAX, &s->count))
            refuse("count", text, "a number of screens, from 1 on");
        return 0;
    case ONCE:
        s->once = true;
        return 0;
    default:
        return command_line_read(key, state, ARGP_HELP_SHORT_USAGE);
    }
}

static const struct argp argp = {
    .options = table,
    .parser = read_option,
    .args_doc = "[PID...]",
    .doc = "Shows servers while they run: clients, requests per second, what each process and "
           "thread sleeps in, descriptors, memory, context switches. Nothing is asked of them: it "
           "is all read in /proc, and in the counters that echolab's servers keep in shared "
           "memory. q or ^C leaves."
           "\v"
           "Without PID: the servers of echolab that run now, started by the same user. "
           "Exit status: 0, also when what was watched has ended; 1: it cannot be watched; 64: the "
           "command line is wrong."};

// ---- What is watched -----------------------------------------------------------------------

static struct subject subject[SHEET_MOST];
static size_t subjects;

static void begin_all(struct settings *s)
{
    bool named = s->pids > 0;
    char why[128];

    if (!named) {
        size_t found = find_servers(s->pid, SHEET_MOST);
        if (found == 0)
            die("no server of echolab's runs here; start one, such as bin/epoll, or give the PID "
                "of another");
        if (found > SHEET_MOST)
            warn("the first %d of %zu servers are shown", SHEET_MOST, found);
        s->pids = found < SHEET_MOST ? found : SHEET_MOST;
    }
    for (size_t i = 0; i < s->pids; i++)
        if (watch_begin(&subject[subjects].watched, s->pid[i], why))
            subjects++;
        else if (named || (i + 1 == s->pids && subjects == 0))
            die("%s", why); // else one of those that were found has ended since
}

static void look_at_all(void)
{
    for (size_t i = 0; i < subjects; i++) {
        struct subject *s = &subject[i];
        if (s->watched.ended)
            continue;
        look_free(&s->before);
        s->before = s->now;
        s->has_before = s->now.at_ns > 0;
        look_take(&s->now, &s->watched);
    }
}

static void say_ended(const struct watched *w)
{
    warn("%s (%d) has ended", w->name, (int)w->pid);
}

// Notes who has ended, and says so unless the screen does. False: all have.
static bool any_lives(bool live)
{
    size_t alive = 0;

    for (size_t i = 0; i < subjects; i++) {
        struct watched *w = &subject[i].watched;
        if (!w->ended && watch_has_ended(w)) {
            w->ended = true;
            if (!live)
                say_ended(w);
        }
        alive += !w->ended;
    }
    return alive > 0;
}

static void end_all(bool live)
{
    for (size_t i = 0; i < subjects; i++) {
        struct subject *s = &subject[i];
        if (live && s->watched.ended)
            say_ended(&s->watched);
        look_free(&s->before);
        look_free(&s->now);
        watch_end(&s->watched);
    }
}

// ---- Showing it ----------------------------------------------------------------------------

static void show(const struct settings *settings, bool live)
{
    static bool again;
    char footer[80], *text;
    size_t size;
    struct sheet sheet = {.live = live, .footer = footer};
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        die_errno("cannot make a screen");
    snprintf(footer, sizeof footer, "q: leave   a screen each %g s",
             (double)settings->interval_ns / (double)NS_PER_SECOND);
    terminal_size(&sheet.columns, &sheet.rows);
    if (!live && sheet.rows > 1) // the prompt that follows pushes nothing out
        sheet.rows--;
    if (!live && again)
        fputc('\n', out);
    again = true;
    sheet_write(out, &sheet, subject, subjects);
    fclose(out);
    if (!terminal_write(text, size))
        die_errno("cannot write to standard output");
    free(text);
}

static enum terminal_event wait_until(int64_t until_ns)
{
    int ends[SHEET_MOST];

    for (size_t i = 0; i < subjects; i++)
        ends[i] = subject[i].watched.ended ? -1 : subject[i].watched.pidfd;
    return terminal_wait(until_ns, ends, subjects);
}

// Until there have been so many screens (0: no end), nobody is left to watch, or the user leaves.
static void watch(const struct settings *settings, bool live, uint64_t screens)
{
    int64_t next = clock_now() + settings->interval_ns;

    while (any_lives(live)) {
        enum terminal_event event = wait_until(next);

        if (event == TERMINAL_QUIT)
            return;
        if (event == TERMINAL_READY && !any_lives(live))
            return;
        if (event == TERMINAL_TIME) {
            look_at_all();
            if (!any_lives(live)) // what was seen of the last one is half a server
                return;
            next += settings->interval_ns;
            if (next < clock_now())
                next = clock_now() + settings->interval_ns;
        }
        if (live || event == TERMINAL_TIME)
            show(settings, live);
        if (event == TERMINAL_TIME && screens > 0 && --screens == 0)
            return;
    }
}

int main(int argc, char **argv)
{
    static char name[] = "top";
    struct settings settings = {.interval_ns = NS_PER_SECOND};

    fail_name(name);
    argv[0] = name;
    command_line_parse(&argp, argc, argv, &settings);
    bool live = !settings.once && terminal_is_there();
    uint64_t screens = settings.once || (settings.count == 0 && !live) ? 1 : settings.count;

    begin_all(&settings);
    look_at_all();
    if (live) {
        terminal_hear_signals();
        terminal_enter();
        show(&settings, live); // rates are known from the next one on
    }
    watch(&settings, live, screens);
    terminal_leave();
    end_all(live);
    return EXIT_SUCCESS;
}
