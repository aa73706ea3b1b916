// test_selector_limits.c: how long a selector waits, what it can't watch, and what it costs. Each
// test runs for select, poll and epoll.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>

#include "auto/selector.h"
#include "base/clock.h"
#include "base/units.h"
#include "server/conn.h"
#include "tests/each_selector.h"

// ---- Time -------------------------------------------------------------------------------------

static void a_wait_for_nobody_takes_its_time(void **state)
{
    const struct selector *by = *state;
    int ends[2];

    make_pair(ends);
    watch(by, ends[0], WANT_READ);
    int64_t begun = clock_now();
    assert_int_equal(by->wait(ready, 30), 0);
    assert_true(clock_now() - begun >= 30 * NS_PER_SECOND / 1000);
    by->unwatch(ends[0]);
    close_pair(ends);
}

static void a_wait_without_limit_lasts_until_somebody_comes(void **state)
{
    const struct selector *by = *state;
    int ends[2];

    make_pair(ends);
    watch(by, ends[0], WANT_READ);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        usleep(50 * 1000); // so that the parent nearly always sleeps by then; it need not
        _exit(write(ends[1], "!", 1) != 1);
    }
    assert_int_equal(by->wait(ready, FOR_EVER), 1);
    assert_int_equal(ready[0], ends[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    by->unwatch(ends[0]);
    close_pair(ends);
}

static void ignore(int signal_number)
{
    (void)signal_number;
}

static void a_signal_ends_a_wait_with_eintr(void **state)
{
    const struct selector *by = *state;
    struct sigaction action = {.sa_handler = ignore, .sa_flags = SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    // Again and again: the first may come before the wait.
    struct itimerspec often = {.it_interval.tv_nsec = 10000000, .it_value.tv_nsec = 10000000};
    uint64_t wasted = counted(COUNT_wasted);
    timer_t timer;

    sigaction(SIGUSR1, &action, NULL);
    assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    assert_int_equal(timer_settime(timer, 0, &often, NULL), 0);
    int n = by->wait(ready, FOR_EVER), error = errno;
    timer_delete(timer);
    assert_int_equal(n, -1);
    assert_int_equal(error, EINTR);
    assert_int_equal(counted(COUNT_wasted), wasted + 1);
}

// ---- Limits and costs -------------------------------------------------------------------------

// A descriptor with this number, which the caller closes.
static int lift(int fd, int number)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max <= (rlim_t)number) {
        print_message("         the limit of descriptors is %lu\n", (unsigned long)limit.rlim_max);
        skip();
    }
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(fcntl(fd, F_DUPFD_CLOEXEC, number), number);
    return number;
}

static void descriptor_1023_is_watched(void **state)
{
    const struct selector *by = *state;
    int ends[2];

    make_pair(ends);
    int high = lift(ends[0], FD_SETSIZE - 1);
    watch(by, high, WANT_READ);
    send_byte(ends[1]);
    expect_only(by, high);
    by->unwatch(high);
    close(high);
    close_pair(ends);
}

static void only_select_refuses_descriptor_1024(void **state)
{
    const struct selector *by = *state;
    int ends[2], others[2];

    make_pair(ends);
    make_pair(others);
    watch(by, others[0], WANT_READ);
    int high = lift(ends[0], FD_SETSIZE);
    send_byte(ends[1]);
    if (by == &by_select) {
        errno = 0;
        assert_false(by->watch(high, WANT_READ));
        assert_int_equal(errno, EMFILE);
        expect_nobody(by);
    } else {
        watch(by, high, WANT_READ);
        expect_only(by, high);
        by->unwatch(high);
    }
    send_byte(others[1]); // the list is as it was
    expect_only(by, others[0]);
    by->unwatch(others[0]);
    close(high);
    close_pair(ends);
    close_pair(others);
}

static void a_wait_is_counted_with_what_the_kernel_looked_at(void **state)
{
    enum { PAIRS = 5 };
    const struct selector *by = *state;
    int ends[PAIRS][2], highest = 0;

    for (int i = 0; i < PAIRS; i++) {
        make_pair(ends[i]);
        watch(by, ends[i][0], WANT_READ);
        highest = ends[i][0] > highest ? ends[i][0] : highest;
    }
    send_byte(ends[2][1]);
    uint64_t waits = counted(COUNT_waits), events = counted(COUNT_events);
    uint64_t scanned = counted(COUNT_scanned);
    expect_only(by, ends[2][0]);
    assert_int_equal(counted(COUNT_waits), waits + 1);
    assert_int_equal(counted(COUNT_events), events + 1);
    int looked_at = (int)(counted(COUNT_scanned) - scanned);
    assert_int_equal(looked_at, by == &by_epoll ? 1 : by == &by_poll ? PAIRS : highest + 1);
    for (int i = 0; i < PAIRS; i++) {
        by->unwatch(ends[i][0]);
        close_pair(ends[i]);
    }
}

static size_t open_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t n = 0;

    assert_non_null(folder);
    while (readdir(folder) != NULL)
        n++;
    closedir(folder);
    return n;
}

static void after_its_end_it_holds_no_descriptor_and_can_begin_again(void **state)
{
    const struct selector *by = *state;
    size_t during = open_descriptors();
    int ends[2];

    by->end();
    assert_int_equal(open_descriptors(), by == &by_epoll ? during - 1 : during);
    make_pair(ends);
    send_byte(ends[1]);
    assert_true(by->begin());
    expect_nobody(by);
    watch(by, ends[0], WANT_READ);
    by->end(); // with one on its list
    assert_true(by->begin());
    expect_nobody(by);
    close_pair(ends);
}

static void what_is_no_descriptor_is_refused_by_epoll(void **state)
{
    const struct selector *by = *state;
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

    assert_true(file >= 0);
    assert_false(by->watch(file, WANT_READ)); // files are always ready: nothing to wait for
    assert_int_equal(errno, EPERM);
    close(file);
    assert_false(by->watch(file, WANT_READ));
    assert_int_equal(errno, EBADF);
}

static void without_a_free_descriptor_only_epoll_cannot_begin(void **state)
{
    static const struct selector *const all[] = {&by_select, &by_poll, &by_epoll};
    struct rlimit before, none;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        errno = 0;
        bool begun = all[i]->begin();
        int error = errno;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_int_equal(begun, all[i] != &by_epoll);
        if (begun)
            all[i]->end();
        else
            assert_int_equal(error, EMFILE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOR_EACH(a_wait_for_nobody_takes_its_time),
        FOR_EACH(a_wait_without_limit_lasts_until_somebody_comes),
        FOR_EACH(a_signal_ends_a_wait_with_eintr),
        FOR_EACH(descriptor_1023_is_watched),
        FOR_EACH(only_select_refuses_descriptor_1024),
        FOR_EACH(a_wait_is_counted_with_what_the_kernel_looked_at),
        FOR_EACH(after_its_end_it_holds_no_descriptor_and_can_begin_again),
        FOR(by_epoll, what_is_no_descriptor_is_refused_by_epoll),
        cmocka_unit_test(without_a_free_descriptor_only_epoll_cannot_begin),
    };

    return cmocka_run_group_tests(tests, map_counters, NULL);
}
