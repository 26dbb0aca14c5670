#ifndef FAB_REPORT_STUDY_MAPPINGS_H
#define FAB_REPORT_STUDY_MAPPINGS_H

#include <fabricast/study.h>

#include "report/scratch.h"
#include "report/sheet.h"

/* What a study says of mappings: its own beside the best of each point. */

/* Whether the study searched. */
bool fab_study_has_best(const fab_study_result *result);

/* Which groups lie inside one domain of the inner tier: "TP EP"; "none". Groups of one rank are
 * left out. */
const char *fab_groups_inside_text(fab_scratch *scratch, const fab_placement *groups);

/* Those that do not, each with the most domains that one of its groups is spread over: "PP over 4,
 * DP over 128"; "none". */
const char *fab_groups_beyond_text(fab_scratch *scratch, const fab_placement *groups);

/* The study's own mapping and the best of each system at sweep value `value`; all values when it is
 * SIZE_MAX. The best are marked. */
fab_sheet fab_sheet_mappings(fab_scratch *scratch, const fab_study_result *result, size_t value);

/* Sentences on what the mappings mean for a target that is a ratio of times; "" without a search.
 */
const char *fab_best_answer_text(fab_scratch *scratch, const fab_study_target *target);

/* How much longer than its best each system takes under the study's own mapping, at a sweep value.
 */
const char *fab_best_cost_text(fab_scratch *scratch, const fab_study_result *result, size_t value);

/* What moves a target most: "model family: 1.51 .. 3.34"; "" when nothing was varied. */
const char *fab_mover_text(fab_scratch *scratch, const fab_study_result *result,
                           const fab_study_target *target);

/* The value with best mappings; "" when there is none. */
const char *fab_best_value_text(fab_scratch *scratch, const fab_study_target *target);

#endif
