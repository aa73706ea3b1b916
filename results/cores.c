// cores.c: see cores.h.
#include "results/cores.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"

// What this process was allowed when it was first asked; it may have restricted itself since.
static const cpu_set_t *allowed_cores(void)
{
    static cpu_set_t allowed;

    if (CPU_COUNT(&allowed) == 0 && sched_getaffinity(0, sizeof allowed, &allowed) < 0)
        die_errno("cannot find out which cores there are");
    return &allowed;
}

// A number, and past it in the text. False: none is there, or the set has no place for it.
static bool read_core(const char **text, size_t size, size_t *core)
{
    char *rest;

    if (!isdigit((unsigned char)**text))
        return false;
    *core = strtoul(*text, &rest, 10);
    *text = rest;
    return *core < 8 * size;
}

bool cores_read(const char *text, cpu_set_t *set, size_t size)
{
    const cpu_set_t *allowed = allowed_cores();

    if (size > sizeof *allowed)
        return false;
    CPU_ZERO_S(size, set);
    for (const char *p = text;; p++) {
        size_t first, last;
        if (!read_core(&p, size, &first))
            return false;
        last = first;
        if (*p == '-') {
            p++;
            if (!read_core(&p, size, &last) || last < first)
                return false;
        }
        for (size_t core = first; core <= last; core++) {
            if (!CPU_ISSET_S(core, size, allowed))
                return false;
            CPU_SET_S(core, size, set);
        }
        if (*p == '\0')
            return true;
        if (*p != ',')
            return false;
    }
}

void cores_first(unsigned count, char *text, size_t size)
{
    const cpu_set_t *allowed = allowed_cores();
    size_t length = 0;

    *text = '\0';
    for (size_t core = 0; core < CPU_SETSIZE && count > 0 && length < size; core++)
        if (CPU_ISSET(core, allowed)) {
            length += (size_t)snprintf(text + length, size - length, "%s%zu", length > 0 ? "," : "",
                                       core);
            count--;
        }
}

bool cores_choose(unsigned count, const char *wished, const char *spared, char *text, size_t size)
{
    enum { WISHED, OTHERS, SPARED, RANKS };
    const cpu_set_t *allowed = allowed_cores();
    cpu_set_t first, last;
    size_t length = 0;

    if (!cores_read(wished, &first, sizeof first))
        return false;
    if (*spared == '\0' || !cores_read(spared, &last, sizeof last))
        CPU_ZERO(&last);
    for (int rank = WISHED; rank < RANKS; rank++)
        for (size_t core = 0; core < CPU_SETSIZE && count > 0 && length < size; core++) {
            int its = CPU_ISSET(core, &first) ? WISHED : CPU_ISSET(core, &last) ? SPARED : OTHERS;
            if (!CPU_ISSET(core, allowed) || its != rank)
                continue;
            length += (size_t)snprintf(text + length, size - length, "%s%zu", length > 0 ? "," : "",
                                       core);
            count--;
        }
    return count == 0 && length < size;
}

void cores_last(char *text, size_t size)
{
    size_t last = CPU_SETSIZE - 1;

    while (last > 0 && !CPU_ISSET(last, allowed_cores()))
        last--;
    snprintf(text, size, "%zu", last);
}

void cores_stay(const char *text)
{
    cpu_set_t set = *allowed_cores();

    // Only the numbers would be less exact, were it refused.
    if (*text == '\0' || cores_read(text, &set, sizeof set))
        (void)sched_setaffinity(0, sizeof set, &set);
}
