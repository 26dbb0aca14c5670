#ifndef FAB_REPORT_SCRATCH_H
#define FAB_REPORT_SCRATCH_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/status.h>
#include <fabricast/units.h>
#include <fabricast/value.h>

/* Memory for the texts of one report. The first failure stays in `status`; from then on every text
 * is "", so that a writer checks once at its end. */
typedef struct fab_scratch {
    fab_arena *arena;
    fab_status status;
} fab_scratch;

/* Like sprintf, into the arena; never NULL. */
const char *fab_text_printf(fab_scratch *scratch, const char *format, ...) FAB_PRINTF(2, 3);

/* A copy that any output may hold: bytes that are not UTF-8 become '?', control characters become
 * blanks. NULL becomes "". */
const char *fab_text_clean(fab_scratch *scratch, const char *text);

/* A clean copy cut to at most `limit` bytes, with "..." at the end when something was cut. */
const char *fab_text_short(fab_scratch *scratch, const char *text, size_t limit);

/* A copy with `mark` in place of blanks so that lines stay within `width` bytes where words allow.
 */
const char *fab_text_wrap(fab_scratch *scratch, const char *text, size_t width, const char *mark);

#define FAB_DAY_S 86400.0

/* Numbers, independent of the locale: with fixed decimals; the same with its sign, + of zero; with
 * significant digits; with as many digits as it takes to read the same number back; a count with
 * commas; a share in per cent. */
const char *fab_text_fixed(fab_scratch *scratch, double number_count, int decimals);
const char *fab_text_signed(fab_scratch *scratch, double number_count, int decimals);
const char *fab_text_digits(fab_scratch *scratch, double number_count, int digits);
const char *fab_text_exact(fab_scratch *scratch, double number_count);
const char *fab_text_count(fab_scratch *scratch, int64_t count);
const char *fab_text_percent(fab_scratch *scratch, double share_frac);

/* "4.3 pJ/bit". */
const char *fab_text_quantity(fab_scratch *scratch, double value_count, fab_dimension dimension);

/* The same for a number with provenance: "not published" when it is not known. */
const char *fab_text_value(fab_scratch *scratch, const fab_value *value, fab_dimension dimension);

/* The same for a number that may be missing. */
const char *fab_text_known(fab_scratch *scratch, bool is_known, double value_count,
                           fab_dimension dimension);

/* A number in `unit`, as targets have them: with a prefix when the unit is an SI unit that units
 * knows, else followed by the unit's text. */
const char *fab_text_in_unit(fab_scratch *scratch, double number_count, const char *unit);

/* What the system calls an error number. */
const char *fab_text_error(fab_scratch *scratch, int error);

#endif
