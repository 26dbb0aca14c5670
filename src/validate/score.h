#ifndef FAB_SCORE_H
#define FAB_SCORE_H

#include <fabricast/validate.h>

#include "validate/measured_runs.h"

/* Forecasts the rows of a table, of one source when `source_key` is not NULL, and sets rows and
 * row_count of `out`. `scales_ratio` has the scale of computation of each row of the table; NULL:
 * that of its scenario. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_score_table(const fab_catalog *catalog, const fab_run_table *table,
                                       const char *source_key, const double *scales_ratio,
                                       fab_arena *arena, fab_validation *out);

#endif
