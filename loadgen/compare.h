// compare.h: `loadgen compare A B`.
#ifndef LOADGEN_COMPARE_H
#define LOADGEN_COMPARE_H

// argv[0] is "loadgen compare". Returns the exit status; ends the program on --help, on a mistake
// (status 64), and on what can't be read or compared (status 1).
int compare_main(int argc, char **argv);

#endif
