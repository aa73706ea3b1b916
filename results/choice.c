// choice.c: see choice.h.
#include "results/choice.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/units.h"
#include "results/cores.h"
#include "results/home.h"
#include "results/plan.h"

static char *copied(const char *text)
{
    char *copy = strdup(text);

    if (copy == NULL)
        die("no memory for a name");
    return copy;
}

// ---- Scenarios -----------------------------------------------------------------------------

static void add_scenario(struct record *r, const char *file)
{
    char *why;

    r->scenarios = realloc(r->scenarios, (r->scenario_count + 1) * sizeof *r->scenarios);
    if (r->scenarios == NULL)
        die("no memory for a scenario");
    struct scenario *s = &r->scenarios[r->scenario_count];
    if (!scenario_read(s, file, &why))
        die("%s", why);
    for (size_t i = 0; i < r->scenario_count; i++)
        if (strcmp(r->scenarios[i].name, s->name) == 0)
            die("the scenario %s is asked for twice", s->name);
    r->scenario_count++;
}

static bool has_quick(const struct scenario *s)
{
    for (size_t i = 0; i < s->point_count; i++)
        if (s->points[i].quick)
            return true;
    return false;
}

static int is_scenario(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return *entry->d_name != '.' && dot != NULL && strcmp(dot, ".scenario") == 0;
}

static int by_place(const void *a, const void *b)
{
    const struct scenario *s = a, *t = b;

    if (s->place != t->place)
        return s->place < t->place ? -1 : 1;
    return strcmp(s->name, t->name);
}

// All that are in the folder.
static void read_all_scenarios(struct record *r, bool quick)
{
    struct dirent **found;
    char *folder = home_path("results/scenarios");
    int n = scandir(folder, &found, is_scenario, alphasort);

    if (n < 0)
        die_errno("cannot read %s", folder);
    for (int i = 0; i < n; i++) {
        char *file = home_path("results/scenarios/%s", found[i]->d_name);
        add_scenario(r, file);
        if (quick && !has_quick(&r->scenarios[r->scenario_count - 1]))
            r->scenario_count--;
        free(file);
        free(found[i]);
    }
    free(found);
    free(folder);
    if (r->scenario_count > 1)
        qsort(r->scenarios, r->scenario_count, sizeof *r->scenarios, by_place);
}

static void read_named_scenarios(struct record *r, const char *names, bool quick)
{
    char *list = copied(names), *rest = list, *name;

    while ((name = strsep(&rest, ", ")) != NULL) {
        if (*name == '\0')
            continue;
        char *file = strchr(name, '/') != NULL ? copied(name)
                                               : home_path("results/scenarios/%s.scenario", name);
        if (access(file, R_OK) < 0)
            die_usage("--only %s: there is no file %s; bench --list shows what there is", name,
                      file);
        add_scenario(r, file);
        if (quick && !has_quick(&r->scenarios[r->scenario_count - 1]))
            die_usage("--only %s: the short run has no points of it; leave --quick out", name);
        free(file);
    }
    free(list);
}

// ---- Models --------------------------------------------------------------------------------

static void keep_model(struct models *to, const struct models *from, const char *name,
                       const char *asker)
{
    const struct model *m = models_find(from, name);

    if (m == NULL)
        die_usage("%s: there is no model %s; bench --list shows what there is", asker, name);
    if (models_find(to, name) != NULL)
        return;
    to->list = realloc(to->list, (to->count + 1) * sizeof *to->list);
    if (to->list == NULL)
        die("no memory for a model");
    to->list[to->count++] = *m;
}

static void keep_named(struct models *to, const struct models *from, const char *names,
                       const char *asker)
{
    char *list = copied(names), *rest = list, *name;

    while ((name = strsep(&rest, ", ")) != NULL)
        if (*name != '\0')
            keep_model(to, from, name, asker);
    free(list);
}

static void choose_models(struct record *r, const struct settings *settings)
{
    static struct models all; // for as long as the program: the record's point to its texts
    char *file = home_path("models.tsv");

    models_read(&all, file, home_programs());
    free(file);
    for (unsigned i = 0; i < settings->server_count; i++) {
        const char *why;
        if (!models_add(&all, settings->servers[i], &why))
            die_usage("--server %s: %s", settings->servers[i], why);
    }
    for (size_t i = 0; i < r->scenario_count; i++) {
        const char *stranger = plan_stranger(&r->scenarios[i], &all);
        if (stranger != NULL)
            die("the scenario %s names a model %s; bench --list shows what there is",
                r->scenarios[i].name, stranger);
    }
    r->models_chosen = settings->models != NULL;
    if (settings->models != NULL && strcmp(settings->models, "all") != 0)
        keep_named(&r->models, &all, settings->models, "--models");
    for (size_t m = 0; m < all.count; m++) {
        bool wanted = all.list[m].foreign ||
                      (settings->models != NULL && strcmp(settings->models, "all") == 0);
        // The short run is for the headline models.
        for (size_t s = 0; s < r->scenario_count && settings->models == NULL; s++)
            wanted = wanted || (plan_names(&r->scenarios[s], &all.list[m]) &&
                                (all.list[m].headline || !settings->quick));
        if (wanted)
            keep_model(&r->models, &all, all.list[m].name, "--models");
    }
    if (r->models.count == 0)
        die_usage("--models: no model is left; bench --list shows what there is");
    for (size_t m = 0; m < r->models.count; m++)
        if (!r->models.list[m].foreign && access(r->models.list[m].command, X_OK) < 0)
            die("%s is not built: run make", r->models.list[m].command);
}

