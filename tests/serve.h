// serve.h: servers as bench starts them, in a folder of the test's own. For cmocka's tests: include
// it after their headers, and run them with make_folder and remove_folder.
#ifndef TESTS_SERVE_H
#define TESTS_SERVE_H

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "results/serving.h"
#include "tests/drive.h"

// A name that must be quoted: a run's folder is the user's choice.
static char run_folder[] = "/tmp/test serving.XXXXXX";

static inline int make_folder(void **state)
{
    (void)state;
    return mkdtemp(run_folder) == NULL;
}

static inline int remove_folder(void **state)
{
    (void)state;
    return rmdir(run_folder);
}

static inline size_t files_in_folder(void)
{
    DIR *d = opendir(run_folder);
    size_t n = 0;

    assert_non_null(d);
    for (const struct dirent *entry; (entry = readdir(d)) != NULL;)
        n += entry->d_name[0] != '.';
    closedir(d);
    return n;
}

static inline void path_of(const char *file, char path[256])
{
    snprintf(path, 256, "%s/%s", run_folder, file);
}

static inline void forget(const char *file)
{
    char path[256];

    path_of(file, path);
    assert_int_equal(unlink(path), 0);
}

static inline void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fchmod(fileno(f), 0700), 0);
    assert_int_equal(fclose(f), 0);
}

// ---- Starting and asking -------------------------------------------------------------------

static char program[256];

static inline struct model ours(const char *name)
{
    struct model m = {.ends = "", .command = program};

    snprintf(m.name, sizeof m.name, "%s", name);
    snprintf(program, sizeof program, "%s/%s", bin(), name);
    return m;
}

static inline struct model foreign(const char *command)
{
    struct model m = {.name = "peer", .ends = "", .command = command, .foreign = true};

    return m;
}

static inline void start_serving(struct serving *s, const struct model *m, const char *options)
{
    char why[256];

    if (!serving_start(s, m, "echo", options, "", run_folder, -1, why))
        fail_msg("%s %s", m->name, why);
    assert_true(serving_lives(s));
}

static inline void expect_refusal(const struct model *m, const char *options, const char *cores,
                                  const char *expected)
{
    struct serving s;
    char why[256] = "it started";

    if (serving_start(&s, m, "echo", options, cores, run_folder, -1, why) ||
        strcmp(why, expected) != 0)
        fail_msg("expected \"%s\", not \"%s\"", expected, why);
}

static inline void expect_end(struct serving *s, struct ended *e, bool cleanly, const char *why)
{
    pid_t group = s->pid;

    serving_stop(s, e);
    if (e->cleanly != cleanly || strcmp(e->why, why) != 0)
        fail_msg("expected \"%s\", not \"%s\"", why, e->why);
    assert_int_equal(kill(-group, 0), -1);
    assert_int_equal(errno, ESRCH);
    free(s->command);
}

static inline int connect_to(const char *target)
{
    uint16_t port = (uint16_t)strtoul(strrchr(target, ':') + 1, NULL, 10);
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_memory_equal(target, "127.0.0.1:", strlen("127.0.0.1:"));
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

// A client that has been answered: the server knows it.
static inline int make_client(const char *target)
{
    char answer[6] = "";
    int fd = connect_to(target);

    assert_int_equal(send(fd, "hello", 5, MSG_NOSIGNAL), 5);
    assert_true(wait_readable(fd, patient(15)));
    assert_int_equal(recv(fd, answer, 5, MSG_WAITALL), 5);
    assert_string_equal(answer, "hello");
    return fd;
}

static inline void need_python(void)
{
    if (system("python3 -c '' 2>/dev/null") == 0)
        return;
    print_message("python3 is missing\n");
    skip();
}

#endif
