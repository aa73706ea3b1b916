// bench.c: runs servers side by side, and shows what each is good and bad at. What is asked for
// decides which part does it.
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "results/finish.h"
#include "results/runner.h"
#include "results/settings.h"
#include "results/slow_reader.h"
#include "results/timeline.h"
#include "results/versus.h"

int main(int argc, char **argv)
{
    static const struct {
        const char *word;
        int (*main)(int argc, char **argv);
    } parts[] = {
        {"report", report_main},     {"compare", compare_runs_main},
        {"verdict", verdict_main},   {"slow-reader", slow_reader_main},
        {"timeline", timeline_main},
    };
    struct settings settings;

    fail_name("bench");
    for (size_t i = 0; argc > 1 && i < sizeof parts / sizeof *parts; i++)
        if (strcmp(argv[1], parts[i].word) == 0)
            return parts[i].main(argc - 1, argv + 1);
    settings_read(&settings, argc, argv);
    int status = runner_run(&settings, argc, argv);
    free(settings.servers);
    return status;
}
