#include "catalog/resolve.h"

#include <assert.h>
#include <string.h>

#include "base/cut.h"
#include "catalog/catalog_rows.h"

const void *fab_catalog_row_named(const fab_reading *reading, fab_catalog_kind id,
                                  const fab_node *node)
{
    const fab_kind *kind = fab_kind_get(id);
    if (node->kind != FAB_NODE_SCALAR) {
        fab_diagnose(reading->diagnostics, FAB_SEVERITY_ERROR, node->position, NULL,
                     "`base` must be the name of a %s", kind->name);
        return NULL;
    }
    const void *row = fab_catalog_find(reading->catalog, id, node->text);
    if (row) {
        return row;
    }
    const fab_rows *rows = &reading->catalog->rows[id];
    const char *near = fab_nearest_name(node->text, rows->names, rows->count);
    const char *hint =
        near ? fab_arena_printf(reading->arena, "did you mean `%s`?", near)
             : fab_arena_printf(reading->arena, "`fabricast catalog %s` lists them", kind->name);
    const fab_cut shown = fab_cut_text(node->text);
    fab_diagnose(reading->diagnostics, FAB_SEVERITY_ERROR, node->position, hint,
                 "unknown %s `" FAB_CUT_FORMAT "`", kind->name, FAB_CUT(shown));
    return NULL;
}

fab_status fab_catalog_resolve(const fab_catalog *catalog, fab_catalog_kind id,
                               const fab_node *node, fab_arena *arena, fab_diagnostics *diagnostics,
                               void *out)
{
    assert(catalog && node && arena && diagnostics && out);
    const fab_reading reading = {catalog, arena, diagnostics};
    const fab_kind *kind = fab_kind_get(id);
    const fab_node *base = NULL;

    switch (node->kind) {
    case FAB_NODE_SCALAR:
        base = node;
        break;
    case FAB_NODE_MAP:
        base = fab_node_get(node, "base");
        break;
    case FAB_NODE_LIST:
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, node->position,
                     "give one name, or a map with its fields", "a %s cannot be a list",
                     kind->name);
        return FAB_E_INPUT;
    }

    const void *row = base ? fab_catalog_row_named(&reading, id, base) : NULL;
    if (base && !row) {
        return FAB_E_INPUT;
    }
    if (node->kind == FAB_NODE_SCALAR) {
        memcpy(out, row, kind->size);
        return FAB_OK;
    }
    return kind->read(&reading, node, row, out);
}
