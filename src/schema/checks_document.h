#ifndef FAB_CHECKS_DOCUMENT_H
#define FAB_CHECKS_DOCUMENT_H

#include "config/schema.h"

/* The schema of the checks of claims. */

/* Returns the definition called `name`: "check", whose kind decides, or "check_KIND"; NULL when it
 * is neither. The caller owns it. */
json_t *fab_schema_check(fab_schema *schema, const char *name);

#endif
