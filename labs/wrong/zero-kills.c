// zero-kills.c: guess, and the end of one game is the end of the program.
// Seen: one client gives up with 0, and the connections of all others end.
#include <stdlib.h>

#include "labs/wrong/common.h"

static bool step(struct session *s, struct buf *in, struct buf *out)
{
    const unsigned char *line = buf_data(in), *end = memchr(line, '\n', buf_len(in));
    size_t zeros = 0, n = end == NULL ? 0 : (size_t)(end - line);

    while (zeros < n && line[zeros] == '0')
        zeros++;
    if (zeros > 0 && (zeros == n || (zeros + 1 == n && line[zeros] == '\r')))
        exit(EXIT_SUCCESS); // WRONG: it is this client's conversation that is FINISHED
    return guess_service.step(s, in, out);
}

int main(int argc, char **argv)
{
    static const struct service wrong = {"guess", step};
    struct server server;

    server_start(&server, "zero-kills", argc, argv);
    replace_service(&server, &wrong);
    return serve_by_loop(&server, serve_right);
}
