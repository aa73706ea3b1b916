// ignores-sigterm.c: SIGTERM is ignored.
// Seen: whoever stops it politely (kill, systemd, a container) waits, and then kills it: SIGKILL.
#include <signal.h>

#include "labs/wrong/common.h"

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "ignores-sigterm", argc, argv);
    // WRONG: SIGTERM is the request to finish what was begun, and to end.
    signal(SIGTERM, SIG_IGN);
    return serve_by_loop(&server, serve_right);
}
