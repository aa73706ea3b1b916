// settings.c: see settings.h.
#include "results/settings.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/command_line.h"
#include "base/fail.h"
#include "base/units.h"
#include "results/cores.h"
#include "results/record.h"

enum key {
    MODELS = 256, // above all characters: no option has a short form
    ONLY,
    SERVER,
    QUICK,
    LIST,
    BUDGET,
    REPEATS,
    DURATION,
    SEED,
    SERVER_CORES,
    LOAD_CORES,
    NO_PIN,
    OUT,
    RESUME,
    NO_FIGURES,
    QUIET,
};

enum group { WHAT = 1, HOW_LONG, WHERE, OUTPUT };

// argp sorts by name within a group.
static const struct argp_option table[] = {
    {NULL, 0, NULL, 0, "What is measured:", WHAT},
    {"models", MODELS, "NAMES", 0,
     "Servers to compare, with commas between: epoll,poll,threads, or all (those that each "
     "scenario names)",
     0},
    {"only", ONLY, "NAMES", 0,
     "Scenarios, with commas between; a name with a slash is a file of your own (all)", 0},
    {"server", SERVER, "NAME=COMMAND", 0,
     "One more server, in any language; {host}, {port} and {service} are filled in; without "
     "{port}, "
     "--port 0 --service S is appended and its line `listening on HOST:PORT' awaited; may be "
     "repeated (none)",
     0},
    {"quick", QUICK, NULL, 0, "Only the scenarios and points of the short run (off)", 0},
    {"list", LIST, NULL, 0, "Print the scenarios with their questions and the models, and exit", 0},

    {NULL, 0, NULL, 0, "How long:", HOW_LONG},
    {"budget", BUDGET, "TIME", 0,
     "Take this long at most: shorter windows first, then fewer repeats, but never below 300ms and "
     "3 (no limit)",
     0},
    {"repeats", REPEATS, "N", 0, "Measure everything so many times (what each scenario says)", 0},
    {"duration", DURATION, "TIME", 0, "Length of each window (what each scenario says)", 0},
    {"seed", SEED, "N", 0, "Of the order in which models take their turns (from the clock)", 0},

    {NULL, 0, NULL, 0, "Where:", WHERE},
    {"server-cores", SERVER_CORES, "LIST", 0,
     "Cores of the servers, as taskset(1) lists them: 0, 0-3,8 (the first)", 0},
    {"load-cores", LOAD_CORES, "LIST", 0, "Cores of the load generator (the last)", 0},
    {"no-pin", NO_PIN, NULL, 0, "Let the scheduler place servers and generator (off)", 0},

    {NULL, 0, NULL, 0, "Output:", OUTPUT},
    {"out", OUT, "FOLDER", 0, "Write to this new folder (results/data/DATE)", 0},
    {"resume", RESUME, "FOLDER", 0,
     "Go on with an interrupted run: measure what is missing in it or failed", 0},
    {"no-figures", NO_FIGURES, NULL, 0, "Measure only; `bench report' draws later (off)", 0},
    {"quiet", QUIET, NULL, 0, "No progress and no report on the terminal (off)", 0},
    COMMAND_LINE_OPTIONS,
    {0},
};

static const char doc[] =
    "Runs echo servers side by side under the same load, and shows what each is good and bad at: "
    "figures, a report and tables in a folder of their own.\n\n"
    "`bench report RUN' draws a run again without measuring; `bench compare RUN RUN' "
    "tells whether two runs differ, and `bench verdict MODEL MODEL [RUN]' whether two models "
    "of a run do; a RUN is a folder of results. `bench timeline' draws who serves whom, when.\n\n"
    "A TIME is a number and its unit: ms, s, min or h, such as 500ms. Options take their default, "
    "given in parentheses, when they are left out.\n\n"
    "Options:"
    "\v"
    "Exit status:\n"
    "  0    measured; a server that failed is a marked cell of the report\n"
    "  1    the run could not be made, or its results not be written\n"
    "  64   the command line is wrong\n"
    "  130  interrupted; what was measured so far has been written\n\n"
    "Examples:\n\n"
    "A short run of the headline models, in three minutes:\n\n"
    "  $ bench --quick --budget 3min\n\n"
    "What do silent clients cost, with a server of your own beside ours?\n\n"
    "  $ bench --only idle --server 'mine=python3 my.py --port {port}'\n\n"
    "Is epoll faster than poll in the newest run?\n\n"
    "  $ bench verdict poll epoll";

