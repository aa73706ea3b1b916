// read_command.h: a command line of loadgen as words, and what comes of reading it in a child.
#ifndef TESTS_READ_COMMAND_H
#define TESTS_READ_COMMAND_H

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fail.h"
#include "loadgen/options.h"

enum { WORDS = 32, TEXT = 16384 };

// A command line: "loadgen" and the words of `text`, cut at spaces; `storage` is what they lie in.
static inline int split(const char *text, char *storage, size_t room, char *words[WORDS])
{
    static char name[] = "bin/loadgen";
    int n = 0;

    words[n++] = name;
    snprintf(storage, room, "%s", text);
    for (char *word = strtok(storage, " "); word != NULL; word = strtok(NULL, " ")) {
        assert_true(n < WORDS - 1);
        words[n++] = word;
    }
    words[n] = NULL;
    return n;
}

// What a child that reads this command line writes to one of its streams, and how it ends.
static inline int outcome(int argc, char **argv, int stream, char text[TEXT])
{
    int pipes[2];
    size_t length = 0;
    ssize_t n;
    int status;

    fflush(NULL);
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct plan plan;
        dup2(pipes[1], stream);
        close(pipes[0]);
        close(pipes[1]);
        fail_name("loadgen");
        options_read(&plan, argc, argv);
        fflush(NULL);
        _exit(111); // it was taken
    }
    close(pipes[1]);
    while ((n = read(pipes[0], text + length, TEXT - 1 - length)) > 0)
        length += (size_t)n;
    close(pipes[0]);
    text[length] = '\0';
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

#endif
