#ifndef FAB_BARS_H
#define FAB_BARS_H

#include <fabricast/validate.h>

/* Fills the bars that the tables have rows for. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_bars_measure(fab_validations *all, fab_arena *arena);

#endif