static const char *const times = "a number and its unit, such as 500ms, 3min or 1h";

static int64_t time_of(const char *option, const char *text, int64_t least)
{
    static const int64_t DAY = INT64_C(24) * 3600 * NS_PER_SECOND;
    int64_t ns;
    char minutes[32];
    size_t n = strlen(text);

    // base/units.h stops at minutes: benchmarks take hours.
    if (n > 1 && n < sizeof minutes - 3 && text[n - 1] == 'h') {
        snprintf(minutes, sizeof minutes, "%.*smin", (int)n - 1, text);
        if (units_time(minutes, DAY / 60, &ns) && ns * 60 >= least)
            return ns * 60;
    } else if (units_time(text, DAY, &ns) && ns >= least) {
        return ns;
    }
    die_usage("--%s %s: %s, from %lld ms to 24h", option, text, times,
              (long long)(least / 1000000));
}

static uint64_t count_of(const char *option, const char *text, uint64_t min, uint64_t max)
{
    uint64_t count;

    if (!units_count(text, min, max, &count))
        die_usage("--%s %s: a number from %llu to %llu", option, text, (unsigned long long)min,
                  (unsigned long long)max);
    return count;
}

static const char *cores_of(const char *option, const char *text)
{
    cpu_set_t set;

    if (strlen(text) >= CORES_TEXT)
        die_usage("--%s: %d characters at most; ranges such as 0-31 are shorter", option,
                  CORES_TEXT - 1);
    if (!cores_read(text, &set, sizeof set))
        die_usage("--%s %s: cores that this process may use, such as 0 or 0-3,8", option, text);
    return text;
}

static void add_server(struct settings *s, char *text)
{
    s->servers = realloc(s->servers, (s->server_count + 1) * sizeof *s->servers);
    if (s->servers == NULL)
        die("no memory for --server");
    s->servers[s->server_count++] = text;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct settings *s = state->input;

    switch (key) {
    case MODELS:
        s->models = value;
        break;
    case ONLY:
        s->scenarios = value;
        break;
    case SERVER:
        add_server(s, value);
        break;
    case QUICK:
        s->quick = true;
        break;
    case LIST:
        s->list = true;
        break;
    case BUDGET:
        s->budget_ns = time_of("budget", value, NS_PER_SECOND);
        break;
    case REPEATS:
        s->repeats = (unsigned)count_of("repeats", value, 1, RECORD_ROUNDS_MAX);
        break;
    case DURATION:
        s->duration_ns = time_of("duration", value, NS_PER_SECOND / 20);
        break;
    case SEED:
        s->seed = count_of("seed", value, 0, UINT64_MAX);
        s->seed_given = true;
        break;
    case SERVER_CORES:
        s->server_cores = cores_of("server-cores", value);
        break;
    case LOAD_CORES:
        s->load_cores = cores_of("load-cores", value);
        break;
    case NO_PIN:
        s->server_cores = s->load_cores = "";
        break;
    case OUT:
        s->folder = value;
        break;
    case RESUME:
        s->resume = value;
        break;
    case NO_FIGURES:
        s->no_figures = true;
        break;
    case QUIET:
        s->quiet = true;
        break;
    case ARGP_KEY_ARG:
        die_usage("'%s' is no option; scenarios are chosen with --only", value);
    default:
        return command_line_read(key, state, ARGP_HELP_SHORT_USAGE);
    }
    return 0;
}

void settings_read(struct settings *s, int argc, char **argv)
{
    static const struct argp argp = {.options = table, .parser = parse, .doc = doc};
    static char name[] = "bench";

    // getopt opens its messages with argv[0] as it stands: say the name, not a path.
    argv[0] = name;
    *s = (struct settings){.seed_given = false};
    command_line_parse(&argp, argc, argv, s);
    if (s->resume != NULL &&
        (s->folder != NULL || s->models != NULL || s->scenarios != NULL || s->server_count > 0 ||
         s->quick || s->budget_ns > 0 || s->repeats > 0 || s->duration_ns > 0 || s->seed_given ||
         s->server_cores != NULL || s->load_cores != NULL))
        die_usage("--resume goes on with what the run was asked for: only --no-figures and --quiet "
                  "go with it");
}
