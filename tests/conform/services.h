// services.h: what the cases of the services have in common: a bystander whom nothing may disturb,
// and ways to send that leave nothing to chance.
#ifndef TESTS_CONFORM_SERVICES_H
#define TESTS_CONFORM_SERVICES_H

#include "tests/conform/conform.h"

// Another client of the same server, connected and served before the case's own. A server that
// serves one at a time has none until the first has left: -1.
int bring_bystander(struct trial *);

// Closes the client whose conversation is over, and makes sure that the bystander is
// served: beside it, and after it.
void leave_to_bystander(struct trial *, int client, int bystander);

// Waits until the server has read what was sent so far, so that what is sent next reaches it by
// another read. A server that leaves bytes in the kernel is not waited for long: then the cut
// is none, and the case says less, but nothing wrong.
void let_server_read(int client);
void say_part(struct trial *, int client, const void *bytes, size_t n); // say(), and this

// Sends in a process of its own, then FIN, while the caller receives. Returns its pid for
// end_sender(), which waits for it.
pid_t start_sender(struct trial *, int client, const void *bytes, size_t n);
void end_sender(struct trial *, pid_t);

// Sends with FIN in the last segment.
void say_and_finish(struct trial *, int client, const void *bytes, size_t n);

// Nothing arrives for so long that an unasked-for answer would have.
void hear_nothing(struct trial *, int client, const char *when);

// Sends a message in so many pieces of the same length, again and again, and wants most of the
// answers at once: Nagle's algorithm at the server and delayed acknowledgements at the client
// cost 40 ms a message together. Returns the median round in milliseconds.
double check_prompt(struct trial *, int client, const void *message, size_t n, size_t pieces,
                    const void *answer, size_t answer_n);

// One line without its end, which is \n alone; NUL-terminated; returns its length.
size_t hear_line(struct trial *, int client, char *line, size_t size);

// One game of guess, by halving what is left. Begins with low = 1, high = 9.
struct game {
    int client, low, high; // the secret lies between them, both included
    unsigned guesses;
};

int guess_next(struct trial *, struct game *); // the secret once it was found, else 0

// A growing row of frames or lines, to be sent as one run of bytes. Begins as {0}; the caller
// frees `bytes`.
struct row {
    unsigned char *bytes;
    size_t n, room;
};

enum { FRAME_HEADER = 4, FRAME_LONGEST = 65536 };

void add_bytes(struct trial *, struct row *, const void *bytes, size_t n);
void add_frame(struct trial *, struct row *, uint32_t n, uint64_t seed); // n random bytes
void add_header(struct trial *, struct row *, uint32_t n);               // announces n bytes
uint32_t pick(uint64_t seed, uint32_t limit); // a random number below `limit`, reproducible

// Starts with `--stats -`; stops the server and returns how many violations it has counted: in a
// counter of that name, or, for want of one, in `broken`, which the contract names.
void start_counting(struct trial *, const char *service, unsigned clients);
unsigned long stop_and_count_violations(struct trial *);

#endif
