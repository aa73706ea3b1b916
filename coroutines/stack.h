// stack.h: stacks from mmap(2): memory that costs nothing until it is touched, and below it a page
// that nobody may touch. Who needs more than there is dies there, and does not write into the
// stack of a neighbour.
#ifndef COROUTINES_STACK_H
#define COROUTINES_STACK_H

#include "coroutines/instruments.h"

// The deepest path, a warning with numbers in it, touches two pages, and a signal on top of it
// about one more; the rest is for other C libraries and processors. No frame is as large as a page.
enum { STACK_SIZE = 32 * 1024 * INSTRUMENTS_STACK };

// As many stacks as these are kept when they are given back: clients that come and go need no
// system call. Those beyond go back to the system.
enum { STACK_SPARES = 64 };

// The lowest address of STACK_SIZE bytes. NULL, with errno set: the system has no more. (Each is
// two mappings, and vm.max_map_count of them, 65,530 by default, is all that a process may have.)
void *stack_take(void);
void stack_give_back(void *);

#endif
