// talk_script.c: see talk_script.h.
#include "loadgen/talk_script.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/units.h"

static const int64_t HOUR_NS = 3600 * NS_PER_SECOND;
static const uint64_t BYTES_MAX = UINT64_C(1) << 30;

// What stands after the `=`, if anything may.
enum given { NOTHING, TEXT, BYTES, SECONDS };

static const struct {
    const char *name;
    enum given given;
    bool optional;
} verbs[] = {
    [TALK_CONNECT] = {"connect", NOTHING, false},     [TALK_SEND] = {"send", TEXT, false},
    [TALK_SEND_BYTES] = {"send-bytes", BYTES, false}, [TALK_READ] = {"read", BYTES, true},
    [TALK_SILENT] = {"silent", SECONDS, false},       [TALK_END] = {"end", NOTHING, false},
    [TALK_FINISH] = {"finish", NOTHING, false},       [TALK_CLOSE] = {"close", NOTHING, false},
    [TALK_RESET] = {"reset", NOTHING, false},         [TALK_PAUSE] = {"pause", SECONDS, false},
};

const char *talk_verb_name(enum talk_verb verb)
{
    return verbs[verb].name;
}

_Noreturn static void refuse(const char *word, const char *what, const char *allowed)
{
    die_usage("step '%s': %s; give %s", word, what, allowed);
}

// ---- Texts -------------------------------------------------------------------------------------

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The byte that an escape stands for, *at being what follows its backslash; -1: none.
static int unescape_one(const char **at)
{
    static const char letters[] = "abefnrtv\\\"'?", bytes[] = "\a\b\033\f\n\r\t\v\\\"'?";
    const char *c = *at, *letter;
    int value = 0, digits = 0;

    if (*c == 'x') {
        for (c++; digits < 2 && hex_value(*c) >= 0; c++, digits++)
            value = value * 16 + hex_value(*c);
        *at = c;
        return digits == 2 ? value : -1;
    }
    for (; digits < 3 && *c >= '0' && *c <= '7'; c++, digits++)
        value = value * 8 + (*c - '0');
    if (digits > 0) {
        *at = c;
        return value <= UINT8_MAX ? value : -1;
    }
    if (*c == '\0' || (letter = strchr(letters, *c)) == NULL)
        return -1;
    *at = c + 1;
    return (unsigned char)bytes[letter - letters];
}

// In place: it can only become shorter. Returns its length.
static uint64_t unescape(char *text, const char *word)
{
    const char *from = text;
    char *to = text;

    while (*from != '\0') {
        int byte = (unsigned char)*from++;
        if (byte == '\\' && (byte = unescape_one(&from)) < 0)
            refuse(word, "this escape is not known",
                   "\\n, \\r, \\t, \\\\, \\xHH, an octal \\0 to \\377, or another of C's");
        *to++ = (char)byte;
    }
    return (uint64_t)(to - text);
}

// ---- Who ---------------------------------------------------------------------------------------

static unsigned find_name(struct talk_script *s, const char *name)
{
    unsigned i = 0;

    while (i < s->named && strcmp(s->names[i], name) != 0)
        i++;
    if (i == s->named) {
        s->names = reallocarray(s->names, s->named + 1, sizeof *s->names);
        if (s->names == NULL)
            die_errno("cannot keep the names");
        memcpy(s->names[s->named++], name, TALK_NAME);
    }
    return i;
}

