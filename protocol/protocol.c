// protocol.c: the list of services, and the one way to drive any of them.
#include "protocol/protocol.h"

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

// Number `ordinal`, counted from 0, of the splitmix64 generator started at `seed`. Any client's
// number can be had without those before it, so processes and threads need not share a generator.
static uint64_t mix(uint64_t seed, uint64_t ordinal)
{
    uint64_t z = seed + (ordinal + 1) * 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

void session_open(struct session *s, const struct service *service, enum language language,
                  uint64_t seed, uint64_t ordinal)
{
    *s = (struct session){
        .service = service,
        .verdict = GO_ON,
        .language = language,
        .secret = 1 + (unsigned)(mix(seed, ordinal) % 9),
    };
}

bool session_step(struct session *s, struct buf *in, struct buf *out)
{
    return s->verdict == GO_ON && s->service->step(s, in, out);
}
