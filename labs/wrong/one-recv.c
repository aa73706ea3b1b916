// one-recv.c: guess, and whatever one recv brings is taken for one line.
// Seen: the guesses 1 and 2 in one segment become 12, and get one answer between them.
#include "labs/wrong/common.h"

static bool step(struct session *s, struct buf *in, struct buf *out)
{
    unsigned char line[SESSION_BUF + 1];
    struct buf one = {.bytes = line, .size = sizeof line};

    if (buf_len(in) == 0)
        return false;
    // WRONG: TCP carries bytes, not messages. A recv may bring two lines, or half of one; a line
    // ends at its \n, wherever the segments were cut.
    for (; buf_len(in) > 0; buf_drop(in, 1))
        if (*buf_data(in) != '\n' && *buf_data(in) != '\r')
            buf_put(&one, buf_data(in), 1);
    buf_put(&one, "\n", 1);
    return guess_service.step(s, &one, out);
}

int main(int argc, char **argv)
{
    static const struct service wrong = {"guess", step};
    struct server server;

    server_start(&server, "one-recv", argc, argv);
    replace_service(&server, &wrong);
    return serve_by_loop(&server, serve_right);
}
