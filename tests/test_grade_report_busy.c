// test_grade_report_busy.c: a machine whose processors have all something to do is busy.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "grade/report_busy.h"

static void a_machine_whose_processors_all_work_is_busy(void **state)
{
    const time_t end = time(NULL) + 30;
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    pid_t *pids = calloc((size_t)n, sizeof *pids);

    (void)state;
    assert_non_null(pids);
    for (long i = 0; i < n; i++)
        if ((pids[i] = fork()) == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (volatile unsigned turn = 0;; turn++)
                ;
        }
    bool busy = report_busy();
    while (!busy && time(NULL) < end) // they may not have begun
        busy = report_busy();
    for (long i = 0; i < n; i++) {
        kill(pids[i], SIGKILL);
        waitpid(pids[i], NULL, 0);
    }
    free(pids);
    assert_true(busy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_whose_processors_all_work_is_busy)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
