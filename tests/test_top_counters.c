// test_top_counters.c: the counters as they are seen from outside: a server lets itself be read,
// and nothing else; and a file that only looks like counters does no harm.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/counters.h"
#include "watch/meter.h"

// ---- Ours ----------------------------------------------------------------------------------

static void what_is_counted_is_read_under_its_name(void **state)
{
    struct meter m;
    struct reading r;

    (void)state;
    assert_true(meter_open(&m, getpid()));
    assert_int_equal(m.counters, COUNTER_TOTAL);
#define X(name)                                                                                    \
    count(COUNT_##name, 1000 + COUNT_##name);                                                      \
    assert_int_equal(meter_index(&m, #name), COUNT_##name);
    COUNTERS(X)
#undef X
    assert_int_equal(meter_index(&m, "no such counter"), COUNTER_TOTAL);
    assert_true(clients_enter(UINT64_MAX));
    meter_read(&m, &r);
    assert_true(r.clients == 1);
    for (unsigned i = 0; i < COUNTER_TOTAL; i++)
        assert_true(r.value[i] == counted((enum counter)i));
    clients_leave();
    meter_read(&m, &r);
    assert_true(r.clients == 0);
    meter_close(&m);
}

static void what_children_have_counted_is_read_after_their_death(void **state)
{
    uint64_t before = counted(COUNT_reads);
    struct meter m;
    struct reading r;

    (void)state;
    assert_true(meter_open(&m, getpid()));
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            counters_child(0);
            count(COUNT_reads, 7);
            _exit(0);
        }
        assert_int_equal(waitpid(child, NULL, 0), child);
        counters_reap(child, 0, COUNT_broken);
    }
    meter_read(&m, &r);
    assert_true(r.value[COUNT_reads] - before == 140);
    meter_close(&m);
}

static void a_reader_can_not_write(void **state)
{
    char path[METER_PATH];

    (void)state;
    assert_true(meter_find(getpid(), path));
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "x", 1, 0), -1);
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_ptr_equal(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
    close(fd);
}

// Maps counters under a limit, in a child, counts, and says what others see of that.
enum { NOT_SEEN, SEEN, BROKEN };

static int seen_under(__rlimit_resource_t resource, rlim_t limit)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit r = {limit, limit};
        struct meter m;
        char path[METER_PATH];
        // The test's own counters, which this child has inherited.
        if (meter_find(getpid(), path))
            close((int)strtol(strrchr(path, '/') + 1, NULL, 10));
        if (setrlimit(resource, &r) < 0)
            _exit(BROKEN);
        counters_map();
        count(COUNT_reads, 5);
        if (counted(COUNT_reads) != 5)
            _exit(BROKEN);
        _exit(meter_open(&m, getpid()) ? SEEN : NOT_SEEN);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : BROKEN;
}

static void a_server_that_can_not_be_read_counts_all_the_same(void **state)
{
    (void)state;
    assert_int_equal(seen_under(RLIMIT_NOFILE, 1000), SEEN);
    assert_int_equal(seen_under(RLIMIT_NOFILE, 16), NOT_SEEN); // they are for its clients
    assert_int_equal(seen_under(RLIMIT_NOFILE, 0), NOT_SEEN);
    assert_int_equal(seen_under(RLIMIT_FSIZE, 64 << 20), SEEN);
    assert_int_equal(seen_under(RLIMIT_FSIZE, 4096), NOT_SEEN); // and lives: no SIGXFSZ
}

// ---- Somebody else's -----------------------------------------------------------------------

