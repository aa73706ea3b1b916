// record_journal.c: the repeats of a run that is under way. To write the whole run again after each
// would cost more with each; so it is added to a journal, a line of JSON as run.json has it, which
// the next record_save() takes over.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/json.h"
#include "base/text.h"
#include "results/record_fields.h"

static const char JOURNAL[] = "repeats.jsonl";

// ---- A line more -------------------------------------------------------------------------------

static bool write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, text, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text += n;
        length -= (size_t)n;
    }
    return true;
}

// All of the text, or nothing: half a line would spoil the one behind it. `lasting`: it must be on
// the disk before the run goes on.
static bool append(const struct record *r, const char *name, const char *text, size_t length,
                   bool lasting)
{
    char *path = record_path(r, name);
    struct stat before;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    bool opened = fd >= 0 && fstat(fd, &before) == 0;
    bool good = opened && write_all(fd, text, length) && (!lasting || fdatasync(fd) == 0);

    if (!good) {
        int error = errno;
        bool whole = !opened || ftruncate(fd, before.st_size) == 0;
        errno = error;
        warn_errno("cannot write %s%s", path, whole ? "; it is as it was before" : "");
    }
    if (fd >= 0)
        close(fd);
    free(path);
    return good;
}

static bool append_line(const struct record *r, const struct repeat *q)
{
    json_t *json = record_repeat_json(r, q);
    char *text = NULL;
    size_t length = 0;
    FILE *out = text_open(&text, &length);

    json_write_flat(json, out);
    fputc('\n', out);
    text_close(out);
    json_decref(json);
    bool good = append(r, JOURNAL, text, length, true);
    free(text);
    return good;
}

static bool append_row(const struct record *r, const struct repeat *q)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = text_open(&text, &length);

    record_repeat_row(r, q, out);
    text_close(out);
    // The journal has it already, and the table can be made again.
    bool good = append(r, "results.tsv", text, length, false);
    free(text);
    return good;
}

bool record_keep(struct record *r, const struct repeat *q)
{
    size_t before = r->repeat_count;

    record_add(r, q);
    if (r->repeat_count == before) // a failed one has made room for it, which no line can say
        return record_save(r);
    return append_line(r, q) && append_row(r, q);
}

// ---- The way back ------------------------------------------------------------------------------

// Only the last line can lack its end: the machine has stopped while it was written.
static void read_line(struct record *r, const char *path, const char *line, size_t length,
                      unsigned number)
{
    char place[32];
    json_error_t error;
    struct repeat q = {0};

    snprintf(place, sizeof place, "line %u: ", number);
    json_t *json = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        die("%s: %s%s", path, place, error.text);
    record_repeat_read(json, r, &q, (struct origin){path, place});
    json_decref(json);
    // run.json may have it already: the machine has stopped before the journal was removed.
    if (record_has(r, q.scenario, q.point, q.model, q.round))
        record_repeat_free(&q);
    else
        record_add(r, &q);
}

void record_journal_read(struct record *r)
{
    char *path = record_path(r, JOURNAL), *line = NULL;
    size_t room = 0;
    unsigned number = 0;
    ssize_t length;
    FILE *in = fopen(path, "re");

    if (in == NULL && errno != ENOENT)
        die_errno("cannot read %s", path);
    while (in != NULL && (length = getline(&line, &room, in)) > 0) {
        number++;
        if (line[length - 1] == '\n')
            read_line(r, path, line, (size_t)length, number);
        else
            warn("%s: line %u is cut off: that repeat is missing", path, number);
    }
    if (in != NULL)
        fclose(in);
    free(line);
    free(path);
}

bool record_journal_remove(const struct record *r)
{
    char *path = record_path(r, JOURNAL);
    bool gone = unlink(path) == 0 || errno == ENOENT;

    if (!gone)
        warn_errno("cannot remove %s, whose repeats are in run.json", path);
    free(path);
    return gone;
}
