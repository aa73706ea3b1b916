// stack.c: see stack.h.
#include "coroutines/stack.h"

#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

static void *spare[STACK_SPARES];
static unsigned spares;

// What can be protected at all is whole pages.
static size_t guard_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

void *stack_take(void)
{
    size_t guard = guard_size();

    if (spares > 0)
        return spare[--spares]; // the last one given back: the likeliest to be in a cache
    unsigned char *base = mmap(NULL, guard + STACK_SIZE, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        return NULL;
    if (mprotect(base, guard, PROT_NONE) < 0) { // makes two mappings of one
        munmap(base, guard + STACK_SIZE);
        return NULL;
    }
    return base + guard;
}

void stack_give_back(void *stack)
{
    size_t guard = guard_size();

    if (spares < STACK_SPARES)
        spare[spares++] = stack;
    else
        munmap((unsigned char *)stack - guard, guard + STACK_SIZE);
}
