// pane.c: see pane.h.
#include "watch/pane.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "watch/words.h"

enum { LABEL = 12, VALUE_TEXT = 512 };

// What a line is worth when there is no room for all. Threads and counters fill what is left.
enum { A_THREAD = 1, DETAIL, A_COUNTER, COMMAND, REST, USUAL, PROCESSES, MAIN };

// ---- Lines ---------------------------------------------------------------------------------

static struct line *add_line(struct pane *p, unsigned worth)
{
    // The last one is for all that no longer fits: it will be cut away.
    struct line *line = &p->line[p->count < PANE_HIGHEST ? p->count++ : PANE_HIGHEST - 1];

    *line = (struct line){.worth = worth};
    return line;
}

__attribute__((format(printf, 3, 4))) static void say(struct pane *p, unsigned worth,
                                                      const char *format, ...)
{
    struct line *line = add_line(p, worth);
    va_list args;

    va_start(args, format);
    vsnprintf(line->text, p->width + 1, format, args);
    va_end(args);
}

// How much of a text fits into `room` columns: up to the last comma that does, or else a space.
static size_t fitting(const char *text, size_t room)
{
    size_t n = strlen(text);

    if (n <= room)
        return n;
    for (n = room; n > 1 && !(text[n - 1] == ',' && text[n] == ' '); n--)
        ;
    if (n > 1)
        return n;
    for (n = room; n > 0 && text[n] != ' '; n--)
        ;
    return n > 0 ? n : room;
}

// A label, and behind it as many lines as the value needs: the first is worth most.
__attribute__((format(printf, 4, 5))) static void tell(struct pane *p, unsigned worth,
                                                       const char *label, const char *format, ...)
{
    char value[VALUE_TEXT];
    const char *rest = value;
    size_t room = p->width / 2 > LABEL ? p->width - LABEL : LABEL;
    va_list args;

    va_start(args, format);
    vsnprintf(value, sizeof value, format, args);
    va_end(args);
    do {
        size_t n = fitting(rest, room);
        say(p, worth, "%-*s%.*s", LABEL, label, (int)n, rest);
        rest += n + strspn(rest + n, " ");
        label = "";
        worth = worth < REST ? worth : REST;
    } while (*rest != '\0');
}

// How many cells so wide stand beside each other, with a space between two.
static size_t in_line(const struct pane *p, size_t cell)
{
    return p->width > cell ? (p->width + 1) / (cell + 1) : 1;
}

// Appends cell number i, counted from 0, of a table.
static void add_cell(struct pane *p, unsigned worth, size_t cell, size_t i, const char *text)
{
    size_t column = i % in_line(p, cell) * (cell + 1);
    struct line *line = column == 0 ? add_line(p, worth) : &p->line[p->count - 1];
    size_t at = strlen(line->text);

    snprintf(line->text + at, p->width + 1 - at, "%*s%s", (int)(column - at), "", text);
}

// Takes out the last of those that are worth least.
static void drop_one(struct pane *p)
{
    size_t least = p->count - 1;

    for (size_t i = p->count; i-- > 0;)
        if (p->line[i].worth < p->line[least].worth)
            least = i;
    memmove(&p->line[least], &p->line[least + 1], (p->count - least - 1) * sizeof *p->line);
    p->count--;
}

// ---- Amounts -------------------------------------------------------------------------------

// Appends "57 sockets", after a comma where it is not the first; nothing if there are none.
static void list(char text[VALUE_TEXT], size_t n, const char *one, const char *many)
{
    char number[WORDS_NUMBER];
    size_t at = strlen(text);

    if (n > 0)
        snprintf(text + at, VALUE_TEXT - at, "%s%s %s", at > 0 ? ", " : "",
                 units_grouped(n, number), n == 1 ? one : many);
}

// A rate in all its digits; "-" where it is not known.
static const char *whole(double amount, char text[WORDS_NUMBER])
{
    return amount >= 99999.5 ? units_grouped((uint64_t)amount, text) : words_short(amount, text);
}

static double seconds_between(const struct look *before, const struct look *now)
{
    if (before == NULL || now->at_ns <= before->at_ns)
        return NAN;
    return (double)(now->at_ns - before->at_ns) / (double)NS_PER_SECOND;
}

// Per second. What has grown less than nothing has not grown.
static double rate(double before, double now, double seconds)
{
    return now < before ? 0 : (now - before) / seconds;
}

