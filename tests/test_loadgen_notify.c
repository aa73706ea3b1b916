// test_loadgen_notify.c: who started loadgen is told when the window begins and ends, and finds the
// connections standing at both moments.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/conform/own.h"
#include "tests/drive.h"

enum { SECONDS = 30 };

static struct server epoll_server(void)
{
    return server_start("%s/epoll --port 0 --quiet", bin());
}

// The two ends of a pipe or a pair of sockets. Loadgen shall inherit the one that it is told.
struct line {
    int ours, theirs;
};

static struct line make_pipe(void)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
    return (struct line){.ours = ends[0], .theirs = ends[1]};
}

static struct line make_pair(void)
{
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
    return (struct line){.ours = ends[0], .theirs = ends[1]};
}

// What comes next within 15 s: that text; "" is the end of the stream.
static void expect_told(struct line *l, const char *text)
{
    char told[16] = "";

    if (!wait_readable(l->ours, patient(15)))
        fail_msg("nothing is told, where it should be \"%s\"", text);
    ssize_t n = read(l->ours, told, *text == '\0' ? sizeof told - 1 : strlen(text));
    if (n < 0 || strcmp(told, text) != 0)
        fail_msg("told is \"%s\", and not \"%s\"", told, text);
}

static void begin(struct run *r, struct line *l, const char *options, uint16_t port)
{
    loadgen_begin(r, 0, "--notify-fd %d %s 127.0.0.1:%u", l->theirs, options, port);
    close(l->theirs);
}

static void end(struct run *r, struct line *l)
{
    loadgen_end(r, SECONDS);
    close(l->ours);
}

static void a_pipe_is_told_of_both_ends_of_the_window_in_order(void **state)
{
    static const char *const options[] = {
        "--duration 100ms", "--duration 100ms --warmup 50ms --threads 2 --rate 1000",
        "--requests 1000",  "--requests 1000 --warmup 50ms --threads 2",
        "--requests 1",     "--duration 1ms"};

    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct server s = epoll_server();
        struct line l = make_pipe();
        struct run r;
        begin(&r, &l, options[i], s.port);
        expect_told(&l, "begin\n");
        expect_told(&l, "end\n");
        expect_told(&l, ""); // and nothing else
        end(&r, &l);
        expect_sums(&r);
        if (count_of(&r, "requests.answered") > 0) { // a busy machine has 1 ms for nobody
            expect_status_of(&r, 0);
            assert_string_equal(r.err, "");
        }
        run_free(&r);
        assert_int_equal(server_stop(&s, SIGTERM), 0);
    }
}

// So many at least: port 0 may give us a number that somebody else's client still knows.
static void expect_connections(const struct server *s, size_t n)
{
    size_t stand = sockets_in_state(s->port, TCP_ESTABLISHED);

    if (stand < n)
        fail_msg("%zu connections stand, and not %zu", stand, n);
}

static void expect_no_connections(const struct server *s)
{
    for (double until = now() + patient(SECONDS); sockets_in_state(s->port, TCP_ESTABLISHED) > 0;
         nap(0.01))
        assert_true(now() < until);
}

static void connections_stand_until_a_socket_answers(void **state)
{
    static const char *const options[] = {
        "--connections 20 --idle 5 --duration 100ms --drain 0s",
        "--connections 20 --idle 5 --duration 100ms --threads 2",
        "--connections 20 --idle 5 --requests 1000 --threads 2 --rate 20k"};

    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct server s = epoll_server();
        struct line l = make_pair();
        struct run r;
        begin(&r, &l, options[i], s.port);
        expect_told(&l, "begin\n");
        expect_told(&l, "end\n");
        expect_connections(&s, 25);
        assert_int_equal(status_of(r.pid), -1); // it waits for us
        assert_int_equal(write(l.ours, "\n", 1), 1);
        end(&r, &l);
        expect_no_connections(&s);
        expect_status_of(&r, 0);
        expect_sums(&r);
        assert_string_equal(r.err, "");
        run_free(&r);
        assert_int_equal(server_stop(&s, SIGTERM), 0);
    }
}

