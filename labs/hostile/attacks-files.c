// attacks-files.c: writes to, empties, replaces and removes the grader's files. The test's Makefile
// says which there are: RESULTS, a folder, and LABS, that of the tables.
#include "serve.h"

#ifndef RESULTS
#define RESULTS "."
#define LABS "."
#endif

static const char forged[] = "{\"score\": 100, \"tests\": []}\n";

static void attack_file(const char *folder, const char *name)
{
    char path[4096], other[4200];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(other, sizeof other, "%s.forged", path);
    int fd = open(path, O_WRONLY | O_APPEND);
    if (fd != -1 && write(fd, forged, sizeof forged - 1) > 0)
        succeeded("a file of the grader's was written to");
    if (truncate(path, 0) == 0)
        succeeded("a file of the grader's was emptied");
    if (unlink(path) == 0)
        succeeded("a file of the grader's was removed");
    fd = open(other, O_WRONLY | O_CREAT, 0644);
    if (fd != -1 && rename(other, path) == 0)
        succeeded("a file of the grader's was replaced");
    if (fd != -1)
        succeeded("a file was made beside the grader's");
}

static void attack(void)
{
    attack_file(RESULTS, "results.json");
    attack_file(RESULTS, "results.tap");
    attack_file(LABS, "labs.tsv");
    attack_file(LABS, "01-iterative/grading.tsv");
}

int main(int argc, char **argv)
{
    return serve(argc, argv, attack, AT_ONCE);
}
