// coroutine.h: functions that can stop in the middle and go on later, each on a stack of its own.
//
// One thread runs them all, one at a time, and none is ever interrupted by another: a coroutine
// runs until it pauses or returns. Whoever started or resumed it waits for that as for any call.
#ifndef COROUTINES_COROUTINE_H
#define COROUTINES_COROUTINE_H

#include <stdbool.h>

struct coroutine;

// Calls function(arg) on a new stack, and returns when it pauses or returns. False, with errno set:
// there was no stack to be had. STACK_SIZE (stack.h) is all the room that the function has.
bool coroutine_start(void (*function)(void *), void *arg);

// In a coroutine: its own handle, for whoever is to resume it.
struct coroutine *coroutine_running(void);

// In a coroutine: stops here, and goes on when it is resumed. Returns the message that came along.
int coroutine_pause(void);

// Lets a paused one go on; returns when it pauses again, or has returned and is no more.
void coroutine_resume(struct coroutine *, int message);

#endif
