#ifndef FAB_SWEEPS_H
#define FAB_SWEEPS_H

#include <stdbool.h>
#include <stddef.h>

/* Statistics of rows that belong together. */

#define FAB_SWEEP_LEAST ((size_t)4) /* layouts of a sweep that are worth ranking */

/* Spearman's rank correlation of n pairs, equal values sharing the mean of their ranks (Pearson's
 * correlation of the ranks). False when a side is all equal or n < 2. Cost O(n^2). */
bool fab_rank_correlation(const double *a, const double *b, size_t count, double *out);

/* Slope of the least-squares line of y over x. False when x is all equal or n < 2. */
bool fab_line_slope(const double *x, const double *y, size_t count, double *out);

#endif