// ---- Cores ---------------------------------------------------------------------------------

// One for the servers, so that all have the same, and another for the generator: they would get in
// each other's way.
static void choose_cores(struct record *r, const struct settings *settings)
{
    cores_first(1, r->server_cores, sizeof r->server_cores);
    cores_last(r->load_cores, sizeof r->load_cores);
    if (strcmp(r->server_cores, r->load_cores) == 0)
        r->server_cores[0] = r->load_cores[0] = '\0';
    if (settings->server_cores != NULL)
        snprintf(r->server_cores, sizeof r->server_cores, "%s", settings->server_cores);
    if (settings->load_cores != NULL)
        snprintf(r->load_cores, sizeof r->load_cores, "%s", settings->load_cores);
}

// ---- All of it -----------------------------------------------------------------------------

// What is queued during a stall needs as long again to be answered.
static int64_t least_duration(const struct scenario *s)
{
    int64_t least = 0;

    for (size_t i = 0; i < s->point_count; i++) {
        const struct point *p = &s->points[i];
        if (p->stall_ns > 0 && p->stall_at_ns + 2 * p->stall_ns > least)
            least = p->stall_at_ns + 2 * p->stall_ns;
    }
    return least;
}

static void choose_durations(struct record *r, const struct settings *settings)
{
    double needed;

    r->duration_ns = calloc(r->scenario_count, sizeof *r->duration_ns);
    r->capacity = calloc(r->scenario_count, sizeof *r->capacity);
    if (r->duration_ns == NULL || r->capacity == NULL)
        die("no memory for %zu scenarios", r->scenario_count);
    for (size_t s = 0; s < r->scenario_count; s++) {
        r->duration_ns[s] = settings->duration_ns > 0 ? settings->duration_ns
                                                      : r->scenarios[s].duration_ns;
        if (r->duration_ns[s] < least_duration(&r->scenarios[s]))
            r->duration_ns[s] = least_duration(&r->scenarios[s]);
        if (settings->repeats == 0 && r->scenarios[s].repeats > r->rounds)
            r->rounds = r->scenarios[s].repeats;
    }
    if (settings->repeats > 0)
        r->rounds = settings->repeats;
    if (settings->budget_ns == 0)
        return;
    r->budget_s = (double)settings->budget_ns / NS_PER_SECOND;
    if (!plan_fit(r, r->budget_s, &needed))
        die_usage("--budget: all of this takes %.0f s at least; choose fewer with --only or "
                  "--models, or fewer points with --quick",
                  ceil(needed));
}

void choice_make(struct record *r, const struct settings *settings, int argc, char **argv)
{
    r->quick = settings->quick;
    r->seed = settings->seed_given ? settings->seed : (uint64_t)time(NULL);
    environment_look(&r->machine, argc, argv);
    r->command = copied(r->machine.command);
    if (settings->scenarios != NULL)
        read_named_scenarios(r, settings->scenarios, settings->quick);
    else
        read_all_scenarios(r, settings->quick);
    if (r->scenario_count == 0)
        die("no scenario to measure");
    choose_models(r, settings);
    choose_cores(r, settings);
    choose_durations(r, settings);
}

void choice_resume(struct record *r, const struct settings *settings)
{
    struct environment now;
    char *self[] = {NULL};

    record_read(r, settings->resume);
    char *edited = record_edited(r);
    if (edited != NULL)
        die("%s", edited);
    environment_look(&now, 0, self);
    if (strcmp(now.kernel, r->machine.kernel) != 0 || strcmp(now.cpu, r->machine.cpu) != 0 ||
        strcmp(now.commit, r->machine.commit) != 0)
        warn("%s was begun on another machine or with another build: its repeats will not be alike",
             settings->resume);
}

int choice_list(void)
{
    struct record r = {0};
    struct models all = {0};
    char *file = home_path("models.tsv");

    read_all_scenarios(&r, false);
    models_read(&all, file, home_programs());
    printf("Scenarios (--only; * in the short run, --quick):\n\n");
    for (size_t s = 0; s < r.scenario_count; s++)
        printf("  %-12s%c %s\n", r.scenarios[s].name, has_quick(&r.scenarios[s]) ? '*' : ' ',
               r.scenarios[s].question);
    printf("\nModels (--models; * headline, measured where a scenario names none):\n\n");
    for (size_t m = 0; m < all.count; m++)
        printf("  %-12s%c %s\n", all.list[m].name, all.list[m].headline ? '*' : ' ',
               all.list[m].ends);
    free(file);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
