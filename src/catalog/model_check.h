#ifndef FAB_MODEL_CHECK_H
#define FAB_MODEL_CHECK_H

#include <fabricast/catalog.h>

#include "config/tree.h"

/* Checks what no single field can say: counts that must divide each other, fields that only one
 * kind of model has. `node` gives the positions. FAB_E_INPUT when a diagnostic was added. */
FAB_CHECKED fab_status fab_model_check(fab_diagnostics *diagnostics, const fab_node *node,
                                       const fab_model *model);

#endif
