// talk_client.h: a client of talk: one connection, and what has become of it.
#ifndef LOADGEN_TALK_CLIENT_H
#define LOADGEN_TALK_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "loadgen/dial.h"
#include "loadgen/talk_script.h"

// What a step of one client has come to.
enum talk_outcome {
    TALK_DONE,       // "ok": what was asked for has been done; bytes have come
    TALK_WAS_SILENT, // "silent": time is up, and it is not done (or nothing has come)
    TALK_WAS_ENDED,  // "end": the server has no more to send
    TALK_WAS_RESET,  // "reset": the server has thrown the connection away
    TALK_WAS_REFUSED,
    TALK_HAS_FAILED, // for another reason: an errno
    TALK_OUTCOMES,
};

enum { TALK_KEPT = 256 };

struct talk_client {
    int fd;                // -1: none
    bool watched;          // by talk_run.c
    bool stirred;          // something has happened to it since its step was last tried
    bool finished;         // it has said that it sends no more
    bool thrown;           // the server's reset, which is told only once, has been met
    bool over;             // nothing more will come
    enum talk_outcome end; // where it is over: how
    int64_t asked_at;      // when it last began to connect or to send
    int64_t came_at;       // when the first byte came that has not been read; 0: there is none
    int64_t over_at;       // when the end, or an error, was there; 0: not yet

    // Of the step under way, or the last one.
    bool busy;
    enum talk_outcome outcome;
    int error;            // where it has failed
    int64_t begun, ended; // clock_now()
    int64_t waited;       // ns from asked_at until this came about; -1: that says nothing
    uint64_t bytes;       // moved, or come
    unsigned kept;        // of these the first, of what came
    unsigned char text[TALK_KEPT];
};

// Begins a step of its own.
void talk_begin(struct talk_client *, enum talk_verb);

// Tries to do it, without waiting: whether it is over with it. Where it is not, something must
// happen to its descriptor first.
bool talk_try(struct talk_client *, const struct talk_step *, struct dial *);

// Something has happened to it, as epoll_ctl(2) has it, by the time `at`.
void talk_note(struct talk_client *, uint32_t events, int64_t at);

// Time is up.
void talk_give_up(struct talk_client *, const struct talk_step *);

#endif
