// crlf.c: guess, and every line is taken to end in \r\n.
// Seen: telnet can play; with nc the last digit is cut off, and 5 is an invalid input.
#include "labs/wrong/common.h"

static bool step(struct session *s, struct buf *in, struct buf *out)
{
    const unsigned char *end = memchr(buf_data(in), '\n', buf_len(in));
    size_t n = end == NULL ? 0 : (size_t)(end - buf_data(in)) + 1;
    unsigned char line[GUESS_LINE + 1];
    struct buf one = {.bytes = line, .size = sizeof line};

    if (n == 0 || n > GUESS_LINE)
        return guess_service.step(s, in, out);
    // WRONG: two bytes are cut off without a look at them. The \r before the \n is optional.
    buf_put(&one, buf_data(in), n < 2 ? 0 : n - 2);
    buf_put(&one, "\n", 1);
    buf_drop(in, n);
    return guess_service.step(s, &one, out);
}

int main(int argc, char **argv)
{
    static const struct service wrong = {"guess", step};
    struct server server;

    server_start(&server, "crlf", argc, argv);
    replace_service(&server, &wrong);
    return serve_by_loop(&server, serve_right);
}
