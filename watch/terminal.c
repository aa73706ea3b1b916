// terminal.c: see terminal.h. Escape sequences: ECMA-48, and two of xterm's that others ignore:
// ?25, the cursor, and ?1049, a second screen that leaves the first one untouched.
#include "watch/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/units.h"

enum { DESCRIPTORS = 32 };

static bool entered;
static bool changed; // the keyboard's settings, from `before`
static struct termios before;
static bool typing;     // there may be keys to read
static sigset_t asleep; // the signals that are blocked in terminal_wait(), once they are heard
static const sigset_t *mask;
static volatile sig_atomic_t quit, resized, suspended;

bool terminal_is_there(void)
{
    const char *kind = getenv("TERM");

    return isatty(STDOUT_FILENO) && kind != NULL && strcmp(kind, "dumb") != 0;
}

static size_t from_environment(const char *name, size_t otherwise)
{
    const char *text = getenv(name);
    uint64_t value;

    return text != NULL && units_count(text, 1, 10000, &value) ? (size_t)value : otherwise;
}

void terminal_size(size_t *columns, size_t *rows)
{
    struct winsize window = {0};

    ioctl(STDOUT_FILENO, TIOCGWINSZ, &window);
    *columns = window.ws_col > 0 ? window.ws_col : from_environment("COLUMNS", 80);
    *rows = window.ws_row > 0 ? window.ws_row : from_environment("LINES", 24);
}

bool terminal_write(const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, n);
        if (written < 0 && errno == EAGAIN) {
            poll(&(struct pollfd){.fd = STDOUT_FILENO, .events = POLLOUT}, 1, -1);
            continue;
        }
        if (written < 0)
            return false;
        bytes += written;
        n -= (size_t)written;
    }
    return true;
}

static void write_text(const char *text)
{
    terminal_write(text, strlen(text));
}

void terminal_enter(void)
{
    static bool registered;
    struct termios now;

    if (!registered)
        registered = atexit(terminal_leave) == 0;
    typing = changed = tcgetattr(STDIN_FILENO, &before) == 0;
    if (changed) {
        now = before;
        now.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        now.c_cc[VMIN] = 1;
        now.c_cc[VTIME] = 0;
        tcsetattr(STDIN_FILENO, TCSANOW, &now);
    }
    entered = true;
    write_text("\033[?1049h\033[?25l\033[H\033[2J");
}

void terminal_leave(void)
{
    if (!entered)
        return;
    entered = false;
    // Where there is no second screen, nothing is left on the first.
    write_text("\033[0m\033[H\033[J\033[?25h\033[?1049l");
    if (changed)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

// ---- Waiting -------------------------------------------------------------------------------

static void note(int signal_number)
{
    if (signal_number == SIGWINCH)
        resized = 1;
    else if (signal_number == SIGTSTP)
        suspended = 1;
    else
        quit = 1;
}

void terminal_hear_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP};
    struct sigaction action = {.sa_handler = note};
    sigset_t ours;

    sigemptyset(&ours);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        sigaddset(&ours, signals[i]);
        sigaction(signals[i], &action, NULL);
    }
    sigprocmask(SIG_BLOCK, &ours, &asleep);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigdelset(&asleep, signals[i]);
    mask = &asleep;
}

// ^Z: the terminal is the shell's again, until it lets us go on.
static void suspend(void)
{
    suspended = 0;
    terminal_leave();
    kill(getpid(), SIGSTOP);
    terminal_enter();
}

// Whether a q was typed. At the end of the input no more is to be expected of it.
static bool read_keys(void)
{
    char typed[64];
    ssize_t n = read(STDIN_FILENO, typed, sizeof typed);

    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
        typing = false;
    return n > 0 &&
           (memchr(typed, 'q', (size_t)n) != NULL || memchr(typed, 'Q', (size_t)n) != NULL);
}

enum terminal_event terminal_wait(int64_t until_ns, const int descriptors[], size_t count)
{
    struct pollfd wanted[1 + DESCRIPTORS];

    if (count > DESCRIPTORS)
        count = DESCRIPTORS;
    for (size_t i = 0; i < count; i++)
        wanted[1 + i] = (struct pollfd){.fd = descriptors[i], .events = POLLIN};
    for (;;) {
        int64_t left = until_ns - clock_now();
        struct timespec timeout = {left / NS_PER_SECOND, left % NS_PER_SECOND};

        if (left <= 0)
            timeout = (struct timespec){0, 0};
        wanted[0] = (struct pollfd){.fd = typing ? STDIN_FILENO : -1, .events = POLLIN};
        int ready = ppoll(wanted, 1 + (nfds_t)count, &timeout, mask);
        if (quit)
            return TERMINAL_QUIT;
        if (suspended) {
            suspend();
            return TERMINAL_RESIZED;
        }
        if (resized) {
            resized = 0;
            return TERMINAL_RESIZED;
        }
        if (ready == 0)
            return TERMINAL_TIME;
        bool typed = ready > 0 && wanted[0].revents != 0;
        if (typed && read_keys())
            return TERMINAL_QUIT;
        if (ready > typed)
            return TERMINAL_READY;
    }
}
