// options.h: bin/grade's command line.
#ifndef GRADE_OPTIONS_H
#define GRADE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct options {
    unsigned lab;
    const char *labs; // the folder with labs.tsv
    bool visible, any_model;
    const char *student, *seed;                        // never NULL
    const char *submission;                            // a folder, or NULL
    char *command;                                     // as typed to a shell
    const char *tap, *junit, *gradescope, *json, *csv; // files, or NULL
    bool autolab;
    unsigned jobs;
    int64_t deadline_ns; // for all of it
    unsigned without;    // WITHOUT_...
    bool accepts_unconfined;
};

// Ends the program where the command line is wrong, or asks for nothing but help.
void grade_options_read(struct options *, int argc, char **argv);

#endif
