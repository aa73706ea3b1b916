// faults.h: what the cases of faults and limits have in common: ways to hinder a server, and to see
// what became of it.
#ifndef TESTS_CONFORM_FAULTS_H
#define TESTS_CONFORM_FAULTS_H

#include "tests/conform/conform.h"

// ---- As many as the model serves ----

// Of `wanted` clients, as many as the candidate is expected to serve at once; 1 where it serves
// one at a time.
unsigned at_once(const struct trial *, unsigned wanted);

// Nothing, where bring_bystander() could bring none.
void ask_bystander(struct trial *, int bystander);

// The caller frees them.
unsigned char *random_bytes(struct trial *, size_t n, uint64_t seed);

// ---- What became of it ----

enum fate { SILENT, SERVED, GONE };

// What comes back to a client that has sent its request: within `seconds` just the expected bytes
// (SERVED), the end, FIN or RST, before all of them (GONE), or not even that. Wrong bytes fail the
// case.
enum fate fate_of(struct trial *, int client, const void *expected, size_t n, double seconds);

// Sends n bytes whatever becomes of the connection; false where it has ended.
bool push(struct trial *, int client, const void *bytes, size_t n);

// Dials until a newcomer is answered; fails the case where none was within `seconds`.
void await_service(struct trial *, double seconds);

// Waits until the server has so many descriptors, or fewer, and no zombie.
void await_descriptors(struct trial *, size_t most);

// Waits until the server's kernel has received all that this client has sent.
void await_received(struct trial *, int client);

// Waits until the server has closed the port on which it listened.
void await_closed(struct trial *);

// How it ended: expect_status(t, await_end(t, 10), 0).
void expect_status(struct trial *, int status, int expected);

// The bytes of this client that lie unread in the kernel on the server's side.
size_t unread_by_server(struct trial *, int client);

// Waits until the kernel on the server's side knows that the client, which has read all its bytes,
// has them. The end of the connection may still be under way.
void await_taken(struct trial *, int client);

// The share of one core that the server uses over so many seconds: 0.01 is one percent.
double load_over(struct trial *, double seconds);

long resident_kib(struct trial *); // of all its processes, what they share included
long largest_kib(struct trial *);  // the largest address space among its processes

// ---- Hindering it ----

// SIGSTOP to all its processes, and back when all stand; SIGCONT.
void freeze(struct trial *);
void thaw(struct trial *);

// Lets system calls of the running server fail, by strace(1) attached to all its processes and
// threads: `calls` as "?accept,?accept4" (a call that this machine lacks is no error with the
// question mark), `error` as "ENOMEM", `when` as "1..5". Every process and thread counts its own
// calls, from now on; those born later are traced too. Skips the case where strace may not attach.
void inject(struct trial *, const char *calls, const char *error, const char *when);
// Detaches; returns how many calls were made to fail.
size_t inject_end(struct trial *);

#endif
