// test_top_terminal.c: bin/top on a terminal: one screen over and over, and in the end the terminal
// as it was before.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "tests/drive.h"

static const char entered[] = "\033[?1049h\033[?25l\033[H\033[2J";
static const char left[] = "\033[0m\033[H\033[J\033[?25h\033[?1049l";

struct seat {
    int master, slave;
    pid_t pid;
    struct termios before;
    char seen[1 << 18];
    size_t n;
};

static void sit_down(struct seat *seat, pid_t server, const char *interval)
{
    const struct winsize size = {.ws_row = 24, .ws_col = 80};
    char program[256], pid[16];
    int place = 0;

    snprintf(program, sizeof program, "%s/top", bin());
    snprintf(pid, sizeof pid, "%d", (int)server);
    setenv("TERM", "xterm", 1);
    seat->n = 0;
    seat->pid = forkpty(&seat->master, NULL, NULL, &size);
    assert_true(seat->pid >= 0);
    if (seat->pid == 0) {
        // The parent must have seen what the terminal was like before.
        kill(getpid(), SIGSTOP);
        execl(program, program, "--interval", interval, pid, NULL);
        _exit(127);
    }
    while (started[place] != 0)
        place++;
    started[place] = seat->pid;
    assert_int_equal(waitpid(seat->pid, NULL, WUNTRACED), seat->pid);
    seat->slave = open(ptsname(seat->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(seat->slave >= 0);
    assert_int_equal(tcgetattr(seat->slave, &seat->before), 0);
    kill(seat->pid, SIGCONT);
}

// Reads what the terminal shows, if something comes in time.
static bool see_more(struct seat *seat, double seconds)
{
    if (!wait_readable(seat->master, seconds))
        return false;
    ssize_t n = read(seat->master, seat->seen + seat->n, sizeof seat->seen - 1 - seat->n);
    assert_true(n > 0);
    seat->n += (size_t)n;
    return true;
}

// Reads the terminal until it has shown this, behind what was seen before `from`.
static void await_seen(struct seat *seat, size_t from, const char *text)
{
    double until = now() + patient(30);

    for (;;) {
        seat->seen[seat->n] = '\0';
        if (from <= seat->n && strstr(seat->seen + from, text) != NULL)
            return;
        double rest = until - now();
        if (rest <= 0 || !see_more(seat, rest))
            fail_msg("it does not show \"%s\", but %s", text, seat->seen + from);
    }
}

static void type(const struct seat *seat, char key)
{
    assert_int_equal(write(seat->master, &key, 1), 1);
}

static void expect_as_before(const struct seat *seat)
{
    struct termios settings;

    assert_int_equal(tcgetattr(seat->slave, &settings), 0);
    assert_true(settings.c_iflag == seat->before.c_iflag);
    assert_true(settings.c_oflag == seat->before.c_oflag);
    assert_true(settings.c_cflag == seat->before.c_cflag);
    assert_true(settings.c_lflag == seat->before.c_lflag);
    assert_memory_equal(settings.c_cc, seat->before.c_cc, sizeof settings.c_cc);
}

static void expect_leave(struct seat *seat, size_t from)
{
    double until = now() + patient(30);
    int status;

    // A terminal that nobody reads is full one day, and top waits until there is room.
    while ((status = status_of(seat->pid)) < 0 && now() < until)
        see_more(seat, 0.01);
    assert_int_equal(status, 0);
    await_seen(seat, from, left);
    expect_as_before(seat);
    close(seat->slave);
    close(seat->master);
}

static void q_or_an_interrupt_gives_the_terminal_back(void **state)
{
    static const char keys[] = {'q', 'Q', '\003', '\034'};
    static struct seat seat;
    struct server s = server_start("%s/epoll --port 0", bin());

    (void)state;
    for (size_t i = 0; i < sizeof keys; i++) {
        struct termios settings;
        sit_down(&seat, s.pid, "0.1");
        await_seen(&seat, 0, "requests/s  0");
        assert_memory_equal(seat.seen, entered, sizeof entered - 1);
        assert_int_equal(tcgetattr(seat.slave, &settings), 0);
        assert_true((settings.c_lflag & (ECHO | ICANON)) == 0);
        type(&seat, 'x'); // no other key does anything
        type(&seat, keys[i]);
        expect_leave(&seat, 0);
        assert_string_equal(seat.seen + seat.n - (sizeof left - 1), left);
    }
    server_stop(&s, SIGTERM);
}

static void the_screen_follows_the_terminals_size(void **state)
{
    static struct seat seat;
    struct server s = server_start("%s/epoll --port 0", bin());

    (void)state;
    sit_down(&seat, s.pid, "3600"); // drawn again for the size alone
    await_seen(&seat, 0, "\033[24;1H\033[Kq: leave");
    size_t before = seat.n;
    assert_int_equal(ioctl(seat.master, TIOCSWINSZ, &(struct winsize){.ws_row = 10, .ws_col = 40}),
                     0);
    await_seen(&seat, before, "\033[10;1H\033[Kq: leave");
    assert_null(strstr(seat.seen + before, "\033[24;1H"));
    type(&seat, 'q');
    expect_leave(&seat, before);
    server_stop(&s, SIGTERM);
}

static void suspended_it_leaves_the_terminal_to_others(void **state)
{
    static struct seat seat;
    struct server s = server_start("%s/epoll --port 0", bin());
    int status;

    (void)state;
    sit_down(&seat, s.pid, "0.1");
    await_seen(&seat, 0, "requests/s  0");
    type(&seat, '\032'); // ^Z
    assert_int_equal(waitpid(seat.pid, &status, WUNTRACED), seat.pid);
    assert_true(WIFSTOPPED(status));
    await_seen(&seat, 0, left);
    expect_as_before(&seat);
    size_t before = seat.n;
    kill(seat.pid, SIGCONT);
    await_seen(&seat, before, "requests/s  0");
    assert_memory_equal(seat.seen + before, entered, sizeof entered - 1);
    type(&seat, 'q');
    expect_leave(&seat, before);
    server_stop(&s, SIGTERM);
}

static void the_end_of_a_server_is_said_where_it_can_be_read(void **state)
{
    static struct seat seat;
    struct server s = server_start("%s/epoll --port 0", bin());
    char expected[160];

    (void)state;
    sit_down(&seat, s.pid, "3600");
    await_seen(&seat, 0, "requests/s  -");
    server_stop(&s, SIGTERM);
    snprintf(expected, sizeof expected, "%stop: epoll (%d) has ended\r\n", left, (int)s.pid);
    await_seen(&seat, 0, expected);
    expect_leave(&seat, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(q_or_an_interrupt_gives_the_terminal_back, end_all),
        cmocka_unit_test_teardown(the_screen_follows_the_terminals_size, end_all),
        cmocka_unit_test_teardown(suspended_it_leaves_the_terminal_to_others, end_all),
        cmocka_unit_test_teardown(the_end_of_a_server_is_said_where_it_can_be_read, end_all),
    };

    return cmocka_run_group_tests_name("top: terminal", tests, NULL, NULL);
}
