// attrition.c: a crew of processes that end at a bad line, and a parent that replaces nobody.
// Seen: after a bad line for each worker the parent lives, and the next client waits for ever.
#include <unistd.h>

#include "base/fail.h"
#include "labs/wrong/common.h"
#include "server/children.h"

static bool step(struct session *s, struct buf *in, struct buf *out)
{
    const unsigned char *line = buf_data(in), *end = memchr(line, '\n', buf_len(in));

    // In guess, as everywhere in this crew, what is not a number is somebody else's mistake.
    for (; end != NULL && line < end; line++)
        if ((*line < '0' || *line > '9') && *line != '\r')
            die("not a number");
    return guess_service.step(s, in, out);
}

static void serve_clients(struct server *server)
{
    int fd;

    while ((fd = server_accept(server)) != ACCEPT_STOPPED)
        conn_serve(server, fd);
}

int main(int argc, char **argv)
{
    static const struct service wrong = {"guess", step};
    struct server server;

    server_start(&server, "attrition", argc, argv);
    replace_service(&server, &wrong);
    while (children_alive() < server.options.workers && !stop_is_on()) {
        pid_t pid = fork();
        if (pid == 0) {
            child_begin(0);
            serve_clients(&server);
            _exit(0);
        }
        if (pid > 0) {
            children_add(pid, 0);
        } else {
            warn_errno_sometimes("one worker is missing: fork");
            server_nap(); // then try again
        }
    }
    // WRONG: that a child has ended is noticed, and nothing follows from it.
    while (!stop_is_on())
        if (!children_wait())
            server_nap();
    while (children_wait())
        ;
    return server_finish(&server);
}
