#ifndef FAB_PATTERN_H
#define FAB_PATTERN_H

#include <stdbool.h>

#include <fabricast/arena.h>
#include <fabricast/units.h>

/* Which numbers a pattern lets through. */
typedef enum fab_pattern_sign {
    FAB_PATTERN_ANY,
    FAB_PATTERN_NOT_NEGATIVE,
    FAB_PATTERN_POSITIVE
} fab_pattern_sign;

/* Returns a regular expression for the texts that fab_quantity_parse reads in a dimension, from ^
 * to
 * $, in the syntax that POSIX extended expressions and ECMAScript share. What no expression can
 * see: that a number has too many digits or does not fit into a double. With `is_whole` (only for
 * FAB_DIM_COUNT) a fraction needs an exponent or a suffix such as T that may make it whole.
 * Lives in the arena; NULL when memory is out. */
const char *fab_quantity_pattern(fab_dimension dimension, fab_pattern_sign sign, bool is_whole,
                                 fab_arena *arena);

#endif
