// instruments.h: who changes stacks must say so to those that watch its memory. Nobody watches: all
// of this is nothing. Conditions of the preprocessor stand here, in switch.S and in by_ucontext.c,
// and nowhere else: how it is compiled decides, not how it runs.
#ifndef COROUTINES_INSTRUMENTS_H
#define COROUTINES_INSTRUMENTS_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__) // gcc's word for it
#define INSTRUMENTS_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) // clang's
#define INSTRUMENTS_ASAN
#endif
#endif

#ifdef INSTRUMENTS_ASAN
#include <sanitizer/asan_interface.h>

enum { INSTRUMENTS_STACK = 8 }; // its frames are so many times as large: borders around each array

// Before a switch. *state: what it keeps for the stack that is left; NULL: that one has ended.
static inline void instruments_leave(void **state, const void *next, size_t size)
{
    __sanitizer_start_switch_fiber(state, next, size);
}

// After it, on the other stack. Tells which one was left.
static inline void instruments_arrive(void *state, const void **left, size_t *size)
{
    __sanitizer_finish_switch_fiber(state, left, size);
}

// Functions that never returned have left their borders on it.
static inline void instruments_clean(void *stack, size_t size)
{
    __asan_unpoison_memory_region(stack, size);
}

#else

enum { INSTRUMENTS_STACK = 1 };

static inline void instruments_leave(void **state, const void *next, size_t size)
{
    (void)state, (void)next, (void)size;
}

static inline void instruments_arrive(void *state, const void **left, const size_t *size)
{
    (void)state, (void)left, (void)size;
}

static inline void instruments_clean(void *stack, size_t size)
{
    (void)stack, (void)size;
}

#endif

// valgrind takes a step of the stack pointer from one of our stacks to its neighbour for a huge
// local array, unless it knows them. Outside valgrind this is five instructions that do nothing.
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define VALGRIND_STACK_REGISTER(start, end) 0
#define VALGRIND_STACK_DEREGISTER(id) (void)(id)
#endif

static inline unsigned instruments_watch(void *stack, size_t size)
{
    (void)stack, (void)size;
    return VALGRIND_STACK_REGISTER(stack, (unsigned char *)stack + size);
}

static inline void instruments_unwatch(unsigned id, void *stack, size_t size)
{
    instruments_clean(stack, size);
    VALGRIND_STACK_DEREGISTER(id);
}

#endif
