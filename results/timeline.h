// timeline.h: who serves whom, when: four clients meet each model, and what its --trace has written
// of that is drawn. In a folder of its own:
//
//     FOLDER/timeline.json              the machine, all command lines, the clients' moments
//     FOLDER/MODEL.ROUND.trace.tsv      what the server has written
//     FOLDER/timeline.tsv               what is drawn, a row for each box
//     FOLDER/NAME.png, FOLDER/NAME.svg  the figures: timeline, and one for each family
//
// All of it is in docs/timeline.md.
#ifndef RESULTS_TIMELINE_H
#define RESULTS_TIMELINE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/environment.h"
#include "results/models.h"

enum { TIMELINE_CLIENTS = 4, TIMELINE_REQUESTS = 3 };
enum { TIMELINE_CREW = 2 };        // --workers of every server: fewer than there are clients
enum { TIMELINE_ROUNDS_MAX = 99 }; // how often each model may be met

// bench timeline: all of it; the exit status.
int timeline_main(int argc, char **argv);

// ---- timeline_clients.c: the four clients ------------------------------------------------------

// What one client did, in microseconds since the first one called connect(2). NAN: it has not come
// to that.
struct timeline_client {
    double connects, connected; // connect(2) is called, and has returned
    double asked[TIMELINE_REQUESTS], answered[TIMELINE_REQUESTS];
};

enum timeline_end { TIMELINE_SERVED, TIMELINE_FAILED, TIMELINE_INTERRUPTED };

// All times are multiples of the work that a request makes: when each client connects, and how long
// it thinks between an answer and its next request.
double timeline_comes(unsigned client, double work);
double timeline_thinks(double work);

// Bytes of a client's message, its header included. Each has a length of its own, so that a trace
// tells whose it is.
size_t timeline_message_size(unsigned client);

struct timeline_take;

// The four meet a server at HOST:PORT that speaks `frame`, whose work for a message takes that
// long. Fills in zero_ns and met. TIMELINE_FAILED, with why ("client B: Connection refused"): an
// answer was wrong, or none came for 10 s. TIMELINE_INTERRUPTED: the descriptor `interrupt` is
// readable, and was left so (-1: none).
enum timeline_end timeline_meet(const char *target, int64_t work_ns, int interrupt,
                                struct timeline_take *);

// ---- timeline_record.c, timeline_takes.c: what was run -----------------------------------------

// One model, met once.
struct timeline_take {
    unsigned model, round; // its place in the list of models; from 1
    unsigned pid;          // of its main process
    char *server;          // its command line; allocated
    char why[256];         // it failed: the reason; or empty
    bool drawn;            // it is the one of its model in the figures
    int64_t zero_ns;       // when the first client connected, by clock_now()
    struct timeline_client met[TIMELINE_CLIENTS];
};

struct timeline_record {
    char *folder;
    const char *name; // the last part of the folder
    struct environment machine;
    char work[32]; // --work of every server: "sleep:500us"
    unsigned rounds;
    bool chosen;      // the models, by --models
    bool interrupted; // ended before its time
    struct models models;
    struct timeline_take *takes; // in the order in which they were measured
    size_t take_count;
};

// Takes over what the pointers point to.
void timeline_record_add(struct timeline_record *, const struct timeline_take *);

// FOLDER/MODEL.ROUND.trace.tsv; the caller frees it.
char *timeline_trace_path(const struct timeline_record *, unsigned model, unsigned round);

// timeline.json, whole or as it was before. False, having said why.
bool timeline_record_save(const struct timeline_record *);

// Dies, saying what is wrong, if the folder is none of ours.
void timeline_record_read(struct timeline_record *, const char *folder);

void timeline_record_free(struct timeline_record *);

// When the last of the four had its last answer, in microseconds since the first one connected;
// NAN: not all were served.
double timeline_served(const struct timeline_take *);

// How late all steps of the clients together were begun, in microseconds: others had the processor.
double timeline_lateness(const struct timeline_take *, double work_us);

