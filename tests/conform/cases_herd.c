// cases_herd.c: who is woken when a client comes? Whoever served it goes to sleep again, and so
// does whoever was woken in vain: the kernel counts both.
#include <ctype.h>
#include <dirent.h>
#include <math.h>
#include <unistd.h>

#include "base/proc.h"
#include "tests/conform/own.h"
#include "tests/conform/tables.h"

// A herd is the whole crew and more. Our own crews of 32 go to sleep 2 to 6 times for a client;
// half the crew leaves room for others' designs.
enum { CREW = 32, CLIENTS = 20, MOST = CREW / 2, MOST_PROCESSES = 4096 };

static pid_t pids[MOST_PROCESSES];

// How often the threads of the server's processes have gone to sleep, all together.
static double count_sleeps(struct trial *t)
{
    double sum = 0;
    const struct proc_reading reading = {"voluntary_ctxt_switches", &sum};

    for (size_t i = processes(t, pids, MOST_PROCESSES); i-- > 0;) {
        char path[64];
        const struct dirent *entry;
        snprintf(path, sizeof path, "/proc/%d/task", (int)pids[i]);
        DIR *tasks = opendir(path);
        while (tasks != NULL && (entry = readdir(tasks)) != NULL)
            if (isdigit((unsigned char)*entry->d_name))
                proc_add_lines(proc_open("%s/%s/status", path, entry->d_name), &reading, 1);
        if (tasks != NULL)
            closedir(tasks);
    }
    return sum;
}

// Who is awake need not be woken.
static void await_rest(struct trial *t)
{
    double end = now() + patience(t);

    doing(t, "waiting until the whole crew is asleep");
    for (; !sleeps(t); nap(0.001))
        expect(t, now() < end, "expected the crew asleep between clients; some of it never is");
}

static void few_are_woken(struct trial *t)
{
    bool crew = t->candidate->serves == SERVES_CREW;
    char workers[32];

    if (!takes_options(t->candidate) || (!crew && !lists_option("--workers")))
        skip_case(t, "the number of its crew cannot be set");
    snprintf(workers, sizeof workers, "--workers %d", CREW);
    start(t, "echo", 0, workers);
    await_rest(t);
    if (processes(t, pids, MOST_PROCESSES) == 1 && threads_of(t->server) == 1)
        skip_case(t, "has no crew");
    double before = count_sleeps(t), begun = now();
    for (unsigned i = 0; i < CLIENTS; i++) {
        int client = dial(t);
        round_trip(t, client);
        close(client);
        await_rest(t);
    }
    double after = count_sleeps(t);
    // Who wakes up by the clock, as a language's runtime may, is woken by no client.
    nap(now() - begun);
    double each = fmax(0, after - before - (count_sleeps(t) - after)) / CLIENTS;
    figure(t, "%.1f times to sleep for each client, with --workers %d", each, CREW);
    expect(t, each <= MOST,
           "expected one newcomer to wake one of a crew of %d, or a few; for each client the crew "
           "went to sleep %.1f times",
           CREW, each);
}

const struct conform_case herd_cases[] = {
    {"model/herd", "One newcomer wakes one of a crew, or a few, and not all of it.", 0, 60,
     few_are_woken, NULL},
};
const size_t herd_cases_count = sizeof herd_cases / sizeof *herd_cases;
