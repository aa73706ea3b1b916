// cases_wear.c: what is left of many connections and many requests: nothing.
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conform/faults.h"
#include "tests/conform/own.h"
#include "tests/conform/services.h"
#include "tests/conform/tables.h"

// Opens n connections, `width` at a time, and ends them in all the ways there are.
static void open_and_close(struct trial *t, unsigned n, unsigned width)
{
    enum { WAYS = 5 };
    int clients[32];

    for (unsigned done = 0; done < n; done += width) {
        dial_many(t, clients, width);
        for (unsigned i = 0; i < width; i++) {
            unsigned way = (done / width + i) % WAYS;

            if (way > 0)
                round_trip(t, clients[i]);
            if (way == 2) {
                finish_sending(clients[i]);
                hear_end(t, clients[i]);
            }
            if (way <= 1) // way 0: before any byte
                reset_client(clients[i]);
            else
                close(clients[i]);
        }
    }
}

static void many_connections(struct trial *t)
{
    enum { FIRST = 1000, SLACK_KIB = 512 };
    unsigned n = t->candidate->instrumented ? 2000 : 10000;
    unsigned width = at_once(t, 20);

    start(t, "echo", width, NULL);
    open_and_close(t, FIRST, width);
    await_descriptors(t, t->own->descriptors);
    size_t open = descriptors(t);
    long before = resident_kib(t);
    open_and_close(t, n - FIRST, width);
    await_descriptors(t, open);
    long after = resident_kib(t);
    expect(t, t->candidate->instrumented || after <= before + before / 20 + SLACK_KIB,
           "expected memory to be back after %s connections, saw %s KiB after the first %s and %s "
           "KiB after all",
           grouped(n), grouped((uint64_t)before), grouped(FIRST), grouped((uint64_t)after));
    figure(t, "%s connections: %zu descriptors as before, %s KiB, before %s", grouped(n), open,
           grouped((uint64_t)after), grouped((uint64_t)before));
}

static void many_requests(struct trial *t)
{
    enum { WANTED = 10, BATCH = 100, PAYLOAD = 32, FIRST = 10000, ALL = 100000 };
    static unsigned char bytes[BATCH * (4 + PAYLOAD)];
    unsigned char payload[PAYLOAD];
    int clients[WANTED];
    unsigned n = at_once(t, WANTED), answered = 0;
    long before = 0;
    size_t size = 0;

    for (unsigned i = 0; i < BATCH; i++) {
        fill_random(payload, sizeof payload, i);
        size += put_frame(bytes + size, payload, sizeof payload);
    }
    start(t, "frame", n, NULL);
    dial_many(t, clients, n);
    while (answered < ALL) {
        for (unsigned i = 0; i < n; i++)
            say(t, clients[i], bytes, size);
        for (unsigned i = 0; i < n; i++)
            hear(t, clients[i], bytes, size);
        answered += n * BATCH;
        if (before == 0 && answered >= FIRST)
            before = resident_kib(t);
    }
    long after = resident_kib(t);
    expect(t, after <= before + before / 20,
           "expected memory within 5 %% of what it was after %s requests, %s KiB; saw %s KiB after "
           "%s",
           grouped(FIRST), grouped((uint64_t)before), grouped((uint64_t)after), grouped(ALL));
    hang_up_many(clients, n);
    figure(t, "%s KiB after %s requests, %s after %s", grouped((uint64_t)after), grouped(answered),
           grouped((uint64_t)before), grouped(FIRST));
}

const struct conform_case wear_cases[] = {
    {"wear/many-connections",
     "10,000 connections opened and closed: descriptors and memory back to where they were",
     JUDGES_LEAKS, 120, many_connections, NULL},
    {"wear/many-requests", "memory after 100,000 requests is within 5 % of that after 10,000",
     NEEDS_FRAME | NEEDS_TRUE_MEMORY, 60, many_requests, NULL},
};
const size_t wear_cases_count = sizeof wear_cases / sizeof *wear_cases;
