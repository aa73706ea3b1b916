// cases_games.c: guess: games played to their end; a secret from 1 to 9 for each client.
#include <signal.h>
#include <unistd.h>

#include "tests/conform/services.h"
#include "tests/conform/tables.h"

static struct game begin_game(struct trial *t)
{
    return (struct game){.client = dial(t), .low = 1, .high = 9};
}

// Plays a whole game on a new connection; returns the secret.
static int play(struct trial *t)
{
    struct game game = begin_game(t);
    int secret;

    while ((secret = guess_next(t, &game)) == 0)
        ;
    hear_end(t, game.client);
    close(game.client);
    return secret;
}

static void whole_games(struct trial *t)
{
    enum { GAMES = 40 };
    unsigned drawn[10] = {0}, different = 0;

    start(t, "guess", 1, NULL);
    for (int i = 0; i < GAMES; i++)
        drawn[play(t)]++;
    for (int i = 1; i <= 9; i++)
        different += drawn[i] > 0;
    // By chance alone that happens once in 10^17 runs.
    expect(t, different > 3, "expected a secret for each client; %d games had only %u different",
           GAMES, different);
    figure(t, "%d games won, %u different secrets from 1 to 9, a clean end each", GAMES, different);
}

static void games_side_by_side(struct trial *t)
{
    enum { GAMES = 12 };
    struct game games[GAMES];
    int secrets[GAMES] = {0}, going_on = GAMES;
    bool all_alike = true;

    if (t->candidate->serves == SERVES_ONE)
        skip_case(t, "the server plays with one client at a time");
    start(t, "guess", GAMES, NULL);
    for (int i = 0; i < GAMES; i++)
        games[i] = begin_game(t);
    while (going_on > 0)
        for (int i = 0; i < GAMES; i++)
            if (secrets[i] == 0 && (secrets[i] = guess_next(t, &games[i])) != 0) {
                hear_end(t, games[i].client);
                close(games[i].client);
                going_on--;
            }
    for (int i = 1; i < GAMES; i++)
        all_alike = all_alike && secrets[i] == secrets[0];
    expect(t, !all_alike, "expected a secret for each client; %d had the same", GAMES);
    figure(t, "%d games, a guess of each in turn: all won", GAMES);
}

static void seeded(struct trial *t)
{
    enum { GAMES = 12 };
    int secrets[GAMES] = {0};
    char drawn[GAMES + 1] = {0};

    for (int round = 0; round < 2; round++) {
        start(t, "guess", 1, "--seed 7");
        for (int i = 0; i < GAMES; i++) {
            int secret = play(t);
            expect(t, round == 0 || secret == secrets[i],
                   "expected the secrets of seed 7 again; client %d had %d, then %d", i + 1,
                   secrets[i], secret);
            secrets[i] = secret;
            drawn[i] = (char)('0' + secret);
        }
        if (round == 0) {
            signal_server(t, SIGTERM);
            await_end(t, PATIENCE);
        }
    }
    figure(t, "twice the same %d secrets: %s", GAMES, drawn);
}

const struct conform_case game_cases[] = {
    {"guess/whole-games", "the right number ends the game; the secret is 1 to 9, one per client",
     NEEDS_GUESS, 60, whole_games, NULL},
    {"guess/games-side-by-side", "each client has a game and a secret of its own", NEEDS_GUESS, 60,
     games_side_by_side, NULL},
    {"guess/seed", "--seed N makes the secrets reproducible", NEEDS_GUESS | NEEDS_OPTIONS, 60,
     seeded, "--seed"},
};
const size_t game_cases_count = sizeof game_cases / sizeof *game_cases;
