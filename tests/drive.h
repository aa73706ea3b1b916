// drive.h: starts servers and bin/loadgen, and reads what loadgen has found. For cmocka's tests:
// include it after their headers, and give each test end_all() as its teardown.
#ifndef TESTS_DRIVE_H
#define TESTS_DRIVE_H

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conform/conform.h"

enum { WORDS_MAX = 64, COMMAND_MAX = 4096, STARTED_MAX = 16 };

// Each is a process group of its own, so that what a server forks ends with it.
static pid_t started[STARTED_MAX];

static inline const char *bin(void)
{
    const char *folder = getenv("BIN");

    return folder == NULL ? "bin" : folder;
}

// Sanitizers make programs slow and large: what is said of speed and memory does not hold for them.
static inline bool is_instrumented(void)
{
    const char *said = getenv("INSTRUMENTED");

    return said != NULL && *said != '\0';
}

static inline double patient(double seconds)
{
    return is_instrumented() ? 4 * seconds : seconds;
}

static inline int end_all(void **state)
{
    (void)state;
    for (int i = 0; i < STARTED_MAX; i++)
        if (started[i] != 0) {
            kill(-started[i], SIGKILL);
            waitpid(started[i], NULL, 0);
            started[i] = 0;
        }
    return 0;
}

// Runs a command, its words divided by spaces, with these descriptors as its output and errors. The
// child ends with this process, however that ends. nofile: its limit of descriptors; 0: ours.
static inline pid_t spawn(char *command, int out, int err, rlim_t nofile)
{
    char *words[WORDS_MAX + 1], *rest = command;
    pid_t parent = getpid();
    int n = 0, place = 0;

    while (place < STARTED_MAX && started[place] != 0)
        place++;
    assert_true(place < STARTED_MAX);
    while (n < WORDS_MAX && (words[n] = strsep(&rest, " ")) != NULL)
        n += *words[n] != '\0';
    words[n] = NULL;

    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct rlimit limit = {nofile, nofile};

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setpgid(0, 0);
        signal(SIGINT, SIG_DFL); // whoever starts tests in the background may have it ignored
        if (words[0] == NULL || getppid() != parent ||
            dup2(open("/dev/null", O_RDONLY), STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
            dup2(err, STDERR_FILENO) < 0 || (nofile > 0 && setrlimit(RLIMIT_NOFILE, &limit) < 0))
            _exit(126);
        execvp(words[0], words);
        fprintf(stderr, "%s: %s\n", words[0], strerror(errno));
        _exit(127);
    }
    setpgid(pid, pid); // here too: whichever comes first
    return started[place] = pid;
}

// The exit status, as a shell has it, once the process has ended; else -1.
static inline int status_of(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, WNOHANG) != pid)
        return -1;
    for (int i = 0; i < STARTED_MAX; i++)
        if (started[i] == pid)
            started[i] = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static inline int await_status(pid_t pid, double seconds, const char *what)
{
    double until = now() + patient(seconds);
    int status;

    while ((status = status_of(pid)) < 0) {
        if (now() > until)
            fail_msg("%s has not ended within %.0f s", what, patient(seconds));
        nap(0.002);
    }
    return status;
}

#define COMPOSE(command, format)                                                                   \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        assert_in_range(vsnprintf(command, sizeof(command), format, args), 1, COMMAND_MAX - 1);    \
        va_end(args);                                                                              \
    } while (0)

// ---- What they write --------------------------------------------------------------------------

// All of it, to be freed; closes the descriptor.
static inline char *contents_of(int fd)
{
    struct stat about;

    assert_int_equal(fstat(fd, &about), 0);
    char *text = calloc(1, (size_t)about.st_size + 1);
    assert_non_null(text);
    assert_int_equal(pread(fd, text, (size_t)about.st_size, 0), about.st_size);
    close(fd);
    return text;
}

