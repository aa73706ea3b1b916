// lab.c: see lab.h.
#include "grade/lab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/units.h"
#include "grade/report.h"

enum { LAB_COLUMNS = 8, TASK_COLUMNS = 5, MOST_POINTS = 1000, PATH_SIZE = 4096 };

// ---- Tables --------------------------------------------------------------------------------

struct table {
    char path[PATH_SIZE];
    FILE *file;
    char *line;
    size_t room;
    unsigned number; // of the line
};

static void open_table(struct table *table, const char *folder, const char *below, const char *name)
{
    int n = snprintf(table->path, sizeof table->path, "%s/%s%s%s", folder, below,
                     *below != '\0' ? "/" : "", name);

    if (n < 0 || (size_t)n >= sizeof table->path)
        die("the folder's name is too long: %s", folder);
    table->file = fopen(table->path, "re");
    if (table->file == NULL)
        die_errno("cannot read %s", table->path);
}

static void close_table(struct table *table)
{
    if (ferror(table->file))
        die_errno("cannot read %s", table->path);
    fclose(table->file);
    free(table->line);
}

static _Noreturn void die_at(const struct table *table, const char *what, const char *value)
{
    die("%s, line %u: %s, not '%s'", table->path, table->number, what, value);
}

// The next row's columns, a tab between two; false at the end. Comments and empty lines are none.
static bool next_row(struct table *table, char *columns[], size_t count)
{
    ssize_t n;

    while ((n = getline(&table->line, &table->room, table->file)) > 0) {
        size_t found = 0;
        char *rest = table->line;
        table->number++;
        if (strlen(rest) < (size_t)n)
            die_at(table, "a line is text", "a byte 0");
        rest[strcspn(rest, "\r\n")] = '\0';
        if (*rest == '#' || *rest == '\0')
            continue;
        for (char *column; (column = strsep(&rest, "\t")) != NULL; found++)
            if (found < count)
                columns[found] = column;
        if (found != count)
            die("%s, line %u: a row has %zu columns, a tab between two; this one has %zu",
                table->path, table->number, count, found);
        return true;
    }
    return false;
}

static char *keep(const struct table *table, const char *text, const char *what)
{
    if (*text == '\0')
        die_at(table, what, text);
    char *copy = strdup(text);
    if (copy == NULL)
        die("out of memory");
    return copy;
}

// ---- Labs ----------------------------------------------------------------------------------

static bool are_services(const char *text)
{
    char words[64];
    unsigned n = 0;

    snprintf(words, sizeof words, "%s", text);
    if (strlen(text) >= sizeof words)
        return false;
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "), n++)
        if (strcmp(word, "echo") != 0 && strcmp(word, "frame") != 0 && strcmp(word, "guess") != 0)
            return false;
    return n > 0;
}

static const char *const serves_words[] = {
    [SERVES_ONE] = "one", [SERVES_CREW] = "crew", [SERVES_MANY] = "many"};

static bool find_serves(const char *word, enum serves *serves)
{
    for (size_t i = 0; i < sizeof serves_words / sizeof *serves_words; i++)
        if (strcmp(serves_words[i], word) == 0) {
            *serves = (enum serves)i;
            return true;
        }
    return false;
}

enum serves lab_serves(const struct lab *lab)
{
    enum serves serves = SERVES_MANY;

    find_serves(lab->serves, &serves); // lab_read() has seen that it is one
    return serves;
}

static void take_lab(const struct table *table, char *columns[], struct lab *lab)
{
    enum serves serves;
    bool any = strcmp(columns[5], "-") == 0;

    lab->folder = keep(table, columns[1], "a lab has a folder");
    lab->title = keep(table, columns[2], "a lab has a title");
    lab->services = keep(table, columns[3], "services are a list of echo, frame, guess");
    if (!are_services(columns[3]))
        die_at(table, "services are a list of echo, frame, guess", columns[3]);
    lab->serves = keep(table, columns[4], "who is served is one of one, crew, many");
    if (!find_serves(columns[4], &serves))
        die_at(table, "who is served is one of one, crew, many", columns[4]);
    if (!any && !conform_knows_model(columns[5]))
        die_at(table, "a model is one of models.tsv, or - for any", columns[5]);
    lab->model = any ? strdup("") : keep(table, columns[5], "a model has a name");
    lab->reference = keep(table, columns[6], "a lab has a reference");
    lab->lecture = keep(table, columns[7], "a lab has a lecture");
    if (lab->model == NULL)
        die("out of memory");
}

static void find_lab(const char *folder, struct lab *lab)
{
    struct table table = {0};
    char *columns[LAB_COLUMNS], numbers[256] = "";
    uint64_t number;
    bool found = false;

    open_table(&table, folder, "", "labs.tsv");
    while (next_row(&table, columns, LAB_COLUMNS)) {
        if (!units_count(columns[0], 1, 99, &number))
            die_at(&table, "a lab's number is 1 to 99", columns[0]);
        size_t n = strlen(numbers);
        snprintf(numbers + n, sizeof numbers - n, "%s%s", n > 0 ? ", " : "", columns[0]);
        if (number != lab->number)
            continue;
        if (found)
            die_at(&table, "each lab has one row", columns[0]);
        take_lab(&table, columns, lab);
        found = true;
    }
    close_table(&table);
    if (!found)
        die("%s has no lab %u; it has %s", table.path, lab->number,
            *numbers != '\0' ? numbers : "none");
}

