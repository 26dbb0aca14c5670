#include "config/schema.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config/describe.h"
#include "units/pattern.h"

static void fail(fab_schema *schema)
{
    schema->status = schema->status == FAB_OK ? FAB_E_NOMEM : schema->status;
}

json_t *fab_schema_add(fab_schema *schema, json_t *parent, const char *key, json_t *value)
{
    const int failed =
        key ? json_object_set_new(parent, key, value) : json_array_append_new(parent, value);
    if (failed) {
        fail(schema);
    }
    return failed ? NULL : value;
}

void fab_schema_text(fab_schema *schema, json_t *parent, const char *key, const char *text)
{
    (void)fab_schema_add(schema, parent, key, text ? json_string(text) : NULL);
}

json_t *fab_schema_reference(fab_schema *schema, const char *name)
{
    if (!json_object_get(schema->definitions, name)) {
        (void)fab_schema_add(schema, schema->definitions, name, json_null());
    }
    json_t *made = json_object();
    fab_schema_text(schema, made, "$ref",
                    fab_arena_printf(schema->arena, "#/definitions/%s", name));
    return made;
}

const char *fab_schema_missing(const fab_schema *schema)
{
    const char *name;
    json_t *value;
    json_object_foreach(schema->definitions, name, value)
    {
        if (json_is_null(value)) {
            return name;
        }
    }
    return NULL;
}

/* True when a definition is due, which is then taken for begun. */
static bool is_undefined(fab_schema *schema, const char *name)
{
    return json_is_null(json_object_get(schema->definitions, name));
}

static json_t *typed(fab_schema *schema, const char *type)
{
    json_t *made = json_object();
    fab_schema_text(schema, made, "type", type);
    return made;
}

/* Adds a list under `key` and returns it. */
static json_t *list(fab_schema *schema, json_t *parent, const char *key)
{
    return fab_schema_add(schema, parent, key, json_array());
}

static json_t *number(double value)
{
    return value == trunc(value) && fabs(value) <= FAB_WHOLE_LIMIT ? json_integer((json_int_t)value)
                                                                   : json_real(value);
}

/* The words as an enumeration, one at least. */
static json_t *word_list(fab_schema *schema, const char *const *words)
{
    json_t *made = json_object();
    json_t *items = list(schema, made, "enum");
    for (size_t i = 0; words[i]; i++) {
        fab_schema_text(schema, items, NULL, words[i]);
    }
    return made;
}

/* Words with blanks between, or a list of them; the first stands alone. */
static json_t *set_schema(fab_schema *schema, const char *const *words)
{
    const char *any = "";
    for (size_t i = 1; any && words[i]; i++) {
        any = fab_arena_printf(schema->arena, "%s%s%s", any, i > 1 ? "|" : "", words[i]);
    }
    json_t *made = json_object();
    json_t *kinds = list(schema, made, "anyOf");
    (void)fab_schema_add(schema, kinds, NULL, word_list(schema, words));
    json_t *text = fab_schema_add(schema, kinds, NULL, typed(schema, "string"));
    fab_schema_text(schema, text, "pattern",
                    any ? fab_arena_printf(schema->arena, "^ *(%s)( +(%s))* *$", any, any) : NULL);
    json_t *items = fab_schema_add(schema, kinds, NULL, typed(schema, "array"));
    (void)fab_schema_add(schema, items, "items", word_list(schema, words));
    return made;
}

/* A number that stands without a unit, as programs that read YAML type it. */
static json_t *bare_number(fab_schema *schema, const fab_field *field)
{
    const bool is_count = field->kind == FAB_FIELD_COUNT;
    json_t *made = typed(schema, is_count ? "integer" : "number");
    if (!fab_field_has_limits(field)) {
        return made;
    }
    const char *least = field->is_above_minimum ? "exclusiveMinimum" : "minimum";
    const double most =
        is_count && field->maximum > FAB_WHOLE_LIMIT ? FAB_WHOLE_LIMIT : field->maximum;
    (void)fab_schema_add(schema, made, least, number(field->minimum));
    (void)fab_schema_add(schema, made, "maximum", number(most));
    return made;
}

