#ifndef FAB_NUMBERS_H
#define FAB_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/* Small arithmetic that several modules need. */

static inline double fab_smaller(double a, double b)
{
    return a < b ? a : b;
}

static inline double fab_larger(double a, double b)
{
    return a > b ? a : b;
}

static inline int64_t fab_smaller_count(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* x where it is above 0, else 0. */
static inline double fab_positive_part(double x)
{
    return x > 0.0 ? x : 0.0;
}

static inline int64_t fab_positive_count(int64_t x)
{
    return x > 0 ? x : 0;
}

/* How many parts of size `by` > 0 hold `count` >= 0. */
int64_t fab_divide_up(int64_t count, int64_t by);

/* Greatest common divisor of a, b >= 0; 0 divides by everything. Euclid's algorithm. */
int64_t fab_common_divisor(int64_t a, int64_t b);

/* Compares rows of numbers: below 0, 0 or above as the first of the `count` pairs that differ has
 * the smaller number first, there is none, or has the larger first. */
int fab_compare_pairs(const int64_t (*pairs)[2], size_t count);

/* Median of numbers, the mean of the middle two when `count` is even, 0 of none; sorts them. */
double fab_median(double *numbers, size_t count);

/* Percentile by nearest rank: the least of sorted numbers that at least `percent`, 1 to 100, of
 * them do not exceed; 0 of none. */
double fab_percentile(const double *sorted, size_t count, size_t percent);

/* Mean of the largest of `count` independent normal numbers, in standard deviations above their
 * mean: 0 of one, exact to five digits of two to five. Of more it is the quantile of
 * 0.5264^(1 / count) (Chen and Tyler 1999, Communications in Statistics 28(1), 177-188), by formula
 * 26.2.23 of Abramowitz and Stegun: within 0.8 % of the integral, rising with count. */
double fab_largest_of_normals(double count);

#endif
