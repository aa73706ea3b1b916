// test_talk.c: talk against servers of ours, and with command lines that are wrong.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/talk_call.h"

static void what_is_sent_comes_back(void **state)
{
    struct server s = server_start("%s/epoll --port 0", bin());
    struct talked t;

    (void)state;
    talk(&t, "127.0.0.1:%u A:connect A:send=hello\\n A:read A:close", s.port);
    expect_talk(&t, 0, "A  read     6 bytes \"hello\\n\", waited 0.");
    expect_cell(&t, "A", "connect", OUTCOME, "ok");
    expect_cell(&t, "A", "send", BYTES_MOVED, "6");
    expect_cell(&t, "A", "send", SAID, "hello\\n");
    expect_cell(&t, "A", "read", OUTCOME, "ok");
    expect_cell(&t, "A", "read", BYTES_MOVED, "6");
    expect_cell(&t, "A", "read", SAID, "hello\\n");
    expect_cell(&t, "A", "close", WAITED, "NA");
    assert_int_equal(count_lines(t.out), 4);
    assert_int_equal(count_lines(t.rows), 5);
    talk_free(&t);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

static void escapes_are_single_bytes(void **state)
{
    struct server s = server_start("%s/epoll --port 0 --service frame", bin());
    struct talked t;

    (void)state;
    talk(&t,
         "127.0.0.1:%u A:connect A:send=\\0\\0\\000\\x07 A:send=\\t\\\"\\\\\\xfF\\101=: A:read=11",
         s.port);
    expect_talk(&t, 0, "11 bytes");
    expect_cell(&t, "A", "read", SAID, "\\x00\\x00\\x00\\x07\\t\\\"\\\\\\xFFA=:");
    talk_free(&t);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

static void a_range_is_one_line_and_a_row_for_each(void **state)
{
    struct server s = server_start("%s/poll --port 0", bin());
    struct talked t;

    (void)state;
    talk(&t, "127.0.0.1:%u 5-104:connect 5-104:send=x 5-104:read 104:send=last 104:read=4", s.port);
    expect_talk(&t, 0, "100 of 100 answered");
    assert_int_equal(count_lines(t.out), 5);
    assert_int_equal(count_lines(t.rows), 1 + 3 * 100 + 2);
    expect_cell(&t, "5", "read", SAID, "x");
    expect_cell(&t, "104", "read", SAID, "last");
    talk_free(&t);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

// The soft limit of descriptors is often 1,024, and the hard one is what counts.
static void many_clients_raise_the_soft_limit(void **state)
{
    struct server s = server_start("%s/epoll --port 0", bin());
    struct rlimit before, low;
    struct talked t;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    low = (struct rlimit){256, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    talk(&t, "--patience=30 127.0.0.1:%u 0-1039:connect 0-1039:send=hi 0-1039:read=2 0-1039:close",
         s.port);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    expect_talk(&t, 0, "1040 of 1040 connected");
    expect_talk(&t, 0, "1040 of 1040 answered");
    expect_talk(&t, 0, "1040 of 1040 closed");
    talk_free(&t);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

static void the_second_client_of_blocking_waits(void **state)
{
    struct server s = server_start("%s/blocking --port 0", bin());
    struct talked t;

    (void)state;
    talk(&t,
         "127.0.0.1:%u A:connect A:send=a A:read B:connect B:send=b B:silent=0.4 A:close B:read",
         s.port);
    expect_cell(&t, "B", "silent", OUTCOME, "silent");
    expect_cell(&t, "B", "read", OUTCOME, "ok");
    assert_true(number(&t, "B", "read", WAITED) >= 0.4);
    assert_true(number(&t, "B", "silent", ENDED) - number(&t, "B", "silent", BEGUN) >= 0.4);
    talk_free(&t);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

// An answer is as old as it is, however late it is read.
static void waiting_ends_when_the_answer_comes(void **state)
{
    struct server s = server_start("%s/epoll --port 0", bin());
    struct talked t;

    (void)state;
    talk(&t, "127.0.0.1:%u A:connect A:send=a pause=3 A:read", s.port);
    expect_cell(&t, "A", "read", OUTCOME, "ok");
    assert_true(number(&t, "A", "read", BEGUN) >= 3);
    assert_true(number(&t, "A", "read", WAITED) < 3);
    assert_true(number(&t, "-", "pause", ENDED) - number(&t, "-", "pause", BEGUN) >= 3);
    talk_free(&t);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

static void many_bytes_go_round(void **state)
{
    struct server s = server_start("%s/threads --port 0", bin());
    struct talked t;

    (void)state;
    // In parts that fit into the sockets' buffers: talk does not read while it sends.
    talk(&t,
         "--patience=30 127.0.0.1:%u A:connect A:send-bytes=256k A:read=256k A:send-bytes=1 "
         "A:read A:finish A:end",
         s.port);
    expect_talk(&t, 0, "262144 bytes \"abcdefghijklmnopqr");
    expect_cell(&t, "A", "end", OUTCOME, "end");
    expect_cell(&t, "A", "end", BYTES_MOVED, "0");
    expect_cell(&t, "A", "read", SAID, "a");
    talk_free(&t);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

// ---- What is wrong on the command line ------------------------------------------------------

static void what_is_wrong_is_said(void **state)
{
    static const struct {
        const char *words, *said;
    } wrong[] = {
        {"--patience=1", "no server is given"},
        {"127.0.0.1:1", "no step is given"},
        {"127.0.0.1 A:connect", "is not a server's address"},
        {"127.0.0.1:0 A:connect", "a port from 1 to 65535"},
        {"::1:7000 A:connect", "brackets"},
        {"--patience=0 127.0.0.1:1 A:connect", "above 0"},
        {"--patience=-1 127.0.0.1:1 A:connect", "--patience"},
        {"--tsv= 127.0.0.1:1 A:connect", "--tsv"},
        {"--nonsense 127.0.0.1:1 A:connect", "nonsense"},
        {"127.0.0.1:1 connect", "WHO:WHAT"},
        {"127.0.0.1:1 :connect", "it does not say whose it is"},
        {"127.0.0.1:1 A=x:connect", "WHO:WHAT"},
        {"127.0.0.1:1 1A:connect", "it does not say whose it is"},
        {"127.0.0.1:1 A.b:connect", "it does not say whose it is"},
        {"127.0.0.1:1 3-1:connect", "it does not say whose it is"},
        {"127.0.0.1:1 0-100000:connect", "up to 99999"},
        {"127.0.0.1:1 99999999999999999999:connect", "it does not say whose it is"},
        {"127.0.0.1:1 abcdefghijklmnopqrstuvwxyz:connect", "too long"},
        {"127.0.0.1:1 A:", "this is not known"},
        {"127.0.0.1:1 A:conect", "this is not known; give connect"},
        {"127.0.0.1:1 A:pause=1", "without WHO"},
        {"127.0.0.1:1 A:connect=1", "nothing may stand after it"},
        {"127.0.0.1:1 A:connect A:send", "nothing to send"},
        {"127.0.0.1:1 A:connect A:send=", "nothing to send"},
        {"127.0.0.1:1 A:connect A:send=\\q", "this escape is not known"},
        {"127.0.0.1:1 A:connect A:send=\\", "this escape is not known"},
        {"127.0.0.1:1 A:connect A:send=\\x1", "this escape is not known"},
        {"127.0.0.1:1 A:connect A:send=\\400", "this escape is not known"},
        {"127.0.0.1:1 A:connect A:send-bytes=0", "no number of bytes"},
        {"127.0.0.1:1 A:connect A:send-bytes=2G", "1 to 1G"},
        {"127.0.0.1:1 A:connect A:send-bytes", "no number of bytes"},
        {"127.0.0.1:1 A:connect A:read=x", "no number of bytes"},
        {"127.0.0.1:1 A:connect A:silent", "this is no time"},
        {"127.0.0.1:1 A:connect A:silent=-1", "this is no time"},
        {"127.0.0.1:1 pause=1h", "this is no time"},
        {"127.0.0.1:1 A:read", "it is not connected by then"},
        {"127.0.0.1:1 A:connect A:connect", "it is connected already"},
        {"127.0.0.1:1 A:connect A:close A:send=x", "it is not connected by then"},
        {"127.0.0.1:1 0-9:connect 9-10:send=x", "it is not connected by then"},
        {"127.0.0.1:1 0-9:connect 5:connect", "it is connected already"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct talked t;
        talk(&t, "%s", wrong[i].words);
        expect_talk(&t, 64, wrong[i].said);
        if (strstr(t.err, "Try 'talk --help'") == NULL && strstr(t.err, "--help'") == NULL)
            fail_talk(&t, "a pointer to --help");
        assert_string_equal(t.out, "");
        talk_free(&t);
    }
}

static void what_could_not_be_tried_is_status_1(void **state)
{
    struct talked t;

    (void)state;
    talk(&t, "no-such-host.invalid:7000 A:connect");
    expect_talk(&t, 1, "cannot find no-such-host.invalid");
    talk_free(&t);
    talk(&t, "--tsv=/nowhere/x 127.0.0.1:1 A:connect");
    expect_talk(&t, 1, "cannot write the table to /nowhere/x: No such file");
    talk_free(&t);
    talk(&t, "--tsv=/dev/full 127.0.0.1:1 A:connect");
    expect_talk(&t, 1, "cannot write to /dev/full");
    talk_free(&t);
}

static void too_few_descriptors_are_said(void **state)
{
    char command[256];
    int file = memfd_create("talk", 0);

    (void)state;
    snprintf(command, sizeof command, "%s/talk 127.0.0.1:1 0-999:connect", bin());
    pid_t pid = spawn(command, file, file, 64);
    assert_int_equal(await_status(pid, 15, "talk"), 1);
    char *said = contents_of(file);
    assert_non_null(strstr(said, "1000 clients need 1016 descriptors, and the limit is 64"));
    free(said);
}

static void help_has_examples_that_are_right(void **state)
{
    struct talked t;

    (void)state;
    talk(&t, "--help");
    expect_talk(&t, 0, "B:silent=1 A:close B:read");
    expect_talk(&t, 0, "send-bytes=N");
    for (const char *line = t.out; *line != '\0'; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > 80)
            fail_talk(&t, "no line over 80 columns");
    talk_free(&t);
}

static void a_name_with_several_addresses_is_found(void **state)
{
    struct server s = server_start("%s/epoll --port 0", bin());
    struct talked t;

    (void)state;
    talk(&t, "localhost:%u A:connect A:send=x A:read", s.port);
    expect_cell(&t, "A", "read", SAID, "x");
    talk_free(&t);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

// Rows take the place of the lines.
static void the_table_can_go_to_standard_output(void **state)
{
    struct server s = server_start("%s/epoll --port 0", bin());
    static const char heading[] =
        "who\tstep\tbegun_s\tended_s\toutcome\tbytes\ttext\twaited_s\nA\tconnect\t";
    char command[256];
    int file = memfd_create("talk", 0);

    (void)state;
    snprintf(command, sizeof command, "%s/talk --tsv - 127.0.0.1:%u A:connect A:close", bin(),
             s.port);
    assert_int_equal(await_status(spawn(command, file, STDERR_FILENO, 0), 15, "talk"), 0);
    char *rows = contents_of(file);
    assert_int_equal(count_lines(rows), 3);
    assert_int_equal(strncmp(rows, heading, strlen(heading)), 0);
    free(rows);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

#define TEST(f) cmocka_unit_test_teardown(f, end_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_sent_comes_back),
        TEST(escapes_are_single_bytes),
        TEST(a_range_is_one_line_and_a_row_for_each),
        TEST(many_clients_raise_the_soft_limit),
        TEST(the_second_client_of_blocking_waits),
        TEST(waiting_ends_when_the_answer_comes),
        TEST(many_bytes_go_round),
        TEST(what_is_wrong_is_said),
        TEST(what_could_not_be_tried_is_status_1),
        TEST(too_few_descriptors_are_said),
        TEST(help_has_examples_that_are_right),
        TEST(a_name_with_several_addresses_is_found),
        TEST(the_table_can_go_to_standard_output),
    };
    return cmocka_run_group_tests_name("talk", tests, NULL, NULL);
}
