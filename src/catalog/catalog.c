#include <assert.h>
#include <string.h>

#include "catalog/catalog_rows.h"
#include "catalog/resolve.h"

/* Loads the rows of the data files, in the order of the kinds: a fabric names technologies and
 * messaging. */

static void *row_at(const fab_rows *rows, fab_catalog_kind kind, size_t index)
{
    return (char *)rows->items + index * fab_kind_get(kind)->size;
}

const void *fab_catalog_row(const fab_catalog *catalog, fab_catalog_kind kind, size_t index)
{
    const fab_rows *rows = &catalog->rows[kind];
    return index < rows->count ? row_at(rows, kind, index) : NULL;
}

const void *fab_catalog_find(const fab_catalog *catalog, fab_catalog_kind kind, const char *name)
{
    const fab_rows *rows = &catalog->rows[kind];
    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(rows->names[i], name) == 0) {
            return row_at(rows, kind, i);
        }
    }
    return NULL;
}

size_t fab_catalog_count(const fab_catalog *catalog, fab_catalog_kind kind)
{
    return catalog->rows[kind].count;
}

const char *fab_catalog_row_name(const fab_catalog *catalog, fab_catalog_kind kind, size_t index)
{
    const fab_rows *rows = &catalog->rows[kind];
    return index < rows->count ? rows->names[index] : NULL;
}

const char *fab_catalog_row_title(const fab_catalog *catalog, fab_catalog_kind kind, size_t index)
{
    const void *row = fab_catalog_row(catalog, kind, index);
    return row ? fab_row_text(fab_kind_get(kind)->table, row, "title") : NULL;
}

const fab_kernels *fab_catalog_kernels(const fab_catalog *catalog, const char *name)
{
    return fab_catalog_find(catalog, FAB_CATALOG_KERNELS, name);
}

const fab_technology *fab_catalog_technology(const fab_catalog *catalog, const char *name)
{
    return fab_catalog_find(catalog, FAB_CATALOG_TECHNOLOGY, name);
}

const fab_gpu *fab_catalog_gpu(const fab_catalog *catalog, const char *name)
{
    return fab_catalog_find(catalog, FAB_CATALOG_GPU, name);
}

const fab_model *fab_catalog_model(const fab_catalog *catalog, const char *name)
{
    return fab_catalog_find(catalog, FAB_CATALOG_MODEL, name);
}

const fab_messaging *fab_catalog_messaging(const fab_catalog *catalog, const char *name)
{
    return fab_catalog_find(catalog, FAB_CATALOG_MESSAGING, name);
}

const fab_fabric *fab_catalog_fabric(const fab_catalog *catalog, const char *name)
{
    return fab_catalog_find(catalog, FAB_CATALOG_FABRIC, name);
}

static bool is_row_name(const char *name)
{
    return name[0] != '\0' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == strlen(name);
}

/* a row is called by the key it stands under */
static void set_text(const fab_kind *kind, const char *field, const char *text, void *row)
{
    void *place = (char *)row + fab_table_find(kind->table, field)->offset;
    *(const char **)place = text;
}

static fab_status load_row(const fab_reading *reading, fab_catalog_kind id, const fab_entry *entry,
                           fab_rows *rows)
{
    const fab_kind *kind = fab_kind_get(id);
    if (!is_row_name(entry->key)) {
        fab_diagnose(reading->diagnostics, FAB_SEVERITY_ERROR, entry->position,
                     "use a-z, 0-9, dot, hyphen and underscore", "`%s` cannot name a %s",
                     entry->key, kind->name);
        return FAB_E_INPUT;
    }
    if (fab_catalog_find(reading->catalog, id, entry->key)) {
        fab_diagnose(reading->diagnostics, FAB_SEVERITY_ERROR, entry->position, NULL,
                     "%s `%s` is there already", kind->name, entry->key);
        return FAB_E_INPUT;
    }
    assert(rows->count < rows->capacity);
    void *row = row_at(rows, id, rows->count);
    FAB_TRY(fab_catalog_resolve(reading->catalog, id, entry->value, reading->arena,
                                reading->diagnostics, row));
    set_text(kind, "name", entry->key, row);
    if (!fab_node_get(entry->value, "title")) {
        set_text(kind, "title", entry->key, row);
    }
    rows->names[rows->count++] = entry->key;
    return FAB_OK;
}

