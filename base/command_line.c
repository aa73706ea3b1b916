// command_line.c: see command_line.h.
#include "base/command_line.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "base/version.h"

error_t command_line_read(int key, struct argp_state *state, unsigned usage)
{
    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL; // no "Try ... or ..." of argp's beside ours
        return 0;
    case KEY_HELP:
        argp_state_help(state, stdout, ARGP_HELP_LONG | usage | ARGP_HELP_DOC);
        exit(EXIT_SUCCESS);
    case KEY_VERSION:
        printf("%s (echolab) %s\n", state->name, version_text());
        exit(EXIT_SUCCESS);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void command_line_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    if (argp_parse(argp, argc, argv, ARGP_NO_HELP | ARGP_NO_EXIT, NULL, input) != 0) {
        fprintf(stderr, "Try '%s --help'\n", argv[0]); // getopt has said what is wrong
        exit(EXIT_USAGE);
    }
}
