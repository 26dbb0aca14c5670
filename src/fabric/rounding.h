#ifndef FAB_ROUNDING_H
#define FAB_ROUNDING_H

#include <math.h>
#include <stdbool.h>

/* Numbers that were written in different units may differ in their last bits: what is this near
 * counts as equal. */
#define FAB_ROUNDING_RATIO 1e-9

static inline bool fab_is_within(double need, double limit)
{
    return need <= limit * (1.0 + FAB_ROUNDING_RATIO);
}

/* The whole number at or below x >= 0, and the one at or above it. */
static inline double fab_whole_below(double x)
{
    return floor(x * (1.0 + FAB_ROUNDING_RATIO));
}

static inline double fab_whole_above(double x)
{
    return ceil(x * (1.0 - FAB_ROUNDING_RATIO));
}

#endif