// ---- Tasks ---------------------------------------------------------------------------------

size_t lab_case(const char *name)
{
    for (size_t i = 0; i < conform_case_count(); i++)
        if (strcmp(conform_case_at(i)->name, name) == 0)
            return i;
    return SIZE_MAX;
}

static bool find_visibility(const char *word, enum visibility *visibility)
{
    static const char *const words[] = {
        [VISIBLE] = "visible", [HIDDEN] = "hidden", [AFTER] = "after"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0) {
            *visibility = (enum visibility)i;
            return true;
        }
    return false;
}

static struct task take_task(const struct table *table, char *columns[], const struct lab *lab)
{
    struct task task;

    if (!units_rate(columns[0], 0, MOST_POINTS, &task.points))
        die_at(table, "points are a number from 0 to 1000", columns[0]);
    bool of_report = report_knows(columns[1]);
    if (lab_case(columns[1]) == SIZE_MAX && strcmp(columns[1], LAB_RATIO) != 0 && !of_report)
        die_at(table, "a case is one of `conform --list`, " LAB_RATIO ", or report/...",
               columns[1]);
    if (lab->count > 0 && of_report != report_is_lab(lab))
        die_at(table, "a lab is of a server's cases or of a report's, not both", columns[1]);
    for (size_t i = 0; i < lab->count; i++)
        if (strcmp(lab->tasks[i].name, columns[1]) == 0)
            die_at(table, "each case has one row", columns[1]);
    if (!find_visibility(columns[2], &task.visibility))
        die_at(table, "visibility is one of visible, hidden, after", columns[2]);
    task.name = keep(table, columns[1], "a task has a case");
    task.title = keep(table, columns[3], "a task has a title");
    task.told = keep(table, columns[4], "a task has what is told when it fails");
    return task;
}

static void free_task(struct task *task)
{
    free(task->name);
    free(task->title);
    free(task->told);
}

// The gate, which is first, has to be asked; the ratio is asked in another way.
static void read_tasks(const char *folder, struct lab *lab, bool visible)
{
    struct table table = {0};
    char *columns[TASK_COLUMNS];

    open_table(&table, folder, lab->folder, "grading.tsv");
    while (next_row(&table, columns, TASK_COLUMNS)) {
        struct task task = take_task(&table, columns, lab);
        if (lab->count == 0 && (task.visibility != VISIBLE || strcmp(task.name, LAB_RATIO) == 0))
            die_at(&table, "the first task, the lab's gate, is a visible case of the suite",
                   task.name);
        if (visible && task.visibility != VISIBLE) {
            free_task(&task);
            continue;
        }
        lab->tasks = realloc(lab->tasks, (lab->count + 1) * sizeof *lab->tasks);
        if (lab->tasks == NULL)
            die("out of memory");
        lab->tasks[lab->count++] = task;
    }
    close_table(&table);
    if (lab->count == 0)
        die("%s has no tasks", table.path);
}

// --------------------------------------------------------------------------------------------

struct lab *lab_read(const char *folder, unsigned number, bool visible)
{
    struct lab *lab = calloc(1, sizeof *lab);

    if (lab == NULL)
        die("out of memory");
    lab->number = number;
    find_lab(folder, lab);
    read_tasks(folder, lab, visible);
    return lab;
}

void lab_leave_out(struct lab *lab, const char *prefix)
{
    size_t kept = 1;

    for (size_t i = 1; i < lab->count; i++)
        if (strncmp(lab->tasks[i].name, prefix, strlen(prefix)) == 0)
            free_task(&lab->tasks[i]);
        else
            lab->tasks[kept++] = lab->tasks[i];
    lab->count = kept;
}

void lab_free(struct lab *lab)
{
    char *const texts[] = {lab->folder, lab->title,     lab->services, lab->serves,
                           lab->model,  lab->reference, lab->lecture};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    for (size_t i = 0; i < lab->count; i++)
        free_task(&lab->tasks[i]);
    free(lab->tasks);
    free(lab);
}

void grading_sum(struct grading *g)
{
    g->points = g->of = 0;
    for (size_t i = 0; i < g->lab->count; i++) {
        struct mark *mark = &g->marks[i];
        const struct finding *f = &mark->finding;
        double points = g->lab->tasks[i].points;
        mark->left_out = mark->ended && f->outcome == SKIPPED && f->lacking;
        mark->points = mark->ended && f->outcome == PASSED && !g->shut ? points : 0;
        g->points += mark->points;
        g->of += mark->left_out ? 0 : points;
    }
}
