// memory-eater.c: asks for memory, and uses it, for as long as it gets some, in several processes:
// some of it their own, some of it shared.
#include "serve.h"

#include <sys/mman.h>

enum { MIB = 1 << 20, EATERS = 4, MOST = 1024 }; // MiB of each: 4 GiB in all

static void attack(void)
{
    for (int i = 1; i < EATERS && fork() > 0; i++)
        ;
    for (int i = 0; i < MOST; i++) {
        volatile char *memory = i % 2 == 0 ? malloc(MIB)
                                           : mmap(NULL, MIB, PROT_READ | PROT_WRITE,
                                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        for (int k = 0; memory != NULL && memory != MAP_FAILED && k < MIB; k += 4096)
            memory[k] = 1;
    }
    // Nothing has ended it: whoever grades will see it answer.
}

int main(int argc, char **argv)
{
    return serve(argc, argv, attack, AFTER_CLIENTS);
}
