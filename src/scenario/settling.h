#ifndef FAB_SCENARIO_SETTLING_H
#define FAB_SCENARIO_SETTLING_H

#include <fabricast/diagnostic.h>
#include <fabricast/scenario.h>

#include "config/tree.h"

/* The check of a scenario on its way: what was read, and where mistakes are told. */
typedef struct fab_settling {
    const fab_node *root;
    fab_diagnostics *diagnostics; /* NULL: mistakes are only counted */
    fab_scenario *scenario;
    size_t mistakes;
} fab_settling;

/* Tells a mistake where the file says `section: field`, or else the section, or else the whole
 * file. `hint` may be NULL. */
FAB_PRINTF(5, 6)
void fab_settling_tell(fab_settling *s, const char *section, const char *field, const char *hint,
                       const char *format, ...);

/* Checks hardware and assumptions against each other, the job and the mapping. */
void fab_settle_assumptions(fab_settling *s);

#endif
