// test_conform_sight.c: no server can keep the conformance library from judging it: neither by
// making itself unreadable, nor by ending what a case uses. And what a machine does not have is
// held against none.
//
// The servers are this very program, called with the names of their faults: echo, for one client at
// a time, or with "forks" in a process for each.
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/conform/conform.h"

// ---- The servers ------------------------------------------------------------------------

static const char *faults;

static bool has_fault(const char *name)
{
    return strstr(faults, name) != NULL;
}

static void hide(void)
{
    prctl(PR_SET_DUMPABLE, 0);
}

static void stop(int signal_number)
{
    (void)signal_number;
    _exit(0);
}

static void echo(int client)
{
    static char bytes[65536];
    ssize_t n;

    while ((n = read(client, bytes, sizeof bytes)) > 0) {
        for (ssize_t sent = 0, more; sent < n; sent += more)
            if ((more = send(client, bytes + sent, (size_t)(n - sent), MSG_NOSIGNAL)) < 0)
                return;
        // It runs until somebody has looked at its descriptors, and then sleeps unseen.
        if (has_fault("hides-its-sleep")) {
            for (double end = now() + 0.2; now() < end;)
                ;
            hide();
        }
    }
}

static int be_server(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    signal(SIGTERM, stop);
    if (has_fault("hides-at-once"))
        hide();
    if (has_fault("has-epoll"))
        (void)!epoll_create1(EPOLL_CLOEXEC);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1 ||
        listen(listener, 256) == -1)
        return 1;
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("listening on 127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
    if (has_fault("forks"))
        signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0)
            continue;
        if (has_fault("leaks-descriptors"))
            (void)!open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (has_fault("hides-later"))
            hide();
        if (!has_fault("forks")) {
            echo(client);
        } else if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            echo(client);
            _exit(0);
        }
        close(client);
    }
}

// ---- Trying -----------------------------------------------------------------------------

// To root nothing is unreadable: server and case have none of its rights, as in a grader.
static void give_up_rights(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

    for (int i = 0; prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == 0; i++)
        ;
    syscall(SYS_capset, &header, none);
}

static char self[512];

static struct finding try_case(const char *wrong, const char *name, bool known)
{
    char command[700];
    bool forks = strstr(wrong, "forks") != NULL;
    struct candidate candidate = {.name = wrong,
                                  .command = command,
                                  .services = "echo",
                                  .serves = forks ? SERVES_MANY : SERVES_ONE,
                                  .holds = forks ? 100 : 1,
                                  .model = forks ? "fork" : "blocking",
                                  .leaks_once = true,
                                  .known = known,
                                  .confine = give_up_rights,
                                  .attend = give_up_rights};
    size_t all = conform_case_count(), chosen_one = all;
    bool *chosen = calloc(all, sizeof *chosen);
    struct finding *findings = calloc(all, sizeof *findings), finding;

    snprintf(command, sizeof command, "%s %s", self, wrong);
    for (size_t i = 0; i < all; i++)
        if ((chosen[i] = strcmp(conform_case_at(i)->name, name) == 0))
            chosen_one = i;
    assert_int_not_equal(chosen_one, all);
    conform_run(&candidate, chosen, 1, findings, NULL);
    finding = findings[chosen_one];
    free(chosen);
    free(findings);
    return finding;
}

static void expect_finding(const char *wrong, const char *name, enum outcome outcome,
                           const char *reason)
{
    struct finding f = try_case(wrong, name, false);

    if (f.outcome != outcome || strstr(f.reason, reason) == NULL)
        fail_msg("%s of \"%s\": outcome %d, reason \"%s\"", name, wrong, (int)f.outcome, f.reason);
}

// A folder with one program in it, a shell script, which is found before others of its name.
static char folder[] = "/tmp/test_sight.XXXXXX";
static char *path_before;

static void replace_program(const char *name, const char *script)
{
    const char *before = getenv("PATH");
    char file[64], path[4096];

    path_before = strdup(before != NULL ? before : "/usr/bin:/bin");
    assert_non_null(path_before);
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chmod(folder, 0755), 0);
    snprintf(file, sizeof file, "%s/%s", folder, name);
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\n%s\n", script);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(file, 0755), 0);
    snprintf(path, sizeof path, "%s:%s", folder, path_before);
    setenv("PATH", path, 1);
}

