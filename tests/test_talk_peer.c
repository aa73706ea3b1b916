// test_talk_peer.c: talk against a peer that does one thing at a time: this test.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "loadgen/talk_text.h"
#include "tests/talk_peer.h"

static void an_end_stays_the_end(void **state)
{
    struct peer p = listen_peer(8);
    struct talked t;

    (void)state;
    begin_talk(&t, "127.0.0.1:%u A:connect A:read A:read A:silent=5 A:end A:read=4 A:close",
               p.port);
    int client = take_client(&p);
    tell(client, "last");
    close(client);
    end_talk(&t);
    expect_talk(&t, 0, "4 bytes \"last\"");
    expect_talk(&t, 0, "end of stream");
    expect_cell(&t, "A", "silent", OUTCOME, "end");
    expect_cell(&t, "A", "end", OUTCOME, "end");
    expect_cell(&t, "A", "read", OUTCOME, "end");
    expect_cell(&t, "A", "close", OUTCOME, "ok");
    talk_free(&t);
    close(p.listener);
}

static void a_reset_is_no_end(void **state)
{
    struct peer p = listen_peer(8);
    struct talked t;

    (void)state;
    begin_talk(&t,
               "127.0.0.1:%u A:connect A:send=go A:read A:send=x A:read B:connect B:send=go B:end",
               p.port);
    for (int i = 0; i < 2; i++) {
        int client = take_client(&p);
        expect_heard(client, "go");
        throw_away(client);
    }
    end_talk(&t);
    expect_talk(&t, 0, "reset by the server");
    expect_cell(&t, "A", "send", OUTCOME, "reset");
    expect_cell(&t, "A", "read", OUTCOME, "reset");
    expect_cell(&t, "B", "end", OUTCOME, "reset");
    talk_free(&t);
    close(p.listener);
}

// Also where it was a send that the reset was told to.
static void a_reset_met_by_a_send_is_told_to_the_reader(void **state)
{
    struct peer p = listen_peer(8);
    struct talked t;

    (void)state;
    begin_talk(&t, "127.0.0.1:%u A:connect A:read=2 pause=1 A:send=x A:read", p.port);
    int client = take_client(&p);
    tell(client, "go");
    throw_away(client);
    end_talk(&t);
    expect_cell(&t, "A", "send", OUTCOME, "reset");
    expect_cell(&t, "A", "read", OUTCOME, "reset");
    talk_free(&t);
    close(p.listener);
}

// Whether the peer was so fast that connect could have seen it, or not.
static void a_reset_after_connecting_is_not_connect_s(void **state)
{
    struct peer p = listen_peer(8);
    struct talked t;

    (void)state;
    for (int i = 0; i < 50; i++) {
        begin_talk(&t, "127.0.0.1:%u A:connect A:read", p.port);
        throw_away(take_client(&p));
        end_talk(&t);
        expect_cell(&t, "A", "connect", OUTCOME, "ok");
        expect_cell(&t, "A", "read", OUTCOME, "reset");
        talk_free(&t);
    }
    close(p.listener);
}

static void nobody_there_is_refused_and_no_failure_of_ours(void **state)
{
    struct peer p = bind_peer();
    struct talked t;

    (void)state;
    talk(&t, "127.0.0.1:%u A:connect A:send=x A:read A:close 0-2:connect 0-2:read", p.port);
    expect_talk(&t, 0, "A    connect  refused");
    expect_talk(&t, 0, "0 of 3 connected; refused: 0-2");
    expect_cell(&t, "A", "connect", OUTCOME, "refused");
    expect_cell(&t, "A", "send", OUTCOME, "failed");
    expect_cell(&t, "A", "close", OUTCOME, "failed");
    talk_free(&t);
    close(p.listener);
}

