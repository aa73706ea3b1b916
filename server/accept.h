// accept.h: between server.c, which begins, and accept.c. Models use server.h.
#ifndef SERVER_ACCEPT_H
#define SERVER_ACCEPT_H

// Before the first accept: makes what accepting needs. Dies if there is no memory.
void accept_begin(void);

#endif
