// protocol.c: the list of services, and the one way to drive any of them.
#include "protocol/protocol.h"

#include "base/random.h"

static const struct service *const services[] = {
    &echo_service,
    &frame_service,
    &guess_service,
};

const struct service *service_named(const char *name)
{
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (strcmp(services[i]->name, name) == 0)
            return services[i];
    return NULL;
}

void session_open(struct session *s, const struct service *service, enum language language,
                  uint64_t seed, uint64_t ordinal)
{
    *s = (struct session){
        .service = service,
        .verdict = GO_ON,
        .language = language,
        // By number, so that processes and threads need not share a generator.
        .secret = 1 + (unsigned)(random_at(seed, ordinal) % 9),
    };
}

bool session_step(struct session *s, struct buf *in, struct buf *out)
{
    return s->verdict == GO_ON && s->service->step(s, in, out);
}
