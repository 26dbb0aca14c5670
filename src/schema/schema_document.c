#include <fabricast/schema.h>

#include <assert.h>
#include <string.h>

#include "catalog/kinds.h"
#include "config/schema.h"
#include "scenario/read.h"
#include "schema/checks_document.h"
#include "schema/file_kinds.h"

/* The JSON Schema of a kind of file: the root, and the definitions that the tables refer to. */

#define NAME "_name"

/* what the catalog's rows may be called */
#define ROW_NAME_PATTERN "^[a-z0-9._-]+$"

typedef struct document {
    fab_schema schema;
    const fab_catalog *catalog; /* NULL: any name may stand where a row is named */
} document;

static json_t *add(document *d, json_t *parent, const char *key, json_t *value)
{
    return fab_schema_add(&d->schema, parent, key, value);
}

static void text(document *d, json_t *parent, const char *key, const char *words)
{
    fab_schema_text(&d->schema, parent, key, words);
}

static json_t *reference(document *d, const char *stem, const char *ending)
{
    const char *name = fab_arena_printf(d->schema.arena, "%s%s", stem, ending);
    if (!name) {
        d->schema.status = FAB_E_NOMEM;
        return NULL;
    }
    return fab_schema_reference(&d->schema, name);
}

/* The name of a row. */
static json_t *row_name(document *d, fab_catalog_kind kind)
{
    json_t *made = json_object();
    text(d, made, "type", "string");
    if (!d->catalog) {
        text(d, made, "pattern", ROW_NAME_PATTERN);
        return made;
    }
    json_t *names = add(d, made, "enum", json_array());
    for (size_t i = 0; i < fab_catalog_count(d->catalog, kind); i++) {
        text(d, names, NULL, fab_catalog_row_name(d->catalog, kind, i));
    }
    return made;
}

/* The name of a row, or a map: a scalar is a name. */
static json_t *name_or(document *d, fab_catalog_kind kind, const char *ending)
{
    const char *name = fab_catalog_kind_name(kind);
    json_t *made = json_object();
    json_t *choices = add(d, made, "anyOf", json_array());
    add(d, choices, NULL, reference(d, name, NAME));
    add(d, choices, NULL, reference(d, name, ending));
    return made;
}

/* A map with `base` changes a row, one without says everything. */
static json_t *base_or_whole(document *d, fab_catalog_kind kind)
{
    const char *name = fab_catalog_kind_name(kind);
    json_t *made = json_object();
    text(d, made, "type", "object");
    json_t *properties = add(d, made, "properties", json_object());
    json_t *base = add(d, properties, "base", json_object());
    text(d, base, "description", "the row of the catalog to start from");
    add(d, add(d, base, "allOf", json_array()), NULL, reference(d, name, NAME));
    json_t *condition = add(d, made, "if", json_object());
    text(d, add(d, condition, "required", json_array()), NULL, "base");
    add(d, made, "then", reference(d, name, "_change"));
    add(d, made, "else", reference(d, name, "_whole"));
    return made;
}

/* What a map changes of a row, which it may name. */
static json_t *change(document *d, fab_catalog_kind kind)
{
    json_t *made = fab_schema_record(&d->schema, fab_kind_get(kind)->table, true);
    json_t *properties = json_object_get(made, "properties");
    add(d, properties, "base", reference(d, fab_catalog_kind_name(kind), NAME));
    return made;
}

/* The definition of a description: NAME_name, NAME, NAME_part and what they are made of. */
static json_t *describe(document *d, fab_catalog_kind kind, const char *ending)
{
    if (strcmp(ending, NAME) == 0) {
        return row_name(d, kind);
    }
    if (strcmp(ending, "") == 0) {
        return name_or(d, kind, "_map");
    }
    if (strcmp(ending, FAB_SCHEMA_PART) == 0) {
        return name_or(d, kind, "_change");
    }
    if (strcmp(ending, "_map") == 0) {
        return base_or_whole(d, kind);
    }
    if (strcmp(ending, "_change") == 0) {
        return change(d, kind);
    }
    assert(strcmp(ending, "_whole") == 0);
    return fab_schema_record(&d->schema, fab_kind_get(kind)->table, false);
}

/* The path of a scenario file. */
static json_t *scenario_path(document *d)
{
    json_t *made = json_object();
    text(d, made, "type", "string");
    return made;
}

