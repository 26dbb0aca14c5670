#ifndef FAB_LINK_DERIVE_H
#define FAB_LINK_DERIVE_H

#include <fabricast/link.h>

/* Arithmetic on numbers with provenance. A result is known when both sides are; its range spans the
 * ranges, its confidence is the worse of the two, its source that of the worse. Values are not
 * negative. */
fab_value fab_known(double value_count);
fab_value fab_add(fab_value a, fab_value b);
fab_value fab_subtract(fab_value a, fab_value b); /* may be negative */
fab_value fab_multiply(fab_value a, fab_value b);
/* The sum of parts that are off independently: distances to low and to high add as root of squares.
 */
fab_value fab_add_apart(fab_value a, fab_value b);
fab_value fab_scale(fab_value a, double factor_ratio);

/* Unknown when `b` is zero or its range touches zero. */
fab_value fab_divide(fab_value a, fab_value b);

/* A number with its range and origin. */
fab_value fab_number(double value_count, double low_count, double high_count,
                     fab_confidence confidence, const char *source);

/* The first when it is known, else the second. */
fab_value fab_choose(fab_value asked, fab_value otherwise);

/* The value of a row with the source and confidence of the row where it has none of its own. */
fab_value fab_of_row(const fab_technology *technology, fab_value value);

#endif
