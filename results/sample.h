// sample.h: what /proc says of a server, its children and their threads, at one moment.
//
// Processor time is read first and in one go, what takes long comes last. A sample takes about
// 0.1 ms with one process, whatever its descriptors (0.01 ms up to the processor time); 35 ms
// with 1,000 threads (7 ms); 100 ms with 1,000 child processes (25 ms).
#ifndef RESULTS_SAMPLE_H
#define RESULTS_SAMPLE_H

#include <stdint.h>
#include <sys/types.h>

struct sample {
    int64_t cpu_at, switches_at; // the moments of the next ones, on clock_now()'s clock
    double cpu_ns;   // processor time so far; children that have ended and were waited for included
    double switches; // context switches of the tasks that live now
    double switches_forced; // ... of these, the involuntary ones
    double resident_kib;    // of all processes
    double own_kib;         // anonymous and shared memory, shared pages divided (Pss_Anon,
                            // Pss_Shmem): what it has asked for, without programs and libraries
    double tasks;           // threads of all processes
    double descriptors;     // open ones of all processes
};

// NAN where the kernel does not tell. Processes that end meanwhile are passed over.
void sample_take(struct sample *, pid_t server);

// Processor time and switches only: at the beginning of a window, where nothing should be
// disturbed.
void sample_times(struct sample *, pid_t server);

#endif
