// keyed.c: see keyed.h.
#include "results/keyed.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"

bool keyed_fault(const struct keyed *keyed, unsigned line, char **why, const char *format, ...)
{
    va_list arguments;
    char *what;

    va_start(arguments, format);
    int length = vasprintf(&what, format, arguments);
    va_end(arguments);
    if (length < 0 || asprintf(why, "%s:%u: %s", keyed->file, line, what) < 0)
        die_errno("cannot allocate memory for a message");
    free(what);
    return false;
}

// Ends the line before its comment, then brings it to words with one space between.
static void tidy(char *line)
{
    char *to = line;

    for (const char *from = line; *from != '\0'; from++) {
        bool first = to == line || to[-1] == ' ';
        // A comment needs a blank before it, so that a value may hold a "#" within a word.
        if (*from == '#' && (from == line || isspace((unsigned char)from[-1])))
            break;
        if (!isspace((unsigned char)*from))
            *to++ = *from;
        else if (!first)
            *to++ = ' ';
    }
    if (to != line && to[-1] == ' ')
        to--;
    *to = '\0';
}

static char *copy(const char *text)
{
    char *made = strdup(text);

    if (made == NULL)
        die_errno("cannot allocate memory for a line");
    return made;
}

static bool add(struct keyed *keyed, char *text, char **why)
{
    char *equals = strchr(text, '=');
    struct keyed_entry *last;

    if (equals == NULL)
        return keyed_fault(keyed, keyed->lines, why,
                           "'%s' is no `key = value`; a value goes on in lines that begin with a "
                           "blank",
                           text);
    keyed->list = reallocarray(keyed->list, keyed->count + 1, sizeof *keyed->list);
    if (keyed->list == NULL)
        die_errno("cannot allocate memory for a line");
    last = &keyed->list[keyed->count++];
    last->value = copy(equals[1] == ' ' ? equals + 2 : equals + 1);
    *equals = '\0';
    if (equals != text && equals[-1] == ' ')
        equals[-1] = '\0';
    last->key = copy(text);
    last->line = keyed->lines;

    char *dot = strchr(last->key, '.');
    last->point = "";
    if (dot != NULL) {
        *dot = '\0';
        last->point = dot + 1;
    }
    if (*last->key == '\0' || (dot != NULL && *last->point == '\0'))
        return keyed_fault(keyed, keyed->lines, why,
                           "the key before '=' is missing; write `key = value` or "
                           "`key.point = value`");
    return true;
}

static void go_on(struct keyed_entry *entry, const char *text)
{
    char *longer;

    if (asprintf(&longer, "%s%s%s", entry->value, *entry->value == '\0' ? "" : " ", text) < 0)
        die_errno("cannot allocate memory for a line");
    free(entry->value);
    entry->value = longer;
}

static bool take_line(struct keyed *keyed, char *line, char **why)
{
    bool goes_on = isspace((unsigned char)*line) != 0;

    tidy(line);
    if (*line == '\0')
        return true;
    if (!goes_on)
        return add(keyed, line, why);
    if (keyed->count == 0)
        return keyed_fault(keyed, keyed->lines, why,
                           "this line begins with a blank, but there is no value before it to go "
                           "on with");
    go_on(&keyed->list[keyed->count - 1], line);
    return true;
}

static bool check(const struct keyed *keyed, char **why)
{
    for (size_t i = 0; i < keyed->count; i++) {
        const struct keyed_entry *entry = &keyed->list[i];
        const struct keyed_entry *first = keyed_find(keyed, entry->key, entry->point);
        const char *dot = *entry->point == '\0' ? "" : ".";
        if (first != entry)
            return keyed_fault(keyed, entry->line, why,
                               "'%s%s%s' has been given in line %u already", entry->key, dot,
                               entry->point, first->line);
        if (*entry->value == '\0')
            return keyed_fault(keyed, entry->line, why,
                               "'%s%s%s' has no value; leave the line out for the default",
                               entry->key, dot, entry->point);
    }
    return true;
}

// The whole file at once, so that what is kept of it is what was read.
static bool read_text(struct keyed *keyed, char **why)
{
    FILE *from = fopen(keyed->file, "re");
    size_t room = 0;
    ssize_t length = -1;

    if (from != NULL) {
        length = getdelim(&keyed->text, &room, '\0', from);
        if (length < 0 && !ferror(from) && keyed->text != NULL) { // it is empty
            *keyed->text = '\0';
            length = 0;
        }
    }
    int error = errno;
    if (from != NULL)
        fclose(from);
    if (length < 0)
        return keyed_fault(keyed, 0, why, "cannot be read: %s", strerror(error));
    if (strlen(keyed->text) != (size_t)length)
        return keyed_fault(keyed, 0, why, "is no text: it holds a byte 0");
    return true;
}

bool keyed_read(struct keyed *keyed, const char *file, char **why)
{
    bool good = true;

    *keyed = (struct keyed){.file = file};
    if (!read_text(keyed, why))
        return false;
    char *lines = copy(keyed->text), *rest = lines, *line;
    while (good && (line = strsep(&rest, "\n")) != NULL) {
        if (rest == NULL && *line == '\0') // after the last line's end
            break;
        keyed->lines++;
        good = take_line(keyed, line, why);
    }
    free(lines);
    return good && check(keyed, why);
}

void keyed_free(struct keyed *keyed)
{
    for (size_t i = 0; i < keyed->count; i++) {
        free(keyed->list[i].key);
        free(keyed->list[i].value);
    }
    free(keyed->list);
    free(keyed->text);
}

const struct keyed_entry *keyed_find(const struct keyed *keyed, const char *key, const char *point)
{
    for (size_t i = 0; i < keyed->count; i++)
        if (strcmp(keyed->list[i].key, key) == 0 && strcmp(keyed->list[i].point, point) == 0)
            return &keyed->list[i];
    return NULL;
}
