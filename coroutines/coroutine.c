// coroutine.c: see coroutine.h. Who runs, and who goes on when that one stops.
#include "coroutines/coroutine.h"

#include <stdalign.h>
#include <stddef.h>

#include "coroutines/instruments.h"
#include "coroutines/stack.h"
#include "coroutines/switch.h"

// Lies at the upper end of its own stack, in the page that is touched in any case: a coroutine that
// needs little costs one page in all.
struct coroutine {
    alignas(64) void *registers; // where switch.h has put them while it does not run
    struct coroutine *back;      // who goes on when it stops
    void (*function)(void *);
    void *arg;
    int message;
    bool started, ended;
    unsigned watched_as; // instruments.h
    const void *stack;   // its lowest address; main()'s is asked for by none but instruments.h
    size_t size;
};

static struct coroutine whole_program = {.started = true}; // main() and what it calls
static struct coroutine *running = &whole_program;

static void begin(void);

static void switch_to(struct coroutine *next)
{
    struct coroutine *self = running;
    void *state = NULL;

    running = next;
    instruments_leave(self->ended ? NULL : &state, next->stack, next->size);
    if (next->started)
        switch_stack(&self->registers, next->registers);
    else
        switch_begin(&self->registers, (void *)next->stack, next->size, begin);
    instruments_arrive(state, NULL, NULL);
}

// The first function on a new stack. It has nobody to return to.
static void begin(void)
{
    struct coroutine *self = running;

    instruments_arrive(NULL, &self->back->stack, &self->back->size);
    self->started = true;
    self->function(self->arg);
    self->ended = true;
    switch_to(self->back);
}

static void run(struct coroutine *c)
{
    c->back = running;
    switch_to(c);
    if (!c->ended)
        return;
    // Not by itself: who gives back the stack must not stand on it.
    void *stack = (void *)c->stack;
    instruments_unwatch(c->watched_as, stack, STACK_SIZE);
    stack_give_back(stack);
}

bool coroutine_start(void (*function)(void *), void *arg)
{
    unsigned char *stack = stack_take();

    if (stack == NULL)
        return false;
    struct coroutine *c = (void *)(stack + STACK_SIZE - sizeof *c);
    *c = (struct coroutine){.function = function, .arg = arg, .stack = stack};
    c->size = STACK_SIZE - sizeof *c;
    c->watched_as = instruments_watch(stack, STACK_SIZE);
    run(c);
    return true;
}

struct coroutine *coroutine_running(void)
{
    return running;
}

int coroutine_pause(void)
{
    struct coroutine *self = running;

    switch_to(self->back);
    return self->message;
}

void coroutine_resume(struct coroutine *c, int message)
{
    c->message = message;
    run(c);
}
