// gather.h: what the threads have counted, made into one result.
#ifndef LOADGEN_GATHER_H
#define LOADGEN_GATHER_H

#include "loadgen/worker.h"

// When they have ended. Whether the generator was the limit is judged, too.
void gather(const struct run *, struct worker *workers, struct result *);

#endif
