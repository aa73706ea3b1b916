// byte-ff.c: guess, and all that comes is taken for UTF-8.
// Seen: one client sends the byte 0xFF, and the server has ended for all.
#include <locale.h>
#include <stdlib.h>

#include "base/fail.h"
#include "labs/wrong/common.h"

static bool step(struct session *s, struct buf *in, struct buf *out)
{
    const unsigned char *end = memchr(buf_data(in), '\n', buf_len(in));
    size_t n = end == NULL ? 0 : (size_t)(end - buf_data(in));
    char line[GUESS_LINE + 1];

    if (n < sizeof line) { // a longer one is a violation
        memcpy(line, buf_data(in), n);
        line[n] = '\0';
        // WRONG: a client may send any bytes. That they are no characters is its mistake, and is
        // answered like any other line that is no number.
        if (mbstowcs(NULL, line, 0) == (size_t)-1)
            die_errno("cannot decode a line");
    }
    return guess_service.step(s, in, out);
}

int main(int argc, char **argv)
{
    static const struct service wrong = {"guess", step};
    struct server server;

    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        die_unavailable("this machine has no locale C.UTF-8");
    server_start(&server, "byte-ff", argc, argv);
    replace_service(&server, &wrong);
    return serve_by_loop(&server, serve_right);
}
