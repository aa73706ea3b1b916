// test_conform.c: the conformance library against servers that are wrong on purpose. Each must
// be found out by the right case, with a reason that says what is wrong.
//
// The servers are this very program, called with the name of a fault: a process per client, echo.
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fail.h"
#include "tests/conform/conform.h"

// ---- The wrong servers ------------------------------------------------------------------

static const char *fault;
static pid_t server; // the wrong server's main process

static bool has_fault(const char *name)
{
    return strcmp(fault, name) == 0;
}

static void serve(int client)
{
    char bytes[65536];
    ssize_t n;

    for (;;) {
        struct pollfd p = {.fd = client, .events = POLLIN | POLLRDHUP};
        poll(&p, 1, -1);
        // The client has finished, and what it said before is not looked at.
        if (has_fault("loses-tail") && p.revents & POLLRDHUP)
            return;
        if ((n = read(client, bytes, sizeof bytes)) <= 0)
            break;
        if (has_fault("answers-wrong"))
            bytes[n - 1] ^= 1;
        if (has_fault("drops-client"))
            return;
        for (ssize_t sent = 0, more; sent < n; sent += more)
            if ((more = send(client, bytes + sent, (size_t)(n - sent), MSG_NOSIGNAL)) < 0)
                return;
    }
    if (n < 0 && has_fault("dies-of-reset"))
        kill(server, SIGKILL); // not getppid(): once it is dead, that is somebody else
}

static void stop(int signal_number)
{
    (void)signal_number;
    _exit(has_fault("bad-status") ? 3 : 0);
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int s = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(s, (struct sockaddr *)&address, sizeof address) == -1 || listen(s, 64) == -1)
        return -1;
    getsockname(s, (struct sockaddr *)&address, &length);
    if (has_fault("chatters"))
        puts("Welcome!");
    printf("listening on 127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
    return s;
}

// Whether the file by which suites take turns could be locked by somebody else.
static bool is_free_for(int lock)
{
    const char *file = getenv("TURNS");
    int fd = file == NULL ? -1 : open(file, O_RDWR | O_CLOEXEC);
    bool is_free = flock(fd, lock | LOCK_NB) == 0;

    close(fd);
    return is_free;
}

static int be_wrong_server(void)
{
    if (has_fault("must-be-alone") && is_free_for(LOCK_SH)) {
        fputs("wrong: another suite may be at work\n", stderr);
        return 1;
    }
    if (has_fault("must-have-company") && (!is_free_for(LOCK_SH) || is_free_for(LOCK_EX))) {
        fputs("wrong: other suites wait for nothing\n", stderr);
        return 1;
    }
    if (has_fault("lacks-something")) {
        fputs("wrong: what it needs is forbidden\n", stderr);
        return EXIT_UNAVAILABLE;
    }
    if (has_fault("ends-at-once")) {
        fputs("wrong: no licence found\n", stderr);
        return 1;
    }
    int listener = listen_somewhere();
    server = getpid();
    signal(SIGTERM, stop);
    if (!has_fault("leaves-zombies"))
        signal(SIGCHLD, SIG_IGN);
    if (has_fault("leaves-process") && fork() == 0)
        for (;;)
            pause();
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0)
            continue;
        if (has_fault("complains"))
            fputs("wrong.c:1:1: runtime error: signed integer overflow\n", stderr);
        if (has_fault("leaks-descriptors"))
            (void)!open("/dev/null", O_RDONLY);
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            serve(client);
            _exit(0);
        }
        close(client);
    }
}

// ---- What the library finds ---------------------------------------------------------------

static char self[512];
static int turns; // 0: no other suite

static struct finding try_case(const char *wrong, const char *name)
{
    char command[600];
    struct candidate candidate = {
        .name = wrong, .command = command, .services = "echo", .holds = 100, .turns = turns};
    size_t all = conform_case_count(), chosen_one = all;
    bool *chosen = calloc(all, sizeof *chosen);
    struct finding *findings = calloc(all, sizeof *findings), finding;

    snprintf(command, sizeof command, "%s %s", self, wrong);
    for (size_t i = 0; i < all; i++)
        if ((chosen[i] = strcmp(conform_case_at(i)->name, name) == 0))
            chosen_one = i;
    assert_int_not_equal(chosen_one, all);
    size_t failed = conform_run(&candidate, chosen, 1, findings, NULL);
    finding = findings[chosen_one];
    assert_int_equal(failed, finding.outcome == FAILED);
    free(chosen);
    free(findings);
    return finding;
}

struct expected {
    const char *fault, *name, *reason; // part of the reason; NULL: the case passes
};

