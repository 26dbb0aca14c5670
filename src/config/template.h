#ifndef FAB_TEMPLATE_H
#define FAB_TEMPLATE_H

#include <stdio.h>

#include "config/field.h"
#include "config/tree.h"

/* Writes a file to start from, as YAML: every field of the table with its help as a comment. The
 * fields that the map `starter` has are live, with its values (and so is its `base`); the others
 * are commented out with their default, or with something that may stand there.
 * FAB_E_NOMEM; FAB_E_IO is left to the caller. */
FAB_CHECKED fab_status fab_template_fields(const fab_table *table, const fab_node *starter,
                                           fab_arena *arena, FILE *stream);

#endif
