#ifndef FAB_CATALOG_ROWS_H
#define FAB_CATALOG_ROWS_H

#include "catalog/embedded.h"
#include "catalog/kinds.h"

/* The rows of one kind, in the order of the data files. */
typedef struct fab_rows {
    void *items; /* structs of the kind */
    const char **names;
    size_t count;
    size_t capacity;
} fab_rows;

struct fab_catalog {
    fab_rows rows[FAB_CATALOG_KIND_COUNT];
};

/* Loads rows from the files given: maps with the keys technologies, gpus, models, fabrics. A row
 * may name rows of the same kind that stand before it, and any row of a kind that comes earlier in
 * fab_catalog_kind. FAB_E_INPUT when diagnostics were added, FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_catalog_load_files(const fab_embedded_file *files, size_t count,
                                              fab_arena *arena, fab_diagnostics *diagnostics,
                                              const fab_catalog **catalog_out);

/* Returns the row of that name, or NULL. Cost O(rows). */
const void *fab_catalog_find(const fab_catalog *catalog, fab_catalog_kind kind, const char *name);

/* Returns the row at `index`, or NULL. */
const void *fab_catalog_row(const fab_catalog *catalog, fab_catalog_kind kind, size_t index);

#endif
