// html.c: see html.h.
#include "results/html.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

void html_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            // XML has no other control characters, nor has a page any use for them.
            fputc((unsigned char)*text < ' ' && *text != '\n' && *text != '\t' ? ' ' : *text, out);
        }
}

void html(FILE *out, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    while (*format != '\0') {
        size_t plain = strcspn(format, "%");
        fwrite(format, 1, plain, out);
        format += plain;
        if (strncmp(format, "%s", 2) == 0) {
            html_text(out, va_arg(args, const char *));
            format += 2;
        } else if (strncmp(format, "%u", 2) == 0) {
            fprintf(out, "%u", va_arg(args, unsigned));
            format += 2;
        } else if (strncmp(format, "%zu", 3) == 0) {
            fprintf(out, "%zu", va_arg(args, size_t));
            format += 3;
        } else if (*format == '%') {
            fputc('%', out);
            format += 2;
        }
    }
    va_end(args);
}

const char *html_address(const char *name, char address[HTML_ADDRESS])
{
    size_t n = 0;

    for (; *name != '\0' && n + 4 <= HTML_ADDRESS; name++) {
        unsigned char c = (unsigned char)*name;
        if (isascii(c) && (isalnum(c) || strchr("-._~/", c) != NULL))
            address[n++] = (char)c;
        else
            n += (size_t)snprintf(address + n, 4, "%%%02X", c);
    }
    address[n] = '\0';
    return address;
}

// ---- Pictures -----------------------------------------------------------------------------------

static const char spaces[] = " \t\r\n";

// One attribute of a tag: NAME, or NAME="VALUE" with either kind of quotes.
struct attribute {
    const char *name, *value; // value: without its quotes; NULL: none
    size_t name_length, value_length;
    char quote;
};

// Reads the one at `at`; returns where it ends.
static const char *read_attribute(const char *at, struct attribute *a)
{
    *a = (struct attribute){.name = at, .name_length = strcspn(at, " \t\r\n=>/")};
    if (a->name_length == 0)
        return at + 1; // a stray sign is passed over
    at += a->name_length;
    const char *equals = at + strspn(at, spaces);
    if (*equals != '=')
        return at;
    at = equals + 1 + strspn(equals + 1, spaces);
    if (*at != '"' && *at != '\'')
        return at;
    a->quote = *at;
    a->value = at + 1;
    const char *end = strchr(a->value, a->quote);
    if (end == NULL)
        end = a->value + strlen(a->value);
    a->value_length = (size_t)(end - a->value);
    return *end != '\0' ? end + 1 : end;
}

static bool is_named(const struct attribute *a, const char *name)
{
    return a->name_length == strlen(name) && strncasecmp(a->name, name, a->name_length) == 0;
}

// A value in which "#ID" and "url(#ID)" become references to this picture's own.
static void put_references(FILE *out, const struct attribute *a, const char *prefix)
{
    const char *at = a->value, *end = at + a->value_length;

    if (at < end && *at == '#' && (is_named(a, "href") || is_named(a, "xlink:href"))) {
        fprintf(out, "#%s", prefix);
        at++;
    }
    while (at < end) {
        const char *found = memmem(at, (size_t)(end - at), "url(#", 5);
        const char *until = found != NULL ? found + 5 : end;
        fwrite(at, 1, (size_t)(until - at), out);
        if (found != NULL)
            fputs(prefix, out);
        at = until;
    }
}

static void put_attribute(FILE *out, const struct attribute *a, const char *prefix)
{
    if (a->name_length == 0 || strncasecmp(a->name, "on", 2) == 0)
        return;
    fprintf(out, " %.*s", (int)a->name_length, a->name);
    if (a->value == NULL)
        return;
    fprintf(out, "=%c%s", a->quote, is_named(a, "id") ? prefix : "");
    put_references(out, a, prefix);
    fputc(a->quote, out);
}

// Copies the tag at `at` ("<g id="a">", "</g>"); returns where it ends.
static const char *put_tag(FILE *out, const char *at, const char *prefix, const char *attributes)
{
    size_t name = 1 + strcspn(at + 1, " \t\r\n>");

    if (name > 2 && at[name - 1] == '/')
        name--; // <path/>
    fwrite(at, 1, name, out);
    if (attributes != NULL)
        fprintf(out, " %s", attributes);
    at += name;
    while (*at != '\0' && *at != '>') {
        struct attribute a;
        size_t gap = strspn(at, spaces);
        at += gap;
        if (*at == '/') {
            fputc(*at++, out);
            continue;
        }
        if (*at == '>' || *at == '\0')
            break;
        at = read_attribute(at, &a);
        put_attribute(out, &a, prefix);
    }
    fputc('>', out);
    return *at == '>' ? at + 1 : at;
}

static bool is_tag(const char *at, const char *name)
{
    size_t length = strlen(name);

    return strncasecmp(at, name, length) == 0 && at[length] != '\0' &&
           strchr(" \t\r\n/>", at[length]) != NULL;
}

// What is passed over from `at` on, whole: scripts, style sheets (they would hold for all of the
// page), comments, and the picture's own title, which would pop up wherever the pointer rests,
// while that of a part names what is under the pointer. NULL: nothing.
static const char *skip(const char *at, bool within_part)
{
    static const char *const left_out[][2] = {
        {"<script", "</script>"},
        {"<style", "</style>"},
        {"<desc", "</desc>"},
        {"<title", "</title>"}, // the last: only outside of parts
    };
    enum { LEFT_OUT = sizeof left_out / sizeof *left_out };
    const char *mark = strncmp(at, "<!--", 4) == 0 ? "-->" : NULL;

    for (size_t i = 0; i < (within_part ? LEFT_OUT - 1 : LEFT_OUT); i++)
        if (is_tag(at, left_out[i][0]))
            mark = left_out[i][1];
    if (mark == NULL)
        return NULL;
    const char *end = strcasestr(at, mark);
    return end != NULL ? end + strlen(mark) : at + strlen(at);
}

bool html_picture(FILE *out, const char *svg, const char *prefix, const char *attributes)
{
    const char *at = strstr(svg, "<svg");
    bool within_part = false;

    if (at == NULL)
        return false;
    at = put_tag(out, at, prefix, attributes);
    while (*at != '\0') {
        size_t text = strcspn(at, "<");
        fwrite(at, 1, text, out);
        at += text;
        const char *end = skip(at, within_part);
        within_part = within_part || is_tag(at, "<g");
        if (*at != '\0')
            at = end != NULL ? end : put_tag(out, at, prefix, NULL);
    }
    return true;
}
