// plot_sweep.h: what plot_lines.c lays out and plot_lines_words.c names and explains.
#ifndef RESULTS_PLOT_SWEEP_H
#define RESULTS_PLOT_SWEEP_H

#include "results/drawing.h"

struct sweep {
    const struct drawing *d;
    enum metric metric;
    unsigned *points; // those that the run has
    double *x;
    size_t count;
    struct box box;
    struct scale across, up;
    double served; // the most of those that served their clients
};

// NULL: no value here that belongs on the line.
const struct estimate *sweep_value(const struct sweep *, size_t i, unsigned model);

// Whether it is left out of the scale, and so of the figure.
bool sweep_is_beyond(const struct sweep *, size_t i, unsigned model);

// plot_lines_words.c: the models' names at their lines, and what is missing.
void sweep_label(const struct sweep *);
void sweep_note(const struct sweep *);

#endif
