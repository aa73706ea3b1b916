// pass.h: clients handed from one process to another, over a Unix socket (a pair of
// SOCK_SEQPACKET, so that a message stays a message).
//
// What travels is not a number but the open socket: the receiver gets a descriptor of its own for
// it (SCM_RIGHTS, unix(7) and cmsg(3)), and with it the client's place in the order of accepting.
#ifndef SERVER_PASS_H
#define SERVER_PASS_H

#include <stdbool.h>

// In the parent: sends the client to whoever is at the other end. False: it can't be sent, errno
// says why. fd stays the caller's, either way.
bool pass_client(int channel, int fd);

// In the child: sleeps until a client comes. Its descriptor, or as in server.h: ACCEPT_NONE, one
// was lost for want of a descriptor here; ACCEPT_STOPPED, no more will come.
int receive_client(int channel);

// The child says that it is free for a client, and the parent hears it. False: the other end has
// gone.
bool say_free(int channel);
bool hear_free(int channel);

#endif