static void put_back(const char *name)
{
    char file[64];

    setenv("PATH", path_before, 1);
    free(path_before);
    snprintf(file, sizeof file, "%s/%s", folder, name);
    unlink(file);
    rmdir(folder);
    memcpy(strrchr(folder, '.'), ".XXXXXX", sizeof ".XXXXXX");
}

// ---- What the library makes of them -------------------------------------------------------

#define UNREADABLE "made itself unreadable (PR_SET_DUMPABLE)"

static void a_server_that_can_be_looked_at_passes(void **state)
{
    (void)state;
    expect_finding("nothing", "model/sleeps-in", PASSED, "");
    expect_finding("nothing", "model/descriptors", PASSED, "");
    expect_finding("nothing", "fault/burst-while-stopped", PASSED, "");
    expect_finding("forks", "children/deaths-ignored", PASSED, "");
}

static void an_unreadable_server_does_not_hide_the_call_it_sleeps_in(void **state)
{
    (void)state;
    expect_finding("hides-at-once", "model/sleeps-in", FAILED, UNREADABLE);
    expect_finding("hides-its-sleep", "model/sleeps-in", FAILED, UNREADABLE);
}

static void an_unreadable_server_does_not_hide_an_epoll(void **state)
{
    (void)state;
    expect_finding("has-epoll", "model/descriptors", FAILED, "there is 1");
    expect_finding("has-epoll,hides-later", "model/descriptors", FAILED, UNREADABLE);
}

static void an_unreadable_server_does_not_hide_what_it_leaks(void **state)
{
    (void)state;
    expect_finding("leaks-descriptors", "fault/burst-while-stopped", FAILED,
                   "descriptors; at its start it had");
    expect_finding("leaks-descriptors,hides-later", "fault/burst-while-stopped", FAILED,
                   UNREADABLE);
}

static void ending_what_a_case_uses_spares_nobody_the_case(void **state)
{
    (void)state;
    // The machine has been looked at: from here on it is as if a server ended each env(1).
    struct finding before = try_case("forks", "children/deaths-ignored", false);
    replace_program("env", "kill -KILL $$");
    struct finding f = try_case("forks", "children/deaths-ignored", true);
    put_back("env");
    assert_int_equal(before.outcome, PASSED);
    assert_false(f.lacking);
    assert_int_equal(f.outcome, FAILED);
}

static void what_a_machine_lacks_is_held_against_nobody(void **state)
{
    static const char *const cases[] = {"model/sleeps-in", "model/descriptors"};

    (void)state;
    // Nothing of the suite's own sleeps anywhere.
    replace_program("sleep", "exit 1");
    for (size_t i = 0; i < 2; i++) {
        struct finding f = try_case("hides-at-once", cases[i], false);
        if (f.outcome != SKIPPED || !f.lacking ||
            strstr(f.reason, "the kernel does not say") == NULL)
            fail_msg("%s: outcome %d, reason \"%s\"", cases[i], (int)f.outcome, f.reason);
    }
    put_back("sleep");
    replace_program("env", "exit 125");
    struct finding f = try_case("forks", "children/deaths-ignored", false);
    put_back("env");
    assert_int_equal(f.outcome, SKIPPED);
    assert_true(f.lacking);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_can_be_looked_at_passes),
        cmocka_unit_test(an_unreadable_server_does_not_hide_the_call_it_sleeps_in),
        cmocka_unit_test(an_unreadable_server_does_not_hide_an_epoll),
        cmocka_unit_test(an_unreadable_server_does_not_hide_what_it_leaks),
        cmocka_unit_test(ending_what_a_case_uses_spares_nobody_the_case),
        cmocka_unit_test(what_a_machine_lacks_is_held_against_nobody),
    };

    if (argc > 1) {
        faults = argv[1];
        return strcmp(argv[argc - 1], "--help") == 0 ? 0 : be_server();
    }
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n < 0 ? 0 : n] = '\0';
    return cmocka_run_group_tests(tests, NULL, NULL);
}
