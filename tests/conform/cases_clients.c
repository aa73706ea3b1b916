// cases_clients.c: the clients that people have at hand. Each is run with a socket pair in place
// of the keyboard and the screen, so that to the suite it is a client like its own.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conform/own.h"
#include "tests/conform/services.h"
#include "tests/conform/tables.h"

enum { MIB = 1 << 20 };

struct program {
    const char *name;  // as a person would call it
    const char *test;  // a shell command that succeeds where it is installed
    const char *lines; // sends lines to $HOST and $PORT and shows those that come back
    const char *bytes; // carries 1 MiB there and back, then ends; NULL where it can't
    unsigned greeting; // how many lines it shows before it has connected
};

static const char asyncio_script[] =
    "import asyncio, os, sys\n"
    "\n"
    "async def upload(writer):\n"
    "    loop = asyncio.get_running_loop()\n"
    "    while piece := await loop.run_in_executor(None, os.read, 0, 65536):\n"
    "        writer.write(piece)\n"
    "        await writer.drain()\n"
    "    writer.write_eof()\n"
    "\n"
    "async def download(reader):\n"
    "    while piece := await reader.read(65536):\n"
    "        while piece:\n"
    "            piece = piece[os.write(1, piece):]\n"
    "\n"
    "async def main(host, port):\n"
    "    reader, writer = await asyncio.open_connection(host, port)\n"
    "    await asyncio.gather(upload(writer), download(reader))\n"
    "\n"
    "asyncio.run(main(*sys.argv[1:]))\n";

static const struct program nc = {
    .name = "nc",
    .test = "command -v nc",
    .lines = "exec nc $HOST $PORT",
};
static const struct program nc_n = {
    .name = "nc with -N (OpenBSD's)",
    .test = "nc -h 2>&1 | grep -q -e '-N'",
    .bytes = "exec nc -N $HOST $PORT",
};
static const struct program ncat = {
    .name = "ncat",
    .test = "command -v ncat",
    .lines = "exec ncat $HOST $PORT",
    .bytes = "exec ncat $HOST $PORT",
};
static const struct program socat = {
    .name = "socat",
    .test = "command -v socat",
    .lines = "exec socat - TCP:$ADDRESS:$PORT",
    .bytes = "exec socat -t 60 - TCP:$ADDRESS:$PORT",
};
// Never without -E: its escape character begins a command, to a shell even.
static const struct program telnet = {
    .name = "telnet",
    .test = "command -v telnet",
    .lines = "exec telnet -E $HOST $PORT",
    .greeting = 3,
};
static const struct program bash = {
    .name = "bash",
    .test = "command -v bash",
    .lines = "exec bash --norc -c 'exec 3<>/dev/tcp/$HOST/$PORT;"
             " while IFS= read -r line; do printf \"%s\\n\" \"$line\" >&3;"
             " IFS= read -r line <&3; printf \"%s\\n\" \"$line\"; done'",
    // It can't send FIN alone: the reader counts what comes back.
    .bytes = "exec bash --norc -c 'exec 3<>/dev/tcp/$HOST/$PORT;"
             " head -c 1048576 <&3 & cat >&3; wait'",
};
static const struct program asyncio = {
    .name = "python3 with asyncio",
    .test = "python3 -c 'import asyncio; asyncio.run'",
    .lines = "exec python3 -c \"$SCRIPT\" $HOST $PORT",
    .bytes = "exec python3 -c \"$SCRIPT\" $HOST $PORT",
};

// Runs a shell command in a process group of its own, so that its children can be ended with it;
// `screen` is its standard input and output.
static pid_t run_shell(struct trial *t, const char *command, int screen)
{
    char port[8], address[80];
    pid_t pid = fork_helper();

    expect(t, pid >= 0, "the suite itself cannot fork: %s", strerror(errno));
    if (pid > 0)
        return pid;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    snprintf(port, sizeof port, "%u", (unsigned)t->port);
    snprintf(address, sizeof address, strchr(t->host, ':') != NULL ? "[%s]" : "%s", t->host);
    setenv("HOST", t->host, 1);
    setenv("ADDRESS", address, 1);
    setenv("PORT", port, 1);
    setenv("SCRIPT", asyncio_script, 1);
    dup2(screen, STDIN_FILENO);
    dup2(screen, STDOUT_FILENO);
    // "Connection closed by foreign host."
    dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static int status_of(struct trial *t, pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        expect(t, errno == EINTR, "waitpid: %s", strerror(errno));
    return status;
}

static void skip_where_missing(struct trial *t, const struct program *program)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    bool missing = status_of(t, run_shell(t, program->test, nothing)) != 0;

    close(nothing);
    // Not lack_case(): another case's server may have ended that shell, to be spared this case.
    if (missing)
        skip_case(t, "%s is not installed", program->name);
}

// Runs the program; what is said to the returned socket it reads, and what it shows comes back.
static int run_program(struct trial *t, const char *command, pid_t *pid)
{
    int ends[2];

    expect(t, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "socketpair: %s",
           strerror(errno));
    *pid = run_shell(t, command, ends[1]);
    close(ends[1]);
    return ends[0];
}

