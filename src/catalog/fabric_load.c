#include <fabricast/catalog.h>

#include <assert.h>

#include "base/cut.h"
#include "catalog/resolve.h"

static fab_status unknown_name(const fab_catalog *catalog, const char *name, fab_arena *arena,
                               fab_diagnostics *diagnostics)
{
    const size_t count = fab_catalog_count(catalog, FAB_CATALOG_FABRIC);
    const char **names = FAB_NEW(arena, const char *, count);
    if (!names) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = fab_catalog_row_name(catalog, FAB_CATALOG_FABRIC, i);
    }
    const char *near = fab_nearest_name(name, names, count);
    const char *hint =
        near ? fab_arena_printf(arena, "did you mean `%s`?", near)
             : "`fabricast catalog fabric` lists the names; the name of a file ends in .yaml";
    const fab_cut shown = fab_cut_text(name);
    fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, (fab_position){.source = NULL}, hint,
                 "unknown fabric `" FAB_CUT_FORMAT "`", FAB_CUT(shown));
    return FAB_E_INPUT;
}

fab_status fab_fabric_load(const fab_catalog *catalog, const char *path_or_name, fab_arena *arena,
                           fab_diagnostics *diagnostics, fab_fabric *out)
{
    assert(catalog && path_or_name && arena && diagnostics && out);
    const fab_fabric *row = fab_catalog_fabric(catalog, path_or_name);
    if (row) {
        *out = *row;
        return FAB_OK;
    }
    return fab_catalog_is_file(path_or_name)
               ? fab_description_load(catalog, FAB_CATALOG_FABRIC, path_or_name, arena, diagnostics,
                                      out)
               : unknown_name(catalog, path_or_name, arena, diagnostics);
}
