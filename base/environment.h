// environment.h: what was measured on, and with which command, so that a figure found a year later
// can still be judged.
#ifndef BASE_ENVIRONMENT_H
#define BASE_ENVIRONMENT_H

#include <stdint.h>

#include "base/fields.h"

enum { COMMAND_TEXT = 1024 };

struct environment {
    char kernel[128], cpu[128], governor[64]; // governor: empty where there is none
    unsigned cores;
    uint64_t nofile;              // the soft limit of descriptors
    char ports[32];               // ephemeral ports: "32768 60999"
    char congestion[32];          // TCP's congestion control: "cubic"
    char commit[64], version[64]; // of echolab
    char host[128];               // name of this machine
    char started[32];             // UTC, ISO 8601
    char command[COMMAND_TEXT];   // the command line, quoted for a shell
};

// What this machine and this process are (uname, /proc, getrlimit); argv is what `command` shows.
void environment_look(struct environment *, int argc, char **argv);

// Its members under their names in JSON.
extern const struct field environment_fields[];

#endif
