// test_grade_confine.c: what keeps a submission from the grader, where there is little of it: the
// grader refuses; no two submissions have the same user; what measures cannot be looked into.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>

#include "grade/confine.h"
#include "grade/program.h"
#include "tests/conform/conform.h"
#include "tests/grade_call.h"

static void make_lab(const char *server)
{
    char path[256];

    put("labs.tsv", one_lab);
    put("01-first/grading.tsv", "10\tstart/first-line\tvisible\tIt answers\tRead on here\n");
    snprintf(path, sizeof path, "%s/alice", labs_folder);
    mkdir(path, 0755);
    put("alice/server", server);
    snprintf(path, sizeof path, "%s/alice/server", labs_folder);
    assert_int_equal(chmod(path, 0755), 0);
}

static void expect_said(const char *text)
{
    char *said = get("said");

    if (strstr(said, text) == NULL)
        fail_msg("expected \"%s\" in: %s", text, said);
    free(said);
}

static const char attacks[] = "#!/bin/sh\necho attacked\n";

// ---- Out of sight --------------------------------------------------------------------------

static void expect_out_of_sight(const char *options)
{
    assert_int_equal(grade("--lab 1 --accept-unconfined %s --submission '%s/alice' --json "
                           "'%s/result.json'",
                           options, labs_folder, labs_folder),
                     0);
    char *result = get("result.json");
    // Where nothing hides it, that is said.
    bool seen = strstr(result, "the files of others") != NULL;
    expect_said(seen ? "\n10 of 10 points" : "\n0 of 10 points");
    free(result);
}

static void no_model_of_ours_can_serve_for_a_submission(void **state)
{
    char *here = realpath(programs, NULL);
    char script[1024];

    (void)state;
    assert_non_null(here);
    snprintf(script, sizeof script, "#!/bin/sh\nexec '%s/epoll' \"$@\"\n", here);
    make_lab(script);
    expect_out_of_sight("");
    expect_out_of_sight("--without namespaces");
    expect_out_of_sight("--without namespaces --without scopes");
    assert_int_equal(grade("--lab 1 -- '%s/epoll'", here), 0);
    expect_said("\n10 of 10 points"); // else nothing is proved
    free(here);
}

// Processes have their semaphores there: sem_overview(7).
static void memory_that_processes_share_can_be_had(void **state)
{
    static const char *const modes[] = {"", "--without namespaces",
                                        "--without namespaces --without user"};
    char command[1024];

    (void)state;
    make_lab("#!/bin/sh\necho x >/dev/shm/sem.$$ && rm /dev/shm/sem.$$ && exec ./epoll \"$@\"\n");
    snprintf(command, sizeof command, "cp '%s/epoll' '%s/alice'", programs, labs_folder);
    assert_int_equal(system(command), 0);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_int_equal(
            grade("--lab 1 --accept-unconfined %s --submission '%s/alice'", modes[i], labs_folder),
            0);
        expect_said("\n10 of 10 points");
    }
}

// Where the grader's own files are hidden, as /run and /dev/shm are.
static void a_folder_anywhere_can_be_graded(void **state)
{
    static const char *const places[] = {"/dev/shm", "/run", "/var/tmp"};
    char command[1024], folder[64];

    (void)state;
    make_lab("#!/bin/sh\nexec ./epoll \"$@\"\n");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(folder, sizeof folder, "%s/grade-test-XXXXXX", places[i]);
        if (mkdtemp(folder) == NULL)
            continue; // an ordinary user's folders are elsewhere
        snprintf(command, sizeof command, "chmod 755 %s && cp '%s/alice/server' '%s/epoll' %s",
                 folder, labs_folder, programs, folder);
        assert_int_equal(system(command), 0);
        assert_int_equal(grade("--lab 1 --accept-unconfined --submission %s", folder), 0);
        snprintf(command, sizeof command, "rm -r %s", folder);
        assert_int_equal(system(command), 0);
        expect_said("\n10 of 10 points");
    }
}

// ---- Nothing protects the grader -----------------------------------------------------------

#define NOTHING "--without namespaces --without user --without landlock "
#define LANDLOCK_ONLY "--without namespaces --without user "

static void a_folder_that_could_attack_the_grader_is_refused(void **state)
{
    static const char *const lacking[] = {NOTHING, LANDLOCK_ONLY};

    (void)state;
    make_lab(attacks);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(grade("--lab 1 %s --submission '%s/alice' --json '%s/refused.json'",
                               lacking[i], labs_folder, labs_folder),
                         1);
        expect_said("nothing here keeps the submission from this grader");
        expect_said("--accept-unconfined");
        assert_null(get("refused.json"));
        assert_int_equal(grade("--lab 1 --accept-unconfined %s --submission '%s/alice'", lacking[i],
                               labs_folder),
                         0);
        expect_said("attacked"); // it ran
    }
}

