// test_trace_file.c: what becomes of the files of --trace and --stats when the server cannot write
// them, does not start, or is not given the time.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/conform/services.h"
#include "tests/trace_server_call.h"

static void a_file_that_cannot_be_made_is_told_before_it_listens(void **state)
{
    struct program p = run("epoll", "--trace /dev/null/trace.json");

    (void)state;
    expect_end_of(&p, "epoll", false,
                  "epoll: cannot write the trace to /dev/null/trace.json: Not a directory\n");
}

// To wait for a reader would be to wait for ever, without a word.
static void a_fifo_that_nobody_reads_is_told_before_it_listens(void **state)
{
    static const char *const outputs[][2] = {{"--trace", "the trace"}, {"--stats", "the counters"}};
    char fifo[64], options[96], complaint[160];

    (void)state;
    snprintf(fifo, sizeof fifo, "%s.fifo", trace_path);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    for (int i = 0; i < 2; i++) {
        snprintf(options, sizeof options, "%s %s", outputs[i][0], fifo);
        snprintf(complaint, sizeof complaint,
                 "epoll: cannot write %s to %s: nobody reads from it\n", outputs[i][1], fifo);
        struct program p = run("epoll", options);
        expect_end_of(&p, "epoll", false, complaint);
    }
    assert_int_equal(unlink(fifo), 0);
}

static void write_older(const char *path)
{
    FILE *f = fopen(path, "we");

    assert_non_null(f);
    for (int i = 0; i < 1000; i++)
        fputs("an older one, and a longer one\n", f);
    assert_int_equal(fclose(f), 0);
}

static void older_files_stand_until_the_server_listens(void **state)
{
    struct stat about;
    char stats[64], options[192], complaint[160];

    (void)state;
    snprintf(stats, sizeof stats, "%s.json", trace_path);
    write_older(trace_path);
    write_older(stats);
    struct program first = run("epoll", "");
    const char *target = await_line(&first), *port = strrchr(target, ':') + 1;
    snprintf(options, sizeof options, "--port %s --trace %s --stats %s", port, trace_path, stats);
    snprintf(complaint, sizeof complaint, "epoll: cannot listen on %s: Address already in use\n",
             target);
    struct program second = run("epoll", options);
    expect_end_of(&second, "epoll", false, complaint);
    assert_int_equal(stat(trace_path, &about), 0);
    assert_true(about.st_size > 0);
    assert_int_equal(stat(stats, &about), 0);
    assert_true(about.st_size > 0);
    expect_clean_end(&first, "epoll");

    snprintf(options, sizeof options, "--trace %s --stats %s", trace_path, stats);
    struct program third = run("epoll", options);
    await_line(&third);
    expect_clean_end(&third, "epoll");
    read_trace(); // and nothing of the older one behind it
    json_t *counters = json_load_file(stats, 0, NULL);
    assert_non_null(counters);
    json_decref(counters);
    assert_int_equal(unlink(stats), 0);
}

static void a_trace_on_standard_output_cuts_nothing_off(void **state)
{
    static const char earlier[] = "what stood there\nlistening on ";
    struct program p = {.out = open(trace_path, O_RDWR | O_TRUNC | O_CLOEXEC),
                        .err = memfd_create("err", MFD_CLOEXEC)};
    char command[COMMAND_MAX];

    (void)state;
    assert_true(p.out >= 0 && p.err >= 0);
    assert_int_equal(write(p.out, "what stood there\n", 17), 17);
    snprintf(command, sizeof command, "%s/epoll --port 0 --trace -", bin());
    p.pid = spawn(command, p.out, p.err, 0);
    double until = now() + patient(15);
    while (lseek(p.out, 0, SEEK_END) <= (off_t)strlen(earlier)) {
        assert_true(now() < until);
        nap(0.002);
    }
    kill(p.pid, SIGTERM);
    assert_int_equal(await_status(p.pid, 15, "epoll"), 0);
    char *text = contents_of(p.out);
    assert_memory_equal(text, earlier, strlen(earlier));
    assert_non_null(strstr(text, "\n# events: "));
    free(text);
    close(p.err);
}

static void a_file_that_does_not_fit_on_the_disk_is_told_at_the_end(void **state)
{
    struct program p = run("epoll", "--trace /dev/full");

    (void)state;
    await_line(&p);
    kill(p.pid, SIGTERM);
    expect_end_of(&p, "epoll", true,
                  "epoll: cannot write the trace to /dev/full: No space left on device\n");
}

// Nobody gets in any more: the first signal has been heeded.
static void await_closed_door(const char *target)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)strtoul(strrchr(target, ':') + 1, NULL, 10)),
        .sin_addr = {htonl(INADDR_LOOPBACK)}};
    double until = now() + patient(15);
    bool refused = false;

    while (!refused) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        refused = connect(fd, (struct sockaddr *)&to, sizeof to) != 0;
        close(fd);
        if (now() > until)
            fail_msg("it still accepts");
        nap(0.002);
    }
}

static void a_second_signal_leaves_an_empty_file(void **state)
{
    struct program p;
    struct stat about;
    char options[128];

    (void)state;
    snprintf(options, sizeof options, "--work sleep:60s --drain 60 --trace %s", trace_path);
    p = run("blocking", options);
    const char *target = await_line(&p);
    int client = connect_to(target);
    assert_int_equal(send(client, "hello", 5, MSG_NOSIGNAL), 5);
    let_server_read(client); // now it works for a minute
    kill(p.pid, SIGTERM);
    await_closed_door(target);
    kill(p.pid, SIGTERM);
    expect_end_of(&p, "blocking", true, "blocking: second signal: ended at once\n");
    close(client);
    assert_int_equal(stat(trace_path, &about), 0);
    assert_int_equal(about.st_size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_file_that_cannot_be_made_is_told_before_it_listens, end_all),
        cmocka_unit_test_teardown(a_fifo_that_nobody_reads_is_told_before_it_listens, end_all),
        cmocka_unit_test_teardown(older_files_stand_until_the_server_listens, end_all),
        cmocka_unit_test_teardown(a_trace_on_standard_output_cuts_nothing_off, end_all),
        cmocka_unit_test_teardown(a_file_that_does_not_fit_on_the_disk_is_told_at_the_end, end_all),
        cmocka_unit_test_teardown(a_second_signal_leaves_an_empty_file, end_all),
    };
    return cmocka_run_group_tests_name("trace_file", tests, make_place, remove_place);
}
