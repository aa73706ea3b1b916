// units.c: see units.h. By hand rather than with strtoul(3) and strtod(3), which take signs,
// leading spaces, "0x10", "1e9", "inf" and "nan", and heed the locale.
#include "base/units.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

// Reads digits; false where there are none or the value does not fit.
static bool read_digits(const char **text, uint64_t *value)
{
    const char *p = *text;
    uint64_t sum = 0;

    for (; *p >= '0' && *p <= '9'; p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        if (sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    if (p == *text)
        return false;
    *text = p;
    *value = sum;
    return true;
}

bool units_count(const char *text, uint64_t min, uint64_t max, uint64_t *count)
{
    uint64_t value;

    if (!read_digits(&text, &value) || *text != '\0' || value < min || value > max)
        return false;
    *count = value;
    return true;
}

bool units_size(const char *text, uint64_t min, uint64_t max, uint64_t *bytes)
{
    uint64_t value;
    unsigned shift = 0;

    if (!read_digits(&text, &value))
        return false;
    switch (*text) {
    case 'G':
        shift += 10; // fall through
    case 'M':
        shift += 10; // fall through
    case 'k':
        shift += 10;
        text++;
    }
    if (*text != '\0' || value > UINT64_MAX >> shift)
        return false;
    value <<= shift;
    if (value < min || value > max)
        return false;
    *bytes = value;
    return true;
}

// Reads "12", "12.5" or ".5" as so many times `unit` nanoseconds.
static bool read_decimal(const char **text, int64_t unit, int64_t max, int64_t *ns)
{
    uint64_t whole = 0;
    double fraction = 0, weight = 0.1;
    bool digits = read_digits(text, &whole);

    if (!digits && **text != '.')
        return false;
    if (**text == '.')
        for (++*text; **text >= '0' && **text <= '9'; ++*text, weight /= 10, digits = true)
            fraction += weight * (**text - '0');
    if (!digits || whole > (uint64_t)(max / unit))
        return false;
    // Half a nanosecond up: 0.3 is 0.29999... in binary, and truncating would show it.
    int64_t below = (int64_t)(fraction * (double)unit + 0.5), value = (int64_t)whole * unit;
    if (below > max - value)
        return false;
    *ns = value + below;
    return true;
}

bool units_time(const char *text, int64_t max, int64_t *ns)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {
        {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", NS_PER_SECOND}, {"min", 60 * NS_PER_SECOND},
    };
    const char *unit = text + strspn(text, "0123456789.");
    int64_t value;

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(unit, units[i].name) != 0)
            continue;
        if (!read_decimal(&text, units[i].ns, max, &value) || text != unit)
            return false;
        *ns = value;
        return true;
    }
    return false;
}

bool units_seconds(const char *text, int64_t max, int64_t *ns)
{
    int64_t value;

    if (!read_decimal(&text, NS_PER_SECOND, max, &value) || *text != '\0')
        return false;
    *ns = value;
    return true;
}

bool units_rate(const char *text, double min, double max, double *rate)
{
    static const int64_t millionths = 1000000;
    int64_t scale = millionths, value;
    const char *unit = text + strspn(text, "0123456789.");

    if (*unit == 'k')
        scale *= 1000;
    else if (*unit == 'M')
        scale *= 1000000;
    if (!read_decimal(&text, scale, INT64_MAX, &value) || text != unit ||
        unit[scale > millionths] != '\0')
        return false;
    double read = (double)value / (double)millionths;
    if (read < min || read > max)
        return false;
    *rate = read;
    return true;
}

// By hand: printf's ' flag does it only in some locales.
const char *units_grouped(uint64_t n, char text[UNITS_GROUPED])
{
    char digits[UNITS_GROUPED];
    size_t count = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, n), at = 0;

    for (size_t i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = '\0';
    return text;
}
