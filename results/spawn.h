// spawn.h: child processes: started on their own cores, with their output where it belongs, awaited
// until a deadline, and ended with all that they have started.
#ifndef RESULTS_SPAWN_H
#define RESULTS_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <wordexp.h>

struct spawn_plan {
    char *const *argv; // up to a NULL; the program is looked for in PATH
    const char *cores; // that it may run on, as taskset(1) lists them; NULL or empty: ours
    int out, err;      // what become its standard output and error; 0 or below: ours
    int keep;          // one more descriptor that it inherits, under its number; 0 or below: none
    int64_t file_max;  // bytes that it may write to any one file (SIGXFSZ ends it); 0: all it wants
    int farewell;      // the signal that it gets when this process ends, however that ends
};

// How it has ended, and what it has used in its whole life: all its threads, the children that it
// waited for, and those that it left behind.
struct spawn_end {
    int status; // as wait(2) has it
    double cpu_ns;
    double switches, switches_forced; // context switches; of these, the involuntary ones
};

// Starts a program in a process group of its own, so that ^C on the terminal is for this process
// alone. Its standard input is empty; signals do what they do by default; no descriptor but those
// of the plan is left to it. From the first call on, this process is the parent of whatever its
// descendants leave behind (PR_SET_CHILD_SUBREAPER), and must start others by spawn() only. Call it
// from the thread that lives longest: the farewell comes when this thread ends. -1, with why
// ("cannot run bin/x: No such file or directory"): there is no such process.
pid_t spawn(const struct spawn_plan *, char why[256]);

// A descriptor that is readable once that child has ended, to wait for it among others with
// poll(2); the caller closes it. Dies if there is none left.
int spawn_watch(pid_t);

// Waits for its end, ends what it left behind in its process group, and takes leave of all: they
// are gone, and their numbers with them. With the last that runs also goes what has left its
// process group (setsid(2)); that is warned of. False: the deadline (of clock_now()) has passed,
// and it still runs. A deadline that has passed already: only looks. A caught signal does not end
// the wait.
bool spawn_wait(pid_t, int64_t deadline_ns, struct spawn_end *);

// Sends it the signal, waits for `patience_ns`, and ends with SIGKILL what is left of its process
// group then; takes leave of all of them. One that is stopped (SIGSTOP) goes on first. False: it
// had to be killed.
bool spawn_stop(pid_t, int signal, int64_t patience_ns, struct spawn_end *end);

// "killed by signal 9 (Killed)", "exit status 1".
void spawn_end_text(const struct spawn_end *, char *text, size_t size);

// Divides a command into words as a shell does, by wordexp(3): quotes, backslashes, ~, *, $HOME.
// Refused, with *why: $(commands), variables that are not set, a command without a word, and what
// is more than words to a shell, unless it is quoted: | & ; < > ( ) { } and a new line. The words
// are words->we_wordv, as `argv` above; the caller frees them with wordfree(3).
bool spawn_words(wordexp_t *words, const char *command, const char **why);

// The words as one line that a shell would divide into the same words; and one word as such a line
// has it. The caller frees them.
char *spawn_text(char *const *argv);
char *spawn_quoted(const char *word);

#endif