// Without its answer, the end is told of as without the socket: what waits is only the closing.
static void the_end_of_the_stream_is_an_answer_and_silence_is_one_after_2_s(void **state)
{
    struct server s = epoll_server();
    struct line l = make_pair();
    struct run r;

    (void)state;
    begin(&r, &l, "--duration 100ms", s.port);
    expect_told(&l, "begin\n");
    expect_told(&l, "end\n");
    close(l.ours);
    loadgen_end(&r, SECONDS);
    expect_status_of(&r, 0);
    assert_string_equal(r.err, "");
    run_free(&r);

    l = make_pair();
    begin(&r, &l, "--duration 100ms", s.port);
    double since = now();
    end(&r, &l);
    expect_status_of(&r, 0);
    expect_said(&r, "nobody answered");
    assert_true(now() - since >= 2);
    assert_true(json_number_value(field(&r, "duration_s")) == 0.1);
    run_free(&r);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

static void a_reader_that_has_gone_is_said_and_ends_nothing(void **state)
{
    struct server s = epoll_server();
    struct line lines[] = {make_pipe(), make_pair()};
    struct run r;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        close(lines[i].ours);
        begin(&r, &lines[i], "--duration 100ms", s.port);
        loadgen_end(&r, SECONDS);
        expect_status_of(&r, 0);
        expect_said(&r, "cannot write to the descriptor of --notify-fd");
        expect_said(&r, "Broken pipe");
        assert_true(count_of(&r, "requests.answered") > 0);
        run_free(&r);
    }
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

static void an_interrupt_is_an_end_too(void **state)
{
    struct server s = epoll_server();
    struct line l = make_pair();
    struct run r;

    (void)state;
    begin(&r, &l, "--connections 7 --duration 100s", s.port);
    expect_told(&l, "begin\n");
    kill(r.pid, SIGINT);
    expect_told(&l, "end\n");
    expect_connections(&s, 7);
    assert_int_equal(write(l.ours, "\n", 1), 1);
    expect_told(&l, "");
    end(&r, &l);
    expect_status_of(&r, 130);
    assert_true(json_is_true(field(&r, "interrupted")));
    expect_sums(&r);
    run_free(&r);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

static void without_a_window_nothing_is_told(void **state)
{
    struct server s = server_start("%s/unruly --tell 1000", bin());
    struct line l = make_pair();
    char said[64];
    struct run r;

    (void)state;
    begin(&r, &l, "--warmup 100s", s.port);
    hear_said(&s, said, sizeof said);
    kill(r.pid, SIGINT);
    expect_told(&l, "");
    end(&r, &l);
    expect_status_of(&r, 130);
    run_free(&r);
    uint16_t port = s.port;
    server_stop(&s, SIGKILL);

    l = make_pair();
    begin(&r, &l, "--duration 100ms", port); // nobody is there any more
    expect_told(&l, "");
    end(&r, &l);
    expect_status_of(&r, 1);
    run_free(&r);
}

static void a_descriptor_that_nobody_can_write_to_is_a_mistake(void **state)
{
    struct line l = make_pipe();
    const int readable = dup(l.ours); // without close-on-exec
    const int bad[] = {readable, 999};
    char expected[160];
    struct run r;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        loadgen(&r, SECONDS, "--notify-fd %d 127.0.0.1:1", bad[i]);
        expect_status_of(&r, 64);
        snprintf(expected, sizeof expected,
                 "loadgen: --notify-fd: '%d' is not allowed; give a descriptor that is open for "
                 "writing, such as that of a pipe or a socket\nTry 'loadgen --help'\n",
                 bad[i]);
        assert_string_equal(r.err, expected);
        run_free(&r);
    }
    close(readable);
    close(l.ours);
    close(l.theirs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_pipe_is_told_of_both_ends_of_the_window_in_order, end_all),
        cmocka_unit_test_teardown(connections_stand_until_a_socket_answers, end_all),
        cmocka_unit_test_teardown(the_end_of_the_stream_is_an_answer_and_silence_is_one_after_2_s,
                                  end_all),
        cmocka_unit_test_teardown(a_reader_that_has_gone_is_said_and_ends_nothing, end_all),
        cmocka_unit_test_teardown(an_interrupt_is_an_end_too, end_all),
        cmocka_unit_test_teardown(without_a_window_nothing_is_told, end_all),
        cmocka_unit_test_teardown(a_descriptor_that_nobody_can_write_to_is_a_mistake, end_all),
    };
    return cmocka_run_group_tests_name("loadgen --notify-fd", tests, NULL, NULL);
}
