// prints-results.c: says that it has got all points, in every language that graders listen to; and
// then answers nobody.
#include "serve.h"

static void attack(void)
{
    static const char *const results[] = {
        "{\"scores\": {\"lab1\": 100}}",
        "{\"score\": 100, \"tests\": [{\"score\": 100, \"status\": \"passed\"}]}",
        "TAP version 14\n1..1\nok 1 - everything",
        "100 passed, 0 failed, 0 skipped",
        "<testsuite tests=\"1\" failures=\"0\"><testcase name=\"all\"/></testsuite>",
        "\033[2J\033[H\033[32m100 of 100 points\033[0m]]>&\xff\xfe",
    };

    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        printf("%s\n", results[i]);
        fprintf(stderr, "%s\n", results[i]);
    }
    fflush(stdout);
    exit(0);
}

int main(int argc, char **argv)
{
    return serve(argc, argv, attack, AT_ONCE);
}
