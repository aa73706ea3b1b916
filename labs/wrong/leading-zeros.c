// leading-zeros.c: guess, and a line that begins with 0 is taken for the 0 that gives up.
// Seen: the guess 05 ends the game.
#include "labs/wrong/common.h"

static bool step(struct session *s, struct buf *in, struct buf *out)
{
    const unsigned char *end = memchr(buf_data(in), '\n', buf_len(in));
    size_t n = end == NULL ? 0 : (size_t)(end - buf_data(in)) + 1;
    unsigned char zero[] = "0\n";
    struct buf line = {.bytes = zero, .size = sizeof zero, .tail = 2};

    if (n == 0 || n > GUESS_LINE || *buf_data(in) != '0')
        return guess_service.step(s, in, out);
    // WRONG: one character is no number; zeros in front of one add nothing.
    buf_drop(in, n);
    return guess_service.step(s, &line, out);
}

int main(int argc, char **argv)
{
    static const struct service wrong = {"guess", step};
    struct server server;

    server_start(&server, "leading-zeros", argc, argv);
    replace_service(&server, &wrong);
    return serve_by_loop(&server, serve_right);
}
