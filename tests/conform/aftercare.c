// aftercare.c: what must be true of the server after every case.
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/conform/own.h"

enum { SETTLE_SECONDS = 5, STOP_SECONDS = 10 };

void check_complaints(struct trial *t)
{
    static const char *const complaints[] = {"ERROR: AddressSanitizer", "ERROR: LeakSanitizer",
                                             "runtime error:", "WARNING: ThreadSanitizer"};
    const char *said = server_said(t);

    for (size_t i = 0; i < sizeof complaints / sizeof *complaints; i++) {
        const char *at = strstr(said, complaints[i]);
        if (at == NULL)
            continue;
        while (at > said && at[-1] != '\n')
            at--;
        fail_case(t, "a sanitizer complains: %.400s", at);
    }
}

// A newcomer may be refused while the server has not yet seen that the case's clients left.
static void see_fresh_client_served(struct trial *t)
{
    double end = now() + patience(t);
    bool right = false;

    while (!right) {
        double left = end - now();
        if (left <= 0)
            fail_case(t, "afterwards a fresh client is not served within %.0f s", patience(t));
        int client = try_dial(t);
        if (client == -1) {
            nap(0.01);
            continue;
        }
        right = answered_within(t, client, left / t->own->slowness);
        close(client);
        if (!right)
            nap(0.01);
    }
}

static void see_nothing_left_behind(struct trial *t)
{
    double end = now() + SETTLE_SECONDS * t->own->slowness;

    doing(t, "waiting for zombies and descriptors to go away");
    for (;;) {
        // In this order, and asleep: a process about to end has closed its descriptors and is no
        // zombie yet.
        bool late = now() > end;
        size_t open = descriptors(t);
        bool settled = sleeps(t) || late;
        size_t dead = zombies(t);
        if (settled && dead == 0 && open <= t->own->descriptors)
            return;
        if (late && dead > 0)
            fail_case(t, "afterwards the server has %zu zombie%s", dead, dead == 1 ? "" : "s");
        if (late)
            fail_case(t, "afterwards the server has %zu descriptors; at its start it had %zu", open,
                      t->own->descriptors);
        nap(0.01);
    }
}

void aftercare(struct trial *t)
{
    char fate[100];

    if (t->ends_by_itself || t->server == 0)
        return;
    end_helpers();
    close_clients(t);
    if (!server_runs(t, fate, sizeof fate))
        fail_case(t, "afterwards the server should live");
    see_fresh_client_served(t);
    if (t->which->needs & JUDGES_LEAKS)
        expect_in_sight(t);
    if (!t->candidate->leaks_once || t->which->needs & JUDGES_LEAKS)
        see_nothing_left_behind(t);
    signal_server(t, SIGTERM);
    int status = await_end(t, STOP_SECONDS);
    // Of a program that makes no promise, the cases of stop/ alone judge how it takes the signal.
    if (status != 0 && !(status == 128 + SIGTERM && !t->candidate->strict))
        fail_case(t, "afterwards SIGTERM should end the server with status 0; it was %d", status);
}
