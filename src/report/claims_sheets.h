#ifndef FAB_REPORT_CLAIMS_SHEETS_H
#define FAB_REPORT_CLAIMS_SHEETS_H

#include <fabricast/claims.h>

#include "report/csv.h"
#include "report/figures.h"
#include "report/html_page.h"
#include "report/sheet.h"

/* The tables of a study of claims, for terminal and page. */

/* Verdicts: one row a claim. */
fab_sheet fab_sheet_verdicts(fab_scratch *scratch, const fab_claims_result *result);

/* Numbers of one answer side by side: a row for each name, a column for each thing that it is of.
 */
fab_sheet fab_sheet_numbers(fab_scratch *scratch, const fab_claim_answer *answer);

/* The same one below the other, with range and source. */
fab_sheet fab_sheet_number_sources(fab_scratch *scratch, const fab_claim_answer *answer);

/* Tidy: one number a row. */
void fab_csv_claims(fab_csv *csv, const fab_claims_result *result);

/* Makes the figures of the answers that come first; returns how many. */
size_t fab_claim_figures_make(fab_scratch *scratch, const fab_claims_result *result,
                              fab_figure figures[FAB_CLAIM_FIGURE_LIMIT]);

/* Writes the whole page. `folder` holds the figures that are drawn, none when count is 0. */
FAB_CHECKED fab_status fab_page_claims(fab_page *page, const fab_claims_result *result,
                                       const fab_figure *figures, size_t count, const char *folder);

#endif
