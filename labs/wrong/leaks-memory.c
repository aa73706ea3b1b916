// leaks-memory.c: memory is allocated for each client, and never freed.
// Seen: the server grows by some kilobytes with each client that has left.
#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "labs/wrong/common.h"

enum { HISTORY = 4096 };

static void serve(struct server *server, int fd)
{
    char *history = malloc(HISTORY);

    if (history != NULL)
        snprintf(history, HISTORY, "client %d has come, and has left", fd);
    conn_serve(server, fd);
    if (server->options.verbose && history != NULL)
        warn("%s", history);
    // WRONG: free(history) is missing. NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
}

int main(int argc, char **argv)
{
    struct server server;

    server_start(&server, "leaks-memory", argc, argv);
    return serve_by_threads(&server, serve);
}
