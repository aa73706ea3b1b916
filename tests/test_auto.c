// test_auto.c: which selector bin/auto picks, what it says of it, and the option that forces one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/drive.h"

// bin/auto, with what it says in files that have no name.
struct program {
    pid_t pid;
    int out, err;
};

static void need_strace(void)
{
    if (system("strace -D -o /dev/null true 2>/dev/null") == 0)
        return;
    print_message("         strace is not installed, or may not be used here\n");
    skip();
}

static void run(struct program *p, const char *prefix, const char *options)
{
    char command[COMMAND_MAX];

    snprintf(command, sizeof command, "%s %s/auto --port 0 %s", prefix, bin(), options);
    p->out = memfd_create("out", MFD_CLOEXEC);
    p->err = memfd_create("err", MFD_CLOEXEC);
    assert_true(p->out >= 0 && p->err >= 0);
    p->pid = spawn(command, p->out, p->err, 0);
}

// With these system calls failing. (LeakSanitizer can't do its work in a traced process.)
#define WITHOUT(calls, error)                                                                      \
    "strace -D -o /dev/null -E ASAN_OPTIONS=detect_leaks=0 -e trace=" calls " -e inject=" calls    \
    ":error=" error
#define EPOLL "epoll_create1"
#define POLL "?poll,?ppoll"
#define SELECT "?select,?_newselect,?pselect6"

// Its first line on standard output.
static const char *await_line(const struct program *p)
{
    static char text[256];

    for (double until = now() + patient(15); now() < until; nap(0.002)) {
        ssize_t n = pread(p->out, text, sizeof text - 1, 0);
        text[n < 0 ? 0 : n] = '\0';
        if (strchr(text, '\n') != NULL)
            return text;
        if (status_of(p->pid) >= 0)
            break;
    }
    fail_msg("it does not say that it listens");
    return NULL;
}

static int connect_to(const struct program *p)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    const char *line = await_line(p);
    assert_memory_equal(line, "listening on 127.0.0.1:", strlen("listening on 127.0.0.1:"));
    to.sin_port = htons((uint16_t)strtoul(strrchr(line, ':') + 1, NULL, 10));
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void converse(int fd)
{
    char answer[6] = "";

    assert_int_equal(send(fd, "hello", 5, MSG_NOSIGNAL), 5);
    assert_true(wait_readable(fd, patient(15)));
    assert_int_equal(recv(fd, answer, 5, MSG_WAITALL), 5);
    assert_string_equal(answer, "hello");
}

static void expect_text(int file, const char *expected)
{
    char *said = contents_of(file);

    assert_string_equal(said, expected);
    free(said);
}

static void stop(const struct program *p, const char *said)
{
    kill(p->pid, SIGTERM);
    assert_int_equal(await_status(p->pid, 15, "auto"), 0);
    expect_text(p->err, said);
}

// It serves, and says this and nothing else.
static void expect_choice(const char *prefix, const char *options, const char *said)
{
    struct program p;

    run(&p, prefix, options);
    int client = connect_to(&p);
    converse(client);
    close(client);
    stop(&p, said);
    close(p.out);
}

// It ends with this status, has said this, and has told nobody that it listens.
static void expect_end(const char *prefix, const char *options, int status, const char *said)
{
    struct program p;

    run(&p, prefix, options);
    assert_int_equal(await_status(p.pid, 15, "auto"), status);
    expect_text(p.err, said);
    expect_text(p.out, "");
}

#define BY_EPOLL "(a wait looks only at what is ready)"
#define BY_POLL "(a wait looks at each descriptor that is watched)"
#define BY_SELECT "(a wait looks at each descriptor up to the highest)"

// ---- The choice ---------------------------------------------------------------------------

static void picks_epoll_where_it_works(void **state)
{
    (void)state;
    expect_choice("", "", "auto: epoll: the best that works here " BY_EPOLL "\n");
}

static void picks_poll_where_the_kernel_has_no_epoll(void **state)
{
    (void)state;
    need_strace();
    expect_choice(WITHOUT(EPOLL, "ENOSYS"), "",
                  "auto: poll: the best that works here " BY_POLL
                  "; epoll: Function not implemented\n");
}

static void picks_poll_where_epoll_may_have_no_descriptor(void **state)
{
    (void)state;
    need_strace();
    expect_choice(WITHOUT(EPOLL, "EMFILE"), "",
                  "auto: poll: the best that works here " BY_POLL "; epoll: Too many open files\n");
}

static void picks_select_where_neither_epoll_nor_poll_works(void **state)
{
    (void)state;
    need_strace();
    expect_choice(WITHOUT(EPOLL "," POLL, "ENOSYS"), "",
                  "auto: select: the best that works here " BY_SELECT
                  "; epoll: Function not implemented; poll: Function not implemented\n");
}

static void where_none_works_it_says_so_and_does_not_listen(void **state)
{
    (void)state;
    need_strace();
    expect_end(WITHOUT(EPOLL "," POLL "," SELECT, "EPERM"), "", 69,
               "auto: no selector works here; epoll: Operation not permitted; poll: Operation not "
               "permitted; select: Operation not permitted\n");
}

static void says_nothing_when_quiet(void **state)
{
    (void)state;
    expect_choice("", "--quiet", "");
}

// ---- --backend ----------------------------------------------------------------------------