static fab_pattern_sign sign_of(const fab_field *field)
{
    if (!fab_field_has_limits(field) || field->minimum < 0.0) {
        return FAB_PATTERN_ANY;
    }
    const bool is_positive = field->minimum > 0.0 || field->is_above_minimum;
    return is_positive ? FAB_PATTERN_POSITIVE : FAB_PATTERN_NOT_NEGATIVE;
}

/* A number as a text, with its unit. */
static json_t *number_text(fab_schema *schema, const fab_field *field)
{
    static const char *const SIGN[] = {"", "_not_negative", "_positive"};
    const bool is_count = field->kind == FAB_FIELD_COUNT;
    const fab_dimension dimension = is_count ? FAB_DIM_COUNT : field->dimension;
    const fab_pattern_sign sign = sign_of(field);
    const char *name = fab_arena_printf(schema->arena, "%s%s%s", is_count ? "whole_" : "",
                                        fab_describe_dimension(dimension), SIGN[sign]);
    if (!name) {
        fail(schema);
        return NULL;
    }
    json_t *made = fab_schema_reference(schema, name);
    if (is_undefined(schema, name)) {
        json_t *text = typed(schema, "string");
        fab_schema_text(schema, text, "description", fab_dimension_expected(dimension));
        fab_schema_text(schema, text, "pattern",
                        fab_quantity_pattern(dimension, sign, is_count, schema->arena));
        (void)fab_schema_add(schema, schema->definitions, name, text);
    }
    return made;
}

/* Adds the ways to write a number to the alternatives of a field. */
static void add_number(fab_schema *schema, const fab_field *field, json_t *choices)
{
    const bool is_bare = field->kind == FAB_FIELD_COUNT || field->dimension == FAB_DIM_COUNT ||
                         field->dimension == FAB_DIM_FRACTION;
    if (is_bare) {
        (void)fab_schema_add(schema, choices, NULL, bare_number(schema, field));
    }
    (void)fab_schema_add(schema, choices, NULL, number_text(schema, field));
    if (field->word) {
        (void)fab_schema_add(schema, choices, NULL,
                             word_list(schema, (const char *const[]){field->word, NULL}));
    }
}

static json_t *number_choices(fab_schema *schema, const fab_field *field)
{
    json_t *made = json_object();
    add_number(schema, field, list(schema, made, "anyOf"));
    return made;
}

/* Programs that read YAML make numbers and truth values of texts that look like one. */
static json_t *text_schema(fab_schema *schema)
{
    json_t *made = json_object();
    json_t *types = list(schema, made, "type");
    fab_schema_text(schema, types, NULL, "string");
    fab_schema_text(schema, types, NULL, "number");
    fab_schema_text(schema, types, NULL, "boolean");
    (void)fab_schema_add(schema, made, "maxLength", json_integer(FAB_TEXT_LIMIT_BYTE));
    return made;
}

static json_t *flag_schema(fab_schema *schema)
{
    json_t *made = json_object();
    json_t *choices = list(schema, made, "anyOf");
    json_t *text = typed(schema, "string");
    fab_schema_text(schema, text, "pattern",
                    "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Yy][Ee][Ss]|[Nn][Oo]|[Oo][Nn]|"
                    "[Oo][Ff][Ff])$");
    (void)fab_schema_add(schema, choices, NULL, typed(schema, "boolean"));
    (void)fab_schema_add(schema, choices, NULL, text);
    return made;
}

/* One of two fields must be there. */
static void require_either(fab_schema *schema, json_t *map, const char *one, const char *other)
{
    const char *const names[] = {one, other};
    json_t *choices = list(schema, map, "anyOf");
    for (size_t i = 0; i < 2; i++) {
        json_t *choice = fab_schema_add(schema, choices, NULL, json_object());
        fab_schema_text(schema, list(schema, choice, "required"), NULL, names[i]);
    }
}

