// grade_call.h: a table of labs in a folder of its own, and calls of bin/grade with it.
#ifndef TESTS_GRADE_CALL_H
#define TESTS_GRADE_CALL_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char labs_folder[] = "/tmp/test_grade.XXXXXX";
static const char *programs; // BIN

static void put(const char *name, const char *text)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", labs_folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

// A file in the folder as a text; the caller frees it. NULL: there is none.
static char *get(const char *name)
{
    char path[256];
    char *text = calloc(1, 1 << 20);

    snprintf(path, sizeof path, "%s/%s", labs_folder, name);
    FILE *f = fopen(path, "r");
    assert_non_null(text);
    if (f == NULL) {
        free(text);
        return NULL;
    }
    text[fread(text, 1, (1 << 20) - 1, f)] = '\0';
    fclose(f);
    return text;
}

static const char one_lab[] = "# labs\n"
                              "1\t01-first\tThe first\techo\tmany\tepoll\tepoll\tlecture 1\n"
                              "2\t02-second\tThe second\techo guess\tone\t-\tblocking\tlecture 2\n";

static int make_labs(void **state)
{
    char path[256];

    (void)state;
    programs = getenv("BIN") != NULL ? getenv("BIN") : "bin";
    if (mkdtemp(labs_folder) == NULL || chmod(labs_folder, 0755) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/01-first", labs_folder);
    if (mkdir(path, 0755) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/02-second", labs_folder);
    return mkdir(path, 0755);
}

static int remove_labs(void **state)
{
    char command[256];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", labs_folder);
    // NOLINTNEXTLINE(cert-env33-c): a folder of ours
    return system(command);
}

// Runs bin/grade with these tables in the shell, with what is printed on both outputs in the file
// "said"; returns its exit status, 128 + signal.
static int grade(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int grade(const char *format, ...)
{
    char words[2048], command[4096];
    va_list args;

    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    snprintf(command, sizeof command, "'%s/grade' --labs '%s' %s >'%s/said' 2>&1", programs,
             labs_folder, words, labs_folder);
    // NOLINTNEXTLINE(cert-env33-c): these are the tests' own words
    int status = system(command);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

#endif
