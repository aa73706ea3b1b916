// attempts.h: tests of what time shows, on a machine that may be busy with other things. An attempt
// in which the others had the cores is no evidence against the program.
#ifndef TESTS_ATTEMPTS_H
#define TESTS_ATTEMPTS_H

#include "tests/drive.h"

enum evidence { NONE, RIGHT, WRONG };

// Seconds that a process with one thread has waited for a core (proc(5), schedstat; 0 where the
// kernel does not say).
static inline double waited_for_a_core(pid_t pid)
{
    char name[64];
    unsigned long long ran, waited = 0;

    snprintf(name, sizeof name, "/proc/%d/schedstat", pid);
    FILE *file = fopen(name, "r");
    if (file != NULL && fscanf(file, "%llu %llu", &ran, &waited) != 2)
        waited = 0;
    if (file != NULL)
        fclose(file);
    return (double)waited / 1e9;
}

// What a run of so many seconds shows: nothing against the program where generator or server
// (server_waited seconds) had to wait for a core for more than this share of it.
static inline enum evidence weigh(const struct run *r, bool right, double seconds,
                                  double server_waited, double share)
{
    double waited = json_number_value(field(r, "generator.busy")) *
                    json_number_value(field(r, "generator.waited"));

    print_message("         waited for a core: generator %.1f %%, server %.1f %% of the time\n",
                  100 * waited, 100 * server_waited / seconds);
    if (right)
        return RIGHT;
    return waited < share && server_waited < share * seconds ? WRONG : NONE;
}

// Until one is right: three are tried.
static inline void within_attempts(enum evidence (*try)(void))
{
    static const char *const words[] = {"says nothing", "passed", "failed"};
    enum { ATTEMPTS = 3 };
    int wrong = 0;

    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        enum evidence found = try();
        print_message("         attempt %d %s\n", attempt, words[found]);
        if (found == RIGHT)
            return;
        wrong += found == WRONG;
    }
    if (wrong == 0) {
        print_message("         the machine is too busy: others had the cores each time\n");
        skip();
    }
    fail();
}

#endif
