// merge.h: `loadgen merge A.json B.json ...`: runs of several processes or machines at the same
// time, added up to one.
#ifndef LOADGEN_MERGE_H
#define LOADGEN_MERGE_H

// argv[0] is "loadgen merge". Returns the exit status: 0, or 3 when an answer was wrong or lost in
// any of the runs; ends the program with 1 where a file can't be read or added, with 64 on a
// mistake in argv.
int merge_main(int argc, char **argv);

#endif
