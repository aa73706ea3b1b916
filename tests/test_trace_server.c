// test_trace_server.c: what the models leave in a trace, and what a child that is killed does.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/conform/services.h"
#include "tests/conform/traced.h"
#include "tests/trace_server_call.h"

static const struct traced_event *next_event(size_t *at, const char *name, int64_t client,
                                             int64_t least)
{
    *at = traced_find(&trace, *at, name, client, least);
    if (*at == trace.count)
        fail_msg("there is no further \"%s\" of the client", name);
    return &trace.event[(*at)++];
}

// Who has events, and how many were created.
static void expect_births(pid_t main_process)
{
    size_t born = 0, others = 0;

    for (size_t i = 0; i < trace.count; i++) {
        const struct traced_event *e = &trace.event[i];
        size_t first = 0;
        born += strcmp(e->name, "create") == 0 && e->n >= 0;
        while (trace.event[first].thread != e->thread)
            first++;
        others += first == i && e->thread != main_process;
        // A process is named by whoever has made it.
        if (first != i || e->process == main_process)
            continue;
        size_t at = traced_find(&trace, 0, "create", -1, 1);
        while (at < trace.count && trace.event[at].n != e->process)
            at = traced_find(&trace, at + 1, "create", -1, 1);
        assert_true(at < trace.count);
    }
    assert_true(others <= born);
}

// Two requests of 20 ms each, by one client.
static void judge_model(pid_t main_process)
{
    size_t at = traced_find(&trace, 0, "accept", -1, 1);

    assert_true(at < trace.count);
    int64_t client = trace.event[at].client;
    for (int request = 0; request < 2; request++) {
        const struct traced_event *heard = next_event(&at, "read", client, 1);
        const struct traced_event *worked = next_event(&at, "protocol", client, 1);
        const struct traced_event *answered = next_event(&at, "write", client, 1);
        assert_true(heard->n == 5 && worked->n == 5 && answered->n == 5);
        // The work is the protocol's time, and nobody else's.
        assert_true(worked->over_ns - worked->begun_ns >= 20000000);
        assert_true(worked->begun_ns >= heard->over_ns);
        assert_true(answered->begun_ns >= worked->over_ns);
        assert_int_equal(heard->thread, answered->thread);
    }
    next_event(&at, "close", client, 0);
    assert_int_equal(traced_find(&trace, at, "close", client, 0), trace.count);
    assert_true(trace.lost == 0);
    expect_births(main_process);
}

static void every_model_says_what_it_did_for_a_client(void **state)
{
    static struct models models;
    char options[128], byte;

    (void)state;
    models_read(&models, "models.tsv", bin());
    snprintf(options, sizeof options, "--work sleep:20ms --trace %s", trace_path);
    for (size_t i = 0; i < models.count; i++) {
        const char *name = models.list[i].name;
        print_message("         %s\n", name);
        struct program p = run(name, options);
        const char *target = await_line(&p);
        if (target == NULL)
            continue;
        int client = make_client(target);
        ask(client);
        assert_int_equal(shutdown(client, SHUT_WR), 0);
        assert_true(wait_readable(client, patient(15)));
        assert_int_equal(recv(client, &byte, 1, 0), 0);
        close(client);
        expect_clean_end(&p, name);
        read_trace();
        judge_model(p.pid);
    }
}

static pid_t only_child_of(pid_t parent)
{
    char path[64], text[64] = "";

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", parent, parent);
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    assert_non_null(fgets(text, sizeof text, f));
    fclose(f);
    return (pid_t)strtol(text, NULL, 10);
}

static void a_killed_childs_part_stands(void **state)
{
    char options[64], byte;
    size_t at = 0;

    (void)state;
#ifdef __SANITIZE_THREAD__
    // It holds signals back until a call that it knows returns, and accept may sleep for ever then.
    print_message(
        "         not with ThreadSanitizer: two signals at once are one too many for it\n");
    skip();
#endif
    snprintf(options, sizeof options, "--trace %s", trace_path);
    struct program p = run("fork", options);
    int client = make_client(await_line(&p));
    ask(client); // so that what it did for the first request is behind it
    pid_t child = only_child_of(p.pid);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_true(wait_readable(client, patient(15)));
    assert_true(recv(client, &byte, 1, 0) <= 0);
    close(client);
    expect_clean_end(&p, "fork");
    read_trace();
    int64_t number = next_event(&at, "accept", -1, 1)->client;
    assert_int_equal(next_event(&at, "read", number, 1)->process, child);
    assert_int_equal(next_event(&at, "write", number, 1)->process, child);
    assert_int_equal(traced_find(&trace, at, "close", number, 0), trace.count);
    assert_true(trace.lost == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_model_says_what_it_did_for_a_client, end_all),
        cmocka_unit_test_teardown(a_killed_childs_part_stands, end_all),
    };
    return cmocka_run_group_tests_name("trace_server", tests, make_place, remove_place);
}
