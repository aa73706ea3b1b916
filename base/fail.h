// fail.h: the ways to say that something went wrong. One line each on standard error,
// in one write(2), so that lines of several processes and threads do not mix.
#ifndef BASE_FAIL_H
#define BASE_FAIL_H

#include <stdbool.h>

// sysexits.h: EX_USAGE, EX_UNAVAILABLE.
enum { EXIT_USAGE = 64, EXIT_UNAVAILABLE = 69 };

// The name that opens every line: "epoll: cannot listen on ...". Kept, not copied.
void fail_name(const char *program);

// Silences the warnings; what ends the program is always said.
void fail_quiet(bool quiet);

// Something was lost, and the program goes on. The _errno forms add ": strerror(errno)" and
// leave errno as it was.
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void warn_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

// As warn_errno(), but at most one such line a second, whatever the trouble, so that a storm of it
// (no descriptors left, say) can't fill a disk; the next line says how many were held back.
void warn_errno_sometimes(const char *format, ...) __attribute__((format(printf, 1, 2)));

// The program can't go on: exit status 1.
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void die_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

// The command line is wrong: says so, then "Try 'NAME --help'"; exit status 64.
_Noreturn void die_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

// This machine lacks what the program is made for, and no other command line would help: exit
// status 69, which the benchmark and the conformance suite take for "cannot run here".
_Noreturn void die_unavailable(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
