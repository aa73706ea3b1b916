// options.h: the command line that all server programs share (argp(3)).
#ifndef SERVER_OPTIONS_H
#define SERVER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/protocol.h"
#include "server/work.h"

struct options {
    const char *host;
    uint16_t port; // 0: a free one
    const struct service *service;
    unsigned workers; // for models that have a crew
    int backlog;
    uint64_t max_clients; // UINT64_MAX: no limit of ours
    int64_t idle_ns;      // 0: never
    struct work work;
    int64_t drain_ns;   // how long the stop waits
    int sndbuf, rcvbuf; // bytes; 0: the kernel's own
    const char *stats;  // file name, "-" or NULL
    const char *trace;  // file name, "-" or NULL
    enum language language;
    uint64_t seed;
    bool quiet, verbose;
};

// Reads argv. Ends the program on --help, --version (status 0) and on a mistake (status 64).
// Texts point into argv.
void options_read(struct options *, const char *model, int argc, char **argv);

struct argp;

// A model's own options (argp(3)), shown and read with those above; to be called before
// server_start(). Its parser is given no input: what it reads it keeps for itself.
void options_also(const struct argp *);

// The one shape of a wrong value: what was given, and what is allowed. Status 64.
_Noreturn void options_refuse(const char *option, const char *value, const char *allowed);

#endif
