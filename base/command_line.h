// command_line.h: what our command lines have in common (argp(3)): --help, --version, and how a
// mistake ends: in one line, then "Try 'NAME --help'", status 64.
#ifndef BASE_COMMAND_LINE_H
#define BASE_COMMAND_LINE_H

#include <argp.h>

enum { KEY_HELP = 0x10000, KEY_VERSION }; // above all other keys

// The last of a program's options.
#define COMMAND_LINE_OPTIONS                                                                       \
    {"help", KEY_HELP, NULL, 0, "Print this and exit", -1},                                        \
    {                                                                                              \
        "version", KEY_VERSION, NULL, 0, "Print the version and exit", -1                          \
    }

// For a parser's `default:`. `usage`: ARGP_HELP_SHORT_USAGE, or ARGP_HELP_USAGE where --help shall
// open with all options in brackets.
error_t command_line_read(int key, struct argp_state *, unsigned usage);

// Reads argv by such a parser, whose input is the last argument; argv[0] is the program's name.
void command_line_parse(const struct argp *, int argc, char **argv, void *input);

#endif