// A file of that name whose head is the true one, changed by `change`, is offered to the reader.
static bool is_believed(void change(struct counters_head *), off_t size, int seals)
{
    char path[METER_PATH];
    struct counters_head head;
    int status;

    assert_true(meter_find(getpid(), path));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &head, sizeof head, 0), sizeof head);
    close(fd);
    if (change != NULL)
        change(&head);

    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct meter m;
        struct reading r;
        close((int)strtol(strrchr(path, '/') + 1, NULL, 10));
        fd = memfd_create(COUNTERS_FILE, MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd < 0 || pwrite(fd, &head, sizeof head, 0) != sizeof head || ftruncate(fd, size) < 0 ||
            (seals != 0 && fcntl(fd, F_ADD_SEALS, seals) < 0))
            _exit(BROKEN);
        if (!meter_open(&m, getpid()))
            _exit(NOT_SEEN);
        meter_read(&m, &r); // to be read without an accident
        _exit(SEEN);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_not_equal(WEXITSTATUS(status), BROKEN);
    return WEXITSTATUS(status) == SEEN;
}

static void other_magic(struct counters_head *head)
{
    head->magic[0] = 'E';
}

static void rows_beyond_the_end(struct counters_head *head)
{
    head->rows++;
}

static void rows_that_wrap_around(struct counters_head *head)
{
    head->rows = UINT32_MAX;
    head->row_bytes = UINT32_MAX - 7;
}

static void rows_far_away(struct counters_head *head)
{
    head->rows_at = UINT64_MAX - 7;
}

static void no_rows(struct counters_head *head)
{
    head->rows = 0;
}

static void crooked_rows(struct counters_head *head)
{
    head->rows_at++;
}

static void rows_too_short(struct counters_head *head)
{
    head->row_bytes = 8;
}

static void too_many_counters(struct counters_head *head)
{
    head->counters = COUNTERS_MOST + 1;
}

static void more_used_than_there_are(struct counters_head *head)
{
    head->rows_used = UINT32_MAX;
}

static void names_without_an_end(struct counters_head *head)
{
    memset(head->name, '\033', sizeof head->name);
}

static void nothing_in_a_file_is_believed_unchecked(void **state)
{
    static void (*const lies[])(struct counters_head *) = {
        other_magic, rows_beyond_the_end, rows_that_wrap_around, rows_far_away,
        no_rows,     crooked_rows,        rows_too_short,        too_many_counters};
    char path[METER_PATH];
    struct stat about;

    (void)state;
    assert_true(meter_find(getpid(), path));
    assert_int_equal(stat(path, &about), 0);
    assert_true(is_believed(NULL, about.st_size, F_SEAL_SHRINK));
    assert_true(is_believed(more_used_than_there_are, about.st_size, F_SEAL_SHRINK));
    assert_true(is_believed(names_without_an_end, about.st_size, F_SEAL_SHRINK));
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
        assert_false(is_believed(lies[i], about.st_size, F_SEAL_SHRINK));
    assert_false(is_believed(NULL, about.st_size - 1, F_SEAL_SHRINK));
    assert_false(is_believed(NULL, 16, F_SEAL_SHRINK));
    assert_false(is_believed(NULL, 0, F_SEAL_SHRINK));
    assert_false(is_believed(NULL, (off_t)1 << 40, F_SEAL_SHRINK)); // it would take hours
    // It could be cut short while it is read, and the reader would die of it.
    assert_false(is_believed(NULL, about.st_size, 0));
}

static void a_process_without_counters_has_none(void **state)
{
    struct meter m;
    int status;
    pid_t child = fork();

    (void)state;
    assert_true(child >= 0);
    if (child == 0) {
        char path[METER_PATH];
        if (meter_find(getpid(), path))
            close((int)strtol(strrchr(path, '/') + 1, NULL, 10));
        _exit(meter_find(getpid(), path) || meter_open(&m, getpid()) ? SEEN : NOT_SEEN);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    // And now it is gone altogether.
    assert_false(meter_open(&m, child));
}

static int map(void **state)
{
    (void)state;
    counters_map();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_counted_is_read_under_its_name),
        cmocka_unit_test(what_children_have_counted_is_read_after_their_death),
        cmocka_unit_test(a_reader_can_not_write),
        cmocka_unit_test(a_server_that_can_not_be_read_counts_all_the_same),
        cmocka_unit_test(nothing_in_a_file_is_believed_unchecked),
        cmocka_unit_test(a_process_without_counters_has_none),
    };

    return cmocka_run_group_tests_name("top: counters", tests, map, NULL);
}
