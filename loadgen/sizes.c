// sizes.c: see sizes.h.
#include "loadgen/sizes.h"

#include <string.h>

#include "base/units.h"

// Weights are whole numbers up to this, so that the sum of SIZES_MAX of them fits in 32 bits.
enum { WEIGHT_MAX = 1000000 };

// Reads "64" or "64-1k" into the part.
static bool read_range(char *text, uint32_t min, uint32_t max, struct size_part *part)
{
    uint64_t low, high;
    const char *first = strsep(&text, "-"); // text: what follows the "-", or NULL

    if (!units_size(first, min, max, &low))
        return false;
    if (text == NULL)
        high = low;
    else if (!units_size(text, low, max, &high))
        return false;
    part->low = (uint32_t)low;
    part->high = (uint32_t)high;
    return true;
}

bool sizes_read(const char *text, uint32_t min, uint32_t max, struct sizes *sizes)
{
    char copy[512], *rest = copy; // room for SIZES_MAX parts as long as they come
    struct sizes read = {.text = text};
    uint64_t upto = 0, weight;
    size_t length = strlen(text);

    if (length >= sizeof copy)
        return false;
    memcpy(copy, text, length + 1);
    bool mix = strchr(text, ',') != NULL;

    while (rest != NULL) {
        char *weighing = strsep(&rest, ","), *range = strsep(&weighing, ":");
        if (read.parts == SIZES_MAX || !read_range(range, min, max, &read.part[read.parts]))
            return false;
        // A mix without weights would be a guess at what was meant.
        if (weighing == NULL && !mix)
            weight = 1;
        else if (weighing == NULL || !units_count(weighing, 1, WEIGHT_MAX, &weight))
            return false;
        upto += weight;
        read.part[read.parts++].upto = (uint32_t)upto;
    }
    *sizes = read;
    return true;
}

double sizes_mean(const struct sizes *sizes)
{
    double sum = 0;
    uint32_t before = 0;

    for (unsigned i = 0; i < sizes->parts; i++) {
        const struct size_part *p = &sizes->part[i];
        sum += (double)(p->upto - before) * ((double)p->low + (double)p->high) / 2;
        before = p->upto;
    }
    return sum / (double)before;
}
