// test_uring.c: bin/uring where there is no io_uring, and clients that make it change its ways.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "tests/drive.h"

// ---- Where there is no io_uring --------------------------------------------------------------

// From here on this system call fails with this error, in this process and what it becomes.
static void forbid(unsigned call, unsigned error)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        _exit(126);
}

struct ended {
    int status;
    char *out, *err;
};

static struct ended run_without(unsigned call, unsigned error, const char *option)
{
    int out = memfd_create("out", 0), err = memfd_create("err", 0);
    char path[256];
    struct ended e;

    assert_true(out >= 0 && err >= 0);
    snprintf(path, sizeof path, "%s/uring", bin());
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        forbid(call, error);
        execl(path, "uring", "--port", "0", option, (char *)NULL);
        _exit(127);
    }
    started[0] = pid; // alone: end_all() ends it if it does not end by itself
    e.status = await_status(pid, 15, "uring");
    e.out = contents_of(out);
    e.err = contents_of(err);
    return e;
}

static void expect_refusal(unsigned call, unsigned error, const char *reason)
{
    struct ended e = run_without(call, error, "--quiet");

    if (e.status != 69 || strstr(e.err, reason) == NULL)
        fail_msg("expected status 69 and \"%s\"; status %d: %s", reason, e.status, e.err);
    assert_string_equal(e.out, ""); // nobody was invited
    assert_int_equal(strncmp(e.err, "uring: ", 7), 0);
    assert_ptr_equal(strchr(e.err, '\n'), e.err + strlen(e.err) - 1); // one line
    assert_non_null(strstr(e.err, "another model"));                  // what to do
    free(e.out);
    free(e.err);
}

static void where_io_uring_is_forbidden_it_says_so_and_ends_with_69(void **state)
{
    (void)state;
    expect_refusal(SYS_io_uring_setup, EPERM, "forbidden");
    expect_refusal(SYS_io_uring_setup, EACCES, "forbidden");
}

static void where_the_kernel_has_none_it_says_so_and_ends_with_69(void **state)
{
    (void)state;
    expect_refusal(SYS_io_uring_setup, ENOSYS, "has no io_uring");
    expect_refusal(SYS_io_uring_setup, ENOMEM, "locked memory");
    expect_refusal(SYS_io_uring_setup, EINVAL, "can't be set up");
}

static void where_the_kernel_has_too_little_of_it_it_says_so_and_ends_with_69(void **state)
{
    (void)state;
    expect_refusal(SYS_io_uring_register, EINVAL, "can't go on receiving");
    expect_refusal(SYS_io_uring_enter, EINVAL, "can't go on receiving");
}

static void help_version_and_mistakes_need_no_io_uring(void **state)
{
    static const struct {
        const char *option;
        int status;
    } asked[] = {{"--help", 0}, {"--version", 0}, {"--no-such-option", 64}, {"--workers=x", 64}};

    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct ended e = run_without(SYS_io_uring_setup, EPERM, asked[i].option);
        assert_int_equal(e.status, asked[i].status);
        assert_null(strstr(e.err, "io_uring"));
        free(e.out);
        free(e.err);
    }
}

// ---- Where there is ----------------------------------------------------------------------------

static struct server server;

static int start_or_skip(void **state)
{
    char command[300], line[256] = "";
    int ends[2];

    (void)state;
    snprintf(command, sizeof command, "%s/uring --port 0", bin());
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    server.pid = spawn(command, ends[1], STDERR_FILENO, 0);
    close(ends[1]);
    server.said = fdopen(ends[0], "r");
    if (fgets(line, sizeof line, server.said) != NULL)
        server.port = (uint16_t)strtoul(strrchr(line, ':') + 1, NULL, 10);
    return 0;
}

static void need_server(void)
{
    if (server.port == 0 && await_status(server.pid, 15, "uring") == 69) {
        print_message("io_uring is not to be had here\n");
        skip();
    }
    assert_true(server.port > 0);
}

static int connect_client(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(server.port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct timeval patience = {.tv_sec = (time_t)patient(30)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

static void ask(int fd, const unsigned char *bytes, size_t n)
{
    static unsigned char back[1 << 17];

    assert_int_equal(send(fd, bytes, n, MSG_NOSIGNAL), n);
    assert_int_equal(recv(fd, back, n, MSG_WAITALL), n);
    assert_memory_equal(back, bytes, n);
}

static void fill(unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)(i * 2654435761u >> 24);
}

static void messages_of_changing_size_come_back_right(void **state)
{
    enum { CLIENTS = 20, ROUNDS = 40 };
    static unsigned char bytes[1 << 17];
    int clients[CLIENTS];
    unsigned random = 1;

    // From small buffers to large ones and back, each client at its own times.
    (void)state;
    need_server();
    fill(bytes, sizeof bytes);
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = connect_client();
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < CLIENTS; i++) {
            random = random * 1103515245u + 12345u;
            // Most are small, some of just the length of a buffer, some need many.
            size_t n = random >> 16 & 3 ? 1 + (random >> 18 & 255)
                                        : (size_t)512 << (random >> 18 & 7);
            ask(clients[i], bytes + (random >> 20 & 1023), n);
        }
    // Alone: nobody else's message wakes a server that has missed something.
    for (int i = 0; i < 100; i++)
        ask(clients[0], bytes, i % 30 == 0 ? 5000 : 64);
    for (int i = 0; i < CLIENTS; i++)
        close(clients[i]);
    assert_int_equal(server_stop(&server, SIGTERM), 0);
}

static void clients_that_never_read_keep_no_buffer_from_the_others(void **state)
{
    enum { CLIENTS = 100, PIECE = 1 << 16 };
    static unsigned char bytes[PIECE];
    int clients[CLIENTS];
    size_t sent[CLIENTS] = {0};

    // Each sends until the server takes no more: there are more of them than buffers of a kind.
    (void)state;
    need_server();
    fill(bytes, sizeof bytes);
    for (int i = 0; i < CLIENTS; i++) {
        int small = 8192;
        clients[i] = connect_client();
        setsockopt(clients[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        setsockopt(clients[i], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    }
    for (bool moved = true; moved;) {
        moved = false;
        for (int i = 0; i < CLIENTS; i++) {
            ssize_t n = send(clients[i], bytes, sizeof bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (n > 0 && sent[i] < 1 << 19) {
                sent[i] += (size_t)n;
                moved = true;
            }
        }
    }
    int newcomer = connect_client();
    for (int i = 0; i < 10; i++) {
        ask(newcomer, bytes, 64);
        ask(newcomer, bytes, PIECE);
    }
    close(newcomer);
    for (int i = 0; i < CLIENTS; i++)
        close(clients[i]); // with bytes unread: a reset
    newcomer = connect_client();
    ask(newcomer, bytes, 64);
    close(newcomer);
    assert_int_equal(server_stop(&server, SIGTERM), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(where_io_uring_is_forbidden_it_says_so_and_ends_with_69, end_all),
        cmocka_unit_test_teardown(where_the_kernel_has_none_it_says_so_and_ends_with_69, end_all),
        cmocka_unit_test_teardown(where_the_kernel_has_too_little_of_it_it_says_so_and_ends_with_69,
                                  end_all),
        cmocka_unit_test_teardown(help_version_and_mistakes_need_no_io_uring, end_all),
        cmocka_unit_test_setup_teardown(messages_of_changing_size_come_back_right, start_or_skip,
                                        end_all),
        cmocka_unit_test_setup_teardown(clients_that_never_read_keep_no_buffer_from_the_others,
                                        start_or_skip, end_all),
    };
    return cmocka_run_group_tests_name("uring", tests, NULL, NULL);
}
