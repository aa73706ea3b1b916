// histogram.c: see histogram.h.
#include "loadgen/histogram.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { HIGHEST_BITS = 42 }; // of HISTOGRAM_HIGHEST
enum { LEAST_ABOVE = 10 };  // values beyond a percentile that is worth its name

struct histogram *histogram_new(unsigned digits)
{
    unsigned half_bits = 0, least = 1;

    while (digits-- > 0)
        least *= 10;
    while (1U << half_bits < least)
        half_bits++;
    // The finest 2^(h+1) buckets, then 2^h more for each further bit.
    size_t length = (size_t)(HIGHEST_BITS - half_bits + 1) << half_bits;
    struct histogram *h = calloc(1, sizeof *h + length * sizeof *h->counts);
    if (h == NULL)
        return NULL;
    h->half_bits = half_bits;
    h->length = length;
    atomic_store_explicit(&h->min, INT64_MAX, memory_order_relaxed);
    return h;
}

void histogram_add(struct histogram *to, const struct histogram *from)
{
    uint64_t added = 0;

    if (atomic_load_explicit(&from->total, memory_order_acquire) == 0)
        return;
    for (size_t i = 0; i < from->length; i++) {
        uint64_t n = atomic_load_explicit(&from->counts[i], memory_order_relaxed);
        if (n == 0)
            continue;
        // A coarser bucket holds finer ones whole, so any value of theirs finds it.
        histogram_bump(&to->counts[histogram_index(to, histogram_lowest_in(from, i))], n);
        added += n;
    }
    int64_t min = atomic_load_explicit(&from->min, memory_order_relaxed);
    int64_t max = atomic_load_explicit(&from->max, memory_order_relaxed);
    double sum = atomic_load_explicit(&from->sum, memory_order_relaxed);
    if (min < atomic_load_explicit(&to->min, memory_order_relaxed))
        atomic_store_explicit(&to->min, min, memory_order_relaxed);
    if (max > atomic_load_explicit(&to->max, memory_order_relaxed))
        atomic_store_explicit(&to->max, max, memory_order_relaxed);
    sum += atomic_load_explicit(&to->sum, memory_order_relaxed);
    atomic_store_explicit(&to->sum, sum, memory_order_relaxed);
    histogram_bump(&to->saturated, atomic_load_explicit(&from->saturated, memory_order_relaxed));
    // What was found in the buckets, not from's total: they may have gone on since.
    uint64_t total = atomic_load_explicit(&to->total, memory_order_relaxed);
    atomic_store_explicit(&to->total, total + added, memory_order_release);
}

// Each bucket is 2^shift wide.
static unsigned shift_of(const struct histogram *h, size_t index)
{
    size_t doubling = index >> h->half_bits;

    return doubling == 0 ? 0 : (unsigned)doubling - 1;
}

int64_t histogram_lowest_in(const struct histogram *h, size_t index)
{
    unsigned shift = shift_of(h, index);

    return (int64_t)(index - ((size_t)shift << h->half_bits)) << shift;
}

int64_t histogram_highest_in(const struct histogram *h, size_t index)
{
    return histogram_lowest_in(h, index) + (INT64_C(1) << shift_of(h, index)) - 1;
}

size_t histogram_index_of_rank(const struct histogram *h, uint64_t rank)
{
    uint64_t seen = 0;
    size_t i = 0;

    for (; i < h->length - 1; i++) {
        seen += atomic_load_explicit(&h->counts[i], memory_order_relaxed);
        if (seen >= rank)
            break;
    }
    return i;
}

bool histogram_percentile(const struct histogram *h, double fraction, uint64_t slower,
                          int64_t *value)
{
    uint64_t total = atomic_load_explicit(&h->total, memory_order_acquire), all = total + slower;
    // Neither 0.07 nor 99.9 / 100 is exact in binary: without taking off a hair, 7 of 100 values
    // would round up to 8.
    uint64_t rank = (uint64_t)ceil(fraction * (double)all * (1 - 4 * DBL_EPSILON));

    if (rank == 0)
        rank = 1;
    if (rank > total || all - rank < LEAST_ABOVE)
        return false;
    int64_t highest = histogram_highest_in(h, histogram_index_of_rank(h, rank));
    int64_t max = atomic_load_explicit(&h->max, memory_order_relaxed);
    *value = highest < max ? highest : max;
    return true;
}

double histogram_mean(const struct histogram *h)
{
    uint64_t total = atomic_load_explicit(&h->total, memory_order_acquire);

    return total == 0 ? 0 : atomic_load_explicit(&h->sum, memory_order_relaxed) / (double)total;
}

// West's update of mean and squares (CACM 22, 1979): one pass, and no difference of two huge sums.
double histogram_deviation(const struct histogram *h)
{
    double n = 0, mean = 0, squares = 0;

    for (size_t i = 0; i < h->length; i++) {
        double count = (double)atomic_load_explicit(&h->counts[i], memory_order_relaxed);
        if (count == 0)
            continue;
        double middle = (double)(histogram_lowest_in(h, i) + histogram_highest_in(h, i)) / 2;
        double off = middle - mean;
        n += count;
        mean += off * count / n;
        squares += count * off * (middle - mean);
    }
    return n == 0 ? 0 : sqrt(squares / n);
}
