// test_loadgen_foreign.c: loadgen drives servers that nobody here has written. Those that are not
// installed are skipped with a word.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/conform/own.h"
#include "tests/drive.h"

enum { SECONDS = 60 };

static void need_program(const char *program)
{
    char path[4096], *rest = path;

    snprintf(path, sizeof path, "%s", getenv("PATH"));
    for (const char *folder; (folder = strsep(&rest, ":")) != NULL;) {
        char name[8192];
        snprintf(name, sizeof name, "%s/%s", folder, program);
        if (access(name, X_OK) == 0)
            return;
    }
    print_message("         %s is not installed\n", program);
    skip();
}

static uint16_t free_port_now(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(s, (struct sockaddr *)&address, length), 0);
    assert_int_equal(getsockname(s, (struct sockaddr *)&address, &length), 0);
    close(s);
    return ntohs(address.sin_port);
}

// Starts a server that can't find a free port by itself; "%u" in its command is the port. Between
// our finding and its taking somebody else may come: then it ends, and another port is tried.
#define START_AT_A_PORT(server, ...)                                                               \
    do {                                                                                           \
        char command[COMMAND_MAX];                                                                 \
        (server)->port = free_port_now();                                                          \
        snprintf(command, sizeof command, __VA_ARGS__);                                            \
        (server)->pid = spawn(command, STDOUT_FILENO, STDERR_FILENO, 0);                           \
    } while (!comes_up(server))

static bool comes_up(const struct server *s)
{
    static unsigned collisions;

    for (double until = now() + patient(15); sockets_in_state(s->port, TCP_LISTEN) == 0;
         nap(0.005)) {
        if (status_of(s->pid) >= 0) {
            assert_true(++collisions < 5);
            return false;
        }
        assert_true(now() < until);
    }
    return true;
}

enum { PIPES = 4, ALL = 5 };

// Closed loop, open loop, churn. Beyond PIPES, a request is longer than what two pipes hold; ncat
// writes to cat without reading from it meanwhile, so that both then wait for each other for ever.
static void drive(const struct server *s, size_t n)
{
    static const char *const runs[ALL] = {
        "--connections 10 --requests 2000 --size 64",
        "--connections 10 --requests 500 --size 1-50k",
        "--connections 10 --requests 500 --rate 500 --size 64:9,5k:1",
        "--connections 5 --requests 100 --requests-per-connection 10",
        "--connections 2 --requests 20 --size 1M",
    };

    for (size_t i = 0; i < n; i++) {
        struct run r;
        loadgen(&r, SECONDS, "%s --drain 30s --timeout 30s 127.0.0.1:%u", runs[i], s->port);
        expect_status_of(&r, 0);
        expect_sums(&r);
        assert_int_equal(count_of(&r, "requests.answered"), count_of(&r, "requests.scheduled"));
        assert_int_equal(count_of(&r, "requests.wrong"), 0);
        assert_int_equal(count_of(&r, "requests.lost"), 0);
        run_free(&r);
    }
}

static void drives_python_selectors(void **state)
{
    (void)state;
    need_program("python3");
    struct server s = server_start("python3 tests/servers/selectors_echo.py");
    drive(&s, ALL);
}

static void drives_python_streams(void **state)
{
    (void)state;
    need_program("python3");
    struct server s = server_start("python3 tests/servers/streams_echo.py");
    drive(&s, ALL);
}

static void drives_socat(void **state)
{
    struct server s;

    (void)state;
    need_program("socat");
    START_AT_A_PORT(&s, "socat TCP-LISTEN:%u,bind=127.0.0.1,backlog=128,fork EXEC:cat", s.port);
    drive(&s, ALL);
}

static void drives_ncat(void **state)
{
    struct server s;

    (void)state;
    need_program("ncat");
    START_AT_A_PORT(&s, "ncat --listen --keep-open --exec /bin/cat 127.0.0.1 %u", s.port);
    drive(&s, PIPES);
}

#define TEST(f) cmocka_unit_test_teardown(f, end_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(drives_python_selectors),
        TEST(drives_python_streams),
        TEST(drives_socat),
        TEST(drives_ncat),
    };
    return cmocka_run_group_tests_name("loadgen and foreign servers", tests, NULL, NULL);
}