/* A number with its provenance: {value, low, high, source, confidence}. */
static json_t *sourced_map(fab_schema *schema, const fab_field *number_field, bool is_part)
{
    static const char *const NUMBERS[] = {"base", "value", "low", "high"};
    json_t *made = typed(schema, "object");
    (void)fab_schema_add(schema, made, "additionalProperties", json_false());
    json_t *parts = fab_schema_add(schema, made, "properties", json_object());
    for (size_t i = 0; i < FAB_TABLE_SIZE(NUMBERS); i++) {
        (void)fab_schema_add(schema, parts, NUMBERS[i], number_choices(schema, number_field));
    }
    (void)fab_schema_add(schema, parts, "source", text_schema(schema));
    (void)fab_schema_add(schema, parts, "confidence", word_list(schema, FAB_CONFIDENCE_WORDS));
    if (!is_part) {
        require_either(schema, made, "value", "base");
    }
    return made;
}

/* Fields of one dimension with the same limits share a definition. */
static json_t *sourced_schema(fab_schema *schema, const fab_field *field, bool is_part)
{
    const char *name = fab_arena_printf(schema->arena, "sourced_%s_%s_%g_to_%g%s",
                                        fab_describe_dimension(field->dimension),
                                        field->is_above_minimum ? "above" : "from", field->minimum,
                                        field->maximum, is_part ? FAB_SCHEMA_PART : "");
    if (!name) {
        fail(schema);
        return NULL;
    }
    json_t *made = fab_schema_reference(schema, name);
    if (is_undefined(schema, name)) {
        fab_field number_field = *field;
        number_field.kind = FAB_FIELD_QUANTITY;
        number_field.word = FAB_NOT_PUBLISHED;
        json_t *both = fab_schema_add(schema, schema->definitions, name, json_object());
        json_t *choices = list(schema, both, "anyOf");
        add_number(schema, &number_field, choices);
        (void)fab_schema_add(schema, choices, NULL, sourced_map(schema, &number_field, is_part));
    }
    return made;
}

static json_t *record_schema(fab_schema *schema, const fab_table *table, const void *defaults,
                             bool is_part);

/* A nested table is a definition of its own. What is its default stands in the record around it. */
static json_t *nested(fab_schema *schema, const fab_table *table, const void *defaults,
                      bool is_part)
{
    const char *name =
        fab_arena_printf(schema->arena, "%s%s", table->kind, is_part ? FAB_SCHEMA_PART : "");
    if (!name) {
        fail(schema);
        return NULL;
    }
    json_t *made = fab_schema_reference(schema, name);
    if (is_undefined(schema, name)) {
        (void)fab_schema_add(schema, schema->definitions, name,
                             defaults ? record_schema(schema, table, defaults, is_part)
                                      : fab_schema_record(schema, table, is_part));
    }
    return made;
}

/* A list of what `items` says, which it takes. */
static json_t *list_of(fab_schema *schema, const fab_field *field, json_t *items, bool is_part)
{
    json_t *made = typed(schema, "array");
    if (fab_field_has_limits(field)) {
        if (!is_part) {
            (void)fab_schema_add(schema, made, "minItems", number(field->minimum));
        }
        (void)fab_schema_add(schema, made, "maxItems", number(field->maximum));
    }
    (void)fab_schema_add(schema, made, "items", items);
    return made;
}

/* What a table leaves to others to describe. */
static json_t *named(fab_schema *schema, const fab_field *field, bool is_part)
{
    assert(field->definition);
    const char *ending = is_part && field->kind == FAB_FIELD_NODE ? FAB_SCHEMA_PART : "";
    const char *name = fab_arena_printf(schema->arena, "%s%s", field->definition, ending);
    if (!name) {
        fail(schema);
        return NULL;
    }
    return fab_schema_reference(schema, name);
}

/* A name, and the word that may stand in its place. */
static json_t *named_or_word(fab_schema *schema, const fab_field *field, bool is_part)
{
    if (!field->word) {
        return named(schema, field, is_part);
    }
    json_t *made = json_object();
    json_t *choices = list(schema, made, "anyOf");
    (void)fab_schema_add(schema, choices, NULL, named(schema, field, is_part));
    (void)fab_schema_add(schema, choices, NULL,
                         word_list(schema, (const char *const[]){field->word, NULL}));
    return made;
}

