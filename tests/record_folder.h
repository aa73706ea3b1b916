// record_folder.h: for the tests of a run's folder: one of their own under /tmp, and what is in it.
#ifndef TESTS_RECORD_FOLDER_H
#define TESTS_RECORD_FOLDER_H

#include "tests/record_sample.h"
#include "tests/result_sample.h"

static char out[CAUGHT], err[CAUGHT];
static char folder[] = "/tmp/test_record.XXXXXX"; // one for each test

static inline char *path_of(const char *name)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

// The caller frees it.
static inline char *content(const char *name)
{
    enum { MOST = 1 << 20 };
    char *text = calloc(1, MOST);
    FILE *in = fopen(path_of(name), "re");

    assert_true(text != NULL && in != NULL);
    assert_true(fread(text, 1, MOST, in) < MOST);
    fclose(in);
    return text;
}

static inline void overwrite(const char *name, const char *text, size_t length)
{
    FILE *to = fopen(path_of(name), "we");

    assert_non_null(to);
    assert_int_equal(fwrite(text, 1, length, to), length);
    assert_int_equal(fclose(to), 0);
}

static inline int remove_folder(void **state)
{
    char command[256];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static inline int make_folder(void **state)
{
    (void)state;
    memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
    return mkdtemp(folder) == NULL;
}

// A whole sample, cut down to its first repeats.
static inline void make_small(struct record *r, size_t repeats)
{
    record_sample(r, folder, 1, 7);
    record_sample_cut(r, repeats);
    assert_int_equal(r->repeat_count, repeats);
}

static inline int read_it(void *where)
{
    struct record r;

    fail_name("test");
    record_read(&r, where);
    record_free(&r);
    return 0;
}

// How often it is in the first line.
static inline unsigned count(const char *line, char what)
{
    unsigned n = 0;

    for (; *line != '\0' && *line != '\n'; line++)
        n += *line == what;
    return n;
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

#endif
