// models.c: see models.h.
#include "results/models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"

// What is drawn of a server that has no family here.
#define FOREIGN_COLOUR "#808080"

enum column { NAME, FILE_OF, COLOUR, SERVES, HOLDS, NEEDS, ENDS, SHORT, COLUMNS };

static struct model *add(struct models *models)
{
    models->list = reallocarray(models->list, models->count + 1, sizeof *models->list);
    if (models->list == NULL)
        die_errno("cannot allocate memory for a model");
    struct model *model = &models->list[models->count++];
    memset(model, 0, sizeof *model);
    return model;
}

static char *copy(const char *text, size_t length)
{
    char *made = strndup(text, length);

    if (made == NULL)
        die_errno("cannot allocate memory for a model");
    return made;
}

// Cuts a line at its tabs. False: more columns, or fewer, than there are.
static bool cut(char *line, char *columns[COLUMNS])
{
    size_t n = 0;

    line[strcspn(line, "\r\n")] = '\0';
    for (char *column; (column = strsep(&line, "\t")) != NULL; n++) {
        if (n == COLUMNS || *column == '\0')
            return false;
        columns[n] = column;
    }
    return n == COLUMNS;
}

// Whether an earlier line was of the folder that this file is in; if not, notes it. All folders so
// far are one text: "/blocking/fork/".
static bool is_variant(char **families, const char *file)
{
    char *family, *longer;
    bool found;

    if (asprintf(&family, "/%.*s/", (int)strcspn(file, "/"), file) < 0)
        die_errno("cannot allocate memory for a model");
    found = strstr(*families, family) != NULL;
    if (!found) {
        if (asprintf(&longer, "%s%s", *families, family + 1) < 0)
            die_errno("cannot allocate memory for a model");
        free(*families);
        *families = longer;
    }
    free(family);
    return found;
}

static void take_line(struct models *models, char *const columns[COLUMNS], const char *programs,
                      char **families)
{
    struct model *model = add(models);
    char *command;

    if (asprintf(&command, "%s/%s", programs, columns[NAME]) < 0)
        die_errno("cannot allocate memory for a model");
    snprintf(model->name, sizeof model->name, "%s", columns[NAME]);
    snprintf(model->colour, sizeof model->colour, "%s", columns[COLOUR]);
    model->command = command;
    model->variant = is_variant(families, columns[FILE_OF]);
    model->headline = strcmp(columns[SHORT], "yes") == 0;
    model->crew = strcmp(columns[SERVES], "many") != 0;
    model->ends = copy(columns[ENDS], strlen(columns[ENDS]));
}

void models_read(struct models *models, const char *file, const char *programs)
{
    FILE *from = fopen(file, "re");
    char *line = NULL, *columns[COLUMNS], *families = copy("/", 1);
    size_t room = 0;
    unsigned number = 0;

    *models = (struct models){0};
    if (from == NULL)
        die_errno("cannot read %s", file);
    while (getline(&line, &room, from) >= 0) {
        number++;
        if (*line == '#' || *line == '\n')
            continue;
        if (!cut(line, columns))
            die("%s:%u: a model has %d columns with a tab between two", file, number, COLUMNS);
        if (models_find(models, columns[NAME]) != NULL)
            die("%s:%u: there is a model '%s' already", file, number, columns[NAME]);
        if (strlen(columns[NAME]) >= sizeof models->list->name ||
            strlen(columns[COLOUR]) >= sizeof models->list->colour)
            die("%s:%u: the name or the colour is too long", file, number);
        if (strcmp(columns[SHORT], "yes") != 0 && strcmp(columns[SHORT], "-") != 0)
            die("%s:%u: the last column, short, is yes or -, not '%s'", file, number,
                columns[SHORT]);
        take_line(models, columns, programs, &families);
    }
    if (ferror(from))
        die_errno("cannot read %s", file);
    free(families);
    free(line);
    fclose(from);
}

bool models_add(struct models *models, const char *text, const char **why)
{
    // Of such names files are made: no "/", no "." at the begin, nothing that a shell would expand.
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t length = strcspn(text, "=");
    char name[sizeof models->list->name];

    if (text[length] == '\0' || text[length + 1 + strspn(text + length + 1, " ")] == '\0') {
        *why = "it is no NAME=COMMAND, such as 'mine=python3 mine.py --port {port}'";
        return false;
    }
    if (length == 0 || length >= sizeof name || strspn(text, allowed) != length) {
        *why = "its NAME may have 1 to 31 letters, digits, '-' and '_'";
        return false;
    }
    memcpy(name, text, length);
    name[length] = '\0';
    if (models_find(models, name) != NULL) {
        *why = "there is a model of this name already";
        return false;
    }
    struct model *model = add(models);
    snprintf(model->name, sizeof model->name, "%s", name);
    snprintf(model->colour, sizeof model->colour, "%s", FOREIGN_COLOUR);
    model->ends = "";
    model->command = copy(text + length + 1, strlen(text + length + 1));
    model->foreign = true;
    return true;
}

const struct model *models_find(const struct models *models, const char *name)
{
    for (size_t i = 0; i < models->count; i++)
        if (strcmp(models->list[i].name, name) == 0)
            return &models->list[i];
    return NULL;
}
