// number-wraps.c: guess, and a guess of any length is kept in one byte.
// Seen: 256 gives up like 0, and 261 is as good a guess as 5.
#include <stdio.h>

#include "labs/wrong/common.h"

static bool step(struct session *s, struct buf *in, struct buf *out)
{
    const unsigned char *line = buf_data(in), *end = memchr(line, '\n', buf_len(in));
    size_t digits = 0, n = end == NULL ? 0 : (size_t)(end - line);
    struct buf one = {.size = 8};
    unsigned char text[8];
    uint8_t guess = 0;

    // WRONG: nobody asks whether there is room for one digit more (protocol/guess.c does).
    for (; digits < n && line[digits] >= '0' && line[digits] <= '9'; digits++)
        guess = (uint8_t)(guess * 10 + (line[digits] - '0'));
    bool whole = digits == n || (digits + 1 == n && line[digits] == '\r');
    if (digits == 0 || n > GUESS_LINE || !whole)
        return guess_service.step(s, in, out);
    one.bytes = text;
    one.tail = (size_t)snprintf((char *)text, sizeof text, "%u\n", (unsigned)guess);
    buf_drop(in, n + 1);
    return guess_service.step(s, &one, out);
}

int main(int argc, char **argv)
{
    static const struct service wrong = {"guess", step};
    struct server server;

    server_start(&server, "number-wraps", argc, argv);
    replace_service(&server, &wrong);
    return serve_by_loop(&server, serve_right);
}
