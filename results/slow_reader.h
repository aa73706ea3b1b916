// slow_reader.h: `bench slow-reader HOST:PORT`, the client that does not take its answers.
#ifndef RESULTS_SLOW_READER_H
#define RESULTS_SLOW_READER_H

// Sends without end, as fast as the socket takes it, and reads 1 KiB each 50 ms, until SIGTERM. The
// exit status.
int slow_reader_main(int argc, char **argv);

#endif
