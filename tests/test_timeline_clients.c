// test_timeline_clients.c: the four clients, and the servers that they meet.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "base/units.h"
#include "results/timeline.h"
#include "tests/serve.h"

// ---- Ours --------------------------------------------------------------------------------------

static void expect_order(const struct timeline_client *c, double work_us)
{
    assert_true(c->connects <= c->connected);
    assert_true(c->connected <= c->asked[0]);
    for (unsigned k = 0; k < TIMELINE_REQUESTS; k++) {
        assert_true(c->answered[k] - c->asked[k] >= work_us);
        if (k > 0)
            assert_true(c->asked[k] - c->answered[k - 1] >= timeline_thinks(work_us));
    }
}

static void four_clients_are_served_and_note_every_moment(void **state)
{
    static const char *const names[] = {"blocking", "fork", "threads", "epoll"};
    const double work_us = 500;
    struct timeline_take take;
    const struct timeline_client *met = take.met;
    struct serving s;
    struct ended e;
    char why[256];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct model m = ours(names[i]);
        if (!serving_start(&s, &m, "frame", "--work sleep:500us", "", run_folder, -1, why))
            fail_msg("%s %s", m.name, why);
        int64_t before = clock_now();
        if (timeline_meet(s.target, NS_PER_SECOND / 2000, -1, &take) != TIMELINE_SERVED)
            fail_msg("%s: %s", m.name, take.why);
        assert_true(take.zero_ns > before && take.zero_ns < clock_now());
        expect_end(&s, &e, true, "");
        assert_true(e.counted.accepted == TIMELINE_CLIENTS);
        assert_true(e.counted.messages == TIMELINE_CLIENTS * TIMELINE_REQUESTS);
        assert_true(met[0].connects >= 0);
        for (unsigned c = 0; c < TIMELINE_CLIENTS; c++) {
            expect_order(&met[c], work_us);
            assert_true(c == 0 || met[c].connects > met[c - 1].connects);
        }
        // Who has to wait for the one before waits for all of it.
        for (unsigned c = 1; c < TIMELINE_CLIENTS && i == 0; c++)
            assert_true(met[c].answered[0] >= met[c - 1].answered[TIMELINE_REQUESTS - 1]);
    }
}

static void each_client_has_messages_of_its_own_length(void **state)
{
    (void)state;
    // Of one, two or three messages of one client and of another: never as many bytes.
    for (unsigned a = 0; a < TIMELINE_CLIENTS; a++)
        for (unsigned b = a + 1; b < TIMELINE_CLIENTS; b++)
            for (size_t j = 1; j <= TIMELINE_REQUESTS; j++)
                for (size_t k = 1; k <= TIMELINE_REQUESTS; k++)
                    assert_true(j * timeline_message_size(a) != k * timeline_message_size(b));
}

// ---- Servers that are at fault -----------------------------------------------------------------

enum fault { STUB_FLIPS, STUB_CLOSES, STUB_REPEATS, STUB_SILENT };

// Accepts one client, reads a whole message, and answers it in its way.
struct stub {
    int listener;
    enum fault fault;
    pthread_t thread;
    char target[32];
    int done; // readable once the test is over
};

static void *serve_badly(void *arg)
{
    const struct stub *stub = arg;
    unsigned char message[128];
    uint64_t told;
    int fd = accept(stub->listener, NULL, NULL);
    size_t size = timeline_message_size(0);

    if (fd >= 0 && recv(fd, message, size, MSG_WAITALL) == (ssize_t)size) {
        message[size - 1] ^= stub->fault == STUB_FLIPS;
        for (int i = 0; i < 2 && (stub->fault == STUB_FLIPS || stub->fault == STUB_REPEATS); i++)
            (void)!send(fd, message, size, MSG_NOSIGNAL);
    }
    if (stub->fault == STUB_CLOSES)
        close(fd);
    (void)!read(stub->done, &told, sizeof told); // the others find the listener open
    if (stub->fault != STUB_CLOSES)
        close(fd);
    return NULL;
}

static void begin_stub(struct stub *stub)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;

    stub->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    stub->done = eventfd(0, EFD_CLOEXEC);
    assert_true(stub->listener >= 0 && stub->done >= 0);
    assert_int_equal(bind(stub->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(stub->listener, 16), 0);
    assert_int_equal(getsockname(stub->listener, (struct sockaddr *)&address, &length), 0);
    snprintf(stub->target, sizeof stub->target, "127.0.0.1:%u", ntohs(address.sin_port));
    assert_int_equal(pthread_create(&stub->thread, NULL, serve_badly, stub), 0);
}

static void end_stub(struct stub *stub)
{
    uint64_t one = 1;

    assert_int_equal(write(stub->done, &one, sizeof one), sizeof one);
    pthread_join(stub->thread, NULL);
    close(stub->listener);
    close(stub->done);
}

static void a_wrong_answer_and_a_closed_connection_are_told(void **state)
{
    static const char *const expected[] = {
        [STUB_FLIPS] = "client A: got a wrong answer",
        [STUB_CLOSES] = "client A: the server has closed its connection",
        [STUB_REPEATS] = "client A: got more than it asked for",
    };
    struct timeline_take take;

    (void)state;
    for (enum fault fault = STUB_FLIPS; fault <= STUB_REPEATS; fault++) {
        struct stub stub = {.fault = fault};
        begin_stub(&stub);
        enum timeline_end end = timeline_meet(stub.target, NS_PER_SECOND / 1000, -1, &take);
        end_stub(&stub);
        assert_int_equal(end, TIMELINE_FAILED);
        assert_string_equal(take.why, expected[fault]);
        assert_true(!isfinite(take.met[0].answered[1]));
    }
}

static void a_server_that_is_not_there_is_told(void **state)
{
    struct stub stub = {.fault = STUB_CLOSES};
    struct timeline_take take;

    (void)state;
    begin_stub(&stub);
    close(connect_to(stub.target)); // it has had its client
    end_stub(&stub);
    assert_int_equal(timeline_meet(stub.target, 1000000, -1, &take), TIMELINE_FAILED);
    assert_string_equal(take.why, "client A: Connection refused");
    assert_int_equal(timeline_meet("127.0.0.1", 1000000, -1, &take), TIMELINE_FAILED);
    assert_string_equal(take.why, "cannot find 127.0.0.1: it is no HOST:PORT");
}

static void a_signal_ends_the_wait_for_an_answer(void **state)
{
    struct stub stub = {.fault = STUB_SILENT};
    struct timeline_take take;
    int interrupt = eventfd(1, EFD_CLOEXEC);
    uint64_t told;

    (void)state;
    begin_stub(&stub);
    assert_int_equal(timeline_meet(stub.target, 1000000, interrupt, &take), TIMELINE_INTERRUPTED);
    close(connect_to(stub.target)); // if none of the four has come so far
    end_stub(&stub);
    // It was left as it was.
    assert_int_equal(read(interrupt, &told, sizeof told), sizeof told);
    close(interrupt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(four_clients_are_served_and_note_every_moment, end_all),
        cmocka_unit_test(each_client_has_messages_of_its_own_length),
        cmocka_unit_test(a_wrong_answer_and_a_closed_connection_are_told),
        cmocka_unit_test(a_server_that_is_not_there_is_told),
        cmocka_unit_test(a_signal_ends_the_wait_for_an_answer),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
