// timeline_run_sample.h: for test_timeline.c: a made-up folder of `bench timeline`, its record in
// memory and its traces on the disk. Include it after tests/plot_sample.h.
#ifndef TESTS_TIMELINE_RUN_SAMPLE_H
#define TESTS_TIMELINE_RUN_SAMPLE_H

#include "tests/timeline_sample.h"

enum { MAIN_PID = 100, WORK_US = 500, THINK_US = 2500 };

// When the traces began: 10 ms before the first client connected.
#define SAMPLE_ORIGIN 1000000000
#define SAMPLE_TAIL "# origin_ns: 1000000000\n# events: 32, lost: 0\n"

static inline void add_model(struct timeline_record *r, const char *name, const char *colour,
                             bool variant, bool crew)
{
    struct model m = {.variant = variant, .headline = !variant, .crew = crew, .ends = ""};

    snprintf(m.name, sizeof m.name, "%s", name);
    snprintf(m.colour, sizeof m.colour, "%s", colour);
    m.command = "";
    r->models.list = reallocarray(r->models.list, r->models.count + 1, sizeof m);
    assert_non_null(r->models.list);
    r->models.list[r->models.count++] = m;
}

// Four clients whose last answers come after so many milliseconds.
static inline void add_take(struct timeline_record *r, unsigned model, unsigned round, double ms)
{
    struct timeline_take take = {
        .model = model, .round = round, .pid = MAIN_PID, .zero_ns = SAMPLE_ORIGIN + 10000000};

    take.server = strdup("bin/epoll --work sleep:500us");
    for (unsigned c = 0; c < TIMELINE_CLIENTS; c++) {
        struct timeline_client *met = &take.met[c];
        met->connects = timeline_comes(c, WORK_US);
        met->connected = met->connects + 20;
        for (unsigned k = 0; k < TIMELINE_REQUESTS; k++) {
            met->asked[k] = met->connects + 25 + k * (WORK_US + THINK_US);
            met->answered[k] = met->asked[k] + WORK_US;
        }
        met->answered[TIMELINE_REQUESTS - 1] = 1e3 * ms - 3 + c;
    }
    timeline_record_add(r, &take);
}

// Its main thread accepts and serves all; with children, each of them has a process of its own. The
// very last service begins and lasts so much later and longer than it could.
static inline void write_late_trace(const struct timeline_record *r, unsigned model, unsigned round,
                                    bool children, double late_us, double longer_us)
{
    struct step steps[64];
    size_t count = 0;
    char *path = timeline_trace_path(r, model, round);

    for (int c = 0; c < TIMELINE_CLIENTS; c++) {
        double at = 1e4 + timeline_comes((unsigned)c, WORK_US) + 30;
        steps[count++] = (struct step){at - 1, at, MAIN_PID, MAIN_PID, "accept", c, 4};
        if (children)
            steps[count++] = (struct step){at, at + 200, MAIN_PID, MAIN_PID, "create", -1, 200 + c};
    }
    for (int k = 0; k < TIMELINE_REQUESTS; k++)
        for (int c = 0; c < TIMELINE_CLIENTS; c++) {
            int pid = children ? 200 + c : MAIN_PID;
            bool last = k == TIMELINE_REQUESTS - 1 && c == TIMELINE_CLIENTS - 1;
            double at = 1.5e4 + 3000.0 * k + 600 * c + (last ? late_us : 0);
            double over = at + WORK_US + (last ? longer_us : 0);
            steps[count++] = (struct step){
                at - (children ? 550 : 50), at, pid, pid, "read", c, OF_A + c};
            steps[count++] = (struct step){at, over, pid, pid, "write", c, OF_A + c};
        }
    write_steps(path, steps, count, SAMPLE_TAIL);
    free(path);
}

static inline void write_trace(const struct timeline_record *r, unsigned model, unsigned round,
                               bool children)
{
    write_late_trace(r, model, round, children, 0, 0);
}

// fork and its variant with a take each, epoll with three, a model that can't run here, one that
// has failed.
static inline void make_timeline(struct timeline_record *r, const char *where)
{
    *r = (struct timeline_record){
        .folder = strdup(where), .name = "a run", .work = "sleep:500us", .rounds = 3};
    snprintf(r->machine.kernel, sizeof r->machine.kernel, "Linux 6.18 x86_64");
    snprintf(r->machine.commit, sizeof r->machine.commit, "1a2b3c4");
    snprintf(r->machine.command, sizeof r->machine.command, "bench timeline");
    r->machine.cores = 2;
    add_model(r, "fork", "#C23B00", false, false);
    add_model(r, "prefork", "#C23B00", true, true);
    add_model(r, "epoll", "#003DB8", false, false);
    add_model(r, "uring", "#006B50", false, false);
    add_model(r, "dies", "#780000", false, false);
    r->models.list[3].unavailable = strdup("cannot run here: no io_uring");
    add_take(r, 0, 1, 21);
    add_take(r, 1, 1, 22);
    add_take(r, 2, 1, 23.4);
    add_take(r, 2, 2, 25.1);
    add_take(r, 2, 3, 22.2);
    add_take(r, 4, 1, 20);
    snprintf(r->takes[r->take_count - 1].why, sizeof r->takes->why, "the server was killed");
    for (size_t i = 0; i < r->take_count; i++)
        write_trace(r, r->takes[i].model, r->takes[i].round, r->takes[i].model < 2);
}

#endif
