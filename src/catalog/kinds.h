#ifndef FAB_KINDS_H
#define FAB_KINDS_H

#include "catalog/row.h"

/* What the loader and the resolver must know about one kind of description. */
typedef struct fab_kind {
    const char *name;   /* "technology" */
    const char *plural; /* the key of its rows in a data file: "technologies" */
    const fab_table *table;
    size_t size; /* of the description */

    /* Reads and checks one description from a map. `base` is the row that the map overlays, or NULL
     * when the map says everything. FAB_E_INPUT, FAB_E_NOMEM. */
    fab_status (*read)(const fab_reading *reading, const fab_node *node, const void *base,
                       void *out);
} fab_kind;

/* Returns the row that a scalar names, or NULL and a diagnostic with the nearest name. */
const void *fab_catalog_row_named(const fab_reading *reading, fab_catalog_kind kind,
                                  const fab_node *node);

/* Returns the kind; never NULL. */
const fab_kind *fab_kind_get(fab_catalog_kind kind);

FAB_CHECKED fab_status fab_kernels_read(const fab_reading *reading, const fab_node *node,
                                        const void *base, void *out);
FAB_CHECKED fab_status fab_technology_read(const fab_reading *reading, const fab_node *node,
                                           const void *base, void *out);
FAB_CHECKED fab_status fab_gpu_read(const fab_reading *reading, const fab_node *node,
                                    const void *base, void *out);
FAB_CHECKED fab_status fab_model_read(const fab_reading *reading, const fab_node *node,
                                      const void *base, void *out);
FAB_CHECKED fab_status fab_messaging_read(const fab_reading *reading, const fab_node *node,
                                          const void *base, void *out);
FAB_CHECKED fab_status fab_fabric_read(const fab_reading *reading, const fab_node *node,
                                       const void *base, void *out);

/* what stands where a tier has no messaging or switch, or loses that of the fabric it overlays */
#define FAB_NO_NODE "none"

/* A tier as a file writes it: technology, messaging and switch are names or maps. The tier comes
 * first, so that the table reads both structs; only those three fields belong to the larger one. */
typedef struct fab_tier_file {
    fab_tier tier;
    const fab_node *technology;
    const fab_node *messaging;
    const fab_node *chip;
} fab_tier_file;

extern const fab_table FAB_TIER_TABLE;

/* Messaging as a file writes it, its channels a list. */
typedef struct fab_messaging_file {
    fab_messaging messaging;
    fab_records channels;
} fab_messaging_file;

extern const fab_table FAB_CHANNEL_TABLE;

/* A fabric as a file writes it; the fabric comes first for the same reason. */
typedef struct fab_fabric_file {
    fab_fabric fabric;
    fab_records tiers;
    const fab_node *tier_nodes; /* instead of `tiers` when a named fabric is overlaid */
} fab_fabric_file;

extern const fab_table FAB_FABRIC_OVERLAY_TABLE;

#endif
