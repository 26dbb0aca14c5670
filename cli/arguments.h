#ifndef FAB_ARGUMENTS_H
#define FAB_ARGUMENTS_H

#include <argp.h>
#include <stdint.h>

#include <fabricast/units.h>

#include "command.h"

/* Reading words of the command line. Every mistake becomes a diagnostic of the session, so that all
 * are reported together; the value is then left as it was. */

/* A quantity that is not negative and within what its dimension allows: a rate from 1 bit/s to
 * 1 Eb/s, and so on. `option` is its name for people: "--size". */
void fab_argument_quantity(fab_session *session, const char *option, const char *text,
                           fab_dimension dimension, double *value_out);

/* A whole number from `least` to `most`. */
void fab_argument_count(fab_session *session, const char *option, const char *text, int64_t least,
                        int64_t most, int64_t *count_out);

/* The technology of that name or in that file, or NULL with the nearest name as a hint or the
 * mistakes of the file. */
const fab_technology *fab_argument_technology(fab_session *session, const char *name);

/* The fabric of that name or in that file; mistakes of the file are diagnostics too. FAB_E_INPUT,
 * FAB_E_NOMEM. */
fab_status fab_argument_fabric(fab_session *session, const char *word, fab_fabric *fabric_out);

/* What a command's parser leaves over: the path of its one scenario, which must be there. */
error_t fab_argument_scenario(int key, char *argument, struct argp_state *state,
                              const char **path_out);

/* Prints what the diagnostics of the words say; FAB_EXIT_USER when there are mistakes. */
int fab_argument_explain(fab_session *session);

#endif
