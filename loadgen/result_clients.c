// result_clients.c: a row for each connection that asked, with tabs between: was the server fair?
#include <inttypes.h>

#include "loadgen/result.h"

void result_write_clients(const struct result *r, FILE *out)
{
    fputs("client\tanswered\tmean_ns\tmax_ns\n", out);
    for (unsigned i = 0; r->shares != NULL && i < r->connections; i++) {
        const struct share *share = &r->shares[i];
        if (share->answered == 0)
            fprintf(out, "%u\t0\t-\t-\n", i);
        else
            fprintf(out, "%u\t%" PRIu64 "\t%" PRId64 "\t%" PRId64 "\n", i, share->answered,
                    share->sum_ns / (int64_t)share->answered, share->max_ns);
    }
}
