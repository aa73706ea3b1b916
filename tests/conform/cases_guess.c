// cases_guess.c: guess: what is answered to which line, however the lines were cut. Whole games:
// cases_games.c.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/conform/services.h"
#include "tests/conform/tables.h"

// Too high in every game.
static const char high[] = "12\n", too_high[] = "too high\n";

static void say_text(struct trial *t, int client, const char *text)
{
    say(t, client, text, strlen(text));
}

static void hear_text(struct trial *t, int client, const char *text)
{
    hear(t, client, text, strlen(text));
}

static void bye(struct trial *t)
{
    static const char *const zeros[] = {"0\n", "00\n", "000\n", "0\r\n",
                                        "00000000000000000000000\n"};
    const size_t n = sizeof zeros / sizeof *zeros;

    start(t, "guess", 1, NULL);
    for (size_t i = 0; i < n; i++) {
        int bystander = bring_bystander(t), client = dial(t);
        say_text(t, client, zeros[i]);
        hear_text(t, client, "bye\n");
        hear_end(t, client);
        leave_to_bystander(t, client, bystander);
    }
    figure(t, "%zu ways to write zero: bye, and a clean end", n);
}

static void any_length(struct trial *t)
{
    char digits[256 + 2];

    start(t, "guess", 1, NULL);
    int client = dial(t);
    for (unsigned n = 2; n <= 256; n += n < 40 ? 1 : 24) {
        memset(digits, '9', n);
        memcpy(digits + n, "\n", 2);
        say_text(t, client, digits);
        hear_text(t, client, too_high);
    }
    // Cut to 8, 16, 32 or 64 bits these would be 0, 1 or below: bye, too low or correct.
    static const char *const wide[] = {"256\n",
                                       "257\n",
                                       "65536\n",
                                       "65537\n",
                                       "2147483648\n",
                                       "4294967296\n",
                                       "4294967297\n",
                                       "9223372036854775808\n",
                                       "18446744073709551616\n",
                                       "18446744073709551617\n"};
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        say_text(t, client, wide[i]);
        hear_text(t, client, too_high);
    }
    close(client);

    // Each number of a game with zeros in front finds its secret.
    client = dial(t);
    for (int number = 1; number <= 9; number++) {
        char answer[64];
        snprintf(digits, sizeof digits, "%0200d%d\n", 0, number);
        say_text(t, client, digits);
        hear_line(t, client, answer, sizeof answer);
        if (strcmp(answer, "correct") == 0)
            break;
        expect(t, number < 9 && strcmp(answer, "too low") == 0,
               "expected \"too low\" or \"correct\" to %d behind 200 zeros, saw \"%s\"", number,
               answer);
    }
    hear_end(t, client);
    close(client);
    figure(t, "numbers of 2 to 256 digits: too high; 200 zeros in front add nothing");
}

// Sends a line of n bytes and its end, and hears it called invalid, byte for byte.
static void check_invalid(struct trial *t, int client, const void *line, size_t n, const char *end)
{
    struct row row = {0}, answer = {0};

    add_bytes(t, &row, line, n);
    add_bytes(t, &row, end, strlen(end));
    add_bytes(t, &answer, "invalid input: ", 15);
    add_bytes(t, &answer, line, n);
    add_bytes(t, &answer, "\n", 1);
    exchange(t, client, row.bytes, row.n, answer.bytes, answer.n);
    free(row.bytes);
    free(answer.bytes);
}

