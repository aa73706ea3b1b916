// talk_run.h: the clients of talk, and what they do together. All of them are watched all the time,
// so that the moment at which something came is known, however much later it is read.
#ifndef LOADGEN_TALK_RUN_H
#define LOADGEN_TALK_RUN_H

#include "loadgen/talk_client.h"

struct talk {
    struct dial dial;
    int epoll;
    int64_t patience;     // ns that a step may take at most
    int64_t began;        // clock_now() before the first step
    int64_t begun, ended; // of the last step
    struct talk_client *numbers, *named;
};

// The clients of a script, none of them connected. Dies where there is no memory for them.
void talk_open(struct talk *, const struct talk_script *, const struct address *target,
               int64_t patience);
void talk_close(struct talk *, const struct talk_script *);

// Does one step, of all its clients at once. Takes `patience` at most, or what the step says.
void talk_do(struct talk *, const struct talk_step *);

// Client i of the step, counted from its first.
struct talk_client *talk_who(const struct talk *, const struct talk_step *, unsigned i);

#endif
