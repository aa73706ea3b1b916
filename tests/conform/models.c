// models.c: see models.h. The names are those of models.tsv.
#include "tests/conform/models.h"

#include <string.h>

#include "tests/conform/conform.h"

#define READS "read readv recvfrom recvmsg recvmmsg"
#define EPOLLS "epoll_wait epoll_pwait epoll_pwait2"
static const struct model models[] = {
    {"blocking", LOOP, READS, NULL, NULL},
    {"fork", PROCESS_EACH, NULL, NULL, NULL},
    {"prefork", PROCESS_CREW, NULL, NULL, NULL},
    {"lock", PROCESS_CREW, NULL, NULL, NULL},
    {"passing", PROCESS_CREW, NULL, NULL, NULL},
    {"elastic", GROWING_PROCESSES, NULL, NULL, NULL},
    {"threads", THREAD_EACH, NULL, NULL, NULL},
    {"pool", THREAD_CREW, NULL, NULL, NULL},
    {"acceptors", THREAD_CREW, NULL, NULL, NULL},
    {"select", LOOP, "select pselect6", NULL, NULL},
    {"poll", LOOP, "poll ppoll", NULL, NULL},
    {"epoll", LOOP, EPOLLS, EVENTPOLL, NULL},
    {"edge", LOOP, EPOLLS, EVENTPOLL, NULL},
    {"coroutines", LOOP, EPOLLS, EVENTPOLL, NULL},
    {"reactors", THREAD_CREW, NULL, EVENTPOLL, NULL},
    {"exclusive", THREAD_CREW, NULL, EVENTPOLL, NULL},
    {"workers", THREAD_CREW, NULL, EVENTPOLL, NULL},
    {"uring", LOOP, "io_uring_enter", URING, NULL},
    {"auto", LOOP, "select pselect6 poll ppoll " EPOLLS, NULL, EVENTPOLL},
};

const struct model *find_model(const char *name)
{
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        if (name != NULL && strcmp(models[i].name, name) == 0)
            return &models[i];
    return NULL;
}

bool conform_knows_model(const char *name)
{
    return find_model(name) != NULL;
}
