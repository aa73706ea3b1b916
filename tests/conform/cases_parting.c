// cases_parting.c: the stop, and clients that end of themselves just then, or have ended, or don't
// seem to notice.
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conform/faults.h"
#include "tests/conform/own.h"
#include "tests/conform/tables.h"

enum { STOP_SECONDS = 10, LARGE = 32 << 20 };

// A --drain so long that a server which waits for all of it is told from one that does not.
static void start_for_stop(struct trial *t, const char *service, unsigned clients,
                           const char *seconds)
{
    char options[80];

    // What a client does not take finds room in the server's kernel.
    snprintf(options, sizeof options, "--drain %s%s", seconds,
             lists_option("--sndbuf") ? " --sndbuf 409600" : "");
    start(t, service, clients, options);
}

// ---- Owed bytes that the server has written, and the client has not taken ----

enum { OWED = 150000 };

// Comes back when the server has read all of it; what it has not written yet is on its way.
static int dial_owed(struct trial *t, const unsigned char *bytes)
{
    int client = dial_with_rcvbuf(t, 4096);

    say(t, client, bytes, OWED);
    await_received(t, client);
    doing(t, "waiting until the server has read %s bytes", grouped(OWED));
    for (double end = now() + patience(t); unread_by_server(t, client) > 0; nap(0.005))
        expect(t, now() < end, "the server left %zu bytes unread", unread_by_server(t, client));
    return client;
}

static void talks_on(struct trial *t)
{
    enum { WORDS = 10 };
    unsigned n = at_once(t, 4);
    int clients[4];

    unsigned char *bytes = random_bytes(t, OWED, 11);
    start_for_stop(t, "echo", n, "60");
    for (unsigned i = 0; i < n; i++)
        clients[i] = dial_owed(t, bytes);
    signal_server(t, SIGTERM);
    await_closed(t);
    // These come too late for an answer, and must not cost the others theirs.
    for (unsigned i = 0; i < WORDS; i++) {
        for (unsigned j = 0; j < n; j++)
            (void)!send(clients[j], "more", 4, MSG_NOSIGNAL | MSG_DONTWAIT);
        nap(0.02);
    }
    for (unsigned i = 0; i < n; i++) {
        hear(t, clients[i], bytes, OWED);
        hear_gone(t, clients[i]);
        close(clients[i]);
    }
    expect_status(t, await_end(t, STOP_SECONDS), 0);
    figure(t, "%u x %s bytes taken after the stop, while %d words more were said", n, grouped(OWED),
           WORDS);
}

static void resets_at_the_stop(struct trial *t)
{
    unsigned char *bytes = random_bytes(t, LARGE, 12);
    double slowest = 0;

    for (unsigned way = 0; way < 4; way++) {
        bool half_close = way & 1, much = way & 2;
        start_for_stop(t, "echo", 1, "20");
        int client = much ? dial_with_rcvbuf(t, 4096) : dial_owed(t, bytes);
        // So much that the server itself holds bytes which the kernel does not take.
        if (much)
            stuff(t, client, bytes, LARGE, 0.3);
        signal_server(t, SIGTERM);
        await_closed(t);
        if (half_close) {
            finish_sending(client);
            nap(0.1); // FIN and RST are to be two events
        }
        double begun = now();
        reset_client(client);
        expect_status(t, await_end(t, STOP_SECONDS), 0);
        slowest = now() - begun > slowest ? now() - begun : slowest;
    }
    figure(t, "the stop ends %.0f ms after the reset, of the 20 s of --drain", slowest * 1000);
}

// ---- Games that end ----

// In a process of its own, so that the stop can come at any moment of it.
static pid_t end_games(struct trial *t, const int clients[], unsigned n)
{
    pid_t pid = fork_helper();

    expect(t, pid != -1, "the test itself can't fork");
    if (pid != 0)
        return pid;
    for (unsigned i = 0; i < n; i++)
        (void)!send(clients[i], "0\n", 2, MSG_NOSIGNAL);
    _exit(0);
}

static void games_end(struct trial *t)
{
    enum { PLAYERS = 60, ROUNDS = 8 };
    unsigned n = at_once(t, PLAYERS);
    int clients[PLAYERS];
    double longest = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        start_for_stop(t, "guess", n, "20");
        dial_many(t, clients, n);
        for (unsigned i = 0; i < n; i++)
            round_trip(t, clients[i]);
        pid_t ender = end_games(t, clients, n);
        nap(0.0003 * round); // each round another moment
        double begun = now();
        signal_server(t, SIGTERM);
        // The players keep their side open: nobody else's end may end the wait.
        expect_status(t, await_end(t, STOP_SECONDS), 0);
        longest = now() - begun > longest ? now() - begun : longest;
        waitpid(ender, NULL, 0);
        hang_up_many(clients, n);
    }
    figure(t, "%d times amid the ends of %u games, the longest stop %.0f ms", ROUNDS, n,
           longest * 1000);
}

// The server may be waiting for the client's FIN: that is no debt.
static void game_over(struct trial *t)
{
    enum { ROUNDS = 6 };
    static const char goodbye[] = "invalid input: x\nbye\n";
    double longest = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        // Too short for anybody to take anything: but nothing is left to be taken.
        start_for_stop(t, "guess", 1, "0.001");
        int client = dial(t);
        // A client's first bytes are acknowledged at once, the end 40 ms later: the stop is
        // between.
        say(t, client, "x\n0\n", 4);
        hear(t, client, goodbye, sizeof goodbye - 1);
        await_taken(t, client);
        if (round % 2 == 0)
            hear_end(t, client);
        double begun = now();
        signal_server(t, SIGTERM);
        expect_status(t, await_end(t, STOP_SECONDS), 0);
        longest = now() - begun > longest ? now() - begun : longest;
        close(client);
    }
    figure(t, "%d clients held on to a game that was over, the longest stop %.0f ms", ROUNDS,
           longest * 1000);
}

#define CASE(name, promise, needs, run)                                                            \
    {                                                                                              \
        "stop/" name, promise, (needs) | NEEDS_OPTIONS, 120, run, "--drain"                        \
    }

const struct conform_case parting_cases[] = {
    CASE("talks-on", "who talks on after the stop still gets every byte received before it", 0,
         talks_on),
    CASE("resets", "a client that resets, half-closed or not, is not waited for any longer", 0,
         resets_at_the_stop),
    CASE("games-end", "games that end at the moment of the stop: prompt, exit 0, nobody cut off",
         NEEDS_GUESS, games_end),
    CASE("game-over", "who has taken its last byte and stays is not called cut off", NEEDS_GUESS,
         game_over),
};
const size_t parting_cases_count = sizeof parting_cases / sizeof *parting_cases;
