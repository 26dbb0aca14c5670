#ifndef FAB_SCORE_GROUPS_H
#define FAB_SCORE_GROUPS_H

#include <fabricast/validate.h>

/* Fills sources and totals from the rows. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_score_groups(fab_validation *validation, fab_arena *arena);

#endif
