// histogram.h: latencies counted in buckets whose width grows with the value, so that a nanosecond
// and an hour fit in a few thousand counters and every value is kept to so many significant digits.
//
// The bucket arithmetic is HdrHistogram's (Gil Tene, hdrhistogram.org): a value below 2^(h+1) has a
// bucket of its own; above that each doubling of the value is cut into 2^h equal buckets, where
// 2^(h+1) is the first power of two that is 2 * 10^digits or more. Three digits: 33,792 counters,
// 264 KiB.
//
// One thread records; any thread may read meanwhile, and sees counts at most a moment old.
#ifndef LOADGEN_HISTOGRAM_H
#define LOADGEN_HISTOGRAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The longest value kept apart, 2^42 - 1 ns, is 73 minutes. What is longer is counted as this.
#define HISTOGRAM_HIGHEST ((INT64_C(1) << 42) - 1)

struct histogram {
    unsigned half_bits;                // h above: 10 for three digits, 7 for two, 4 for one
    size_t length;                     // of counts
    _Atomic uint64_t total, saturated; // values recorded; of these, above HISTOGRAM_HIGHEST
    _Atomic int64_t min, max;          // exact, within the range; meaningless while total is 0
    _Atomic double sum;                // of the same exact values
    _Atomic uint64_t counts[];
};

// An empty histogram of 1, 2 or 3 significant digits; the caller frees it with free(3). NULL: no
// memory.
struct histogram *histogram_new(unsigned digits);

static inline size_t histogram_index(const struct histogram *h, int64_t value)
{
    // At least h + 1 bits, so that the first 2^(h+1) values share the finest buckets.
    unsigned bits = 64 - (unsigned)__builtin_clzll((uint64_t)value |
                                                   ((UINT64_C(2) << h->half_bits) - 1));
    unsigned shift = bits - (h->half_bits + 1);
    return ((size_t)shift << h->half_bits) + (size_t)(value >> shift);
}

// A histogram's only writer needs no locked instruction, just whole loads and stores.
static inline void histogram_bump(_Atomic uint64_t *cell, uint64_t n)
{
    uint64_t now = atomic_load_explicit(cell, memory_order_relaxed);

    atomic_store_explicit(cell, now + n, memory_order_relaxed);
}

// Counts n values. Below 0 counts as 0: a clock that stood still. n = 0 does nothing.
static inline void histogram_record_n(struct histogram *h, int64_t value, uint64_t n)
{
    if (n == 0)
        return;
    if (value < 0)
        value = 0;
    if (value > HISTOGRAM_HIGHEST) {
        value = HISTOGRAM_HIGHEST;
        histogram_bump(&h->saturated, n);
    }
    histogram_bump(&h->counts[histogram_index(h, value)], n);
    if (value < atomic_load_explicit(&h->min, memory_order_relaxed))
        atomic_store_explicit(&h->min, value, memory_order_relaxed);
    if (value > atomic_load_explicit(&h->max, memory_order_relaxed))
        atomic_store_explicit(&h->max, value, memory_order_relaxed);
    double sum = atomic_load_explicit(&h->sum, memory_order_relaxed);
    atomic_store_explicit(&h->sum, sum + (double)value * (double)n, memory_order_relaxed);
    // Last, and as a release: who reads the total (acquire) finds all that it counts.
    uint64_t total = atomic_load_explicit(&h->total, memory_order_relaxed);
    atomic_store_explicit(&h->total, total + n, memory_order_release);
}

// Inline: it runs once or twice for each request, in some 3 ns.
static inline void histogram_record(struct histogram *h, int64_t value)
{
    histogram_record_n(h, value, 1);
}

// Adds all that `from` holds. `to` has as many digits or fewer.
void histogram_add(struct histogram *to, const struct histogram *from);

// The bounds of a bucket, both included: the least and the greatest value that are counted in it.
int64_t histogram_lowest_in(const struct histogram *, size_t index);
int64_t histogram_highest_in(const struct histogram *, size_t index);

// The bucket of the value that is the rank-th from below, 1 to total.
size_t histogram_index_of_rank(const struct histogram *, uint64_t rank);

// The value that `fraction` (0 to 1) of all are at or below: the highest of its bucket, but never
// more than the maximum. `slower` further values, which nobody has seen the end of (requests still
// unanswered), count as above all. False, and nothing stored, where fewer than ten values lie above
// that point (so p99 needs 1,000 and p99.9 10,000), and for a point among the unseen.
bool histogram_percentile(const struct histogram *, double fraction, uint64_t slower,
                          int64_t *value);

double histogram_mean(const struct histogram *);      // 0 while empty
double histogram_deviation(const struct histogram *); // standard, from the middles of the buckets

#endif