static json_t *value_schema(fab_schema *schema, const fab_field *field, const void *defaults,
                            bool is_part)
{
    switch (field->kind) {
    case FAB_FIELD_QUANTITY:
    case FAB_FIELD_COUNT:
        return number_choices(schema, field);
    case FAB_FIELD_SOURCED:
        return sourced_schema(schema, field, is_part);
    case FAB_FIELD_FLAG:
        return flag_schema(schema);
    case FAB_FIELD_TEXT:
        if (field->choices) {
            return word_list(schema, field->choices);
        }
        return field->definition ? named_or_word(schema, field, false) : text_schema(schema);
    case FAB_FIELD_CHOICE:
        return word_list(schema, field->choices);
    case FAB_FIELD_SET:
        return set_schema(schema, field->choices);
    case FAB_FIELD_RECORD:
        return nested(schema, field->table, (const unsigned char *)defaults + field->offset,
                      is_part);
    case FAB_FIELD_RECORDS:
        return list_of(schema, field, nested(schema, field->table, NULL, is_part), is_part);
    case FAB_FIELD_NODE:
        return fab_field_has_limits(field)
                   ? list_of(schema, field, named(schema, field, is_part), is_part)
                   : named_or_word(schema, field, is_part);
    }
    assert(false && "a kind of field that is not in the list");
    return NULL;
}

static json_t *default_json(const fab_field *field, const char *text)
{
    if (field->kind == FAB_FIELD_FLAG) {
        return json_boolean(strcmp(text, "true") == 0);
    }
    const bool is_digits = *text && text[strspn(text, "0123456789")] == '\0';
    return field->kind == FAB_FIELD_COUNT && is_digits ? json_integer(strtoll(text, NULL, 10))
                                                       : json_string(text);
}

/* A field: what an editor shows of it, then what it may be. Beside a reference everything else
 * would be passed over, so it stands in a list of its own. */
static json_t *field_schema(fab_schema *schema, const fab_table *table, const fab_field *field,
                            const void *defaults, bool is_part)
{
    json_t *made = json_object();
    fab_schema_text(schema, made, "title",
                    fab_arena_printf(schema->arena, "%s: %s", table->kind, field->name));
    fab_schema_text(schema, made, "description", fab_describe_field(field, schema->arena));
    char buffer[FAB_DEFAULT_SIZE];
    const char *standard = fab_describe_default(field, defaults, buffer);
    if (standard && !is_part) {
        (void)fab_schema_add(schema, made, "default", default_json(field, standard));
    }
    json_t *value = value_schema(schema, field, defaults, is_part);
    if (json_object_get(value, "$ref")) {
        (void)fab_schema_add(schema, list(schema, made, "allOf"), NULL, value);
    } else if (json_object_update(made, value) != 0) {
        fail(schema);
        json_decref(value);
    } else {
        json_decref(value);
    }
    return made;
}

static json_t *record_schema(fab_schema *schema, const fab_table *table, const void *defaults,
                             bool is_part)
{
    json_t *made = typed(schema, "object");
    fab_schema_text(schema, made, "title", table->kind);
    (void)fab_schema_add(schema, made, "additionalProperties", json_false());
    json_t *properties = fab_schema_add(schema, made, "properties", json_object());
    json_t *required = NULL;
    for (size_t i = 0; i < table->count; i++) {
        const fab_field *field = &table->fields[i];
        (void)fab_schema_add(schema, properties, field->name,
                             field_schema(schema, table, field, defaults, is_part));
        if (field->is_required && !is_part) {
            required = required ? required : list(schema, made, "required");
            fab_schema_text(schema, required, NULL, field->name);
        }
    }
    return made;
}

json_t *fab_schema_record(fab_schema *schema, const fab_table *table, bool is_part)
{
    void *defaults = fab_arena_alloc(schema->arena, 1, table->size, _Alignof(max_align_t));
    if (!defaults) {
        fail(schema);
        return json_object();
    }
    fab_record_default(table, defaults);
    return record_schema(schema, table, defaults, is_part);
}