static void silent_leaves_what_came_to_be_read(void **state)
{
    struct peer p = listen_peer(8);
    struct talked t;

    (void)state;
    begin_talk(&t, "127.0.0.1:%u A:connect A:silent=30 A:read=2 A:read", p.port);
    int client = take_client(&p);
    tell(client, "abc");
    end_talk(&t);
    expect_talk(&t, 0, "3 bytes \"abc\" came, waited 0.");
    expect_cell(&t, "A", "silent", OUTCOME, "ok");
    expect_cell(&t, "A", "silent", BYTES_MOVED, "3");
    expect_talk(&t, 0, "2 bytes \"ab\"");
    expect_cell(&t, "A", "read", SAID, "c");
    assert_true(number(&t, "A", "silent", ENDED) < 30);
    talk_free(&t);
    close(client);
    close(p.listener);
}

static void finish_says_that_no_more_is_sent(void **state)
{
    struct peer p = listen_peer(8);
    struct talked t;

    (void)state;
    begin_talk(&t, "127.0.0.1:%u A:connect A:send=ask A:finish A:end A:send=more", p.port);
    int client = take_client(&p);
    expect_heard(client, "ask");
    assert_int_equal(end_heard(client), 0);
    tell(client, "answer");
    close(client);
    end_talk(&t);
    expect_talk(&t, 0, "6 bytes \"answer\", end of stream, waited ");
    expect_cell(&t, "A", "send", OUTCOME, "failed");
    talk_free(&t);
    close(p.listener);
}

static void close_and_reset_differ_for_the_peer(void **state)
{
    struct peer p = listen_peer(8);
    struct talked t;

    (void)state;
    begin_talk(&t, "127.0.0.1:%u A:connect B:connect A:close B:reset", p.port);
    int first = take_client(&p), second = take_client(&p);
    assert_int_equal(end_heard(first), 0);
    assert_int_equal(end_heard(second), ECONNRESET);
    end_talk(&t);
    expect_cell(&t, "B", "reset", OUTCOME, "ok");
    talk_free(&t);
    close(first);
    close(second);
    close(p.listener);
}

// A name can be used again.
static void who_has_closed_can_connect_again(void **state)
{
    struct peer p = listen_peer(8);
    struct talked t;

    (void)state;
    begin_talk(&t, "127.0.0.1:%u A:connect A:read A:close A:connect A:read A:end", p.port);
    int first = take_client(&p);
    tell(first, "one");
    int second = take_client(&p);
    tell(second, "two");
    close(second);
    end_talk(&t);
    expect_talk(&t, 0, "\"one\"");
    expect_talk(&t, 0, "\"two\"");
    expect_cell(&t, "A", "end", OUTCOME, "end");
    talk_free(&t);
    close(first);
    close(p.listener);
}

static void nobody_waits_longer_than_patience(void **state)
{
    struct peer p = listen_peer(8);
    struct talked t;

    (void)state;
    begin_talk(&t,
               "--patience=0.2 127.0.0.1:%u A:connect A:read A:read=5 A:end A:send-bytes=256M "
               "0-1:connect 0-1:read",
               p.port);
    int client = take_client(&p);
    tell(client, "abc"); // for one of the two reads, or both
    end_talk(&t);
    assert_int_equal(t.status, 0);
    expect_cell(&t, "A", "end", OUTCOME, "silent");
    expect_talk(&t, 0, "no end for 0.2");
    expect_cell(&t, "A", "send-bytes", OUTCOME, "silent");
    expect_talk(&t, 0, " of 268435456 bytes, no room for 0.2");
    assert_true(number(&t, "A", "send-bytes", BYTES_MOVED) > 0);
    assert_true(number(&t, "A", "send-bytes", BYTES_MOVED) < 268435456);
    expect_talk(&t, 0, "0 of 2 answered; silent: 0-1");
    talk_free(&t);
    close(client);
    close(p.listener);
}

// The queue is full, and nobody accepts.
static void a_connection_that_does_not_come_about_is_silent(void **state)
{
    struct peer p = listen_peer(0);
    struct talked t;

    (void)state;
    talk(&t, "--patience=0.3 127.0.0.1:%u 0-7:connect 7:send=x 7:close", p.port);
    expect_talk(&t, 0, "; silent: ");
    expect_cell(&t, "0", "connect", OUTCOME, "ok");
    expect_cell(&t, "7", "connect", OUTCOME, "silent");
    expect_cell(&t, "7", "send", OUTCOME, "silent");
    talk_free(&t);
    close(p.listener);
}

