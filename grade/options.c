// options.c: see options.h.
#include "grade/options.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "base/command_line.h"
#include "base/fail.h"
#include "base/text.h"
#include "base/units.h"
#include "grade/confine.h"

enum { MOST_JOBS = 64 };

enum key {
    KEY_LAB = 256,
    KEY_SUBMISSION,
    KEY_STUDENT,
    KEY_SEED,
    KEY_VISIBLE,
    KEY_ANY_MODEL,
    KEY_TAP,
    KEY_JUNIT,
    KEY_GRADESCOPE,
    KEY_AUTOLAB,
    KEY_JSON,
    KEY_CSV,
    KEY_JOBS,
    KEY_DEADLINE,
    KEY_LABS,
    KEY_WITHOUT,
    KEY_ACCEPT_UNCONFINED,
};

static const struct argp_option table[] = {
    {NULL, 0, NULL, 0, "What is graded:", 1},
    {"lab", KEY_LAB, "N", 0, "The lab's number in labs.tsv", 0},
    {"submission", KEY_SUBMISSION, "FOLDER", 0,
     "A copy of this folder is built with make, where it has a Makefile, and its ./server is "
     "graded",
     0},
    {"any-model", KEY_ANY_MODEL, NULL, 0, "Leave the cases of model/ out", 0},
    {"visible", KEY_VISIBLE, NULL, 0, "Only the tasks that a student sees at once", 0},
    {NULL, 0, NULL, 0, "Who:", 2},
    {"student", KEY_STUDENT, "NAME", 0, "For the outputs (the submission folder's name)", 0},
    {"seed", KEY_SEED, "TEXT", 0,
     "What the bytes that are sent are made from; the same seed, the same questions (the student's "
     "name)",
     0},
    {NULL, 0, NULL, 0, "Outputs, besides the terminal's:", 3},
    {"tap", KEY_TAP, "FILE", 0, "Write TAP 14", 0},
    {"junit", KEY_JUNIT, "FILE", 0, "Write JUnit XML", 0},
    {"gradescope", KEY_GRADESCOPE, "FILE", 0, "Write Gradescope's results.json", 0},
    {"autolab", KEY_AUTOLAB, NULL, 0, "End standard output with Autolab's line of scores", 0},
    {"json", KEY_JSON, "FILE", 0, "Write everything as JSON", 0},
    {"csv", KEY_CSV, "FILE", 0, "Write a heading and a row", 0},
    {NULL, 0, NULL, 0, "How:", 4},
    {"jobs", KEY_JOBS, "N", 0, "Cases at a time, 1 to 64 (8)", 0},
    {"deadline", KEY_DEADLINE, "TIME", 0, "For all of it; what is not asked by then is 0 (5min)",
     0},
    {"labs", KEY_LABS, "FOLDER", 0, "Where labs.tsv is (labs)", 0},
    {"without", KEY_WITHOUT, "WHAT", 0,
     "Do without one of the protections, as on a system that lacks it: namespaces, user, landlock, "
     "or scopes, Landlock's for signals; may be repeated",
     0},
    {"accept-unconfined", KEY_ACCEPT_UNCONFINED, NULL, 0,
     "Grade a submitted folder even where nothing keeps it from this grader", 0},
    COMMAND_LINE_OPTIONS,
    {0},
};

static const char doc[] =
    "Grades a server for a lab: the program that COMMAND starts, or a submitted folder's "
    "./server.\v"
    "The server is started with --port 0 --service S and says 'listening on HOST:PORT'; {host}, "
    "{port} and {service} are filled in where COMMAND has them. It runs confined: no network but "
    "its own loopback, files read-only but for a small /tmp, no other's processes, limits; what of "
    "that the system does not allow is said. A submitted folder is copied, and sees nothing but "
    "the copy and the system's own folders, such as /usr and /etc. From a COMMAND other folders "
    "are not hidden (as root, it is another user); below /tmp it sees the current one and the "
    "grader's.\n"
    "\n"
    "FILEs are written anew after every case, so that nothing is lost where the grader is killed.\n"
    "\n"
    "Exit status: 0 graded, whatever the points; 1 it could not be graded; 64 the command line is "
    "wrong; 130 or 143 interrupted, with what was found so far written.\n"
    "\n"
    "  grade --lab 5 -- bin/select\n"
    "  grade --lab 5 --submission alice --gradescope results.json";

static unsigned read_number(const char *option, const char *text, unsigned max)
{
    uint64_t n;

    if (!units_count(text, 1, max, &n))
        die_usage("%s is a number from 1 to %u, not '%s'", option, max, text);
    return (unsigned)n;
}

