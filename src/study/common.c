#include "study/common.h"

#include <string.h>

#include "catalog/resolve.h"

static const fab_field REMARK_FIELDS[] = {
    {.name = "text",
     .kind = FAB_FIELD_TEXT,
     .is_required = true,
     .offset = offsetof(fab_study_remark, text),
     .help = "a sentence for the reader"},
};
const fab_table FAB_REMARK_TABLE = {.kind = "remark",
                                    .fields = REMARK_FIELDS,
                                    .count = FAB_TABLE_SIZE(REMARK_FIELDS),
                                    .size = sizeof(fab_study_remark)};

const char *const *fab_study_remarks(fab_records remarks, fab_arena *arena)
{
    const fab_study_remark *items = remarks.items;
    const char **texts = FAB_NEW(arena, const char *, remarks.count);
    for (size_t i = 0; i < remarks.count && texts != NULL; i++) {
        texts[i] = items[i].text;
    }
    return texts;
}

const char *fab_study_file_name(const char *path, fab_arena *arena)
{
    const char *slash = strrchr(path, '/');
    return fab_arena_printf(arena, "%s", slash != NULL ? slash + 1 : path);
}

bool fab_study_is_list(const fab_node *node, const char *field, size_t limit,
                       fab_diagnostics *diagnostics)
{
    if (node->kind == FAB_NODE_LIST && node->count >= 1 && node->count <= limit) {
        return true;
    }
    fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, node->position, NULL,
                 "`%s` must be a list of 1 to %zu items", field, limit);
    return false;
}

void fab_study_check_chosen(const fab_node *node, const char *field, fab_diagnostics *diagnostics)
{
    const fab_node *written = fab_node_get(node, field);
    const fab_node *value =
        written != NULL && written->kind == FAB_NODE_MAP ? fab_node_get(written, "value") : written;
    if (value != NULL && value->kind == FAB_NODE_SCALAR &&
        strcmp(value->text, FAB_NOT_PUBLISHED) == 0) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, value->position,
                     "give a number, or leave it out where it has a default",
                     "`%s` is a choice, not published data", field);
    }
}

static bool is_fit(const fab_technology *technology, fab_study_use use)
{
    const int role = technology->role;
    return use == FAB_USE_ANY ||
           (use == FAB_USE_LINK ? role == FAB_ROLE_LINK
                                : role == FAB_ROLE_SWITCH || role == FAB_ROLE_OCS);
}

fab_status fab_study_technology(const fab_catalog *catalog, const fab_node *node, fab_study_use use,
                                fab_arena *arena, fab_diagnostics *diagnostics, fab_technology *out)
{
    const fab_status status =
        fab_catalog_resolve(catalog, FAB_CATALOG_TECHNOLOGY, node, arena, diagnostics, out);
    if (status == FAB_OK && !is_fit(out, use)) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, node->position,
                     "`fabricast catalog technology` lists them", "`%s` is no %s", out->name,
                     use == FAB_USE_LINK ? "link between packages" : "switch");
    }
    return status == FAB_E_INPUT ? FAB_OK : status;
}
