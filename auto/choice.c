// choice.c: the best selector that works here, or the one that --backend asks for. What the headers
// declare the kernel may lack, a sandbox forbid, or the day's resources not allow: so each is tried
// for real, the best first, until one begins.
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "auto/selector.h"
#include "base/fail.h"
#include "server/options.h"

enum { KINDS = 3 };
static const struct selector *const best_first[KINDS] = {&by_epoll, &by_poll, &by_select};

static const struct selector *asked; // by --backend
static const struct selector *chosen;
static char in_vain[256]; // what else has been tried, and why it wouldn't do

static const struct selector *find(const char *name)
{
    for (int i = 0; i < KINDS; i++)
        if (strcmp(best_first[i]->name, name) == 0)
            return best_first[i];
    options_refuse("backend", name, "epoll, poll or select");
}

static void choose(void)
{
    int n = 0;

    for (int i = 0; i < KINDS && chosen == NULL; i++) {
        const struct selector *next = best_first[i];
        if (asked != NULL && asked != next)
            continue;
        if (next->begin())
            chosen = next;
        else
            n += snprintf(in_vain + n, sizeof in_vain - (size_t)n, "; %s: %s", next->name,
                          strerror(errno));
    }
    if (chosen == NULL)
        die_unavailable("no selector works here%s", in_vain);
}

enum { BACKEND = 256 }; // above all characters: no option has a short form

static error_t read_option(int key, char *text, struct argp_state *state)
{
    (void)state;
    switch (key) {
    case BACKEND:
        asked = find(text);
        return 0;
    case ARGP_KEY_SUCCESS: // the options are good, and nobody has been told that we listen
        choose();
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void selector_offer(void)
{
    static const struct argp_option table[] = {
        {"backend", BACKEND, "NAME", 0,
         "How to wait: epoll, poll or select (the first of them that works here)", 0},
        {0},
    };
    static const struct argp argp = {.options = table, .parser = read_option};

    options_also(&argp);
}

const struct selector *selector_chosen(void)
{
    warn("%s: %s (%s)%s", chosen->name, asked != NULL ? "as asked for" : "the best that works here",
         chosen->costs, in_vain);
    return chosen;
}
