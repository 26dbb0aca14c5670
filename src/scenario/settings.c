#include "scenario/read.h"

#include <string.h>

/* Lists a scenario's fields with their values for readers; works from the tables alone. */

typedef struct fab_listing {
    fab_arena *arena;
    fab_setting *items; /* NULL while only counting */
    size_t count;
} fab_listing;

static fab_status add_setting(fab_listing *list, const char *section, const fab_field *field,
                              const void *record, const void *defaults)
{
    const size_t index = list->count++;
    if (list->items == NULL) {
        return FAB_OK;
    }
    char text[256], standard[256];
    (void)fab_field_format(field, record, text, sizeof(text));
    const char *copy = fab_arena_copy(list->arena, text, strlen(text));
    if (copy == NULL) {
        return FAB_E_NOMEM;
    }
    const bool has_default = defaults != NULL && !field->is_required;
    list->items[index] = (fab_setting){
        .section = section,
        .field = field->name,
        .text = copy,
        .help = field->help,
        .source = field->source,
        .is_default = has_default && strcmp(text, fab_field_format(field, defaults, standard,
                                                                   sizeof(standard))) == 0,
    };
    return FAB_OK;
}

static const void *member(const void *record, size_t offset)
{
    return record == NULL ? NULL : (const char *)record + offset;
}

static fab_status add_section(fab_listing *list, const char *section, const fab_table *table,
                              const void *record, const void *defaults)
{
    for (size_t i = 0; i < table->count; i++) {
        const fab_field *field = &table->fields[i];
        if (field->kind != FAB_FIELD_RECORD) {
            FAB_TRY(add_setting(list, section, field, record, defaults));
            continue;
        }
        const char *inner = fab_arena_printf(list->arena, "%s.%s", section, field->name);
        if (inner == NULL) {
            return FAB_E_NOMEM;
        }
        FAB_TRY(add_section(list, inner, field->table, member(record, field->offset),
                            member(defaults, field->offset)));
    }
    return FAB_OK;
}

static fab_status add_all(fab_listing *list, const fab_scenario *scenario)
{
    FAB_TRY(add_section(list, "job", &FAB_JOB_TABLE, &scenario->job, FAB_JOB_TABLE.defaults));
    FAB_TRY(add_section(list, "mapping", &FAB_MAPPING_TABLE, &scenario->mapping,
                        FAB_MAPPING_TABLE.defaults));
    return add_section(list, "assumptions", &FAB_ASSUMPTIONS_TABLE, &scenario->assumptions,
                       FAB_ASSUMPTIONS_TABLE.defaults);
}

fab_status fab_scenario_settings(const fab_scenario *scenario, fab_arena *arena,
                                 const fab_setting **settings_out, size_t *count_out)
{
    fab_listing list = {.arena = arena};
    FAB_TRY(add_all(&list, scenario));
    list.items = FAB_NEW(arena, fab_setting, list.count);
    if (list.items == NULL) {
        return FAB_E_NOMEM;
    }
    list.count = 0;
    FAB_TRY(add_all(&list, scenario));
    *settings_out = list.items;
    *count_out = list.count;
    return FAB_OK;
}
