#ifndef FAB_SCENARIO_ECHO_H
#define FAB_SCENARIO_ECHO_H

#include <fabricast/scenario.h>

/* Writes a resolved scenario as a scenario file in JSON (which is YAML): every description spelled
 * out, so that it reads the same whatever the catalog says by then, and all numbers exact. The
 * arena owns the text. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_scenario_echo(const fab_scenario *scenario, fab_arena *arena,
                                         const char **text_out);

#endif
