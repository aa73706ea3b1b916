// talk_call.h: runs bin/talk and reads its table. For cmocka's tests: include it after their
// headers, and give each test end_all() as its teardown.
#ifndef TESTS_TALK_CALL_H
#define TESTS_TALK_CALL_H

#include "tests/drive.h"

struct talked {
    pid_t pid;
    int files[3]; // nameless: standard output, standard error, the table
    int status;
    char *out, *err, *rows;
};

// Begins talk with a table and these words, none of which has a space in it.
__attribute__((format(printf, 2, 3))) static inline void begin_talk(struct talked *t,
                                                                    const char *format, ...)
{
    char words[COMMAND_MAX], command[2 * COMMAND_MAX];

    COMPOSE(words, format);
    *t = (struct talked){.status = -1};
    for (int i = 0; i < 3; i++)
        assert_true((t->files[i] = memfd_create("talk", 0)) >= 0);
    snprintf(command, sizeof command, "%s/talk --tsv=/proc/self/fd/%d %s", bin(), t->files[2],
             words);
    t->pid = spawn(command, t->files[0], t->files[1], 0);
}

static inline void end_talk(struct talked *t)
{
    t->status = await_status(t->pid, 60, "talk");
    t->out = contents_of(t->files[0]);
    t->err = contents_of(t->files[1]);
    t->rows = contents_of(t->files[2]);
}

// Begins, and waits for the end.
#define talk(t, ...)                                                                               \
    do {                                                                                           \
        begin_talk((t), __VA_ARGS__);                                                              \
        end_talk(t);                                                                               \
    } while (0)

static inline void talk_free(struct talked *t)
{
    free(t->out);
    free(t->err);
    free(t->rows);
}

_Noreturn static inline void fail_talk(const struct talked *t, const char *expected)
{
    fprintf(stderr, "expected %s; exit status %d\n%s%s%s", expected, t->status, t->out, t->err,
            t->rows);
    fail();
    abort(); // not reached
}

static inline void expect_talk(const struct talked *t, int status, const char *word)
{
    if (t->status != status || (strstr(t->out, word) == NULL && strstr(t->err, word) == NULL))
        fail_talk(t, word);
}

enum column { WHO, STEP, BEGUN, ENDED, OUTCOME, BYTES_MOVED, SAID, WAITED, COLUMNS };

// A cell of the last row that this client has for this step. In the caller's memory.
static inline const char *cell(const struct talked *t, const char *who, const char *step,
                               enum column column, char text[2048])
{
    char *copy = strdup(t->rows), *rest = copy, *row;
    bool found = false;

    assert_non_null(copy);
    while ((row = strsep(&rest, "\n")) != NULL) {
        char *cells[COLUMNS] = {NULL};
        int n = 0;
        for (char *one; n < COLUMNS && (one = strsep(&row, "\t")) != NULL; n++)
            cells[n] = one;
        if (n == COLUMNS && strcmp(cells[WHO], who) == 0 && strcmp(cells[STEP], step) == 0) {
            snprintf(text, 2048, "%s", cells[column]);
            found = true;
        }
    }
    free(copy);
    if (!found)
        fail_talk(t, step);
    return text;
}

static inline void expect_cell(const struct talked *t, const char *who, const char *step,
                               enum column column, const char *expected)
{
    char text[2048];

    if (strcmp(cell(t, who, step, column, text), expected) != 0) {
        fprintf(stderr, "%s %s: \"%s\", not \"%s\"\n", who, step, text, expected);
        fail_talk(t, "another table");
    }
}

static inline double number(const struct talked *t, const char *who, const char *step,
                            enum column column)
{
    char text[2048], *end;
    double value = strtod(cell(t, who, step, column, text), &end);

    if (*text == '\0' || *end != '\0')
        fail_talk(t, "a number");
    return value;
}

#endif
