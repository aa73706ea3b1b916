// load_options.c: see load_options.h.
#include "results/load_options.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"

enum { CONNECTIONS_DEFAULT = 50 };

const char *load_option(const char *load, const char *name, const char *otherwise,
                        char text[LOAD_OPTION])
{
    size_t length = strlen(name);

    snprintf(text, LOAD_OPTION, "%s", otherwise);
    for (const char *at = load; (at = strstr(at, "--")) != NULL;) {
        at += 2;
        if (strncmp(at, name, length) != 0 || strspn(at + length, "= \t") == 0)
            continue;
        at += length;
        at += strspn(at, "= \t");
        snprintf(text, LOAD_OPTION, "%.*s", (int)strcspn(at, " \t"), at);
    }
    return text;
}

double load_number(const char *load, const char *name, double otherwise)
{
    char text[LOAD_OPTION];
    double number;

    if (*load_option(load, name, "", text) == '\0')
        return otherwise;
    return units_rate(text, 0, 1e12, &number) ? number : 0;
}

double load_connections(const char *load)
{
    return load_number(load, "connections", CONNECTIONS_DEFAULT);
}
