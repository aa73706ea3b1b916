// hgrm.c: see hgrm.h.
#include "results/hgrm.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "base/units.h"

// Headings and remarks are not of four numbers.
static bool read_row(const char *line, struct hgrm_row *row)
{
    double *const fields[] = {&row->ns, &row->fraction, &row->count, &row->rarity};

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char *end;
        *fields[i] = strtod(line, &end);
        if (end == line)
            return false;
        line = end;
    }
    row->ns *= NS_PER_SECOND / 1000; // the file has milliseconds
    return true;
}

bool hgrm_read(const struct record *r, unsigned scenario, unsigned point, unsigned model,
               void (*take)(const struct hgrm_row *, void *to), void *to)
{
    const struct scenario *s = &r->scenarios[scenario];
    char *path, *line = NULL;
    size_t room = 0;
    struct hgrm_row row;

    if (asprintf(&path, "%s/%s.%s.%s.hgrm", r->folder, s->name, s->points[point].name,
                 r->models.list[model].name) < 0)
        die_errno("cannot allocate memory for a path");
    FILE *file = fopen(path, "re");
    free(path);
    if (file == NULL)
        return false;
    while (getline(&line, &room, file) >= 0)
        if (read_row(line, &row))
            take(&row, to);
    free(line);
    fclose(file);
    return true;
}