static int64_t read_deadline(const char *text)
{
    int64_t ns;

    if (!units_time(text, 86400 * NS_PER_SECOND, &ns) || ns < NS_PER_SECOND)
        die_usage("--deadline is a time from 1s to 1440min, such as 5min, not '%s'", text);
    return ns;
}

static unsigned read_without(const char *text)
{
    static const char *const words[] = {"namespaces", "user", "landlock", "scopes"};

    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], text) == 0)
            return 1u << i;
    die_usage("--without is one of namespaces, user, landlock, scopes, not '%s'", text);
}

// A word as a shell has to read it.
static void quote(FILE *to, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_@%+=:,./{}-";

    if (*word != '\0' && strspn(word, plain) == strlen(word)) {
        fputs(word, to);
        return;
    }
    putc('\'', to);
    for (; *word != '\0'; word++)
        if (*word == '\'')
            fputs("'\\''", to);
        else
            putc(*word, to);
    putc('\'', to);
}

// One word is a command as it is typed to a shell; several are its words.
static char *join(char **words, int n)
{
    char *text;
    size_t size;
    FILE *to = text_open(&text, &size);

    if (n == 1)
        fputs(words[0], to);
    for (int i = 0; i < n && n > 1; i++) {
        fputs(i > 0 ? " " : "", to);
        quote(to, words[i]);
    }
    text_close(to);
    return text;
}

// The folder's name, as a list of the students' folders has it.
static const char *name_of(const char *folder)
{
    static char text[4096];
    char *whole = realpath(folder, NULL);

    snprintf(text, sizeof text, "%s", whole != NULL ? whole : folder);
    free(whole);
    return basename(text);
}

static void complete(struct options *o)
{
    if (o->lab == 0)
        die_usage("--lab is missing");
    if ((o->submission == NULL) == (o->command == NULL))
        die_usage("%s", o->command == NULL ? "--submission FOLDER, or the COMMAND, is missing"
                                           : "--submission and a COMMAND are one too many");
    if (o->submission != NULL)
        o->command = join((char *[]){(char[]){"./server"}}, 1);
    if (o->student == NULL)
        o->student = o->submission != NULL ? name_of(o->submission) : "";
    if (o->seed == NULL)
        o->seed = o->student;
}

static error_t take(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;
    const char **texts[] = {[KEY_SUBMISSION - KEY_LAB] = &o->submission,
                            [KEY_STUDENT - KEY_LAB] = &o->student,
                            [KEY_SEED - KEY_LAB] = &o->seed,
                            [KEY_TAP - KEY_LAB] = &o->tap,
                            [KEY_JUNIT - KEY_LAB] = &o->junit,
                            [KEY_GRADESCOPE - KEY_LAB] = &o->gradescope,
                            [KEY_JSON - KEY_LAB] = &o->json,
                            [KEY_CSV - KEY_LAB] = &o->csv,
                            [KEY_LABS - KEY_LAB] = &o->labs};

    switch (key) {
    case KEY_LAB:
        o->lab = read_number("--lab", arg, 99);
        return 0;
    case KEY_SUBMISSION:
    case KEY_STUDENT:
    case KEY_SEED:
    case KEY_TAP:
    case KEY_JUNIT:
    case KEY_GRADESCOPE:
    case KEY_JSON:
    case KEY_CSV:
    case KEY_LABS:
        *texts[key - KEY_LAB] = arg;
        return 0;
    case KEY_VISIBLE:
        o->visible = true;
        return 0;
    case KEY_ANY_MODEL:
        o->any_model = true;
        return 0;
    case KEY_AUTOLAB:
        o->autolab = true;
        return 0;
    case KEY_JOBS:
        o->jobs = read_number("--jobs", arg, MOST_JOBS);
        return 0;
    case KEY_DEADLINE:
        o->deadline_ns = read_deadline(arg);
        return 0;
    case KEY_WITHOUT:
        o->without |= read_without(arg);
        return 0;
    case KEY_ACCEPT_UNCONFINED:
        o->accepts_unconfined = true;
        return 0;
    case ARGP_KEY_ARGS:
        o->command = join(state->argv + state->next, state->argc - state->next);
        return 0;
    case ARGP_KEY_END:
        complete(o);
        return 0;
    default:
        return command_line_read(key, state, ARGP_HELP_SHORT_USAGE);
    }
}

void grade_options_read(struct options *o, int argc, char **argv)
{
    static const struct argp argp = {table, take, "[-- COMMAND...]", doc, NULL, NULL, NULL};

    *o = (struct options){.labs = "labs", .jobs = 8, .deadline_ns = 300 * NS_PER_SECOND};
    command_line_parse(&argp, argc, argv, o);
}
