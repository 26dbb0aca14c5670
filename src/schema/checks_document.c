#include "schema/checks_document.h"

#include <string.h>

#include "study/claims_file.h"

#define CHECK "check"

/* An assumption is weighed by its source, so that a number alone is not enough. */
static void want_sources(fab_schema *schema, const fab_table *table, json_t *record)
{
    for (size_t i = 0; i < table->count; i++) {
        const fab_field *field = &table->fields[i];
        if (field->kind != FAB_FIELD_SOURCED) {
            continue;
        }
        json_t *property = json_object_get(json_object_get(record, "properties"), field->name);
        json_t *choices = fab_schema_add(schema, property, "anyOf", json_array());
        json_t *map = fab_schema_add(schema, choices, NULL, json_object());
        fab_schema_text(schema, map, "type", "object");
        json_t *required = fab_schema_add(schema, map, "required", json_array());
        fab_schema_text(schema, required, NULL, "source");
        json_t *word = fab_schema_add(schema, choices, NULL, json_object());
        fab_schema_text(schema, word, "const", FAB_NOT_PUBLISHED);
    }
}

static json_t *one_kind(fab_schema *schema, const fab_claim_kind *kind)
{
    json_t *made = fab_schema_record(schema, kind->table, false);
    want_sources(schema, kind->table, made);
    for (size_t i = 0; i < kind->table->count; i++) {
        const fab_field *field = &kind->table->fields[i];
        if (field->kind == FAB_FIELD_RECORDS) {
            want_sources(schema, field->table,
                         json_object_get(schema->definitions, field->table->kind));
        }
    }
    return made;
}

/* `kind` chooses, so that an editor speaks of that kind alone */
static void add_choice(fab_schema *schema, json_t *choices, const char *word)
{
    json_t *choice = fab_schema_add(schema, choices, NULL, json_object());
    json_t *condition = fab_schema_add(schema, choice, "if", json_object());
    json_t *properties = fab_schema_add(schema, condition, "properties", json_object());
    json_t *kind = fab_schema_add(schema, properties, "kind", json_object());
    fab_schema_text(schema, kind, "const", word);
    const char *name = fab_arena_printf(schema->arena, CHECK "_%s", word);
    if (name) {
        (void)fab_schema_add(schema, choice, "then", fab_schema_reference(schema, name));
    } else {
        schema->status = FAB_E_NOMEM;
    }
}

static json_t *any_kind(fab_schema *schema)
{
    json_t *made = json_object();
    fab_schema_text(schema, made, "type", "object");
    json_t *required = fab_schema_add(schema, made, "required", json_array());
    fab_schema_text(schema, required, NULL, "kind");
    json_t *properties = fab_schema_add(schema, made, "properties", json_object());
    json_t *kind = fab_schema_add(schema, properties, "kind", json_object());
    json_t *words = fab_schema_add(schema, kind, "enum", json_array());
    json_t *choices = fab_schema_add(schema, made, "allOf", json_array());
    for (size_t i = 0; i < FAB_CLAIM_KIND_COUNT; i++) {
        fab_schema_text(schema, words, NULL, FAB_CLAIM_KINDS[i].table->kind);
        add_choice(schema, choices, FAB_CLAIM_KINDS[i].table->kind);
    }
    return made;
}

json_t *fab_schema_check(fab_schema *schema, const char *name)
{
    if (strcmp(name, CHECK) == 0) {
        return any_kind(schema);
    }
    for (size_t i = 0; i < FAB_CLAIM_KIND_COUNT; i++) {
        const size_t length = strlen(CHECK "_");
        if (strncmp(name, CHECK "_", length) == 0 &&
            strcmp(name + length, FAB_CLAIM_KINDS[i].table->kind) == 0) {
            return one_kind(schema, &FAB_CLAIM_KINDS[i]);
        }
    }
    return NULL;
}
