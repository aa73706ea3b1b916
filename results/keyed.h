// keyed.h: text files of `key = value` lines, such as scenarios: which lines there are, not what
// they mean.
//
// `#` at the begin of a line or after a blank opens a comment. A line that begins with a blank goes
// on with the value before it. `key.point = value` is the key's value for one point only.
#ifndef RESULTS_KEYED_H
#define RESULTS_KEYED_H

#include <stdbool.h>
#include <stddef.h>

struct keyed_entry {
    char *key, *value; // never empty; runs of blanks in the value are one space
    const char *point; // what follows the key's first dot; or empty
    unsigned line;     // where it begins, from 1
};

struct keyed {
    const char *file;
    char *text; // the whole file, as it stands
    struct keyed_entry *list;
    size_t count;
    unsigned lines; // of the file
};

// False, and *why says "FILE:LINE: what is wrong and what is allowed" (allocated; the caller frees
// it). To be freed in either case.
bool keyed_read(struct keyed *, const char *file, char **why);
void keyed_free(struct keyed *);

// The value of a key for a point (""  for all); NULL: not in the file.
const struct keyed_entry *keyed_find(const struct keyed *, const char *key, const char *point);

// Says what is wrong with a line. Always false, so that a reader can return it.
bool keyed_fault(const struct keyed *, unsigned line, char **why, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
