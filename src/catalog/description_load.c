#include <assert.h>
#include <string.h>

#include "base/cut.h"
#include "catalog/catalog_rows.h"
#include "catalog/resolve.h"

/* Reads a file that holds one description. */

static bool ends_in(const char *word, const char *end)
{
    const size_t length = strlen(word);
    const size_t tail = strlen(end);
    return length >= tail && strcmp(word + length - tail, end) == 0;
}

bool fab_catalog_is_file(const char *word)
{
    assert(word);
    return strchr(word, '/') || ends_in(word, ".yaml") || ends_in(word, ".yml");
}

/* a file with a key of the kind's name holds nothing else, so that nothing in it is read past */
static fab_status check_alone(const char *kind, const fab_node *root, fab_diagnostics *diagnostics)
{
    const size_t before = diagnostics->errors;
    const char *hint = fab_arena_printf(diagnostics->arena,
                                        "a %s file holds `%s` alone, or the %s's fields themselves",
                                        kind, kind, kind);
    for (size_t i = 0; i < root->count; i++) {
        const fab_entry *entry = &root->entries[i];
        if (strcmp(entry->key, kind) != 0) {
            const fab_cut shown = fab_cut_text(entry->key);
            fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, entry->position, hint,
                         "unknown field `" FAB_CUT_FORMAT "` beside `%s`", FAB_CUT(shown), kind);
        }
    }
    return diagnostics->errors == before ? FAB_OK : FAB_E_INPUT;
}

fab_status fab_description_load(const fab_catalog *catalog, fab_catalog_kind kind, const char *path,
                                fab_arena *arena, fab_diagnostics *diagnostics, void *out)
{
    assert(catalog && path && arena && diagnostics && out);
    const char *name = fab_catalog_kind_name(kind);
    const fab_node *root = NULL;
    FAB_TRY(fab_tree_load(path, arena, diagnostics, &root));
    const fab_node *inner = fab_node_get(root, name);
    const fab_status status = inner ? check_alone(name, root, diagnostics) : FAB_OK;
    FAB_TRY(fab_catalog_resolve(catalog, kind, inner ? inner : root, arena, diagnostics, out));
    return status;
}

fab_status fab_catalog_load_file(const fab_catalog *catalog, fab_catalog_kind kind,
                                 const char *path, fab_arena *arena, fab_diagnostics *diagnostics,
                                 const fab_catalog **catalog_out)
{
    assert(catalog && path && arena && diagnostics && catalog_out);
    fab_catalog *made = FAB_NEW(arena, fab_catalog, 1);
    const char **names = FAB_NEW(arena, const char *, 1);
    const fab_kind *form = fab_kind_get(kind);
    void *row = fab_arena_alloc(arena, 1, form->size, _Alignof(max_align_t));
    if (!made || !names || !row) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(fab_description_load(catalog, kind, path, arena, diagnostics, row));
    names[0] = fab_row_text(form->table, row, "name");
    made->rows[kind] = (fab_rows){.items = row, .names = names, .count = 1, .capacity = 1};
    *catalog_out = made;
    return FAB_OK;
}
