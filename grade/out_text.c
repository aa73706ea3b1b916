// out_text.c: see out_text.h.
#include "grade/out_text.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "grade/lab.h"

// ---- Cleaning ------------------------------------------------------------------------------

// The character at `text`, and its length; length 0: the first byte begins none (RFC 3629).
static uint32_t decode(const unsigned char *text, size_t *length)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least; // what is below has a shorter form
    } forms[] = {{0x80, 0x00, 0}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}};

    *length = 0;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if ((text[0] & forms[i].mask) != forms[i].lead)
            continue;
        uint32_t c = text[0] & (unsigned char)~forms[i].mask;
        for (size_t k = 1; k <= i; k++) {
            if ((text[k] & 0xC0) != 0x80) // a NUL is none either
                return 0;
            c = c << 6 | (text[k] & 0x3F);
        }
        if (c < forms[i].least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
            return 0;
        *length = i + 1;
        return c;
    }
    return 0;
}

// Shows as what it is, in its place, everywhere.
static bool is_plain(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } forbidden[] = {
        {0x0, 0x1F},      {0x7F, 0x9F},       // control characters
        {0xAD, 0xAD},     {0x61C, 0x61C},     // a hyphen that is not seen; direction of writing
        {0x200B, 0x200F}, {0x2028, 0x202E},   // no width; ends of lines; directions
        {0x2060, 0x206F}, {0xFEFF, 0xFEFF},   // the same
        {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}, // annotations; tags, which are not seen
    };

    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
        if (c >= forbidden[i].first && c <= forbidden[i].last)
            return false;
    return (c & 0xFFFE) != 0xFFFE && !(c >= 0xFDD0 && c <= 0xFDEF); // no characters at all
}

// As C would write it. `broken`: it is a byte that belongs to no character.
static size_t escape(char to[16], uint32_t c, bool broken)
{
    int n = c == '\n'            ? snprintf(to, 16, "\\n")
            : c == '\r'          ? snprintf(to, 16, "\\r")
            : c == '\t'          ? snprintf(to, 16, "\\t")
            : broken || c < 0x80 ? snprintf(to, 16, "\\x%02X", (unsigned)c)
            : c < 0x10000        ? snprintf(to, 16, "\\u%04X", (unsigned)c)
                                 : snprintf(to, 16, "\\U%08X", (unsigned)c);

    return (size_t)n;
}

void out_clean(char *to, size_t size, const char *from, bool lines)
{
    static const char cut[] = "...";
    const unsigned char *p = (const unsigned char *)from;
    size_t used = 0, last = 0; // `last`: as far as there is room for "..." too

    while (*p != '\0') {
        char text[16];
        size_t length, n;
        uint32_t c = decode(p, &length);
        if (length > 0 && (is_plain(c) || (lines && c == '\n')))
            memcpy(text, p, n = length);
        else
            n = escape(text, length > 0 ? c : *p, length == 0);
        if (used + n >= size) {
            memcpy(to + last, cut, sizeof cut);
            return;
        }
        memcpy(to + used, text, n);
        used += n;
        if (used + sizeof cut <= size)
            last = used;
        p += length > 0 ? length : 1;
    }
    to[used] = '\0';
}

// ---- How it went ---------------------------------------------------------------------------

enum out_verdict out_verdict(const struct grading *g, size_t task)
{
    const struct mark *mark = &g->marks[task];

    if (!mark->ended)
        return OUT_NOT_ASKED;
    if (mark->finding.outcome == PASSED)
        return OUT_PASSED;
    return mark->left_out ? OUT_LEFT_OUT : OUT_FAILED;
}

const char *out_expected(const struct grading *g, size_t task)
{
    const struct task *t = &g->lab->tasks[task];
    size_t which = lab_case(t->name);

    return which == SIZE_MAX ? t->title : conform_case_at(which)->promise;
}

// A format for what is ours, with the one thing in it that may not be.
__attribute__((format(printf, 2, 3))) static void put(char to[OUT_LINE], const char *format, ...)
{
    char raw[OUT_LINE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    out_clean(to, OUT_LINE, raw, false);
}

void out_seen(const struct grading *g, size_t task, char to[OUT_LINE])
{
    const struct finding *f = &g->marks[task].finding;

    if (g->marks[task].ended)
        put(to, "%s",
            f->outcome == PASSED ? ""
            : *f->reason != '\0' ? f->reason
                                 : "nothing was said of it");
    else if (g->shut)
        put(to, "Not asked: nothing counts before the first task passes.");
    else if (g->trouble != NULL)
        put(to, "Not asked: %s", g->trouble);
    else
        put(to, "Not asked%s.", g->finished ? "" : " yet");
}

void out_state(const struct grading *g, char to[OUT_LINE])
{
    if (g->trouble != NULL)
        put(to, "%s", g->trouble);
    else if (g->shut)
        put(to, "The first task has failed. Nothing counts before it passes, so nothing else was "
                "asked.");
    else
        put(to, "%s", g->finished ? "" : "Grading is not finished, or was interrupted.");
}

double out_scale(const struct lab *lab)
{
    double sum = 0;

    for (size_t i = 0; i < lab->count; i++)
        sum += lab->tasks[i].points;
    return sum;
}

double out_scaled(const struct grading *g)
{
    // To a thousandth: no system shows more, and 1/3 has no end.
    return g->of > 0 ? round(g->points / g->of * out_scale(g->lab) * 1000) / 1000 : 0;
}

int out_written(FILE *to)
{
    if (fflush(to) == 0 && !ferror(to))
        return 0;
    if (errno == 0)
        errno = EIO;
    return -1;
}
