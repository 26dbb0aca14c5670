#ifndef FAB_RESOLVE_H
#define FAB_RESOLVE_H

#include <fabricast/catalog.h>

#include "config/field.h"
#include "config/tree.h"

/* The field tables of the descriptions, for the loader, the tests and the reference. */
extern const fab_table FAB_TECHNOLOGY_TABLE;
extern const fab_table FAB_KERNELS_TABLE;
extern const fab_table FAB_GPU_TABLE;
extern const fab_table FAB_MODEL_TABLE;
extern const fab_table FAB_MESSAGING_TABLE; /* of the file form: channels as a list */
extern const fab_table FAB_FABRIC_TABLE;    /* of the file form: tiers with technology as a node */

/* Reads a description that a file names or spells out, into `out` (the struct of `kind`):
 * - a scalar is the name of a catalog row; an unknown name is a diagnostic with the nearest name;
 * - a map with a `base` key starts from that row and overlays what else it says;
 * - a map without `base` must say everything that the table requires.
 * A tier's `technology` in a fabric is resolved the same way, and a tier overlay in a fabric with a
 * `base` is given by position in the list (an item `{}` leaves that tier as it is).
 * Checks within one description happen here too (domain >= used, rate known, heads >= kv heads
 * ...). FAB_E_INPUT when diagnostics were added, FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_catalog_resolve(const fab_catalog *catalog, fab_catalog_kind kind,
                                           const fab_node *node, fab_arena *arena,
                                           fab_diagnostics *diagnostics, void *out);

/* Reads a file that holds one description: its map itself, or one key with the kind's name that
 * holds it. FAB_E_INPUT when diagnostics were added, FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_description_load(const fab_catalog *catalog, fab_catalog_kind kind,
                                            const char *path, fab_arena *arena,
                                            fab_diagnostics *diagnostics, void *out);

#endif