static double counter_rate(const struct look *before, const struct look *now, uint32_t i)
{
    if (before == NULL)
        return NAN;
    return rate((double)before->counted.value[i], (double)now->counted.value[i],
                seconds_between(before, now));
}

// ---- What there is to say ------------------------------------------------------------------

static void tell_place(struct pane *p, const struct sockets *s)
{
    char more[64] = "", waiting[WORDS_NUMBER];

    if (*s->listens == '\0') {
        tell(p, USUAL, "listens on", "no TCP port");
        return;
    }
    if (s->ports > 1)
        snprintf(more, sizeof more, " and %zu more", s->ports - 1);
    tell(p, USUAL, "listens on", "%s%s, %s waiting", s->listens, more,
         units_grouped(s->waiting, waiting));
}

static void tell_service(struct pane *p, const struct watched *w, const struct look *before,
                         const struct look *now)
{
    char clients[WORDS_NUMBER], requests[WORDS_NUMBER];
    uint32_t messages = meter_index(&w->meter, "messages");

    if (w->meter.head == NULL) {
        double calls = before == NULL
                           ? NAN
                           : rate(before->calls, now->calls, seconds_between(before, now));
        tell(p, MAIN, "clients", "%s connected", units_grouped(now->sockets.clients, clients));
        tell(p, MAIN, "calls/s", "%s of read, write (/proc/PID/io counts no recv, send)",
             whole(calls, requests));
        return;
    }
    tell(p, MAIN, "clients", "%s", units_grouped(now->counted.clients, clients));
    if (messages < w->meter.counters)
        tell(p, MAIN, "requests/s", "%s", whole(counter_rate(before, now, messages), requests));
}

static void tell_cost(struct pane *p, const struct look *before, const struct look *now)
{
    char voluntary[WORDS_NUMBER] = "-", forced[WORDS_NUMBER] = "-", resident[WORDS_NUMBER],
         pss[WORDS_NUMBER];
    double seconds = seconds_between(before, now), load = NAN;

    if (before != NULL) {
        uint64_t slept, stopped;
        look_switches(before, now, &slept, &stopped);
        whole((double)slept / seconds, voluntary);
        whole((double)stopped / seconds, forced);
        load = rate(before->cpu_ns, now->cpu_ns, seconds) / (double)NS_PER_SECOND;
    }
    if (isnan(load))
        tell(p, USUAL, "processor", "- of a core");
    else
        tell(p, USUAL, "processor", "%.1f %% of a core", load * 100);
    tell(p, USUAL, "switches/s", "%s voluntary, %s forced", voluntary, forced);
    tell(p, USUAL, "memory", "%s RSS, %s PSS", words_memory(now->resident_kib, resident),
         words_memory(now->pss_kib, pss));
}

static void tell_descriptors(struct pane *p, const struct sockets *s)
{
    char kinds[VALUE_TEXT] = "", all[WORDS_NUMBER];

    if (!s->told) {
        tell(p, USUAL, "descriptors", "?");
        return;
    }
    list(kinds, s->sockets, "socket", "sockets");
    list(kinds, s->listeners, "listener", "listeners");
    list(kinds, s->eventpolls, "eventpoll", "eventpolls");
    list(kinds, s->io_urings, "io_uring", "io_urings");
    list(kinds, s->all - s->count - s->eventpolls - s->io_urings, "other", "others");
    tell(p, USUAL, "descriptors", "%s%s%s", units_grouped(s->all, all), s->all > 0 ? ": " : "",
         kinds);
}

static void tell_processes(struct pane *p, const struct look *now)
{
    char processes[WORDS_NUMBER], children[WORDS_NUMBER], zombies[WORDS_NUMBER];
    size_t below = now->processes > 0 ? now->processes - 1 : 0;

    tell(p, PROCESSES, "processes", "%s: %s %s, %s %s", units_grouped(now->processes, processes),
         units_grouped(below, children), below == 1 ? "child" : "children",
         units_grouped(now->zombies, zombies), now->zombies == 1 ? "zombie" : "zombies");
}

// ---- Threads -------------------------------------------------------------------------------

struct crowd { // threads that are at the same
    const char *at;
    size_t count;
};

static int larger_first(const void *a, const void *b)
{
    const struct crowd *x = a, *y = b;

    return x->count != y->count ? (x->count < y->count) - (x->count > y->count)
                                : strcmp(x->at, y->at);
}

