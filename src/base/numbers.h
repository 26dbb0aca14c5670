#ifndef FAB_NUMBERS_H
#define FAB_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/* Small arithmetic that several modules need. */

/* How many parts of size `by` > 0 hold `count` >= 0. */
int64_t fab_divide_up(int64_t count, int64_t by);

/* Greatest common divisor of a, b >= 0; 0 divides by everything. Euclid's algorithm. */
int64_t fab_common_divisor(int64_t a, int64_t b);

/* Median of numbers, the mean of the middle two when `count` is even, 0 of none; sorts them. */
double fab_median(double *numbers, size_t count);

/* Percentile by nearest rank: the least of sorted numbers that at least `percent`, 1 to 100, of
 * them do not exceed; 0 of none. */
double fab_percentile(const double *sorted, size_t count, size_t percent);

#endif
