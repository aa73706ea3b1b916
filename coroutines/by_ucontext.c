// by_ucontext.c: the switch for machines that switch.S does not know, by what once was POSIX.
// swapcontext(3) does what switch.S does, and asks the kernel for the signal mask besides: a system
// call each time, for something that no coroutine here ever changes.
#include "coroutines/switch.h"

#if defined(SWITCH_BY_UCONTEXT) || !(defined(__x86_64__) || defined(__aarch64__))

#include <ucontext.h>

void switch_stack(void **left, void *next)
{
    ucontext_t here; // on the stack that is left, as in switch.S, only larger: about 1 KiB

    *left = &here; // cppcheck-suppress autoVariables ; good until we return
    swapcontext(&here, next);
}

void switch_begin(void **left, void *stack, size_t size, void (*function)(void))
{
    ucontext_t here, there;

    *left = &here; // cppcheck-suppress autoVariables ; as above
    getcontext(&there);
    there.uc_stack = (stack_t){.ss_sp = stack, .ss_size = size};
    there.uc_link = NULL;
    makecontext(&there, function, 0);
    swapcontext(&here, &there);
}

#endif
