// crew.h: the crew of workers.c: threads that sleep until a client has something to do.
#ifndef EPOLL_CREW_H
#define EPOLL_CREW_H

#include "server/worker.h"

// Makes the crew as large as --workers says, or as the system allows: one thread at least, unless
// the stop comes first. Called again, it looks for those who are still missing. Each member calls
// serve(a worker of its own, a client) for one job after the other.
void crew_hire(struct server *, void serve(struct worker *, struct conn *));

// A client that stands in no queue is the next job. From now on it is the crew's: one of them will
// serve it, and knows nobody else that does.
void crew_put(struct conn *);

// No more jobs will come. Returns when all are done, and the crew has gone home.
void crew_dismiss(void);

#endif
