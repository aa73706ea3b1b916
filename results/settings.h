// settings.h: the command line of bench (argp(3)).
#ifndef RESULTS_SETTINGS_H
#define RESULTS_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

struct settings {
    const char *models;    // names; NULL: as each scenario has it
    const char *scenarios; // names or files; NULL: all
    char **servers;        // 'NAME=COMMAND', `server_count` of them
    unsigned server_count;
    bool quick;          // only the points of the short run
    int64_t budget_ns;   // 0: none
    unsigned repeats;    // 0: as each scenario has it
    int64_t duration_ns; // 0: as each scenario has it
    uint64_t seed;
    bool seed_given;
    const char *folder;       // of the results; NULL: a new one in results/data
    const char *resume;       // a run's folder, or NULL
    const char *server_cores; // NULL: chosen; empty: not pinned
    const char *load_cores;
    bool list;       // print scenarios and models, and end
    bool no_figures; // measure only
    bool quiet;      // no progress, no text at the end
};

// Reads argv. Ends the program on --help, --version (status 0) and on a mistake (one line, then
// "Try 'bench --help'", status 64). Texts point into argv.
void settings_read(struct settings *, int argc, char **argv);

#endif