static void a_command_is_its_callers_own_and_is_not_refused(void **state)
{
    (void)state;
    make_lab(attacks);
    assert_int_equal(grade("--lab 1 " NOTHING "-- echo attacked"), 0);
    expect_said("attacked");
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    make_lab(attacks);
    assert_int_equal(grade("--lab 1 --accept-unconfined " NOTHING "--submission '%s/alice' --json "
                           "'%s/result.json'",
                           labs_folder, labs_folder),
                     0);
    char *result = get("result.json");
    assert_non_null(strstr(result, "the files of others out of its sight, a user of its own"));
    free(result);
    assert_int_equal(grade("--lab 1 " NOTHING "--json '%s/result.json' -- true", labs_folder), 0);
    result = get("result.json");
    assert_non_null(strstr(result, "a user of its own"));
    assert_null(strstr(result, "the files of others")); // a command may be anywhere
    free(result);
}

// ---- A user of its own ---------------------------------------------------------------------

// In a process of its own, which keeps it until it is ended.
static uid_t choose_and_keep(pid_t *pid)
{
    int said[2];
    uid_t user = 0;

    assert_int_equal(pipe2(said, O_CLOEXEC), 0);
    *pid = fork();
    assert_true(*pid >= 0);
    if (*pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        user = user_choose(1234);
        if (write(said[1], &user, sizeof user) == sizeof user)
            pause();
        _exit(1);
    }
    close(said[1]);
    assert_int_equal(read(said[0], &user, sizeof user), sizeof user);
    close(said[0]);
    return user;
}

static void let_go(pid_t pid)
{
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void two_submissions_never_have_the_same_user(void **state)
{
    pid_t pids[3];

    (void)state;
    if (geteuid() != 0 || access("/run", W_OK) != 0)
        skip();
    uid_t first = choose_and_keep(&pids[0]);
    uid_t second = choose_and_keep(&pids[1]);
    if (!user_is_chosen(first))
        fail_msg("there is only the user %u here", (unsigned)first);
    assert_true(user_is_chosen(second));
    assert_int_not_equal(first, second);
    let_go(pids[0]);
    // What is free again is given again.
    assert_int_equal(choose_and_keep(&pids[2]), first);
    let_go(pids[1]);
    let_go(pids[2]);
}

// ---- What measures -------------------------------------------------------------------------

static bool may_open(pid_t pid, const char *name, int how)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, how | O_CLOEXEC);
    if (fd != -1)
        close(fd);
    return fd != -1;
}

static bool runs(pid_t pid, const char *name)
{
    char path[64], text[256] = "";

    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    FILE *f = fopen(path, "re");
    bool said = f != NULL && fgets(text, sizeof text, f) != NULL;
    if (f != NULL)
        fclose(f);
    return said && strcmp(text, name) == 0;
}

// A server that waits, started from a copy or from its file; then what one of the same user, but
// without rights, may do to it. The bits of what it may.
enum { READS = 1, WRITES = 2, DESCRIPTORS = 4, STARTED = 8 };

static int look_into(bool copied)
{
    const char *const words[] = {"blocking", "--port", "0", "--service", "echo", NULL};
    int copy = program_copy(programs, "blocking"), found = 0;
    char path[512];

    snprintf(path, sizeof path, "%s/blocking", programs);
    confine_drop_rights();
    prctl(PR_SET_DUMPABLE, 1);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(open("/dev/null", O_RDWR | O_CLOEXEC), STDOUT_FILENO);
        if (copied)
            program_become(copy, words);
        else
            execv(path, (char *const *)(uintptr_t)words);
        _exit(127);
    }
    double end = now() + 30;
    while (!runs(pid, "blocking") && now() < end)
        nap(0.005);
    found |= runs(pid, "blocking") ? STARTED : 0;
    found |= may_open(pid, "mem", O_RDONLY) || may_open(pid, "exe", O_RDONLY) ? READS : 0;
    found |= may_open(pid, "mem", O_RDWR) ? WRITES : 0;
    found |= may_open(pid, "fd/1", O_WRONLY) ? DESCRIPTORS : 0;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return found;
}

// Rights that are given up do not come back: in a process of its own.
static int look_into_safely(bool copied)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0)
        _exit(look_into(copied));
    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_copied_program_cannot_be_looked_into_by_its_own_user(void **state)
{
    (void)state;
    assert_int_equal(look_into_safely(true), STARTED);
    // Else nothing is proved: one that is not copied can be.
    int found = look_into_safely(false);
    assert_true(found & STARTED);
    if (found != (STARTED | READS | WRITES | DESCRIPTORS))
        print_message("this system lets nobody look into his own processes (%d)\n", found);
}

static void a_program_that_is_not_there_is_not_copied(void **state)
{
    (void)state;
    assert_int_equal(program_copy("/nowhere", "loadgen"), -1);
    assert_int_equal(errno, ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_model_of_ours_can_serve_for_a_submission),
        cmocka_unit_test(memory_that_processes_share_can_be_had),
        cmocka_unit_test(a_folder_anywhere_can_be_graded),
        cmocka_unit_test(a_folder_that_could_attack_the_grader_is_refused),
        cmocka_unit_test(a_command_is_its_callers_own_and_is_not_refused),
        cmocka_unit_test(what_is_missing_is_said),
        cmocka_unit_test(two_submissions_never_have_the_same_user),
        cmocka_unit_test(a_copied_program_cannot_be_looked_into_by_its_own_user),
        cmocka_unit_test(a_program_that_is_not_there_is_not_copied),
    };

    return cmocka_run_group_tests(tests, make_labs, remove_labs);
}
