#include "catalog/row.h"

#include <assert.h>
#include <string.h>

static void *member(const fab_table *table, void *record, const char *name)
{
    const fab_field *field = fab_table_find(table, name);
    assert(field);
    return (char *)record + field->offset;
}

const char *fab_row_text(const fab_table *table, const void *record, const char *name)
{
    const fab_field *field = fab_table_find(table, name);
    assert(field && field->kind == FAB_FIELD_TEXT);
    const void *place = (const char *)record + field->offset;
    return *(const char *const *)place;
}

fab_position fab_position_of(const fab_node *node, const char *key)
{
    const fab_node *value = fab_node_get(node, key);
    return value ? value->position : node->position;
}

static const char *file_name(const fab_node *node)
{
    const fab_source *source = node->position.source;
    return source && source->name ? source->name : "the command";
}

fab_origin fab_origin_of_file(const fab_reading *reading, const fab_node *node)
{
    return (fab_origin){.source = fab_arena_printf(reading->arena, "given in %s", file_name(node)),
                        .confidence = FAB_CONFIDENCE_ASSUMPTION};
}

static void set_origin(fab_value *value, const fab_origin *origin)
{
    if (!value->source) {
        value->source = origin->source;
    }
    if (!value->has_confidence) {
        value->confidence = origin->confidence;
        value->has_confidence = true;
    }
}

/* marks the known values of a record, only those that `node` mentions when it is not NULL */
static void mark(const fab_table *table, const fab_node *node, const fab_origin *origin,
                 void *record)
{
    for (size_t i = 0; i < table->count; i++) {
        const fab_field *field = &table->fields[i];
        if (field->kind != FAB_FIELD_SOURCED || (node && !fab_node_get(node, field->name))) {
            continue;
        }
        void *place = (char *)record + field->offset;
        fab_value *value = place;
        if (value->is_known) {
            set_origin(value, origin);
        }
    }
}

void fab_row_pin(const fab_table *table, const fab_origin *origin, void *record)
{
    mark(table, NULL, origin, record);
}

/* the same map without its `base` entry; NULL when memory is out */
static const fab_node *without_base(const fab_node *node, fab_arena *arena)
{
    if (!fab_node_get(node, "base")) {
        return node;
    }
    fab_node *copy = FAB_NEW(arena, fab_node, 1);
    fab_entry *entries = FAB_NEW(arena, fab_entry, node->count);
    if (!copy || !entries) {
        return NULL;
    }
    *copy = *node;
    copy->entries = entries;
    copy->count = 0;
    for (size_t i = 0; i < node->count; i++) {
        if (strcmp(node->entries[i].key, "base") != 0) {
            entries[copy->count++] = node->entries[i];
        }
    }
    return copy;
}

/* whether the map gives something that has no source of its own but the row's */
static bool changes_plain_fields(const fab_table *table, const fab_node *node)
{
    for (size_t i = 0; i < table->count; i++) {
        const fab_field *field = &table->fields[i];
        const bool is_plain = field->kind != FAB_FIELD_SOURCED && field->kind != FAB_FIELD_TEXT &&
                              strcmp(field->name, "confidence") != 0;
        if (is_plain && fab_node_get(node, field->name)) {
            return true;
        }
    }
    return false;
}

fab_status fab_part_overlay(const fab_reading *reading, const fab_table *table,
                            const fab_node *node, const fab_origin *kept, const fab_origin *given,
                            void *record)
{
    fab_row_pin(table, kept, record);
    FAB_TRY(fab_record_overlay(table, node, reading->arena, reading->diagnostics, record));
    if (given) {
        mark(table, node, given, record);
    }
    return FAB_OK;
}

/* a fresh description without a source was given by its file */
static fab_status read_fresh(const fab_reading *reading, const fab_table *table,
                             const fab_node *node, void *record)
{
    FAB_TRY(fab_record_read(table, node, reading->arena, reading->diagnostics, record));
    const char **source = member(table, record, "source");
    if (!*source) {
        *source = fab_origin_of_file(reading, node).source;
    }
    return *source ? FAB_OK : FAB_E_NOMEM;
}

/* the row's own origin after an overlay that gave no source */
static fab_status settle_row(const fab_reading *reading, bool is_changed, const fab_origin *kept,
                             const fab_origin *given, const char **source, int *confidence)
{
    *confidence = (int)(is_changed ? given->confidence : kept->confidence);
    if (is_changed) {
        *source = fab_arena_printf(reading->arena, "%s; changes %s", kept->source, given->source);
    }
    return *source ? FAB_OK : FAB_E_NOMEM;
}

static fab_status read_overlay(const fab_reading *reading, const fab_table *table,
                               const fab_node *node, void *record)
{
    const char **source = member(table, record, "source");
    int *confidence = member(table, record, "confidence");
    const fab_origin kept = {*source, (fab_confidence)*confidence};

    /* what the map itself says about origin wins; an overlay is an assumption until it says more */
    *confidence = FAB_CONFIDENCE_ASSUMPTION;
    fab_row_pin(table, &kept, record);
    FAB_TRY(fab_record_overlay(table, node, reading->arena, reading->diagnostics, record));
    if (fab_node_get(node, "source")) {
        return FAB_OK;
    }

    fab_origin given = fab_origin_of_file(reading, node);
    given.confidence = (fab_confidence)*confidence;
    if (!given.source) {
        return FAB_E_NOMEM;
    }
    mark(table, node, &given, record);
    return settle_row(reading, changes_plain_fields(table, node), &kept, &given, source,
                      confidence);
}

fab_status fab_row_read(const fab_reading *reading, const fab_table *table, const fab_node *node,
                        bool is_overlay, void *record)
{
    if (!is_overlay) {
        FAB_TRY(read_fresh(reading, table, node, record));
    } else {
        const fab_node *rest = without_base(node, reading->arena);
        if (!rest) {
            return FAB_E_NOMEM;
        }
        FAB_TRY(read_overlay(reading, table, rest, record));
    }
    const char **title = member(table, record, "title");
    if (!*title) {
        *title = fab_row_text(table, record, "name");
    }
    return FAB_OK;
}
