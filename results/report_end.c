// report_end.c: see report_parts.h. What another person needs to judge the numbers, and to get them
// again.
#include "results/report_parts.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/text.h"
#include "base/units.h"
#include "results/finding.h"
#include "results/html.h"
#include "results/spawn.h"

// A line of a list of names and values; without a value it is left out.
static void write_line(const char *name, const char *value, FILE *out)
{
    if (*value != '\0')
        html(out, "<div><dt>%s</dt><dd>%s</dd></div>\n", name, value);
}

// ---- How it was measured ------------------------------------------------------------------------

static void write_cores(const struct record *r, FILE *out)
{
    char text[600];

    snprintf(text, sizeof text, "servers on core %s, load generator on core %s", r->server_cores,
             r->load_cores);
    write_line("Pinning",
               r->server_cores[0] == '\0' && r->load_cores[0] == '\0'
                   ? "none: the scheduler placed servers and generator"
                   : text,
               out);
}

static void write_plan(const struct record *r, FILE *out)
{
    char text[256];

    snprintf(text, sizeof text, "%u of each model at each point planned; %zu measured in all%s",
             r->rounds, r->repeat_count, r->interrupted ? "; the run was interrupted" : "");
    write_line("Repeats", text, out);
    snprintf(text, sizeof text,
             "round after round, in each point after point, the models shuffled within each "
             "(seed %llu), so that a slow drift meets all of them alike",
             (unsigned long long)r->seed);
    write_line("Order", text, out);
    write_cores(r, out);
    snprintf(text, sizeof text, "%.4g min", r->budget_s / 60);
    write_line("Budget", r->budget_s > 0 ? text : "none", out);
    write_line("Points", r->quick ? "those of the short run" : "all", out);
    if (r->repeat_count > 0) {
        snprintf(text, sizeof text, "%s to %s", r->repeats[0].started,
                 r->repeats[r->repeat_count - 1].started);
        write_line("Repeats started", text, out);
    }
}

static void write_windows(const struct record *r, FILE *out)
{
    char window[32], warmup[32], capacity[PHRASE];

    html(out,
         "<div class=\"scroll\" role=\"group\" aria-label=\"Length of the windows\">\n<table>\n"
         "<caption>Length of each scenario’s windows, as measured</caption>\n<thead><tr>"
         "<th scope=\"col\">scenario</th><th scope=\"col\" class=\"number\">points</th>"
         "<th scope=\"col\" class=\"number\">window</th>"
         "<th scope=\"col\" class=\"number\">warm-up before it</th>"
         "<th scope=\"col\">capacity that rates are a share of</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < r->scenario_count; i++) {
        const struct scenario *s = &r->scenarios[i];
        *capacity = '\0';
        if (s->of_capacity && r->capacity[i] > 0)
            value_text(METRIC_rps, r->capacity[i], capacity);
        html(out,
             "<tr><th scope=\"row\">%s</th><td class=\"number\">%zu</td>"
             "<td class=\"number\">%s</td><td class=\"number\">%s</td><td>%s</td></tr>\n",
             s->name, s->point_count, round_time((double)r->duration_ns[i], window),
             round_time((double)s->warmup_ns, warmup), capacity);
    }
    html(out, "</tbody>\n</table>\n</div>\n");
}

static void write_method(const struct record *r, FILE *out)
{
    html(out, "<section aria-labelledby=\"method\">\n<h2 id=\"method\">How it was measured</h2>\n"
              "<dl>\n");
    write_plan(r, out);
    html(out, "</dl>\n"
              "<p>Each repeat starts its server afresh, warms up, measures for one window, and "
              "stops the server. A cell is what the repeats of one model at one point add up to: "
              "their mean, and the interval that holds the true mean with 95 %% confidence "
              "(Student’s <i>t</i>; of times on the logarithm), which takes the repeats to be "
              "independent and about normal; and their median, whose interval needs no more than "
              "that they are independent: it lies between two of them, and with fewer than six it "
              "is their whole range, which holds the true median with 93.8 %% confidence for five, "
              "87.5 %% for four and 75 %% for three. "
              "Outliers (further from the median than 3 × 1.4826 median absolute deviations, told "
              "from 5 repeats on) are marked, and are in the mean like all others.</p>\n"
              "<p>In a closed loop a client sends its next request when the answer to the last is "
              "back, so that a slow server is asked less. In an open loop requests start at "
              "moments drawn beforehand, at random around a mean rate, however late the answers "
              "are, and the response time counts from the moment at which a request should have "
              "been sent. Requests that were never answered count as slower than all "
              "others.</p>\n"
              "<p>What is said beside the figures calls two models different only if the interval, "
              "widened for all pairs that were looked at (Bonferroni), excludes 1, and they differ "
              "by 5 %% or more; “stays” and “gains nothing” mean that the 95 %% interval lies "
              "within 10 %%. <code>bench verdict</code> shows each interval by itself and is "
              "therefore less strict. Means of values that can’t be below 0 have intervals that "
              "are cut there.</p>\n");
    write_windows(r, out);
    html(out, "</section>\n");
}

// ---- The machine --------------------------------------------------------------------------------

