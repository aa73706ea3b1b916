// options.h: the command line of loadgen (argp(3)), and the plan of a run that it makes.
#ifndef LOADGEN_OPTIONS_H
#define LOADGEN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "loadgen/outputs.h"
#include "loadgen/require.h"
#include "loadgen/sizes.h"

enum service_kind { SERVE_ECHO, SERVE_FRAME, SERVE_GUESS };
enum arrivals { POISSON, UNIFORM };

struct plan {
    const char *target; // as given: HOST:PORT or [HOST]:PORT
    char host[256];     // without brackets
    uint16_t port;
    enum service_kind service;

    bool open;              // loop: open with --rate, else closed
    double rate;            // of the open loop: requests per second, all connections together
    enum arrivals arrivals; // of the open loop
    int64_t think_ns;       // of the closed loop: between an answer and the next request
    unsigned pipeline;      // of the closed loop: requests in flight on each connection

    unsigned connections, idle;       // that ask; that stay silent
    unsigned threads;                 // 1 to connections
    uint64_t requests_per_connection; // then close and connect anew; 0: never
    struct sizes sizes;               // of requests: payload bytes
    uint64_t seed;                    // of arrivals, sizes and contents

    int64_t ramp_ns;     // connecting is spread over it
    int64_t warmup_ns;   // measured, then discarded
    int64_t duration_ns; // of what is measured; 0: until `requests` are sent
    uint64_t requests;   // 0: until `duration_ns` is over
    int64_t timeout_ns;  // an answer of which nothing comes for so long is lost
    int64_t drain_ns;    // how long the end waits for answers that still come
    int64_t interval_ns; // of the timeline's rows
    bool spin;           // never sleep between requests: less lag, a whole core

    struct outputs outputs;
    struct require *require; // what must hold; `requires` of them
    unsigned requires;
    int notify_fd; // is told when the window begins and ends; -1: none
    bool quiet;
};

// Reads argv of a run (not of merge or compare), and puts it in another order. Ends the program on
// --help, --version (status 0) and on a mistake (one line, then "Try 'loadgen --help'", status 64).
// Texts point into argv; what is allocated lives as long as the program.
void options_read(struct plan *, int argc, char **argv);

// HOST:PORT, [V6]:PORT. False, with *why set to what is wrong or allowed.
bool options_target(const char *text, char host[256], uint16_t *port, const char **why);

#endif
