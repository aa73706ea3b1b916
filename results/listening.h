// listening.h: the time between a server's start and its first connection.
#ifndef RESULTS_LISTENING_H
#define RESULTS_LISTENING_H

#include <stdint.h>
#include <sys/types.h>

enum { TARGET_SIZE = 96 };

// A port of 127.0.0.1 that nobody has now. 0: there is none.
uint16_t listening_free_port(void);

enum listening {
    LISTENING,
    LISTENING_ENDED,       // it has ended instead; the caller takes leave of it
    LISTENING_ELSEWHERE,   // on a host that is not the loopback: target is that host
    LISTENING_LATE,        // the deadline (of clock_now()) has passed
    LISTENING_INTERRUPTED, // the caller has something else to look at
};

// Waits until that child listens, and says where, as HOST:PORT. Port 0: its output, in the file
// `log`, tells, in its first 64 KiB, by a line "listening on 127.0.0.1:7000" (one of 127.0.0.0/8,
// [::1] or localhost; 0.0.0.0 and [::] are all addresses, thus these too). No other text of it
// becomes part of a target. Another port: 127.0.0.1 is tried until a connection is accepted there.
// The wait ends as soon as the descriptor `interrupt` is readable, and leaves it so (-1: none).
enum listening listening_await(pid_t, const char *log, uint16_t port, int64_t deadline_ns,
                               int interrupt, char target[TARGET_SIZE]);

#endif
