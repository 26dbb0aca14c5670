#include "validate/sweeps.h"

#include <math.h>

/* Rank of a value among others, from 1; equal values have the mean of their ranks. */
static double rank_of(double value, const double *values, size_t count)
{
    double below = 0.0;
    double equal = 0.0;
    for (size_t i = 0; i < count; i++) {
        below += values[i] < value;
        equal += values[i] <= value && values[i] >= value;
    }
    return below + 0.5 * (equal + 1.0);
}

bool fab_rank_correlation(const double *a, const double *b, size_t count, double *out)
{
    const double middle = 0.5 * ((double)count + 1.0);
    double both = 0.0;
    double of_a = 0.0;
    double of_b = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double rank_a = rank_of(a[i], a, count) - middle;
        const double rank_b = rank_of(b[i], b, count) - middle;
        both += rank_a * rank_b;
        of_a += rank_a * rank_a;
        of_b += rank_b * rank_b;
    }
    if (count < 2 || of_a <= 0.0 || of_b <= 0.0) {
        return false;
    }
    *out = both / sqrt(of_a * of_b);
    return true;
}

bool fab_line_slope(const double *x, const double *y, size_t count, double *out)
{
    double mean_x = 0.0;
    double mean_y = 0.0;
    for (size_t i = 0; i < count; i++) {
        mean_x += x[i] / (double)count;
        mean_y += y[i] / (double)count;
    }
    double both = 0.0;
    double of_x = 0.0;
    for (size_t i = 0; i < count; i++) {
        both += (x[i] - mean_x) * (y[i] - mean_y);
        of_x += (x[i] - mean_x) * (x[i] - mean_x);
    }
    /* sizes are whole powers of two or far from equal: anything less is rounding */
    if (count < 2 || of_x < 1e-9) {
        return false;
    }
    *out = both / of_x;
    return true;
}