static void invalid_lines(struct trial *t)
{
    static const struct {
        const char *text;
        size_t n;
    } lines[] = {
#define LINE(text) {text, sizeof(text) - 1}
        LINE(""),     LINE("x"),        LINE("one"),      LINE("-1"),        LINE("+5"),
        LINE(" "),    LINE(" 5"),       LINE("5 "),       LINE("5 5"),       LINE("\t5"),
        LINE("1.0"),  LINE("1e3"),      LINE("0x5"),      LINE("5x"),        LINE("x5"),
        LINE("0 "),   LINE("%s%n%d"),   LINE("\0"),       LINE("\0005"),     LINE("5\0"),
        LINE("\xff"), LINE("5\xff"),    LINE("\xff\xfe"), LINE("\xc3\x28"),  LINE("\r5"),
        LINE("5\r5"), LINE("\x1b[31m"), LINE("\x7f"),     LINE("５"),        LINE("다섯"),
        LINE("quit"), LINE("bye"),      LINE("correct"),  LINE("a\\nb\"c'"), LINE("0\0000"),
#undef LINE
    };
    const size_t n = sizeof lines / sizeof *lines;

    start(t, "guess", 1, NULL);
    int client = dial(t);
    hear_nothing(t, client, "before a word was said");
    for (size_t i = 0; i < n; i++) {
        check_invalid(t, client, lines[i].text, lines[i].n, "\n");
        check_invalid(t, client, lines[i].text, lines[i].n, "\r\n");
    }
    // Of two carriage returns only the one at the end is dropped.
    check_invalid(t, client, "5\r", 2, "\r\n");
    exchange(t, client, high, strlen(high), too_high, strlen(too_high));
    close(client);
    figure(t, "%zu lines, each called invalid byte for byte, and the game went on", n);
}

static void carriage_return(struct trial *t)
{
    start(t, "guess", 1, NULL);
    int client = dial(t);
    say_text(t, client, "12\r\n");
    hear_text(t, client, too_high);
    say_part(t, client, "12\r", 3);
    say_text(t, client, "\n");
    hear_text(t, client, too_high);
    say_text(t, client, "0\r\n");
    hear_text(t, client, "bye\n");
    hear_end(t, client);
    close(client);
    figure(t, "lines that end in \\r\\n are answered as those that end in \\n");
}

static void two_in_one_segment(struct trial *t)
{
    static const char lines[] = "12\n34\nx\n12\n";
    static const char answers[] = "too high\ntoo high\ninvalid input: x\ntoo high\n";
    char answer[64];

    start(t, "guess", 1, NULL);
    int client = dial(t);
    exchange(t, client, lines, strlen(lines), answers, strlen(answers));
    hear_nothing(t, client, "after an answer to each line");
    close(client);

    // 1 and 2 are not 12: never too high before the secret was found.
    client = dial(t);
    say_text(t, client, "1\n2\n");
    hear_line(t, client, answer, sizeof answer);
    if (strcmp(answer, "correct") != 0) {
        expect(t, strcmp(answer, "too low") == 0,
               "expected \"too low\" or \"correct\" to 1, saw \"%s\"", answer);
        hear_line(t, client, answer, sizeof answer);
        expect(t, strcmp(answer, "too low") == 0 || strcmp(answer, "correct") == 0,
               "expected \"too low\" or \"correct\" to 2, saw \"%s\"", answer);
    }
    close(client);
    figure(t, "4 lines in one segment, 4 answers");
}

static void not_held_back(struct trial *t)
{
    static const char lines[] = "12\nx\n12\n";
    static const char answers[] = "too high\ninvalid input: x\ntoo high\n";

    start(t, "guess", 1, NULL);
    int client = dial(t);
    double ms = check_prompt(t, client, lines, strlen(lines), 1, answers, strlen(answers));
    close(client);
    figure(t, "3 lines at once answered in the median in %.1f ms", ms);
}

static void cut_anywhere(struct trial *t)
{
    static const char lines[] = "12\nfive\n\n100\r\n";
    static const char answers[] = "too high\ninvalid input: five\ninvalid input: \ntoo high\n";
    const size_t n = strlen(lines);

    start(t, "guess", 1, NULL);
    int client = dial(t);
    for (size_t cut = 1; cut < n; cut++) {
        say_part(t, client, lines, cut);
        say(t, client, lines + cut, n - cut);
        hear_text(t, client, answers);
    }
    for (size_t i = 0; i < n; i++) {
        say_part(t, client, lines + i, 1);
    }
    hear_text(t, client, answers);
    close(client);
    figure(t, "4 lines in two writes, cut at each of %zu places, and byte by byte", n - 1);
}

