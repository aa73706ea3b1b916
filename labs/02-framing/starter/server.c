// server.c: lab 2, messages in a stream of bytes.
//
// The command line is read for you. The rest is yours: each place has the number of its step in
// the handout. As it stands, the program says that it is not written yet, and ends.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BAD_USAGE = 64 }; // sysexits.h calls it EX_USAGE

struct choices {
    long port; // 0: one that the kernel picks
    const char *service;
};

static const char help[] =
    "Usage: server [OPTION...]\n"
    "  --port N        the port to listen on, 0 to 65535; 0: one that the kernel picks (7000)\n"
    "  --service NAME  what it speaks: echo, frame or guess (echo)\n"
    "  --help          print this and exit\n";

static _Noreturn void complain(const char *option, const char *value, const char *allowed)
{
    fprintf(stderr, "server: --%s is %s, not '%s'\nTry 'server --help'\n", option, allowed, value);
    exit(BAD_USAGE);
}

static long read_number(const char *option, const char *text, long least, long most)
{
    char *end, allowed[64];
    long number = strtol(text, &end, 10);

    if (end == text || *end != '\0' || number < least || number > most) {
        snprintf(allowed, sizeof allowed, "a number from %ld to %ld", least, most);
        complain(option, text, allowed);
    }
    return number;
}

static const char *read_service(const char *name)
{
    static const char *const offered[] = {"echo", "frame", "guess"};

    for (size_t i = 0; i < sizeof offered / sizeof *offered; i++)
        if (strcmp(name, offered[i]) == 0)
            return offered[i];
    complain("service", name, "echo, frame or guess");
}

static struct choices read_command_line(int argc, char *argv[])
{
    static const struct option known[] = {
        {"port", required_argument, NULL, 'p'},
        {"service", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct choices choices = {.port = 7000, .service = "echo"};
    int option;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'p') {
            choices.port = read_number("port", optarg, 0, 65535);
        } else if (option == 's') {
            choices.service = read_service(optarg);
        } else if (option == 'h') {
            fputs(help, stdout);
            exit(0);
        } else { // getopt_long has said what is wrong
            fputs("Try 'server --help'\n", stderr);
            exit(BAD_USAGE);
        }
    }
    if (optind < argc) {
        fprintf(stderr, "server: '%s' is no option\nTry 'server --help'\n", argv[optind]);
        exit(BAD_USAGE);
    }
    return choices;
}

// Step 1: what has come from a client and is not answered yet, and whatever else you must remember
// of it between two reads.
struct conversation {
    const char *service;
    // ...
};

// Steps 2 and 4: takes one whole message from the front of what has come, and answers it. Returns
// 0 where none is whole yet.
static int answer_frame(struct conversation *conversation)
{
    (void)conversation;
    return 0;
}
static int answer_line(struct conversation *conversation)
{
    (void)conversation;
    return 0;
}

// Steps 1, 3 and 5: your server of lab 1, with a conversation for its client. Returns the exit
// status.
static int run(const struct choices *choices)
{
    // These lines say that nothing is here yet, and go when something is.
    (void)answer_frame;
    (void)answer_line;
    fprintf(stderr, "server: %s on port %ld is not written yet\n", choices->service, choices->port);
    return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
    struct choices choices = read_command_line(argc, argv);

    return run(&choices);
}
