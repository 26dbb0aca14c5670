#include <fabricast/catalog.h>

#include <assert.h>
#include <string.h>

#include "base/cut.h"
#include "catalog/resolve.h"

static bool ends_in(const char *word, const char *end)
{
    const size_t length = strlen(word);
    const size_t tail = strlen(end);
    return length >= tail && strcmp(word + length - tail, end) == 0;
}

static bool is_file(const char *word)
{
    return strchr(word, '/') || ends_in(word, ".yaml") || ends_in(word, ".yml");
}

/* a file of one key `fabric` holds nothing else, so that nothing in it is read past */
static fab_status check_alone(const fab_node *root, fab_diagnostics *diagnostics)
{
    const size_t before = diagnostics->errors;
    for (size_t i = 0; i < root->count; i++) {
        const fab_entry *entry = &root->entries[i];
        if (strcmp(entry->key, "fabric") != 0) {
            const fab_cut shown = fab_cut_text(entry->key);
            fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, entry->position,
                         "a fabric file holds `fabric` alone, or the fabric's fields themselves",
                         "unknown field `" FAB_CUT_FORMAT "` beside `fabric`", FAB_CUT(shown));
        }
    }
    return diagnostics->errors == before ? FAB_OK : FAB_E_INPUT;
}

static fab_status load_file(const fab_catalog *catalog, const char *path, fab_arena *arena,
                            fab_diagnostics *diagnostics, fab_fabric *out)
{
    const fab_node *root = NULL;
    FAB_TRY(fab_tree_load(path, arena, diagnostics, &root));
    const fab_node *inner = fab_node_get(root, "fabric");
    fab_status status = FAB_OK;
    if (inner) {
        status = check_alone(root, diagnostics);
    }
    FAB_TRY(fab_catalog_resolve(catalog, FAB_CATALOG_FABRIC, inner ? inner : root, arena,
                                diagnostics, out));
    return status;
}

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
    return is_file(path_or_name) ? load_file(catalog, path_or_name, arena, diagnostics, out)
                                 : unknown_name(catalog, path_or_name, arena, diagnostics);
}
