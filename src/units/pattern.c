#include "units/pattern.h"

#include <assert.h>

#include "units/unit.h"

/* digits with single underscores between them */
#define DIGITS "[0-9](_?[0-9])*"
#define ZEROS  "0(_?0)*"

/* digits, one of which is not 0, with leading zeros */
#define SOME "(0_?)*[1-9](_?[0-9])*"

#define EXPONENT "([eE][+-]?[0-9]+)"
#define BLANKS   "[ \t]*"

/* a sign and digits with a point, without the exponent */
static const char *const MANTISSA[] = {
    [FAB_PATTERN_ANY] = "[+-]?" DIGITS "([.]" DIGITS ")?",
    [FAB_PATTERN_NOT_NEGATIVE] = "([+]?" DIGITS "([.]" DIGITS ")?|-" ZEROS "([.]" ZEROS ")?)",
    [FAB_PATTERN_POSITIVE] = "[+]?(" SOME "([.]" DIGITS ")?|" ZEROS "[.]" SOME ")",
};

/* the same without digits behind the point other than 0 */
static const char *const WHOLE[] = {
    [FAB_PATTERN_ANY] = "[+-]?" DIGITS "([.]" ZEROS ")?",
    [FAB_PATTERN_NOT_NEGATIVE] = "([+]?" DIGITS "([.]" ZEROS ")?|-" ZEROS "([.]" ZEROS ")?)",
    [FAB_PATTERN_POSITIVE] = "[+]?" SOME "([.]" ZEROS ")?",
};

const char *fab_quantity_pattern(fab_dimension dimension, fab_pattern_sign sign, bool is_whole,
                                 fab_arena *arena)
{
    assert(!is_whole || dimension == FAB_DIM_COUNT);

    const char *units = fab_unit_pattern(dimension, arena);
    if (!units) {
        return NULL;
    }
    if (is_whole) {
        return fab_arena_printf(arena, "^(%s" BLANKS "|%s(" EXPONENT BLANKS "%s?|" BLANKS "%s))$",
                                WHOLE[sign], MANTISSA[sign], units, units);
    }
    return fab_arena_printf(arena, "^%s" EXPONENT "?" BLANKS "%s%s$", MANTISSA[sign], units,
                            fab_unit_is_optional(dimension) ? "?" : "");
}
