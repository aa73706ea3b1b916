// report_read.h: what a report consists of: the claims, and the repeats that they rest on, each
// with what the run's tables say of it and what its raw file says.
//
// Nothing in the folder is trusted: what is missing or no text, number or file as it should be
// becomes NAN, an empty text or false, and it is the checks that make something of it.
#ifndef GRADE_REPORT_READ_H
#define GRADE_REPORT_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

// The columns of results.tsv that raw/ has to bear out.
#define REPORT_COLUMNS(X)                                                                          \
    X(rps) X(payload) X(offered) X(p50) X(p90) X(p99) X(p99_9) X(max) X(mean) X(sent) X(answered)  \
        X(wrong) X(lost) X(unfinished) X(clients_served) X(busy)

enum report_column {
#define X(name) COLUMN_##name,
    REPORT_COLUMNS(X)
#undef X
        COLUMN_COUNT
};
extern const char *const report_columns[COLUMN_COUNT];

enum { REPORT_NAME = 64, REPORT_TEXT = 160 };

// What loadgen itself wrote of a repeat.
struct report_raw {
    bool there;            // a whole result, whose parts fit each other
    char why[REPORT_TEXT]; // where not
    bool open, limited, interrupted;
    double value[COLUMN_COUNT];
    double warmup_s, started; // seconds; since 1970
    double sum;               // of all response times: two repeats never have the same
    uint64_t scheduled, warmed_up;
    double connections, size;
    char service[16], kernel[REPORT_TEXT], cpu[REPORT_TEXT], commit[REPORT_NAME];
};

struct report_repeat {
    char scenario[REPORT_NAME], point[REPORT_NAME], model[REPORT_NAME];
    unsigned round, order;
    bool measured;
    double started;              // seconds since 1970
    char work[REPORT_NAME];      // --work of the server's command line; or empty
    double said[COLUMN_COUNT];   // by run.json
    bool in_table;               // results.tsv has it, once
    double tabled[COLUMN_COUNT]; // by results.tsv
    struct report_raw raw;
};

struct report_claim {
    char claim[2 * REPORT_NAME], scenario[REPORT_NAME], point[REPORT_NAME], unit[16], verdict[40];
    char text[3][32]; // value, low, high, as they were written
    double number[3]; // the same; NAN where it is none
};

enum { CLAIMS = 4, THROUGHPUT = 0, P99 = 1, P99_FIRST = 2, P99_SECOND = 3 };

struct report {
    char models[2][REPORT_NAME];        // those that are compared: the second beside the first
    int folder;                         // what was handed in, while it is read
    size_t bytes;                       // read of it
    char trouble[400];                  // why there is nothing to judge; or empty
    struct report_claim claims[CLAIMS]; // `claim` is empty where answers.tsv has none
    struct report_repeat *repeats;      // in the order of the run
    size_t count;
    size_t rows, rows_unknown; // of results.tsv; of these, of no repeat of run.json's
    double cores;
    bool interrupted;
    char kernel[REPORT_TEXT], cpu[REPORT_TEXT], commit[REPORT_NAME], version[REPORT_NAME];
    char server_cores[REPORT_TEXT], load_cores[REPORT_TEXT];
};

// `models`: "epoll fork". The caller calls report_free() in any case.
void report_read(struct report *, const char *folder, const char *models);
void report_free(struct report *);

// The claims that answers.tsv is asked for: "throughput", "p99", "p99-epoll", "p99-fork".
void report_claim_name(const struct report *, unsigned which, char *name, size_t size);

// report_files.c: a whole file as a text, for these parts. NULL where there is none, or none of
// ours to read: a link, on the way to it or itself, no regular file, more than 8 MiB, or more than
// 256 MiB of files in all. The name is from the folder on. The caller frees it.
char *report_file(struct report *, const char *name, size_t *size);
bool report_open(struct report *, const char *folder);
void report_close(struct report *);
// Bounds the memory that may be had from now on, and stores what to set the limit back to.
void report_limit_memory(struct rlimit *before);

// report_raw.c: reads run/raw/SCENARIO.POINT.MODEL.ROUND.json of the repeat.
void report_raw_read(struct report *, struct report_repeat *);

// A time as ISO 8601 has it, in seconds since 1970; NAN.
double report_time(const char *text);

// Copies it as far as there is room; an empty text for NULL.
void report_copy(char *to, size_t size, const char *text);

#endif