static inline size_t count_lines(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

// ---- Servers ----------------------------------------------------------------------------------

struct server {
    pid_t pid;
    uint16_t port;
    FILE *said; // its standard output
};

// The next line that it says; fails the test if none comes within 15 s.
static inline void hear_said(struct server *s, char *line, size_t size)
{
    if (!wait_readable(fileno(s->said), patient(15)) || fgets(line, (int)size, s->said) == NULL)
        fail_msg("the server says nothing");
}

// Starts a server that says "listening on HOST:PORT" first.
__attribute__((format(printf, 1, 2))) static inline struct server server_start(const char *format,
                                                                               ...)
{
    char command[COMMAND_MAX], line[256];
    struct server s;
    int ends[2];

    COMPOSE(command, format);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    s.pid = spawn(command, ends[1], STDERR_FILENO, 0);
    close(ends[1]);
    s.said = fdopen(ends[0], "r");
    assert_non_null(s.said);
    setvbuf(s.said, NULL, _IONBF, 0); // what it says can be waited for by poll(2)
    hear_said(&s, line, sizeof line);
    const char *colon = strrchr(line, ':');
    if (strncmp(line, "listening on ", 13) != 0 || colon == NULL)
        fail_msg("the server's first line is not \"listening on ...\": %s", line);
    s.port = (uint16_t)strtoul(colon + 1, NULL, 10);
    return s;
}

static inline int server_stop(struct server *s, int signal_number)
{
    kill(s->pid, signal_number);
    int status = await_status(s->pid, 15, "the server");
    fclose(s->said);
    return status;
}

// ---- loadgen ----------------------------------------------------------------------------------

struct run {
    pid_t pid;
    int files[3]; // nameless: standard output, standard error, JSON
    int status;
    char *out, *err;
    json_t *json; // NULL: none was written
};

// Begins loadgen with these options, and --json.
__attribute__((format(printf, 3, 4))) static inline void loadgen_begin(struct run *r, rlim_t nofile,
                                                                       const char *format, ...)
{
    char options[COMMAND_MAX], command[2 * COMMAND_MAX];

    COMPOSE(options, format);
    *r = (struct run){.status = -1};
    for (int i = 0; i < 3; i++)
        assert_true((r->files[i] = memfd_create("loadgen", 0)) >= 0);
    snprintf(command, sizeof command, "%s/loadgen --json /proc/self/fd/%d %s", bin(), r->files[2],
             options);
    r->pid = spawn(command, r->files[0], r->files[1], nofile);
}

// Waits for its end and reads what it has written.
static inline void loadgen_end(struct run *r, double seconds)
{
    if (r->status < 0)
        r->status = await_status(r->pid, seconds, "loadgen");
    r->out = contents_of(r->files[0]);
    r->err = contents_of(r->files[1]);
    char *text = contents_of(r->files[2]);
    r->json = json_loads(text, 0, NULL);
    if (r->json == NULL && *text != '\0')
        fail_msg("not JSON: %s", text);
    free(text);
}

// Begins, and waits for the end.
#define loadgen(r, seconds, ...)                                                                   \
    do {                                                                                           \
        loadgen_begin((r), 0, __VA_ARGS__);                                                        \
        loadgen_end((r), (seconds));                                                               \
    } while (0)

static inline void run_free(struct run *r)
{
    free(r->out);
    free(r->err);
    json_decref(r->json);
}

_Noreturn static inline void fail_run(const struct run *r, const char *expected)
{
    // Not by print_error(), which cuts at a thousand characters.
    fprintf(stderr, "%s; exit status %d\n%s%s", expected, r->status, r->out, r->err);
    fail();
    abort(); // not reached: fail() does not say that it never returns
}

static inline void expect_status_of(const struct run *r, int status)
{
    char expected[64];

    snprintf(expected, sizeof expected, "expected exit status %d", status);
    if (r->status != status)
        fail_run(r, expected);
}

// One of the words must be in what loadgen has said, on standard output or error.
static inline void expect_said(const struct run *r, const char *word)
{
    char expected[160];

    snprintf(expected, sizeof expected, "expected it to say \"%s\"", word);
    if (strstr(r->out, word) == NULL && strstr(r->err, word) == NULL)
        fail_run(r, expected);
}

// A field of the JSON: "latency_ns.response.p50".
static inline json_t *field(const struct run *r, const char *path)
{
    char copy[128], *rest = copy, *name;
    json_t *at = r->json;

    snprintf(copy, sizeof copy, "%s", path);
    while (at != NULL && (name = strsep(&rest, ".")) != NULL)
        at = json_object_get(at, name);
    if (at == NULL)
        fail_run(r, path);
    return at;
}

static inline int64_t count_of(const struct run *r, const char *path)
{
    const json_t *value = field(r, path);

    if (!json_is_integer(value))
        fail_run(r, path);
    return json_integer_value(value);
}

// The sums of the contract hold, whatever happened.
static inline void expect_sums(const struct run *r)
{
    int64_t sent = count_of(r, "requests.sent"), answered = count_of(r, "requests.answered"),
            wrong = count_of(r, "requests.wrong"), lost = count_of(r, "requests.lost"),
            unfinished = count_of(r, "requests.unfinished");

    if (sent != answered + wrong + lost + unfinished)
        fail_run(r, "sent = answered + wrong + lost + unfinished");
    // Right answers are what latency is made of, and nothing else.
    if (count_of(r, "latency_ns.service.count") != answered)
        fail_run(r, "as many latencies as answers");
}

#endif