/* reads every row, so that all mistakes are reported; FAB_E_INPUT is left to the caller's count */
static fab_status load_rows(const fab_reading *reading, fab_catalog_kind id, const fab_node *node,
                            fab_rows *rows)
{
    if (node->kind != FAB_NODE_MAP) {
        fab_diagnose(reading->diagnostics, FAB_SEVERITY_ERROR, node->position, NULL,
                     "`%s` must be a map from names to rows", fab_kind_get(id)->plural);
        return FAB_E_INPUT;
    }
    for (size_t i = 0; i < node->count; i++) {
        const fab_status status = load_row(reading, id, &node->entries[i], rows);
        if (status != FAB_OK && status != FAB_E_INPUT) {
            return status;
        }
    }
    return FAB_OK;
}

static fab_status load_kind(const fab_reading *reading, fab_catalog_kind id,
                            const fab_node *const *roots, size_t count, fab_catalog *catalog)
{
    const fab_kind *kind = fab_kind_get(id);
    fab_rows *rows = &catalog->rows[id];
    for (size_t i = 0; i < count; i++) {
        const fab_node *node = fab_node_get(roots[i], kind->plural);
        rows->capacity += node && node->kind == FAB_NODE_MAP ? node->count : 0;
    }
    rows->items =
        fab_arena_alloc(reading->arena, rows->capacity, kind->size, _Alignof(max_align_t));
    rows->names = FAB_NEW(reading->arena, const char *, rows->capacity);
    if (!rows->items || !rows->names) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const fab_node *node = fab_node_get(roots[i], kind->plural);
        const fab_status status = node ? load_rows(reading, id, node, rows) : FAB_OK;
        if (status != FAB_OK && status != FAB_E_INPUT) {
            return status;
        }
    }
    return FAB_OK;
}

/* the keys of a data file are the plurals of the kinds */
static void check_keys(fab_diagnostics *diagnostics, const fab_node *root)
{
    const char *plurals[FAB_CATALOG_KIND_COUNT];
    for (int k = 0; k < FAB_CATALOG_KIND_COUNT; k++) {
        plurals[k] = fab_kind_get((fab_catalog_kind)k)->plural;
    }
    if (root->kind != FAB_NODE_MAP) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, root->position, "a data file is a map",
                     "no rows here");
        return;
    }
    for (size_t i = 0; i < root->count; i++) {
        const char *near = fab_nearest_name(root->entries[i].key, plurals, FAB_CATALOG_KIND_COUNT);
        if (!near || strcmp(near, root->entries[i].key) != 0) {
            fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, root->entries[i].position, near,
                         "unknown kind `%s`", root->entries[i].key);
        }
    }
}

static fab_status parse_files(const fab_embedded_file *files, size_t count, fab_arena *arena,
                              fab_diagnostics *diagnostics, const fab_node **roots)
{
    fab_status status = FAB_OK;
    for (size_t i = 0; i < count; i++) {
        const fab_status parsed = fab_tree_parse(files[i].name, files[i].text, files[i].length_byte,
                                                 arena, diagnostics, &roots[i]);
        if (parsed != FAB_OK && parsed != FAB_E_INPUT) {
            return parsed;
        }
        if (parsed == FAB_OK) {
            check_keys(diagnostics, roots[i]);
        } else {
            roots[i] = NULL;
            status = parsed;
        }
    }
    return status;
}

fab_status fab_catalog_load_files(const fab_embedded_file *files, size_t count, fab_arena *arena,
                                  fab_diagnostics *diagnostics, const fab_catalog **catalog_out)
{
    assert(arena && diagnostics && catalog_out);
    const size_t errors = diagnostics->errors;
    fab_catalog *catalog = FAB_NEW(arena, fab_catalog, 1);
    const fab_node **roots = FAB_NEW(arena, const fab_node *, count);
    if (!catalog || !roots) {
        return FAB_E_NOMEM;
    }
    const fab_status parsed = parse_files(files, count, arena, diagnostics, roots);
    if (parsed != FAB_OK && parsed != FAB_E_INPUT) {
        return parsed;
    }
    const fab_reading reading = {catalog, arena, diagnostics};
    for (int k = 0; k < FAB_CATALOG_KIND_COUNT; k++) {
        FAB_TRY(load_kind(&reading, (fab_catalog_kind)k, roots, count, catalog));
    }
    if (diagnostics->errors != errors) {
        return FAB_E_INPUT;
    }
    *catalog_out = catalog;
    return FAB_OK;
}

fab_status fab_catalog_load(fab_arena *arena, fab_diagnostics *diagnostics,
                            const fab_catalog **catalog_out)
{
    return fab_catalog_load_files(fab_catalog_files, fab_catalog_file_count, arena, diagnostics,
                                  catalog_out);
}