static bool is_name(const char *who)
{
    if (!isascii(*who) || !isalpha(*who))
        return false;
    return who[strspn(who, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] ==
           '\0';
}

// "7" or "0-1039".
static bool read_numbers(struct talk_step *step)
{
    char first[TALK_NAME];
    uint64_t from, to;
    const char *dash = strchr(step->who, '-');

    memcpy(first, step->who, sizeof first);
    if (dash != NULL)
        first[dash - step->who] = '\0';
    if (!units_count(first, 0, TALK_NUMBERS - 1, &from) ||
        !units_count(dash != NULL ? dash + 1 : first, from, TALK_NUMBERS - 1, &to))
        return false;
    step->numbered = true;
    step->first = (unsigned)from;
    step->last = (unsigned)to;
    return true;
}

static void read_who(struct talk_script *s, struct talk_step *step, const char *word, size_t length)
{
    if (length >= sizeof step->who)
        refuse(word, "this name is too long", "one of up to 23 characters");
    memcpy(step->who, word, length); // the rest of it is 0
    if (read_numbers(step)) {
        if (step->last >= s->numbers)
            s->numbers = step->last + 1;
    } else if (is_name(step->who)) {
        step->first = step->last = find_name(s, step->who);
    } else {
        refuse(word, "it does not say whose it is",
               "a name such as A or greedy, a number, or numbers such as 0-1039 (up to 99999), and "
               "a colon");
    }
}

// ---- What --------------------------------------------------------------------------------------

static enum talk_verb find_verb(const char *word, const char *what, size_t length)
{
    for (unsigned v = 0; v < sizeof verbs / sizeof *verbs; v++)
        if (strlen(verbs[v].name) == length && strncmp(verbs[v].name, what, length) == 0 &&
            v != TALK_PAUSE)
            return (enum talk_verb)v;
    refuse(word, "this is not known",
           "connect, send=TEXT, send-bytes=N, read, read=N, silent=SEC, end, finish, close or "
           "reset after the colon; or pause=SEC without WHO");
}

static void read_text(struct talk_step *step, const char *word, const char *given)
{
    if (given == NULL || *given == '\0')
        refuse(word, "there is nothing to send", "a text, such as send=hello\\n");
    step->text = strdup(given);
    if (step->text == NULL)
        die_errno("cannot keep the steps");
    step->bytes = unescape(step->text, word);
}

static void read_given(struct talk_step *step, const char *word, const char *given)
{
    switch (verbs[step->verb].given) {
    case NOTHING:
        if (given != NULL)
            refuse(word, "nothing may stand after it", "the step without the `='");
        return;
    case TEXT:
        read_text(step, word, given);
        return;
    case BYTES:
        if (given == NULL && verbs[step->verb].optional)
            return;
        if (given == NULL || !units_size(given, 1, BYTES_MAX, &step->bytes))
            refuse(word, "this is no number of bytes", "1 to 1G, such as 16 or 64k, after a `='");
        return;
    case SECONDS:
        if (given == NULL || !units_seconds(given, HOUR_NS, &step->ns))
            refuse(word, "this is no time", "seconds, such as 2 or 0.5, up to 3600, after a `='");
        return;
    }
}

static void read_step(struct talk_script *s, struct talk_step *step, const char *word)
{
    const char *equals = strchr(word, '='), *colon = strchr(word, ':'), *what = word;

    step->verb = TALK_PAUSE;
    if (strncmp(word, "pause=", 6) == 0) {
        step->who[0] = '-';
    } else {
        if (colon == NULL || (equals != NULL && equals < colon))
            refuse(word, "it does not say whose it is",
                   "WHO:WHAT, such as A:connect, or pause=SEC");
        read_who(s, step, word, (size_t)(colon - word));
        what = colon + 1;
        step->verb = find_verb(word, what, equals != NULL ? (size_t)(equals - what) : strlen(what));
    }
    read_given(step, word, equals != NULL ? equals + 1 : NULL);
}

// ---- Whether it can be --------------------------------------------------------------------------

// A client without a connection can only connect, and one with a connection can't.
static void check_step(const struct talk_step *step, const char *word, bool *connected,
                       unsigned *together)
{
    for (unsigned i = step->first; i <= step->last; i++) {
        if (step->verb == TALK_CONNECT && connected[i])
            refuse(word, "it is connected already", "close or reset before it, or another name");
        if (step->verb != TALK_CONNECT && !connected[i])
            refuse(word, "it is not connected by then", "connect before it");
        connected[i] = step->verb != TALK_CLOSE && step->verb != TALK_RESET;
        if (step->verb == TALK_CONNECT)
            ++*together;
        else if (!connected[i])
            --*together;
    }
}

static void check_order(struct talk_script *s, char **words)
{
    bool *numbered = calloc(s->numbers + 1, sizeof *numbered);
    bool *named = calloc(s->named + 1, sizeof *named);
    unsigned together = 0;

    if (numbered == NULL || named == NULL)
        die_errno("cannot check the steps");
    for (unsigned i = 0; i < s->n; i++) {
        if (s->steps[i].verb != TALK_PAUSE)
            check_step(&s->steps[i], words[i], s->steps[i].numbered ? numbered : named, &together);
        s->most = together > s->most ? together : s->most;
    }
    free(numbered);
    free(named);
}

void talk_script_read(struct talk_script *s, char **words, unsigned n)
{
    *s = (struct talk_script){.steps = calloc(n + 1, sizeof *s->steps), .n = n};
    if (s->steps == NULL)
        die_errno("cannot keep the steps");
    for (unsigned i = 0; i < n; i++)
        read_step(s, &s->steps[i], words[i]);
    check_order(s, words);
}

void talk_script_free(struct talk_script *s)
{
    for (unsigned i = 0; i < s->n; i++)
        free(s->steps[i].text);
    free(s->steps);
    free(s->names);
}