static void is_found_out(void **state)
{
    const struct expected *e = *state;
    struct finding f = try_case(e->fault, e->name);

    if (e->reason == NULL && f.outcome != PASSED)
        fail_msg("%s should pass: %s", e->name, f.reason);
    if (e->reason != NULL && (f.outcome != FAILED || strstr(f.reason, e->reason) == NULL))
        fail_msg("%s should say \"%s\"; outcome %d, reason \"%s\"", e->name, e->reason,
                 (int)f.outcome, f.reason);
}

static void an_option_that_is_not_listed_skips_the_case(void **state)
{
    (void)state;
    struct finding f = try_case("nothing", "options/idle-timeout");
    assert_int_equal(f.outcome, SKIPPED);
    assert_string_equal(f.reason, "--help does not list --idle-timeout");
}

static void what_cannot_run_here_is_skipped_with_its_reason(void **state)
{
    static const char *const names[] = {"start/first-line", "start/port-in-use", "echo/half-close"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct finding f = try_case("lacks-something", names[i]);
        assert_int_equal(f.outcome, SKIPPED);
        assert_string_equal(f.reason, "cannot run here: wrong: what it needs is forbidden");
        assert_string_equal(conform_unavailable(), f.reason);
    }
    // Nothing of that is left for the next candidate.
    assert_int_equal(try_case("nothing", "echo/half-close").outcome, PASSED);
    assert_null(conform_unavailable());
}

static void a_case_that_needs_quiet_is_alone_and_the_others_are_not(void **state)
{
    char file[] = "/tmp/test_conform.XXXXXX";

    (void)state;
    turns = mkstemp(file);
    assert_true(turns > 0);
    setenv("TURNS", file, 1);
    struct finding quiet = try_case("must-be-alone", "limits/silent-clients");
    struct finding loud = try_case("must-have-company", "echo/half-close");
    // The other way round, each is found out: these servers do look.
    struct finding lonely = try_case("must-have-company", "limits/silent-clients");
    struct finding crowded = try_case("must-be-alone", "echo/half-close");
    bool is_free = is_free_for(LOCK_EX);
    close(turns);
    turns = 0;
    unlink(file);
    assert_string_equal(quiet.reason, "");
    assert_string_equal(loud.reason, "");
    assert_int_equal(lonely.outcome, FAILED);
    assert_int_equal(crowded.outcome, FAILED);
    assert_true(is_free); // the last one has left its turn
}

static void a_service_that_is_not_offered_skips_the_case(void **state)
{
    (void)state;
    struct finding f = try_case("nothing", "stop/answers-frames");
    assert_int_equal(f.outcome, SKIPPED);
    assert_string_equal(f.reason, "does not offer frame");
}

#define FOUND(sentence, fault, name, reason)                                                       \
    {                                                                                              \
        sentence, is_found_out, NULL, NULL, &(struct expected)                                     \
        {                                                                                          \
            fault, name, reason                                                                    \
        }                                                                                          \
    }

int main(int argc, char **argv)
{
    struct CMUnitTest tests[] = {
        FOUND("a right server passes half-close", "nothing", "echo/half-close", NULL),
        FOUND("a right server passes a reset", "nothing", "fault/reset-in-mid-write", NULL),
        FOUND("a lost tail is found", "loses-tail", "echo/data-with-fin", "after 0"),
        FOUND("a wrong byte is found", "answers-wrong", "echo/half-close",
              "the answer was not the right one"),
        FOUND("a dropped client is found", "drops-client", "echo/half-close",
              "the server closed the connection"),
        FOUND("a server that dies of a reset is found", "dies-of-reset", "fault/reset-in-mid-write",
              "the server has ended: signal 9"),
        FOUND("zombies are found", "leaves-zombies", "start/first-line", "zombie"),
        FOUND("a leak of descriptors is found", "leaks-descriptors", "start/first-line",
              "descriptors; at its start it had"),
        FOUND("a wrong exit status is found", "bad-status", "start/first-line", "it was 3"),
        FOUND("a process left behind is found", "leaves-process", "start/first-line",
              "1 other process of the server has not"),
        FOUND("a wrong first line is found", "chatters", "start/first-line", "Welcome!"),
        FOUND("a server that does not start is quoted", "ends-at-once", "start/first-line",
              "no licence found"),
        FOUND("a sanitizer's complaint is found", "complains", "start/first-line",
              "signed integer overflow"),
        cmocka_unit_test(an_option_that_is_not_listed_skips_the_case),
        cmocka_unit_test(a_service_that_is_not_offered_skips_the_case),
        cmocka_unit_test(what_cannot_run_here_is_skipped_with_its_reason),
        cmocka_unit_test(a_case_that_needs_quiet_is_alone_and_the_others_are_not),
    };

    if (argc > 1) {
        fault = argv[1];
        return strcmp(argv[argc - 1], "--help") == 0 ? 0 : be_wrong_server();
    }
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n < 0 ? 0 : n] = '\0';
    return cmocka_run_group_tests(tests, NULL, NULL);
}