static void write_machine(const struct environment *e, FILE *out)
{
    char cores[16], nofile[32];

    snprintf(cores, sizeof cores, "%u", e->cores);
    snprintf(nofile, sizeof nofile, "%llu", (unsigned long long)e->nofile);
    html(out, "<section aria-labelledby=\"machine\">\n<h2 id=\"machine\">The machine</h2>\n<dl>\n");
    write_line("Host", e->host, out);
    write_line("Processor", e->cpu, out);
    write_line("Cores", cores, out);
    write_line("Frequency governor", e->governor[0] != '\0' ? e->governor : "none to be seen", out);
    write_line("Kernel", e->kernel, out);
    write_line("Descriptors per process (soft limit)", nofile, out);
    write_line("Ephemeral ports", e->ports, out);
    write_line("TCP congestion control", e->congestion, out);
    write_line("echolab", e->version, out);
    write_line("Commit", e->commit, out);
    write_line("Started", e->started, out);
    html(out, "</dl>\n</section>\n");
}

// ---- Again, and the files -----------------------------------------------------------------------

// The run's command without the folder that it wrote to, since that exists now, but with its seed,
// which may have been drawn. Allocated.
static char *command_again(const struct record *r)
{
    char *text = NULL, seed[32];
    size_t size, kept = 0;
    const char *why;
    wordexp_t words;
    bool seeded = false;
    FILE *out = text_open(&text, &size);

    if (r->command == NULL || !spawn_words(&words, r->command, &why)) {
        fputs(r->command != NULL ? r->command : "", out);
        text_close(out);
        return text;
    }
    char **list = calloc(words.we_wordc + 1, sizeof *list);
    if (list == NULL)
        die_errno("cannot allocate memory for a command");
    for (size_t i = 1; i < words.we_wordc; i++) {
        char *word = words.we_wordv[i];
        seeded = seeded || strncmp(word, "--seed", strlen("--seed")) == 0;
        if (strcmp(word, "--out") == 0)
            i++;
        else if (strncmp(word, "--out=", strlen("--out=")) != 0)
            list[kept++] = word;
    }
    snprintf(seed, sizeof seed, " --seed %llu", (unsigned long long)r->seed);
    char *rest = spawn_text(list);
    fprintf(out, "bin/bench%s%s%s", kept > 0 ? " " : "", rest, seeded ? "" : seed);
    free(rest);
    free(list);
    wordfree(&words);
    text_close(out);
    return text;
}

static void write_commit(const char *commit, FILE *out)
{
    const char *dirty = strstr(commit, "-dirty");
    char clean[128];

    if (*commit == '\0')
        return;
    snprintf(clean, sizeof clean, "%.*s", (int)strcspn(commit, "-"), commit);
    html(out, ", with echolab at commit %s%s", dirty != NULL ? clean : commit,
         dirty != NULL ? " and changes that nobody else has" : "");
}

static void write_again(const struct record *r, FILE *out)
{
    char *command = command_again(r);

    html(out, "<section aria-labelledby=\"again\">\n<h2 id=\"again\">How to do it again</h2>\n"
              "<p>On a quiet machine");
    write_commit(r->machine.commit, out);
    html(out,
         ":</p>\n<pre><code>%s</code></pre>\n"
         "<p>No two runs give the same numbers. What differs, by how much, and whether that can be "
         "told from noise:</p>\n<pre><code>bin/bench compare %s "
         "results/data/OTHER-RUN</code></pre>\n"
         "<p>To draw the figures and this page from the recorded numbers, without measuring:</p>\n"
         "<pre><code>bin/bench report %s</code></pre>\n</section>\n",
         command, r->folder, r->folder);
    free(command);
}

// Whether the folder has a file whose name ends so.
static bool has_file(const char *folder, const char *end)
{
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    bool found = false;

    while (directory != NULL && !found && (entry = readdir(directory)) != NULL) {
        size_t length = strlen(entry->d_name), tail = strlen(end);
        found = length > tail && strcmp(entry->d_name + length - tail, end) == 0;
    }
    if (directory != NULL)
        closedir(directory);
    return found;
}

static void write_files(const struct record *r, FILE *out)
{
    static const char *const many[][3] = {
        {".hgrm", "SCENARIO.POINT.MODEL", "response times of all repeats together"},
        {".timeline.tsv", "SCENARIO.POINT.MODEL.ROUND", "response times, interval by interval"},
        {".clients.tsv", "SCENARIO.POINT.MODEL.ROUND", "how many answers each client got"},
    };
    static const char *const files[][2] = {
        {"run.json", "every repeat, with its command lines, and the machine"},
        {"results.tsv", "one row per repeat, for R, pandas and gnuplot"},
        {"cells.tsv", "what they add up to: the tables of this page"},
        {"scenarios/", "the scenarios as they were used: text files to copy and edit"},
        {"plots/", "the figures as PNG and SVG, and what was drawn"},
        {"raw/", "what the load generator wrote in each repeat, and in the probes of a capacity"},
    };

    html(out,
         "<section aria-labelledby=\"files\">\n<h2 id=\"files\">The files beside this page</h2>\n"
         "<ul>\n");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *path;
        if (asprintf(&path, "%s/%s", r->folder, files[i][0]) < 0)
            die_errno("cannot allocate memory for a path");
        if (access(path, R_OK) == 0)
            html(out, "<li><a href=\"%s\">%s</a>: %s</li>\n", files[i][0], files[i][0],
                 files[i][1]);
        free(path);
    }
    for (size_t i = 0; i < sizeof many / sizeof *many; i++)
        if (has_file(r->folder, many[i][0]))
            html(out, "<li>%s%s: %s</li>\n", many[i][1], many[i][0], many[i][2]);
    html(out, "</ul>\n</section>\n");
}

void report_end(const struct cells *cells, FILE *out)
{
    const struct record *r = cells->record;

    write_method(r, out);
    write_machine(&r->machine, out);
    write_again(r, out);
    write_files(r, out);
}