// "1,000: 998 in read, 2 running".
static void tell_threads(struct pane *p, const struct look *now)
{
    enum { CROWDS = 64, SHOWN = 6 };
    struct crowd crowd[CROWDS] = {{NULL, 0}};
    char text[VALUE_TEXT] = "", all[WORDS_NUMBER];
    size_t crowds = 0, rest = 0;
    bool functions = false;

    for (size_t i = 0; i < now->count; i++) {
        size_t j = 0;
        while (j < crowds && strcmp(crowd[j].at, now->seen[i].at) != 0)
            j++;
        if (j == crowds && crowds < CROWDS)
            crowd[crowds++] = (struct crowd){.at = now->seen[i].at};
        if (j < CROWDS)
            crowd[j].count++;
        else
            rest++;
        functions |= call_is_function(now->seen[i].at);
    }
    qsort(crowd, crowds, sizeof *crowd, larger_first);
    for (size_t j = 0; j < crowds; j++)
        if (j < SHOWN)
            list(text, crowd[j].count, crowd[j].at, crowd[j].at);
        else
            rest += crowd[j].count;
    list(text, rest, "elsewhere", "elsewhere");
    tell(p, MAIN, "threads", "%s: %s", units_grouped(now->count, all), text);
    if (functions)
        tell(p, DETAIL, "", "(): the kernel's function; which call it is may not be read");
}

// One by one, as many as there is room for.
static void list_threads(struct pane *p, const struct look *now, size_t lines)
{
    enum { CELL = 38 };
    size_t room = lines * in_line(p, CELL);
    size_t shown = now->count <= room ? now->count : room > 0 ? room - 1 : 0;
    char text[64], more[WORDS_NUMBER];

    if (now->count < 2 || room == 0) // one is said already
        return;
    for (size_t i = 0; i < shown; i++) {
        snprintf(text, sizeof text, "%-8d%-11.11s %.18s", (int)now->seen[i].thread,
                 now->seen[i].name, now->seen[i].at);
        add_cell(p, A_THREAD, CELL, i, text);
    }
    if (shown < now->count) {
        snprintf(text, sizeof text, "and %s more", units_grouped(now->count - shown, more));
        add_cell(p, A_THREAD, CELL, shown, text);
    }
}

// ---- Counters ------------------------------------------------------------------------------

// All of them per second; where there is room, with their sums.
static void list_counters(struct pane *p, const struct watched *w, const struct look *before,
                          const struct look *now)
{
    enum { SHORT_CELL = 19, SUM = 17, LONG_CELL = SHORT_CELL + SUM + 2 };
    bool sums = in_line(p, LONG_CELL) > 1;
    char text[64], per_second[WORDS_NUMBER], sum[WORDS_NUMBER];

    for (uint32_t i = 0; i < w->meter.counters; i++) {
        int n = snprintf(text, sizeof text, "%-10.10s%7.7s/s", w->meter.name[i],
                         words_short(counter_rate(before, now, i), per_second));
        if (strlen(units_grouped(now->counted.value[i], sum)) >= SUM)
            words_short((double)now->counted.value[i], sum);
        if (sums)
            snprintf(text + n, sizeof text - (size_t)n, "%*s", SUM, sum);
        add_cell(p, A_COUNTER, sums ? LONG_CELL : SHORT_CELL, i, text);
    }
}

void pane_fill(struct pane *p, size_t width, size_t height, const struct watched *w,
               const struct look *before, const struct look *now)
{
    p->count = 0;
    p->width = width < PANE_WIDEST ? width : PANE_WIDEST;
    if (height > PANE_HIGHEST)
        height = PANE_HIGHEST;
    say(p, MAIN + 1, "%s (%d)%s", w->name, (int)w->pid, w->ended ? " has ended" : "");
    p->line[0].title = true;
    if (!w->ended) {
        say(p, COMMAND, "%s", w->command);
        tell_place(p, &now->sockets);
        tell_service(p, w, before, now);
        tell_cost(p, before, now);
        tell_descriptors(p, &now->sockets);
        tell_processes(p, now);
        tell_threads(p, now);
        if (w->meter.head != NULL)
            list_counters(p, w, before, now);
        list_threads(p, now, height > p->count ? height - p->count : 0);
    }
    while (p->count > height)
        drop_one(p);
}
