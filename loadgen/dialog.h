// dialog.h: what one connection says and what it must hear: the client's side of the services, with
// no idea of sockets. Requests and answers are streams of bytes, cut anywhere.
//
// Echo and frames come back as they were sent, so any byte of an answer can be computed from the
// connection's key, the request's number and its place (content.h): nothing sent is kept. The game
// is held against the secrets that its replies so far still allow.
#ifndef LOADGEN_DIALOG_H
#define LOADGEN_DIALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loadgen/options.h"

enum { SECRETS = 9 };

// One message of the stream: how far it has been written, or heard.
struct place {
    uint64_t number; // of the message on this connection, from 0
    uint64_t key;    // of its content
    uint32_t size;   // of the whole message, in bytes
    uint32_t at;     // bytes of it that are done
};

struct dialog {
    const struct plan *plan;
    uint64_t key;         // of this connection: no two of a run are alike
    struct place saying;  // the request that is being written, or comes next
    struct place hearing; // the answer that is awaited
    bool spoilt;          // that answer has had a wrong byte:
    uint64_t wrong_at;    // ... here, the first one
    int got, expected;    // ... as in struct wrong
    int unasked;          // the first of the bytes that nobody asked for last
    bool over;            // the game has ended: the server closes
    unsigned char chosen; // guesses made up so far
    unsigned char guess[SECRETS];
    uint16_t possible, untried; // a bit per number: may be the secret; has not been guessed
    uint16_t phrases;           // a bit per reply that the line so far may become
};

void dialog_open(struct dialog *, const struct plan *, uint64_t key);

// Whether there is another request to make: always, but in the game, which has nine guesses at
// most.
bool dialog_can_say(const struct dialog *);

// Writes what comes next of the stream of up to `requests` requests (one begun counts) to `to`.
// Returns the bytes, at most `room`; asking again gives the same ones until dialog_said().
size_t dialog_say(struct dialog *, uint64_t requests, unsigned char *to, size_t room);

// n bytes of those have been written. Returns how many requests that has made whole.
unsigned dialog_said(struct dialog *, size_t n);

enum heard {
    HEARD_PART,    // the answer is not whole yet: all n bytes are used
    HEARD_RIGHT,   // it is whole, and right
    HEARD_WRONG,   // it is whole, or can't go on, and wrong: see wrong_at, got, expected
    HEARD_UNASKED, // bytes came though nothing was asked: see unasked; all are used
};

// Takes bytes up to the end of one answer. *used says how many; *size is the payload of a whole
// answer.
enum heard dialog_hear(struct dialog *, const unsigned char *bytes, size_t n, size_t *used,
                       uint32_t *size);

// game.c: the same for the game.
void game_open(struct dialog *);
bool game_can_say(const struct dialog *);
size_t game_say(struct dialog *, uint64_t requests, unsigned char *to, size_t room);
enum heard game_hear(struct dialog *, const unsigned char *bytes, size_t n, size_t *used,
                     uint32_t *size);

#endif
