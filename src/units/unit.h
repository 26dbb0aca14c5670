#ifndef FAB_UNIT_H
#define FAB_UNIT_H

#include <stdbool.h>
#include <stddef.h>

#include <fabricast/arena.h>
#include <fabricast/units.h>

/* What a unit multiplies its number by: factor * 10^exponent. The factor is a whole number or a
 * power of two, so that one product or one decimal exponent is all the rounding there is. */
typedef struct fab_scale {
    double factor;
    int exponent;
} fab_scale;

/* Finds the unit `text` (with its prefix) among those of a dimension; an empty text is the unit of
 * plain numbers. */
bool fab_unit_find(const char *text, size_t length, fab_dimension dimension, fab_scale *out);

/* True when `text` is a unit of the dimension with bits written for bytes or bytes for bits. */
bool fab_unit_mixes_bits(const char *text, size_t length, fab_dimension dimension);

/* Returns a regular expression for the units of a dimension with their prefixes, in the syntax that
 * POSIX extended expressions and ECMAScript share; without anchors. It matches the texts that
 * fab_unit_find finds, but not the empty one (fab_unit_is_optional). Lives in the arena; NULL when
 * memory is out. */
const char *fab_unit_pattern(fab_dimension dimension, fab_arena *arena);

/* True when a number of the dimension may stand without a unit. */
bool fab_unit_is_optional(fab_dimension dimension);

/* Returns the unit of the dimension that is nearest to `text`, or NULL. Lives in the arena. */
const char *fab_unit_nearest(const char *text, fab_dimension dimension, fab_arena *arena);

#endif
