// units.h: numbers as people write them on a command line: 7000, 64k, 50us, 0.5.
//
// Each returns true and stores the value, or returns false and stores nothing when the text is
// not wholly such a number or is out of range. Nothing is rounded in silence but what lies below
// a nanosecond. No locale, no sign, no spaces.
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_SECOND INT64_C(1000000000)

// A decimal count from min to max, both included.
bool units_count(const char *text, uint64_t min, uint64_t max, uint64_t *count);

// Bytes, from min to max: digits, then nothing or one of k, M, G (1024-fold each).
bool units_size(const char *text, uint64_t min, uint64_t max, uint64_t *bytes);

// A time with its unit (ns, us, ms, s, min), fractions allowed: "1.5ms". In nanoseconds, 0 to max.
bool units_time(const char *text, int64_t max, int64_t *ns);

// Seconds without a unit, fractions allowed: "0.25". In nanoseconds, 0 to max.
bool units_seconds(const char *text, int64_t max, int64_t *ns);

// How many, of what need not be whole: digits, a fraction allowed, then nothing or one of k, M
// (1000-fold each): "20000", "1.5k", "0.5". From min to max, to a millionth.
bool units_rate(const char *text, double min, double max, double *rate);

enum { UNITS_GROUPED = 32 };

// The other way: a count as people read it, "1,234,567". Returns the text.
const char *units_grouped(uint64_t, char text[UNITS_GROUPED]);

#endif
