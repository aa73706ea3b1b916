// shared-secret.c: guess, and the secret is one variable of the program.
// Seen: whoever has won once knows everybody's number.
#include "labs/wrong/common.h"

static bool step(struct session *s, struct buf *in, struct buf *out)
{
    // WRONG: what belongs to one client belongs into its session, not into the program.
    static unsigned secret;

    if (secret == 0)
        secret = s->secret;
    s->secret = secret;
    return guess_service.step(s, in, out);
}

int main(int argc, char **argv)
{
    static const struct service wrong = {"guess", step};
    struct server server;

    server_start(&server, "shared-secret", argc, argv);
    replace_service(&server, &wrong);
    return serve_by_loop(&server, serve_right);
}