// ^C.
static void end_program(struct trial *t, pid_t pid, int screen)
{
    close(screen);
    kill(-pid, SIGKILL);
    status_of(t, pid);
}

static void skip_greeting(struct trial *t, const struct program *program, int screen)
{
    char line[256];

    for (unsigned i = 0; i < program->greeting; i++)
        hear_line(t, screen, line, sizeof line);
}

static void lines_come_back(struct trial *t, const struct program *program)
{
    static const char *const lines[] = {"hello\n", "\n", "several words\n", "한국어\n", "bye\n"};
    const size_t n = sizeof lines / sizeof *lines;
    pid_t pid;

    skip_where_missing(t, program);
    start(t, "echo", 1, NULL);
    int screen = run_program(t, program->lines, &pid);
    skip_greeting(t, program, screen);
    for (size_t i = 0; i < n; i++)
        exchange(t, screen, lines[i], strlen(lines[i]), lines[i], strlen(lines[i]));
    end_program(t, pid, screen);
    figure(t, "%s: %zu lines typed one by one, each back before the next", program->name, n);
}

static void bytes_come_back(struct trial *t, const struct program *program)
{
    static unsigned char bytes[MIB];
    pid_t pid;

    skip_where_missing(t, program);
    fill_random(bytes, sizeof bytes, 5);
    start(t, "echo", 1, NULL);
    int screen = run_program(t, program->bytes, &pid);
    // The end of the input is typed while answers are outstanding.
    pid_t typist = start_sender(t, screen, bytes, sizeof bytes);
    hear(t, screen, bytes, sizeof bytes);
    hear_end(t, screen);
    end_sender(t, typist);
    int status = status_of(t, pid);
    close(screen);
    expect(t, status == 0, "expected exit status 0 of %s, saw wait status %d", program->name,
           status);
    figure(t, "%s: %s random bytes back, then the end, exit status 0", program->name, grouped(MIB));
}

// A person at the number game: halves what is left, and meets an invalid line and the end.
static void plays(struct trial *t, const struct program *program)
{
    static const char mistake[] = "five\n", called[] = "invalid input: five\n";
    pid_t pid;

    skip_where_missing(t, program);
    start(t, "guess", 1, NULL);
    int screen = run_program(t, program->lines, &pid);
    skip_greeting(t, program, screen);
    exchange(t, screen, mistake, strlen(mistake), called, strlen(called));
    struct game game = {.client = screen, .low = 1, .high = 9};
    while (guess_next(t, &game) == 0)
        ;
    finish_sending(screen);
    hear_end(t, screen);
    end_program(t, pid, screen);
    figure(t, "%s: an invalid line, then correct after %u guesses, and the end", program->name,
           game.guesses);
}

static void nc_lines(struct trial *t)
{
    lines_come_back(t, &nc);
}

static void nc_bytes(struct trial *t)
{
    bytes_come_back(t, &nc_n);
}

static void nc_plays(struct trial *t)
{
    plays(t, &nc);
}

static void ncat_lines(struct trial *t)
{
    lines_come_back(t, &ncat);
}

static void ncat_bytes(struct trial *t)
{
    bytes_come_back(t, &ncat);
}

static void socat_lines(struct trial *t)
{
    lines_come_back(t, &socat);
}

static void socat_bytes(struct trial *t)
{
    bytes_come_back(t, &socat);
}

static void telnet_lines(struct trial *t)
{
    lines_come_back(t, &telnet);
}

static void telnet_plays(struct trial *t)
{
    plays(t, &telnet);
}

static void bash_lines(struct trial *t)
{
    lines_come_back(t, &bash);
}

static void bash_bytes(struct trial *t)
{
    bytes_come_back(t, &bash);
}

static void asyncio_lines(struct trial *t)
{
    lines_come_back(t, &asyncio);
}

static void asyncio_bytes(struct trial *t)
{
    bytes_come_back(t, &asyncio);
}

#define LINES(name)                                                                                \
    {                                                                                              \
        "client/" #name "-lines", "a person gets every line back", 0, 60, name##_lines, NULL       \
    }
#define BYTES(name)                                                                                \
    {                                                                                              \
        "client/" #name "-bytes", "every byte comes back, in order", 0, 90, name##_bytes, NULL     \
    }
#define PLAYS(name)                                                                                \
    {                                                                                              \
        "client/" #name "-plays", "a person plays guess", NEEDS_GUESS, 60, name##_plays, NULL      \
    }

const struct conform_case client_cases[] = {
    LINES(nc),    BYTES(nc),      PLAYS(nc),      LINES(ncat),   BYTES(ncat),
    LINES(socat), BYTES(socat),   LINES(telnet),  PLAYS(telnet), LINES(bash),
    BYTES(bash),  LINES(asyncio), BYTES(asyncio),
};
const size_t client_cases_count = sizeof client_cases / sizeof *client_cases;
