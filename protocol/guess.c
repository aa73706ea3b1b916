// guess.c: a game by lines. The client guesses a number from 1 to 9.
#include "protocol/protocol.h"

enum { NO_NUMBER = -1, BEYOND = 10 };

const struct guess_phrases guess_phrases[] = {
    [ENGLISH] = {"too high", "too low", "correct", "bye", "invalid input: "},
    [KOREAN] = {"너무 높아요", "너무 낮아요", "정답", "종료", "입력값이 올바르지 않습니다:"},
};

// Reads a number that fills the line and may have any length: what is beyond 9 is all one to
// the game, so nothing can overflow.
static int read_guess(const unsigned char *line, size_t n)
{
    int value = n > 0 ? 0 : NO_NUMBER;

    for (size_t i = 0; i < n; i++) {
        if (line[i] < '0' || line[i] > '9')
            return NO_NUMBER;
        value = value * 10 + (line[i] - '0');
        if (value > BEYOND)
            value = BEYOND;
    }
    return value;
}

// Puts the phrase, the text and a line end, if there is room for all of it.
static bool reply(struct buf *out, const char *phrase, const unsigned char *text, size_t n)
{
    size_t length = strlen(phrase);

    if (buf_room(out) < length + n + 1)
        return false;
    buf_put(out, phrase, length);
    buf_put(out, text, n);
    buf_put(out, "\n", 1);
    return true;
}

static bool guess_step(struct session *s, struct buf *in, struct buf *out)
{
    if (buf_len(in) == 0)
        return false;

    const unsigned char *line = buf_data(in);
    const unsigned char *end = memchr(line, '\n', buf_len(in));
    size_t whole = end == NULL ? buf_len(in) : (size_t)(end - line) + 1;
    size_t n = end == NULL ? whole : whole - 1;

    // A \r that came last is no part of the line if \n comes next. So a line is too long at the
    // same byte whether or not its end is here.
    if (n > 0 && line[n - 1] == '\r')
        n--;
    if (n > GUESS_LINE) {
        s->verdict = VIOLATION;
        return false;
    }
    if (end == NULL)
        return false;

    const struct guess_phrases *say = &guess_phrases[s->language];
    const char *phrase;
    int secret = (int)s->secret, guess = read_guess(line, n);

    if (guess == NO_NUMBER)
        phrase = say->invalid;
    else if (guess == 0)
        phrase = say->bye;
    else if (guess == secret)
        phrase = say->correct;
    else
        phrase = guess > secret ? say->too_high : say->too_low;
    if (!reply(out, phrase, line, guess == NO_NUMBER ? n : 0))
        return false;
    if (guess == 0 || guess == secret)
        s->verdict = FINISHED;
    buf_drop(in, whole);
    return true;
}

const struct service guess_service = {"guess", guess_step};