static json_int_t count_in(json_t *stats, const char *name)
{
    json_t *value = json_object_get(stats, name);

    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

// The counters that it writes at its end, after one line.
static json_t *stop_for_stats(const struct program *p, const char *said)
{
    stop(p, said);
    char *printed = contents_of(p->out);
    json_t *stats = json_loads(strchr(printed, '\n') + 1, 0, NULL);
    assert_non_null(stats);
    free(printed);
    return stats;
}

// With two descriptors to watch at most, and the listener's number above 2, what was looked at
// shows who did: the ready ones, those watched, or all up to the highest.
static void expect_backend(const char *options, const char *said, json_int_t least_of_10_waits,
                           json_int_t most_of_10_waits)
{
    struct program p;

    run(&p, "", options);
    int client = connect_to(&p);
    for (int i = 0; i < 20; i++)
        converse(client);
    close(client);
    json_t *stats = stop_for_stats(&p, said);
    json_int_t per_10_waits = count_in(stats, "scanned") * 10 / count_in(stats, "waits");
    assert_in_range(per_10_waits, least_of_10_waits, most_of_10_waits);
    json_decref(stats);
}

static void takes_the_backend_that_is_asked_for(void **state)
{
    (void)state;
    expect_backend("--stats - --backend epoll", "auto: epoll: as asked for " BY_EPOLL "\n", 1, 10);
    expect_backend("--stats - --backend poll", "auto: poll: as asked for " BY_POLL "\n", 11, 20);
    expect_backend("--stats - --backend select", "auto: select: as asked for " BY_SELECT "\n", 21,
                   100000);
}

static void says_so_and_does_not_listen_where_it_cannot_be_had(void **state)
{
    (void)state;
    need_strace();
    expect_end(WITHOUT(EPOLL, "ENOSYS"), "--backend epoll", 69,
               "auto: no selector works here; epoll: Function not implemented\n");
    expect_end(WITHOUT(POLL, "EPERM"), "--backend poll --quiet", 69,
               "auto: no selector works here; poll: Operation not permitted\n");
}

static void a_backend_of_another_name_is_a_usage_error(void **state)
{
    (void)state;
    expect_end("", "--backend kqueue", 64,
               "auto: --backend: 'kqueue' is not allowed; give epoll, poll or select\n"
               "Try 'auto --help'\n");
    expect_end("", "--backend=", 64,
               "auto: --backend: '' is not allowed; give epoll, poll or select\n"
               "Try 'auto --help'\n");
    expect_end("", "--backend", 64,
               "auto: option '--backend' requires an argument\nTry 'auto --help'\n");
}

static void what_other_options_get_wrong_is_said_as_ever(void **state)
{
    (void)state;
    expect_end("", "--backend poll --backlog 0", 64,
               "auto: --backlog: '0' is not allowed; give 1 to 65535\nTry 'auto --help'\n");
    expect_end("", "--backend poll surplus", 64,
               "auto: 'surplus' is not an option; give options only, such as --port 7000\n"
               "Try 'auto --help'\n");
}

static char *help_of(const char *model)
{
    char command[COMMAND_MAX];
    int out = memfd_create("help", MFD_CLOEXEC);

    assert_true(out >= 0);
    snprintf(command, sizeof command, "%s/%s --help", bin(), model);
    assert_int_equal(await_status(spawn(command, out, STDERR_FILENO, 0), 15, "--help"), 0);
    return contents_of(out);
}

static void help_lists_it_under_a_heading_behind_the_shared_options(void **state)
{
    (void)state;
    char *help = help_of("auto");
    const char *shared = strstr(help, "\n      --work=KIND:TIME"),
               *heading = strstr(help, "\n Of this model alone:\n"),
               *own = strstr(help, "\n      --backend=NAME"),
               *last = strstr(help, "\n      --help");
    assert_non_null(shared);
    assert_true(heading > shared);
    assert_true(own > heading);
    assert_true(last > own);
    free(help);
    help = help_of("epoll"); // which has none of its own
    assert_non_null(strstr(help, "\n      --work=KIND:TIME"));
    assert_null(strstr(help, "alone"));
    free(help);
}

// ---- select's limit ---------------------------------------------------------------------------

static void select_refuses_whom_it_cannot_watch_and_counts_them(void **state)
{
    enum { CLIENTS = 1100 };
    static int clients[CLIENTS];
    struct rlimit limit;
    struct program p;
    int gone = 0;

    (void)state;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < CLIENTS + 100)
        skip();
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    run(&p, "", "--backend select --stats - --quiet");
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = connect_to(&p);
    // Accepted in their order: once the last has been closed, the fate of all is decided.
    for (int i = CLIENTS - 1; i >= 0; i--) {
        char byte;
        if (i == CLIENTS - 1)
            assert_true(wait_readable(clients[i], patient(15)));
        gone += recv(clients[i], &byte, 1, MSG_DONTWAIT) == 0;
    }
    assert_in_range(gone, CLIENTS - 1024, CLIENTS - 900);
    converse(clients[0]);
    json_t *stats = stop_for_stats(&p, "");
    assert_int_equal(count_in(stats, "refused"), gone);
    assert_int_equal(count_in(stats, "accepted"), CLIENTS - gone);
    json_decref(stats);
    for (int i = 0; i < CLIENTS; i++)
        close(clients[i]);
}

#define TEST(name) cmocka_unit_test_teardown(name, end_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(picks_epoll_where_it_works),
        TEST(picks_poll_where_the_kernel_has_no_epoll),
        TEST(picks_poll_where_epoll_may_have_no_descriptor),
        TEST(picks_select_where_neither_epoll_nor_poll_works),
        TEST(where_none_works_it_says_so_and_does_not_listen),
        TEST(says_nothing_when_quiet),
        TEST(takes_the_backend_that_is_asked_for),
        TEST(says_so_and_does_not_listen_where_it_cannot_be_had),
        TEST(a_backend_of_another_name_is_a_usage_error),
        TEST(what_other_options_get_wrong_is_said_as_ever),
        TEST(help_lists_it_under_a_heading_behind_the_shared_options),
        TEST(select_refuses_whom_it_cannot_watch_and_counts_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
