// result.h: what one run has shown, whoever measured it: this process, or a file that an earlier
// one wrote.
#ifndef LOADGEN_RESULT_H
#define LOADGEN_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/environment.h"
#include "loadgen/histogram.h"
#include "loadgen/options.h"

enum {
    RESULT_TEXT = 1024,
    INTERVALS_MAX = 20000, // of a timeline: some 20 KiB of memory each
};

// Requests in one phase, by the moment they were due. sent = answered + wrong + lost + unfinished.
struct requests {
    uint64_t scheduled;  // due by the schedule of the open loop; in the closed loop as `sent`
    uint64_t sent;       // the first byte was written
    uint64_t answered;   // whole and right
    uint64_t wrong;      // whole, but not what was sent
    uint64_t lost;       // the connection ended, or fell silent, before the answer was whole
    uint64_t unfinished; // still under way when the run ended
};

// The first few answers that were wrong.
struct wrong {
    uint64_t connection, request, offset; // each counted from 0; offset of the byte in the answer
    int got, expected; // a byte, or -1: none was due (got) or none came (expected)
};
enum { WRONG_SHOWN = 5 };

struct interval {
    int64_t start_ns;                // since the run's start (warm-up included)
    uint64_t sent, answered, errors; // requests due in it; answers and errors that came in it
    struct histogram *response;      // two digits, by the moment the request was due; NULL: none
};

// What one connection got of the right answers that came within the window.
struct share {
    uint64_t answered;
    int64_t sum_ns, max_ns; // of their response times
};

struct result {
    char target[300], service_name[8], loop[8], arrivals[8], size[RESULT_TEXT], engine[8];
    bool interrupted;
    bool gave_up; // the server had gone: the run ended before its time
    unsigned connections, idle, pipeline;
    double size_bytes;                        // mean payload of a request
    double offered_rps;                       // open loop; 0: closed
    int64_t think_ns, warmup_ns, duration_ns; // duration: as measured
    uint64_t requests_per_connection, seed;
    unsigned processes; // that this result was added up from: 1, or more after a merge
    double merged_rps, merged_bytes_per_s; // after a merge: sums of what each run reached

    struct requests requests, warmup;
    uint64_t completed;        // answers that came within the window: what throughput is made of
    uint64_t completed_bytes;  // their payload
    uint64_t connections_made; // over the whole run
    unsigned served;           // connections that a right answer came on within the window
    double jain;               // Jain's fairness index of the answers on each; 0: none can be given
    struct share *shares;      // of each connection that asks; NULL: a file or a sum has none
    uint64_t unasked;          // times that bytes came when no answer was due
    struct wrong wrong[WRONG_SHOWN];
    unsigned wrong_shown;

    // Three digits; never NULL. response: from the due moment; service: from the real sending (in
    // the closed loop the same); connect: from connect(2) to established; lag: from the due moment
    // to the attempt to send.
    struct histogram *response, *service, *connect, *lag;
    double depth_mean; // requests under way on a connection, met by a new one there
    uint64_t depth_max;

    struct {
        uint64_t connect, reset, closed,
            timeout;             // connect: refused and the like; closed: by the server, too early
        uint64_t idle_closed;    // silent connections that the server ended
        char first[RESULT_TEXT]; // the first trouble in words, and what to do; or empty
    } errors;

    struct {
        unsigned threads;
        int64_t user_ns, system_ns; // of the process, over the window
        double busy; // of the busiest thread: share of the window that it ran or waited for a core
        double waited; // of that, the share that it waited for a core
        bool was_the_limit;
        char why[256]; // in words, when it was
    } generator;

    struct environment environment;
    struct environment *others; // of a merge: those that differ from the first
    size_t other_count;
    struct interval *intervals;
    size_t interval_count;
    int64_t interval_ns;
};

// Allocates the histograms; dies if there is no memory.
void result_init(struct result *);
void result_free(struct result *); // what it holds, not itself

// Requests that were due and never answered: they count as slower than every answer, or a server
// could mend its p99 by dropping what comes late.
static inline uint64_t result_slower(const struct result *r)
{
    return r->requests.lost + r->requests.unfinished + (r->requests.scheduled - r->requests.sent);
}

// Ends a run, or a merge of runs, of which result_is_bad() is true.
enum { EXIT_ANSWERS = 3 };

// Whether, at any time of the run, an answer was wrong or lost, bytes came that nobody had asked
// for, or a connection was refused that requests needed.
static inline bool result_is_bad(const struct result *r)
{
    return r->gave_up || r->requests.wrong + r->requests.lost + r->warmup.wrong + r->warmup.lost +
                                 r->unasked + r->errors.connect >
                             0;
}

// Answers, and payload bytes of answers, per second of the window; 0 where that has no length.
double result_rps(const struct result *);
double result_bytes_per_s(const struct result *);

// result_json.c. The schema "echolab.loadgen/1", documented in docs/result.md; integers exact.
// Reading dies with the file's name and what is wrong in it.
void result_write_json(const struct result *, FILE *);
void result_read_json(struct result *, const char *file);

// result_text.c, _csv.c, _hgrm.c, _timeline.c, _clients.c: the summary for people; one line of CSV
// under its heading; .hgrm as HdrHistogram's plotters read it (milliseconds); the timeline and the
// connections as tables with tabs.
void result_write_summary(const struct result *, FILE *);
void result_write_csv(const struct result *, FILE *);
void result_write_hgrm(const struct result *, FILE *);
void result_write_timeline(const struct result *, FILE *);
void result_write_clients(const struct result *, FILE *);

// Opens the file ("-": standard output), writes, closes. False: it could not, and has been said.
bool result_save(const struct result *, const char *file,
                 void (*write)(const struct result *, FILE *));

// result_add.c: adds what was counted: requests, histograms, errors, depth, intervals. What makes
// two runs out of it (setting, rates, generator, environment) is result_merge()'s.
void result_add(struct result *to, const struct result *from);

// merge.c: adds `from` to `to`: runs of several processes or machines at the same time. Dies when
// they can't be added (open and closed, other service).
void result_merge(struct result *to, const struct result *from);

// Time as people read it: "1.34 ms", three digits. For messages.
const char *result_time(double ns, char text[32]);

#endif