/* The base of a study: the path of a scenario, or what the study does not replace of one. */
static json_t *study_base(document *d)
{
    json_t *made = json_object();
    json_t *choices = add(d, made, "anyOf", json_array());
    add(d, choices, NULL, scenario_path(d));
    add(d, choices, NULL, reference(d, "scenario", FAB_SCHEMA_PART));
    return made;
}

static json_t *define(document *d, const char *name)
{
    json_t *check = fab_schema_check(&d->schema, name);
    if (check) {
        return check;
    }
    if (strcmp(name, "scenario_path") == 0) {
        return scenario_path(d);
    }
    if (strcmp(name, "study_base") == 0) {
        return study_base(d);
    }
    if (strcmp(name, "scenario" FAB_SCHEMA_PART) == 0) {
        return fab_schema_record(&d->schema, &FAB_SCENARIO_TABLE, true);
    }
    for (int k = 0; k < FAB_CATALOG_KIND_COUNT; k++) {
        const char *stem = fab_catalog_kind_name((fab_catalog_kind)k);
        const size_t length = strlen(stem);
        if (strncmp(name, stem, length) == 0 && (name[length] == '\0' || name[length] == '_')) {
            return describe(d, (fab_catalog_kind)k, name + length);
        }
    }
    assert(false && "a field table names a definition that nobody makes");
    return NULL;
}

/* A file holds the fields themselves, or one key with the kind's name that holds them. */
static void description_root(document *d, const char *name, json_t *root)
{
    json_t *condition = add(d, root, "if", json_object());
    text(d, condition, "type", "object");
    text(d, add(d, condition, "required", json_array()), NULL, name);
    json_t *inside = add(d, root, "then", json_object());
    add(d, inside, "additionalProperties", json_false());
    add(d, add(d, inside, "properties", json_object()), name, reference(d, name, ""));
    add(d, root, "else", reference(d, name, ""));
}

/* A data file holds maps of rows. */
static void catalog_root(document *d, json_t *root)
{
    text(d, root, "type", "object");
    add(d, root, "additionalProperties", json_false());
    json_t *properties = add(d, root, "properties", json_object());
    for (int k = 0; k < FAB_CATALOG_KIND_COUNT; k++) {
        const fab_kind *kind = fab_kind_get((fab_catalog_kind)k);
        json_t *rows = add(d, properties, kind->plural, json_object());
        text(d, rows, "type", "object");
        json_t *names = add(d, rows, "propertyNames", json_object());
        text(d, names, "pattern", ROW_NAME_PATTERN);
        add(d, rows, "additionalProperties", reference(d, kind->name, ""));
    }
}

static json_t *make_root(document *d, fab_file_kind kind)
{
    const fab_file_form *form = fab_file_form_get(kind);
    json_t *root = json_object();
    text(d, root, "$schema", "http://json-schema.org/draft-07/schema#");
    text(d, root, "title", fab_arena_printf(d->schema.arena, "Fabricast %s file", form->name));
    text(d, root, "description", form->about);
    if (!form->table) {
        catalog_root(d, root);
    } else if (form->catalog != FAB_CATALOG_KIND_COUNT) {
        description_root(d, form->name, root);
    } else {
        json_t *record = fab_schema_record(&d->schema, form->table, false);
        json_object_del(record, "title");
        (void)json_object_update(root, record);
        json_decref(record);
    }
    for (const char *name = fab_schema_missing(&d->schema); name && d->schema.status == FAB_OK;
         name = fab_schema_missing(&d->schema)) {
        add(d, d->schema.definitions, name, define(d, name));
    }
    add(d, root, "definitions", json_incref(d->schema.definitions));
    return root;
}

fab_status fab_schema_write(const fab_catalog *catalog, fab_file_kind kind, fab_arena *arena,
                            FILE *stream)
{
    assert(catalog && arena && stream);
    const fab_arena_mark mark = fab_arena_save(arena);
    document d = {.schema = {.definitions = json_object(), .arena = arena},
                  .catalog = kind == FAB_FILE_CATALOG ? NULL : catalog};
    json_t *root = make_root(&d, kind);
    fab_status status = d.schema.status;
    if (status == FAB_OK) {
        const int failed = json_dumpf(root, stream, JSON_INDENT(2));
        fputc('\n', stream);
        status = failed || fflush(stream) != 0 || ferror(stream) ? FAB_E_IO : FAB_OK;
    }
    json_decref(root);
    json_decref(d.schema.definitions);
    fab_arena_reset(arena, mark);
    return status;
}