// 'cpu:TIME' or 'sleep:TIME', from 100 us to 1 s. False: it is no such thing.
bool timeline_read_work(const char *text, int64_t *ns);

// ---- timeline_measure.c ------------------------------------------------------------------------

// Meets all models of the record, `rounds` times, and keeps what comes of it in its folder, which
// exists. Stops at SIGINT, SIGTERM and SIGHUP: `interrupted` says so then. Says which models can't
// run here, and what went wrong. False: the folder can't be written, and that has been said.
bool timeline_measure(struct timeline_record *, bool quiet);

// ---- timeline_trace.c, timeline_boxes.c: from a trace to boxes ---------------------------------

enum timeline_kind {
    TIMELINE_CREATE, // in fork(2) or pthread_create(3)
    TIMELINE_THINK,  // asleep in the read of one client, and there for nobody else
    TIMELINE_SERVE,  // from the end of a read to the end of the write that answers it
    TIMELINE_ACCEPT  // the moment at which a client was accepted
};

struct timeline_box {
    enum timeline_kind kind;
    unsigned row;
    int client;              // 0: A; -1: nobody's
    double begin_us, end_us; // since the trace began, and after timeline_align() as of the clients
};

struct timeline_row {
    long process, thread;
    double since_us; // from when on it was there, as of its first event
    bool waits;      // it has waited for many: select, poll, epoll_wait and the like
    bool serves;     // it has served a client
    char name[24];   // "main", "child 1", "thread 2", "loop", "worker 1"
};

enum { TIMELINE_ROWS_MAX = 256, TIMELINE_EVENTS_MAX = 100000 };

struct timeline {
    struct timeline_row rows[TIMELINE_ROWS_MAX]; // the main process's main thread is the first
    unsigned row_count;
    struct timeline_box *boxes; // in the order in which they ended
    size_t box_count;
    int64_t origin_ns; // when the trace began, by clock_now(); 0: it does not say
    uint64_t lost;     // events that the server had no room for
    bool whole;        // the trace has its last line
};

// Reads a server's trace: a table, as docs/trace.md has it. `main_process` is the one that was
// started; `crew`: the model serves one client, or a crew's worth, at a time. False, with why
// ("FILE:7: ..."): it is no trace, or not of these four clients.
bool timeline_read(struct timeline *, const char *file, long main_process, bool crew,
                   char why[256]);

// Counts all times from when the first client connected, as the clients' are. False: the trace does
// not say when it began.
bool timeline_align(struct timeline *, int64_t zero_ns);

void timeline_free(struct timeline *);

// ---- timeline_draw.c, timeline_figure.c --------------------------------------------------------

// A model's part of a figure.
struct timeline_panel {
    unsigned model;
    double served_us;
    const struct timeline_take *take;
    struct timeline timeline;
};

// Writes timeline.tsv and draws all figures: of each model the take that was least disturbed. Says
// what is missing and why. False: something could not be read, written or drawn, and that has been
// said.
bool timeline_draw(struct timeline_record *);

// One figure, FOLDER/NAME.png and .svg: these panels, one below the other. False, having said why.
bool timeline_figure(const struct timeline_record *, const char *name, const char *title,
                     struct timeline_panel *const *panels, size_t count, const char *notes);

// The rows of a panel that are drawn: places in its timeline's list. Left out is a main thread that
// did nothing while the clients were there, and who came when they had left.
size_t timeline_rows(const struct timeline_panel *, unsigned rows[TIMELINE_ROWS_MAX]);

// The one in which the last service ended: nothing stands behind it.
unsigned timeline_last_row(const struct timeline_panel *);

// Whether a box is drawn at all: it lies between the first connect and the last answer.
bool timeline_shows(const struct timeline_panel *, const struct timeline_box *);

// How many panels, from the first on, have room in one figure; 1 at least.
size_t timeline_fit(struct timeline_panel *const *panels, size_t count);

#endif
