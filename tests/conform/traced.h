// traced.h: reads what --trace FILE has written, and holds it against docs/trace.md. For the cases
// here, and for the tests of server/trace.c.
#ifndef TESTS_TRACED_H
#define TESTS_TRACED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct traced_event {
    int64_t begun_ns, over_ns; // since the server began to listen
    long process, thread;
    char name[12];
    int64_t client, fd; // -1: no client's
    int64_t n;
};

struct traced {
    struct traced_event *event; // the caller frees it, once it has been read
    size_t count;
    uint64_t lost;
    int64_t origin_ns;
};

// Return NULL, or what is wrong with the text: an event lacks something, or has no business there;
// the events are not in the order of their ends; two of one thread overlap; the totals are wrong.
// The table's text is cut to pieces.
const char *traced_read_table(struct traced *, char *text);
const char *traced_read_json(struct traced *, const char *text);

// The first event from `from` on with this name, of this client (-1: whosoever), and an n of at
// least that (0: it has not failed); `count` if there is none.
size_t traced_find(const struct traced *, size_t from, const char *name, int64_t client,
                   int64_t least);

#endif
