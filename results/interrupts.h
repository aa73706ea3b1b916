// interrupts.h: ^C and its relatives (SIGINT, SIGTERM, SIGHUP) as something to read, so that no
// measurement is half written.
#ifndef RESULTS_INTERRUPTS_H
#define RESULTS_INTERRUPTS_H

#include <signal.h>
#include <stdbool.h>

// From now on they end nothing: a descriptor becomes readable, which is returned. A pipe without a
// reader and a file too long are errors like a full disk. Dies if that can't be had.
int interrupts_catch(sigset_t *before);

// Whether one has come; it stays there to be read.
bool interrupts_came(int descriptor);

// From now on, while figures are drawn, they end the program. The one that has ended the measuring
// is taken: it would come again.
void interrupts_release(int descriptor, const sigset_t *before);

#endif
