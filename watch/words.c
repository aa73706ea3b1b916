// words.c: see words.h.
#include "watch/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void words_printable(char *to, size_t room, const char *from)
{
    size_t i = 0;

    for (; i + 1 < room && from[i] != '\0'; i++)
        to[i] = (char)(from[i] >= ' ' && from[i] <= '~' ? from[i] : '?');
    to[i] = '\0';
}

// Three digits, and a letter: each a thousand times the one before.
static void shorten(double amount, char text[WORDS_NUMBER])
{
    const char *letters = "kMGTPE";

    for (amount /= 1000; amount >= 999.5 && letters[1] != '\0'; letters++)
        amount /= 1000;
    int places = amount < 9.995 ? 2 : amount < 99.95 ? 1 : 0;
    snprintf(text, WORDS_NUMBER, "%.*f%c", places, amount, *letters);
}

const char *words_short(double amount, char text[WORDS_NUMBER])
{
    if (isnan(amount))
        snprintf(text, WORDS_NUMBER, "-");
    else if (amount > 0 && amount < 9.95)
        snprintf(text, WORDS_NUMBER, "%.1f", amount);
    else if (amount < 99999.5)
        units_grouped((uint64_t)llround(amount), text);
    else
        shorten(amount, text);
    return text;
}

const char *words_memory(double kib, char text[WORDS_NUMBER])
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;

    if (isnan(kib)) {
        snprintf(text, WORDS_NUMBER, "?");
        return text;
    }
    for (; kib >= 1000 && unit < 3; unit++)
        kib /= 1024;
    snprintf(text, WORDS_NUMBER, "%.*f %s", unit > 0 && kib < 99.95 ? 1 : 0, kib, units[unit]);
    return text;
}
