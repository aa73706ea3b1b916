// server.h: what every server needs before and after its model.
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>

#include "server/options.h"
#include "server/stop.h"

struct server {
    const char *model;
    struct options options;
    int listener;
    int64_t retry_ns; // clock_now() from which on to try accept again; 0: no reason to wait
};

// What server_accept() and server_accept_now() return when it is not a client's descriptor.
enum {
    ACCEPT_NONE = -1,    // nobody to be had now: nobody waits, or those who did were refused
    ACCEPT_LATER = -2,   // the system is short of something: leave the listener alone for a while
    ACCEPT_STOPPED = -3, // the stop has begun: finish the clients that are here
};

// Reads the options, opens the listener, maps the counters, arms the stop and says `listening on
// ...`. Ends the program with a message if any of that fails.
void server_start(struct server *, const char *model, int argc, char **argv);

// The same, for models with several loops, each with a listener of its own on the one address: the
// others join the first, and the kernel spreads the newcomers over them (SO_REUSEPORT, socket(7)).
// A server started twice is refused as ever; only a program of the same user that asks for
// SO_REUSEPORT itself is let in.
void server_start_shared(struct server *first, const char *model, int argc, char **argv);
bool server_join(struct server *other, const struct server *first); // false: it can't (errno)
void server_leave(struct server *other); // before it has been dealt a client

// The size of a crew of which each member takes so many descriptors of this process: --workers, but
// half of all descriptors are left to clients.
unsigned server_crew(const struct server *, unsigned descriptors);

// Sleeps until a client comes: its descriptor, blocking; or ACCEPT_STOPPED.
int server_accept(struct server *);

// The same, but no longer than the listener lets accept sleep: not at all when it is non-blocking,
// as long as its SO_RCVTIMEO otherwise. Then ACCEPT_NONE.
int server_accept_for(struct server *);

// For loops that sleep elsewhere: a descriptor that does not block, or one of the above at once.
// The listener must be non-blocking: see server_listen_nonblocking().
int server_accept_now(struct server *);
void server_listen_nonblocking(struct server *);

// What follows accept4(2) where the kernel makes the call (flags: SOCK_CLOEXEC): it came to
// `result`, a descriptor or an error below 0 as io_uring says it. Returns as server_accept_now()
// does.
int server_accepted(struct server *, int result);

// Whether the time to leave the listener alone is over; once for each ACCEPT_LATER.
bool server_may_accept_again(struct server *);

// What accept would need is still missing: to be left alone for a while more.
void server_accept_later(struct server *);

// Turns an accepted client away and closes fd, since something (errno says why) is missing for it.
void server_refuse(int fd, const char *missing);

// A pause of 0.1 s before trying again what the system has refused.
void server_nap(void);

// Writes the counters where --stats says. Returns the exit status: 0 if they are written and every
// client got what it was owed.
int server_finish(struct server *);

// The client's number in the order of accepting, from 0, by its descriptor; and to note it, where
// another process has accepted it.
uint64_t server_ordinal(int fd);
void server_set_ordinal(int fd, uint64_t ordinal);

#endif
