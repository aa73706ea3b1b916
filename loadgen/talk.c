// talk.c: clients that do what they are told, one step after the other, and say what happened: for
// demonstrations, and for finding out what a server really does.
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/command_line.h"
#include "base/fail.h"
#include "base/units.h"
#include "loadgen/options.h"
#include "loadgen/talk_report.h"

enum key { TSV = 256, PATIENCE };

static const int64_t HOUR_NS = 3600 * NS_PER_SECOND;

// Beside the clients': 0, 1, 2, the interest list, the table, and some to spare.
enum { OWN_DESCRIPTORS = 16 };

struct order {
    const char *target, *tsv;
    int64_t patience;
    char **steps;
    unsigned n;
};

static const struct argp_option table[] = {
    {"tsv", TSV, "FILE", 0,
     "Write a table too, a row for each client of a step; -: on standard output, in place of the "
     "lines (off)",
     0},
    {"patience", PATIENCE, "SEC", 0, "How long a step may take at most, fractions allowed (5)", 0},
    COMMAND_LINE_OPTIONS,
    {0},
};

static const char doc[] =
    "Clients of the server at HOST:PORT that do one STEP after the other, and a line on what came "
    "of each.\n\n"
    "A STEP is WHO:WHAT, or pause=SEC. WHO is a name (A, B, greedy), a number, or a range of "
    "numbers (0-1039) that do the same at once. WHAT is one of:\n\n"
    "  connect\n"
    "  send=TEXT      C's escapes: \\n, \\0, \\xHH\n"
    "  send-bytes=N   so many bytes, a to z over and over; N may end in k, M or G\n"
    "  read           whatever comes next\n"
    "  read=N         exactly N bytes\n"
    "  silent=SEC     wait, and see whether nothing comes; what comes stays to be read\n"
    "  end            read all that comes, to the end of the stream or a reset\n"
    "  finish         say that there is no more to send (SHUT_WR)\n"
    "  close\n"
    "  reset          close with an RST\n\n"
    "`waited' counts from the client's last connect or send until what it reads had come, "
    "whenever it is read.\n\n"
    "Options:"
    "\v"
    "Exit status: 0 whatever the server did; 1 it could not be tried; 64 the command line is "
    "wrong.\n\n"
    "Examples:\n\n"
    "Does the second client have to wait for the first?\n\n"
    "  $ talk 127.0.0.1:7000 A:connect B:connect B:send=x B:silent=1 A:close B:read\n\n"
    "A thousand clients; who is not answered?\n\n"
    "  $ talk 127.0.0.1:7000 0-999:connect 0-999:send=hi 0-999:read=2\n\n"
    "A frame in two pieces:\n\n"
    "  $ talk 127.0.0.1:7000 A:connect 'A:send=\\0\\0\\0\\x05he' A:send=llo A:read=9";

static void keep_word(struct order *o, char *word)
{
    if (o->target == NULL) {
        o->target = word;
        return;
    }
    o->steps[o->n++] = word;
}

static error_t read_option(int key, char *text, struct argp_state *state)
{
    struct order *o = state->input;

    switch (key) {
    case TSV:
        if (*text == '\0')
            die_usage("--tsv: '' is not allowed; give a file's name, or -");
        o->tsv = text;
        return 0;
    case PATIENCE:
        if (!units_seconds(text, HOUR_NS, &o->patience) || o->patience == 0)
            die_usage("--patience: '%s' is not allowed; give seconds, such as 2 or 0.5, above 0 "
                      "and up to 3600",
                      text);
        return 0;
    case ARGP_KEY_ARG:
        keep_word(o, text);
        return 0;
    default:
        return command_line_read(key, state, ARGP_HELP_USAGE);
    }
}

static void read_order(struct order *o, int argc, char **argv)
{
    static const struct argp argp = {
        .options = table, .parser = read_option, .args_doc = "HOST:PORT STEP...", .doc = doc};

    *o = (struct order){.patience = 5 * NS_PER_SECOND,
                        .steps = calloc((size_t)argc + 1, sizeof *o->steps)};
    if (o->steps == NULL)
        die_errno("cannot read the command line");
    command_line_parse(&argp, argc, argv, o);
    if (o->target == NULL)
        die_usage("no server is given; give HOST:PORT, such as 127.0.0.1:7000 or [::1]:7000");
    if (o->n == 0)
        die_usage("no step is given; give some after HOST:PORT, such as A:connect");
}

// Whether a connection comes to nothing there, within a second.
static bool refuses(const struct address *address)
{
    struct dial dial;

    dial_open(&dial, address, 0, 1);
    int fd = dial_begin(&dial);
    if (fd < 0)
        return true;
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    bool refused = poll(&p, 1, 1000) != 1 || dial_outcome(fd) != 0;
    close(fd);
    return refused;
}

// Of a name with several addresses (localhost) the first one where somebody listens.
static void find_target(const char *text, struct address *target)
{
    enum { ADDRESSES = 8 };
    struct address found[ADDRESSES];
    char host[256];
    uint16_t port;
    const char *why;

    if (!options_target(text, host, &port, &why))
        die_usage("'%s' is not a server's address; give %s", text, why);
    size_t n = address_find(host, port, found, ADDRESSES, &why), i = 0;
    if (n == 0)
        die("cannot find %s: %s", host, why);
    while (i < n - 1 && refuses(&found[i]))
        i++;
    *target = found[i];
}

// A connection that got the number of a standard output which is closed would be sent our own
// lines. Taken for reading, so that to write there fails and is said.
static void take_standard_descriptors(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

static void raise_descriptor_limit(unsigned clients)
{
    rlim_t wanted = (rlim_t)clients + OWN_DESCRIPTORS;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        die_errno("getrlimit");
    if (wanted <= limit.rlim_cur)
        return;
    if (wanted > limit.rlim_max)
        die("%u clients need %llu descriptors, and the limit is %llu: raise `ulimit -Hn`", clients,
            (unsigned long long)wanted, (unsigned long long)limit.rlim_max);
    limit.rlim_cur = wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        die_errno("cannot raise the descriptor limit");
}

static FILE *open_table(const char *name)
{
    if (name == NULL)
        return NULL;
    FILE *rows = strcmp(name, "-") == 0 ? stdout : fopen(name, "we");
    if (rows == NULL)
        die_errno("cannot write the table to %s", name);
    talk_write_heading(rows);
    return rows;
}

static void finish_output(FILE *out, const char *name)
{
    if (out != NULL && (ferror(out) || fflush(out) != 0))
        die_errno("cannot write to %s", name);
}

int main(int argc, char **argv)
{
    struct talk_script script;
    struct address target;
    struct order order;
    struct talk talk;

    fail_name("talk");
    take_standard_descriptors();
    read_order(&order, argc, argv);
    talk_script_read(&script, order.steps, order.n);
    find_target(order.target, &target);
    raise_descriptor_limit(script.most);
    FILE *rows = open_table(order.tsv);
    struct talk_layout layout = talk_layout(&script);

    talk_open(&talk, &script, &target, order.patience);
    for (unsigned i = 0; i < script.n; i++) {
        talk_do(&talk, &script.steps[i]);
        if (rows != stdout)
            talk_say(stdout, &talk, &script.steps[i], layout);
        if (rows != NULL)
            talk_write_rows(rows, &talk, &script.steps[i]);
    }
    talk_close(&talk, &script);
    finish_output(stdout, "standard output");
    finish_output(rows, order.tsv);
    talk_script_free(&script);
    free(order.steps);
    return EXIT_SUCCESS;
}
