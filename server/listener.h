// listener.h: the socket that clients come to.
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H

#include "server/options.h"

// Opens it as the options say. Dies with "cannot listen on ...".
int listener_open(const struct options *);

// The same for a listener that others may join, and one that joins it, with a queue of its own: -1,
// with errno, if it can't be opened.
int listener_open_shared(const struct options *);
int listener_join(const struct options *, int first);

// Prints `listening on ADDRESS:PORT`, the first line on standard output.
void listener_announce(int fd);

#endif
