// notify.h: tells whoever started loadgen when the window begins and when it ends (--notify-fd), so
// that they can look at the server at these moments. Over a socket the end is to be answered: until
// then connections stand as they are, and nothing is asked on them.
#ifndef LOADGEN_NOTIFY_H
#define LOADGEN_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

struct notify {
    int fd;       // -1: nobody is to be told, or can be
    bool answers; // it is a socket
    enum { BEGIN_DUE, END_DUE, ANSWER_DUE, PARTED } stage;
    int64_t asked; // when the end was told
    int parting;   // an eventfd: readable once connections may be closed
};

void notify_open(struct notify *, int fd);
void notify_close(struct notify *);

// The main thread's: tells what is to be told by now.
void notify_look(struct notify *, int64_t begin, int64_t end, int64_t now);

// When to look again, if not before; INT64_MAX: never. And the descriptor that an answer is awaited
// from; -1: none.
int64_t notify_moment(const struct notify *, int64_t begin, int64_t end);
int notify_answers_on(const struct notify *);

// There will be nothing more to tell: connections may be closed.
void notify_part(struct notify *);

// Each thread's, before it closes its connections. Returns when it may.
void notify_await_parting(const struct notify *);

#endif
