// protocol.h: what is said over a connection, with no idea of sockets.
//
// A service takes bytes from `in` and puts its answers in `out`. It never blocks, allocates or
// touches errno, and it takes only what it has room to answer: a full `out` is how a slow reader
// slows its own sender. How the input was cut into segments never changes an answer.
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/buf.h"

enum {
    FRAME_HEADER = 4,
    FRAME_MAX = 65536, // the longest payload
    GUESS_LINE = 256,  // the longest line, its end (\n or \r\n) not counted

    // Both buffers need this size: any whole message fits, and so does any answer.
    SESSION_BUF = FRAME_HEADER + FRAME_MAX,
};

enum verdict {
    GO_ON,     // waiting for more input, or for room to answer
    FINISHED,  // the conversation is over: send what is in `out`, then close
    VIOLATION, // the peer broke the rules: send what is in `out`, then close, and count it
};

enum language { ENGLISH, KOREAN, LANGUAGES };

// What guess says, without line ends; `invalid` is followed by the line that was.
extern const struct guess_phrases {
    const char *too_high, *too_low, *correct, *bye, *invalid;
} guess_phrases[LANGUAGES];

// One client's conversation, as far as it has come. 32 bytes or less.
struct session {
    const struct service *service;
    enum verdict verdict; // once it is not GO_ON, it stays
    enum language language;
    unsigned secret; // of guess: 1 to 9
};

struct service {
    const char *name;
    // Answers at most one message. Returns whether it did.
    bool (*step)(struct session *, struct buf *in, struct buf *out);
};

extern const struct service echo_service, frame_service, guess_service;

const struct service *service_named(const char *name); // NULL if there is none

// Begins a conversation. `ordinal` is the client's number in the order of accepting: the secret
// of guess depends on seed and ordinal alone.
void session_open(struct session *, const struct service *, enum language, uint64_t seed,
                  uint64_t ordinal);

// Answers the next message in `in`, if a whole one is there and `out` has room for its answer.
// Returns whether a message was answered: call again until it was not, then look at the
// verdict. Both buffers must be SESSION_BUF in size for a message of any length to get through.
bool session_step(struct session *, struct buf *in, struct buf *out);

#endif
