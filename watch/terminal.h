// terminal.h: a terminal that shows one screen over and over, and is given back as it was.
#ifndef WATCH_TERMINAL_H
#define WATCH_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether standard output is a terminal that knows escape sequences.
bool terminal_is_there(void);

// Its size; where it is none or does not say, COLUMNS and LINES of the environment, or 80 and 24.
void terminal_size(size_t *columns, size_t *rows);

// Takes the whole screen, hides the cursor, and has keys come at once and unseen. Until
// terminal_leave(), or exit(3), gives back what was there.
void terminal_enter(void);
void terminal_leave(void);

// False: it is gone.
bool terminal_write(const char *bytes, size_t n);

// From here on signals come in terminal_wait() only.
void terminal_hear_signals(void);

enum terminal_event {
    TERMINAL_TIME,    // it is clock_now() == until_ns
    TERMINAL_READY,   // one of the descriptors is readable
    TERMINAL_QUIT,    // q, ^C, or another signal that asks for the end
    TERMINAL_RESIZED, // or it must be drawn again: this process was stopped (^Z), and goes on
};

// Sleeps until the first of them. Descriptors below 0 are passed over.
enum terminal_event terminal_wait(int64_t until_ns, const int descriptors[], size_t count);

#endif
