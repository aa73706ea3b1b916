// talk_script.h: what the clients of talk shall do: the steps on its command line.
#ifndef LOADGEN_TALK_SCRIPT_H
#define LOADGEN_TALK_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

enum { TALK_NAME = 24, TALK_NUMBERS = 100000 };

enum talk_verb {
    TALK_CONNECT,
    TALK_SEND,       // `bytes` bytes of `text`
    TALK_SEND_BYTES, // `bytes` bytes of a pattern
    TALK_READ,       // whatever comes next, or `bytes` bytes where that is above 0
    TALK_SILENT,     // nothing for `ns`
    TALK_END,        // all that comes, up to the end of the stream
    TALK_FINISH,     // no more to send: SHUT_WR
    TALK_CLOSE,
    TALK_RESET, // close with an RST
    TALK_PAUSE, // nobody does anything for `ns`
};

struct talk_step {
    char who[TALK_NAME];  // as it was given: "A", "0-1039"; "-" for a pause
    bool numbered;        // clients `first` to `last` by number; else the named client `first`
    unsigned first, last; // counted from 0
    enum talk_verb verb;
    int64_t ns;
    uint64_t bytes;
    char *text; // where the verb has one; without its escapes, so that it may hold NUL
};

struct talk_script {
    struct talk_step *steps;
    unsigned n;
    unsigned numbers;         // one more than the highest number that a step names
    char (*names)[TALK_NAME]; // of the clients with names
    unsigned named;
    unsigned most; // clients that are connected at once
};

// Reads the words. Ends the program with one line, status 64, where one is wrong, or where a client
// would do something before it connects.
void talk_script_read(struct talk_script *, char **words, unsigned n);
void talk_script_free(struct talk_script *);

// "connect", "send-bytes": the step without what it is done with.
const char *talk_verb_name(enum talk_verb);

#endif
