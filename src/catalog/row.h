#ifndef FAB_ROW_H
#define FAB_ROW_H

#include <fabricast/catalog.h>

#include "config/field.h"
#include "config/tree.h"

/* Reading of one description with its provenance: shared by the four kinds. */

/* What every reader needs. `catalog` holds the rows that a name can mean. */
typedef struct fab_reading {
    const fab_catalog *catalog;
    fab_arena *arena;
    fab_diagnostics *diagnostics;
} fab_reading;

/* Where a value comes from. */
typedef struct fab_origin {
    const char *source;
    fab_confidence confidence;
} fab_origin;

/* Reads a map into `record`, a struct of `table`, which has the fields source and confidence. With
 * `is_overlay` the record already holds what the map changes, and a `base` key is passed over.
 * Afterwards every value says where it comes from: a value that an overlay gives without a source
 * is "given in FILE", and what stays keeps the source of the row it came from.
 * FAB_E_INPUT, FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_row_read(const fab_reading *reading, const fab_table *table,
                                    const fab_node *node, bool is_overlay, void *record);

/* Overlays a part that has no source of its own (a tier). What stays is pinned to `kept`; what the
 * map gives is marked as `given`, or left to the row when `given` is NULL. */
FAB_CHECKED fab_status fab_part_overlay(const fab_reading *reading, const fab_table *table,
                                        const fab_node *node, const fab_origin *kept,
                                        const fab_origin *given, void *record);

/* Gives every known value of `record` that has no origin of its own the one at `origin`. */
void fab_row_pin(const fab_table *table, const fab_origin *origin, void *record);

/* Returns the origin of what a file says without a source: "given in FILE", an assumption unless
 * the map says its confidence. The source is NULL when memory is out. */
fab_origin fab_origin_of_file(const fab_reading *reading, const fab_node *node);

/* Returns where the value of `key` stands in the map, or where the map stands. */
fab_position fab_position_of(const fab_node *node, const char *key);

/* Returns the text at the field `name` of a record. */
const char *fab_row_text(const fab_table *table, const void *record, const char *name);

#endif
