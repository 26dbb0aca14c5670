#ifndef FAB_CONFIG_SCHEMA_H
#define FAB_CONFIG_SCHEMA_H

#include <jansson.h>

#include "config/field.h"

/* JSON Schema (draft-07) written from field tables: what fab_record_read takes, as far as a schema
 * can say it. A record comes in two forms: whole, with what its table requires, and as a part that
 * is laid over another record, where nothing is required. What stands in several places is a
 * definition, called by name; the form for a part has the name with FAB_SCHEMA_PART behind it. */

#define FAB_SCHEMA_PART "_part"

/* A schema in the making. A failure stays in `status`; what is added to a failed object is dropped.
 */
typedef struct fab_schema {
    json_t *definitions;
    fab_arena *arena; /* for texts */
    fab_status status;
} fab_schema;

/* Adds a member, whose reference it takes, to an object, or an item to an array (no key). Returns
 * it, owned by the parent; NULL after a failure. */
json_t *fab_schema_add(fab_schema *schema, json_t *parent, const char *key, json_t *value);

/* Adds a text; a NULL text is a failure of memory, and a NULL key is an item. */
void fab_schema_text(fab_schema *schema, json_t *parent, const char *key, const char *text);

/* Returns {"$ref": ...} of a definition, which the caller must see to: fab_schema_missing names it
 * until it is there. */
json_t *fab_schema_reference(fab_schema *schema, const char *name);

/* Returns the name of a definition that something refers to and that is not there, or NULL. */
const char *fab_schema_missing(const fab_schema *schema);

/* Returns the schema of a map with the fields of a table. */
json_t *fab_schema_record(fab_schema *schema, const fab_table *table, bool is_part);

#endif