static void last_line(struct trial *t)
{
    static const char *const ends[] = {"12", "0", "x", "0\r"};
    const size_t n = sizeof ends / sizeof *ends;

    start(t, "guess", 1, NULL);
    int bystander = bring_bystander(t);
    for (size_t i = 0; i < n; i++) {
        int client = dial(t);
        say_text(t, client, high);
        say_and_finish(t, client, ends[i], strlen(ends[i]));
        hear_text(t, client, too_high);
        hear_end(t, client);
        close(client);
    }
    leave_to_bystander(t, dial(t), bystander);
    figure(t, "%zu last lines without \\n dropped, a clean end each", n);
}

// The rest of what was sent lies unread at the server when the game ends.
static int end_before_unread(struct trial *t, const char *guesses, size_t behind)
{
    struct row row = {0};
    int client = dial(t);

    add_bytes(t, &row, guesses, strlen(guesses));
    while (row.n < behind)
        add_bytes(t, &row, "and another line, never answered\n", 33);
    say_part(t, client, row.bytes, row.n);
    free(row.bytes);
    return client;
}

static void unread_lines(struct trial *t)
{
    enum { BEHIND = 100 * 1024 };
    char answer[64];

    start(t, "guess", 1, NULL);
    int bystander = bring_bystander(t);
    int client = end_before_unread(t, "0\n", BEHIND);
    hear_text(t, client, "bye\n");
    hear_end(t, client);
    leave_to_bystander(t, client, bystander);

    // All numbers of the game: the right one ends it, and what follows is not answered.
    bystander = bring_bystander(t);
    client = end_before_unread(t, "1\n2\n3\n4\n5\n6\n7\n8\n9\n", BEHIND);
    for (int number = 1;; number++) {
        hear_line(t, client, answer, sizeof answer);
        if (strcmp(answer, "correct") == 0)
            break;
        expect(t, number < 9 && strcmp(answer, "too low") == 0,
               "expected \"too low\" or \"correct\" to %d, saw \"%s\"", number, answer);
    }
    hear_end(t, client);
    leave_to_bystander(t, client, bystander);
    figure(t, "bye and correct arrived, then a clean end, with %s bytes of lines behind",
           grouped(BEHIND));
}

static void longest_line(struct trial *t)
{
    char line[256];

    start(t, "guess", 1, NULL);
    int client = dial(t);
    memset(line, 'x', sizeof line);
    check_invalid(t, client, line, 255, "\n");
    check_invalid(t, client, line, 256, "\n");
    check_invalid(t, client, line, 256, "\r\n");
    say(t, client, line, sizeof line);
    say_part(t, client, "\r", 1);
    hear_nothing(t, client, "before the line's end");
    say_text(t, client, "\n");
    hear_text(t, client, "invalid input: ");
    hear(t, client, line, sizeof line);
    hear_text(t, client, "\n");
    close(client);
    figure(t, "256 bytes and \\n, or \\r\\n: called invalid, and the game went on");
}

#define CASE(name, promise, run)                                                                   \
    {                                                                                              \
        "guess/" name, promise, NEEDS_GUESS, 60, run, NULL                                         \
    }

const struct conform_case guess_cases[] = {
    CASE("zero-ends-it", "zero ends the game (bye)", bye),
    CASE("numbers-of-any-length", "a guess is [0-9]+, of any length", any_length),
    CASE("invalid-lines", "anything else: invalid input: TEXT and the game goes on", invalid_lines),
    CASE("carriage-return", "a \\r before the \\n is dropped", carriage_return),
    CASE("lines-in-one-segment", "coalesced messages: each is answered", two_in_one_segment),
    {"guess/not-held-back", "answers in a row leave at once", NEEDS_GUESS | NEEDS_QUIET, 60,
     not_held_back, NULL},
    CASE("cut-anywhere", "a message split anywhere: the same answers", cut_anywhere),
    CASE("last-line", "a last line without its \\n is dropped", last_line),
    CASE("unread-lines", "unread input must not destroy what is owed", unread_lines),
    CASE("longest-line", "a line of 256 bytes is a line", longest_line),
};
const size_t guess_cases_count = sizeof guess_cases / sizeof *guess_cases;