// One that sends without end, faster than it can be read.
static void a_flood_is_no_endless_step(void **state)
{
    struct peer p = listen_peer(8);
    struct talked t;

    (void)state;
    begin_talk(&t, "--patience=0.3 127.0.0.1:%u A:connect A:end A:read=1G A:reset", p.port);
    int client = take_client(&p);
    pid_t flood = fork();
    assert_true(flood >= 0);
    if (flood == 0) {
        static char block[65536];
        while (send(client, block, sizeof block, MSG_NOSIGNAL) > 0)
            ;
        _exit(0);
    }
    close(client);
    end_talk(&t);
    assert_int_equal(t.status, 0);
    expect_cell(&t, "A", "end", OUTCOME, "silent");
    assert_true(number(&t, "A", "end", BYTES_MOVED) > 0);
    assert_int_equal(waitpid(flood, NULL, 0), flood);
    talk_free(&t);
    close(p.listener);
}

static void lines_are_80_columns_and_rows_are_whole(void **state)
{
    struct peer p = listen_peer(8);
    struct talked t;
    char text[2048];

    (void)state;
    begin_talk(&t, "127.0.0.1:%u greedy:connect greedy:read=240 B:connect B:read=10 B:silent=0.1",
               p.port);
    int client = take_client(&p);
    for (int i = 0; i < 80; i++)
        tell(client, i == 0 ? "너" : "무");
    int second = take_client(&p);
    tell(second, "\t\x1B[31m\r\nx");
    tell(second, "\xC3"); // half a letter
    end_talk(&t);
    assert_int_equal(t.status, 0);
    for (char *line = t.out, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        if (talk_columns(line) > 80)
            fail_talk(&t, "no line over 80 columns");
        *end = '\n';
    }
    expect_talk(&t, 0, "240 bytes \"너무무");
    expect_talk(&t, 0, "무\"..., waited");
    assert_int_equal(strlen(cell(&t, "greedy", "read", SAID, text)), 240);
    expect_cell(&t, "B", "read", SAID, "\\t\\x1B[31m\\r\\nx\\xC3");
    talk_free(&t);
    close(client);
    close(second);
    close(p.listener);
}

// What talk says on a closed output must not get into the first connection, which has its number.
static void a_closed_output_gets_nobody_our_words(void **state)
{
    static const char *const closed[] = {"1>&-", "0<&- 1>&- 2>&-"};
    struct peer p = listen_peer(8);
    char command[COMMAND_MAX];

    (void)state;
    for (int i = 0; i < 2; i++) {
        snprintf(command, sizeof command,
                 "exec %s/talk 127.0.0.1:%u A:connect B:connect A:send=a B:send=b %s", bin(),
                 p.port, closed[i]);
        pid_t talker = fork();
        if (talker == 0) {
            execl("/bin/sh", "sh", "-c", command, (char *)NULL);
            _exit(127);
        }
        int first = take_client(&p), second = take_client(&p);
        expect_heard(first, "a");
        expect_heard(second, "b");
        assert_int_equal(end_heard(first), 0);
        assert_int_equal(end_heard(second), 0);
        assert_int_equal(await_status(talker, 60, "talk"), 1);
        close(first);
        close(second);
    }
    close(p.listener);
}

#define TEST(f) cmocka_unit_test_teardown(f, end_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_end_stays_the_end),
        TEST(a_reset_is_no_end),
        TEST(a_reset_met_by_a_send_is_told_to_the_reader),
        TEST(a_reset_after_connecting_is_not_connect_s),
        TEST(nobody_there_is_refused_and_no_failure_of_ours),
        TEST(silent_leaves_what_came_to_be_read),
        TEST(finish_says_that_no_more_is_sent),
        TEST(close_and_reset_differ_for_the_peer),
        TEST(who_has_closed_can_connect_again),
        TEST(nobody_waits_longer_than_patience),
        TEST(a_connection_that_does_not_come_about_is_silent),
        TEST(a_flood_is_no_endless_step),
        TEST(lines_are_80_columns_and_rows_are_whole),
        TEST(a_closed_output_gets_nobody_our_words),
    };
    return cmocka_run_group_tests_name("talk and a peer", tests, NULL, NULL);
}
