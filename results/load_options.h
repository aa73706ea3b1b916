// load_options.h: what a scenario asks of loadgen, read from its options as the scenario's file has
// them.
#ifndef RESULTS_LOAD_OPTIONS_H
#define RESULTS_LOAD_OPTIONS_H

enum { LOAD_OPTION = 48 };

// The value of a long option ("connections"), the last that is given, or the default.
const char *load_option(const char *load, const char *name, const char *otherwise,
                        char text[LOAD_OPTION]);
double load_number(const char *load, const char *name, double otherwise);

// How many clients ask: loadgen has a default, and most scenarios leave it at that.
double load_connections(const char *load);

#endif
