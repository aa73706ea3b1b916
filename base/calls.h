// calls.h: what a thread is at, in words.
#ifndef WATCH_CALLS_H
#define WATCH_CALLS_H

#include <stdbool.h>
#include <sys/types.h>

enum { CALL_TEXT = 32 };

// From the first line of /proc/PID/task/TID/syscall: "running", "in read", "in call 999" (one that
// has no name here), or "in no call" (a page fault, say).
void call_parse(const char *line, char text[CALL_TEXT]);

// From that of /proc/PID/task/TID/wchan, the function of the kernel that it sleeps in: "in
// ep_poll()". False: it does not say.
bool call_parse_function(const char *line, char text[CALL_TEXT]);

// Looks at the thread. `state` is that of /proc/PID/stat: 'T', or 't' under a debugger, is
// "stopped", 'Z' "a zombie". The kernel tells the call to those only who might trace the thread
// (proc(5), ptrace_scope); to others it tells the function, or nothing: then "asleep" or "running".
void call_look(pid_t process, pid_t thread, char state, char text[CALL_TEXT]);

// Whether it is a function of the kernel, for want of the call.
bool call_is_function(const char *text);

#endif
