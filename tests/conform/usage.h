// usage.h: what a program says when it does not start.
#ifndef TESTS_CONFORM_USAGE_H
#define TESTS_CONFORM_USAGE_H

#include "tests/conform/conform.h"

enum { OUTPUT = 8192 };

size_t lines_in(const char *text);

// The n bytes that begin a line, "epoll: ..." or "Try 'epoll --help'", must be the name of a word
// of the command.
void expect_own_name(struct trial *, const char *name, size_t n);

#endif
