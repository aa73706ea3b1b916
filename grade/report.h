// report.h: lab 10. What is handed in is no server but a measurement: a folder with a run of
// bin/bench (docs/results.md) and answers.tsv, what the student concludes from it. Each task is a
// question about how it was measured, answered from the run's own files and never from prose.
//
//     report/complete     all claims are there, and all files; the gate
//     report/repeats      five or more of each cell, of the same rounds
//     report/interleaved  the two models took turns
//     report/warm-up      a server was warm when its window began
//     report/open-loop    response times count from when a request was due
//     report/below-capacity  both models kept up with the rate
//     report/samples      a p99 has ten answers or more above it
//     report/generator    the generator was not what set the pace
//     report/environment  machine, cores, version
//     report/from-raw     results.tsv is what raw/ adds up to
//     report/intervals    each value and interval can be had again from raw/
//     report/verdict      says what the interval says
//     report/agrees-within-F  both models are measured again, for a short time: the ratios'
//                         intervals overlap, or the ratios differ by less than the factor F; under
//                         conditions that can't be had again it fails
#ifndef GRADE_REPORT_H
#define GRADE_REPORT_H

#include "grade/run.h"

// Whether a task has such a name.
bool report_knows(const char *name);

// Whether the lab is one of these: its first task is.
bool report_is_lab(const struct lab *);

// In the runner: asks all tasks; `tell` is called after each. False: interrupted, or it has told
// of trouble.
bool report_ask(const struct order *, void (*tell)(const struct news *));

#endif
