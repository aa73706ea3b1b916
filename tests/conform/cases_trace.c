// cases_trace.c: --trace FILE, as a table and in Chrome's format: docs/trace.md says what it holds.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/conform/conform.h"
#include "tests/conform/tables.h"
#include "tests/conform/traced.h"

// One client comes, is answered, and goes; then the server is stopped. Returns what it has written
// to a file whose name ends so, which process had the client, and which was the main one.
static char *trace_a_visit(struct trial *t, const char *ending, pid_t *server, pid_t *main_process)
{
    char name[64], options[128];

    snprintf(name, sizeof name, "/tmp/conform-XXXXXX%s", ending);
    int file = mkostemps(name, (int)strlen(ending), O_CLOEXEC);
    expect(t, file != -1, "the test itself can't make %s: %s", name, strerror(errno));
    snprintf(options, sizeof options, "--trace %s", name);
    start(t, "echo", 1, options);
    unlink(name); // it has been opened
    int client = dial(t);
    round_trip(t, client);
    *server = holder(t, client);
    *main_process = t->server;
    finish_sending(client);
    hear_end(t, client);
    close(client);
    signal_server(t, SIGTERM);
    int status = await_end(t, 10);
    expect(t, status == 0, "expected exit status 0, got %d", status);

    off_t size = lseek(file, 0, SEEK_END);
    char *text = calloc(1, (size_t)size + 1);
    expect(t, text != NULL, "the test itself is out of memory");
    expect(t, pread(file, text, (size_t)size, 0) == size, "cannot read what it has written");
    close(file);
    return text;
}

// The client's events, in their order and where they must have been.
static void judge(struct trial *t, const struct traced *trace, pid_t server, pid_t main_process)
{
    static const char *const then[] = {"read", "protocol", "write", "close"};
    size_t at = traced_find(trace, 0, "accept", -1, 1); // others may have been woken in vain

    expect(t, at < trace->count, "no event says that the client was accepted");
    const struct traced_event *accepted = &trace->event[at], *last = accepted;
    expect(t, accepted->client >= 0, "what was accepted has no number");
    expect(t, accepted->process == server || accepted->process == main_process,
           "process %ld has accepted, which is neither %d nor the main one", accepted->process,
           (int)server);
    for (size_t i = 0; i < sizeof then / sizeof *then; i++) {
        bool moves = strcmp(then[i], "close") != 0;
        at = traced_find(trace, at, then[i], accepted->client, moves ? 1 : 0);
        expect(t, at < trace->count, "there is no \"%s\" of the client after \"%s\"", then[i],
               last->name);
        last = &trace->event[at];
        expect(t, last->process == server, "\"%s\" was in process %ld, but %d had the client",
               last->name, last->process, (int)server);
    }
    expect(t, trace->lost == 0, "of so few events %llu are lost", (unsigned long long)trace->lost);
    expect(t, traced_find(trace, at + 1, "close", accepted->client, 0) == trace->count,
           "the client was closed twice");
    figure(t, "%zu events; the client's from accept to close in %.0f us", trace->count,
           (double)(last->over_ns - accepted->over_ns) / 1000);
}

static void as_table(struct trial *t)
{
    struct traced trace;
    pid_t server, main_process;
    char *text = trace_a_visit(t, "", &server, &main_process);
    const char *wrong = traced_read_table(&trace, text);

    expect(t, wrong == NULL, "%s", wrong);
    judge(t, &trace, server, main_process);
    free(trace.event);
    free(text);
}

static void as_json(struct trial *t)
{
    struct traced trace;
    pid_t server, main_process;
    char *text = trace_a_visit(t, ".json", &server, &main_process);
    const char *wrong = traced_read_json(&trace, text);

    expect(t, wrong == NULL, "%s", wrong);
    judge(t, &trace, server, main_process);
    free(trace.event);
    free(text);
}

const struct conform_case trace_cases[] = {
    {"options/trace", "--trace FILE: a table of what happened when, in which process and thread",
     NEEDS_OPTIONS, 60, as_table, "--trace"},
    {"options/trace-json", "--trace FILE.json: the same in Chrome's format", NEEDS_OPTIONS, 60,
     as_json, "--trace"},
};
const size_t trace_cases_count = sizeof trace_cases / sizeof *trace_cases;
