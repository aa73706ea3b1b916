// plot.h: the figures of a run, drawn by gnuplot.
#ifndef RESULTS_PLOT_H
#define RESULTS_PLOT_H

#include "results/cells.h"

// Draws every figure of every scenario that has data to RUN/plots/NAME.png and NAME.svg, from data
// files beside them (NAME.tsv). Says what it can't draw and why (no gnuplot: how to install it).
// Returns how many figures stand.
unsigned plot_all(const struct cells *);

#endif
