// models.h: the servers that are compared: ours from models.tsv, others by their command line.
#ifndef RESULTS_MODELS_H
#define RESULTS_MODELS_H

#include <stdbool.h>
#include <stddef.h>

struct model {
    char name[32];
    char colour[8];   // "#003DB8"
    bool variant;     // not the first of its family: dashed, hollow
    bool headline;    // part of the short run, by its own column of models.tsv
    bool crew;        // serves one client, or a crew's worth, at a time: the others wait
    const char *ends; // what puts an end to more clients, in a plot's words; foreign: empty
    const char
        *command; // ours: the program's path; foreign: as given, {host} {port} {service} in it
    bool foreign;
    char *unavailable; // why it cannot run on this machine, once that is known; NULL: it can
};

struct models {
    struct model *list;
    size_t count;
};

// Reads models.tsv; programs are expected in the folder `programs`. Dies if it can't be read.
void models_read(struct models *, const char *file, const char *programs);

// 'NAME=COMMAND'. False, with *why set, when it is no such thing or the name is taken.
bool models_add(struct models *, const char *text, const char **why);

// By name, or NULL.
const struct model *models_find(const struct models *, const char *name);

#endif
