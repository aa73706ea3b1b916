// switch.h: from one stack to another: the one thing here that C can't say. In switch.S for x86-64
// and aarch64, in by_ucontext.c for the others, and for all with -DSWITCH_BY_UCONTEXT.
#ifndef COROUTINES_SWITCH_H
#define COROUTINES_SWITCH_H

#include <stddef.h>

// Puts this stack's registers on it, notes in *left where, and goes on with those that were put at
// `next`. Returns when somebody switches back to *left.
void switch_stack(void **left, void *next);

// The same, to a stack that nobody has been on: calls function() there, which must not return.
void switch_begin(void **left, void *stack, size_t size, void (*function)(void));

#endif
