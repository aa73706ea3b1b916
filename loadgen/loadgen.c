// loadgen.c: the load generator. Drives a server, and tells the truth about what it saw.
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "loadgen/compare.h"
#include "loadgen/merge.h"
#include "loadgen/run.h"

enum { EXIT_COULD_NOT = 1, EXIT_MISSED = 2, EXIT_INTERRUPTED = 130 };

static bool requirements_hold(const struct plan *plan, const struct result *r)
{
    char said[512];
    bool all = true;

    for (unsigned i = 0; i < plan->requires; i++) {
        if (require_holds(&plan->require[i], r, said, sizeof said))
            continue;
        all = false;
        warn("%s", said);
    }
    return all;
}

static int status_of(const struct plan *plan, const struct result *r)
{
    bool held = requirements_hold(plan, r);

    if (r->interrupted)
        return EXIT_INTERRUPTED;
    if (result_is_bad(r))
        return EXIT_ANSWERS;
    if (r->requests.answered + r->warmup.answered == 0) {
        warn("not one request was answered");
        return EXIT_COULD_NOT;
    }
    return held ? EXIT_SUCCESS : EXIT_MISSED;
}

static int run_main(int argc, char **argv)
{
    struct environment environment;
    struct result result;
    struct plan plan;

    // The histogram of an interval is mostly empty. Mapped for itself, its empty pages cost
    // nothing.
    mallopt(M_MMAP_THRESHOLD, 32 * 1024);
    environment_look(&environment, argc, argv);
    options_read(&plan, argc, argv);
    outputs_check(&plan.outputs);
    run_plan(&plan, &result);
    result.environment = environment;
    bool written = outputs_write(&plan.outputs, &result, !plan.quiet);
    int status = status_of(&plan, &result);
    if (status == EXIT_SUCCESS && !written)
        status = EXIT_COULD_NOT;
    result_free(&result);
    free(plan.require);
    return status;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *word, *name;
        int (*run)(int argc, char **argv);
    } commands[] = {{"merge", "loadgen merge", merge_main},
                    {"compare", "loadgen compare", compare_main}};

    fail_name("loadgen");
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].word) != 0)
            continue;
        static char name[32];
        snprintf(name, sizeof name, "%s", commands[i].name);
        argv[1] = name;
        fail_name(name);
        return commands[i].run(argc - 1, argv + 1);
    }
    return run_main(argc, argv);
}
