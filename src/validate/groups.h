#ifndef FAB_SCORE_GROUPS_H
#define FAB_SCORE_GROUPS_H

#include <fabricast/validate.h>

/* Some rows of a table. */
typedef struct fab_row_set {
    const fab_run_score **rows;
    size_t count;
} fab_row_set;

/* Fills all of a group but its name from its rows. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_score_measure(const fab_row_set *set, fab_arena *arena,
                                         fab_score_group *group);

/* Fills sources, totals and the labels' score from the rows. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_score_groups(fab_validation *validation, fab_arena *arena);

#endif
