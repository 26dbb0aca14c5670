#include <assert.h>
#include <string.h>

#include "catalog/catalog_rows.h"
#include "catalog/resolve.h"

#define DIGITS 6

/* A growing list of facts about one row. */
typedef struct listing {
    fab_arena *arena;
    fab_catalog_fact *facts;
    size_t count;
    size_t capacity;
    fab_origin origin;  /* of the row */
    const char *prefix; /* before each field: "tiers[0]." */
} listing;

static const char *copy(const listing *list, const char *text)
{
    return fab_arena_copy(list->arena, text, strlen(text));
}

static const char *quantity(const listing *list, double value, fab_dimension dimension)
{
    char buffer[64];
    return copy(list, fab_quantity_format(buffer, sizeof buffer, value, dimension, DIGITS));
}

static const char *range_text(const listing *list, const fab_value *value, fab_dimension dimension)
{
    const char *low = quantity(list, value->low, dimension);
    const char *high = quantity(list, value->high, dimension);
    return low && high ? fab_arena_printf(list->arena, "%s .. %s", low, high) : NULL;
}

/* false when memory is out */
static bool add_value(const listing *list, const fab_field *field, const fab_value *value,
                      fab_catalog_fact *fact)
{
    fact->is_published = value->is_known;
    fact->is_number = value->is_known;
    fact->unit = fab_dimension_unit(field->dimension);
    fact->value = value->is_known ? value->value : 0.0;
    if (!value->is_known) {
        return true;
    }
    fact->source = value->source ? value->source : list->origin.source;
    fact->confidence =
        fab_confidence_text(value->has_confidence ? value->confidence : list->origin.confidence);
    if (!value->has_range) {
        return true;
    }
    fact->low = value->low;
    fact->high = value->high;
    fact->range = range_text(list, value, field->dimension);
    return fact->range != NULL;
}

/* a number without provenance of its own */
static void add_number(const listing *list, const fab_field *field, fab_dimension dimension,
                       double number, fab_catalog_fact *fact)
{
    fact->is_published = !(field->word && number == field->word_value);
    fact->is_number = fact->is_published;
    fact->unit = fab_dimension_unit(dimension);
    if (fact->is_published) {
        fact->value = number;
        fact->source = list->origin.source;
        fact->confidence = fab_confidence_text(list->origin.confidence);
    }
}

static fab_status add_fact(listing *list, const fab_field *field, const void *record)
{
    const void *place = (const char *)record + field->offset;
    char buffer[128];
    fab_catalog_fact fact = {.help = field->help, .is_published = true};
    const char *text = NULL;

    if (field->kind == FAB_FIELD_TEXT) {
        text = *(const char *const *)place;
        if (!text) {
            return FAB_OK; /* nothing was said */
        }
    } else {
        text = copy(list, fab_field_format(field, record, buffer, sizeof buffer));
    }
    if (field->kind == FAB_FIELD_SOURCED && !add_value(list, field, place, &fact)) {
        return FAB_E_NOMEM;
    }
    if (field->kind == FAB_FIELD_COUNT) {
        add_number(list, field, FAB_DIM_COUNT, (double)*(const int64_t *)place, &fact);
    }
    if (field->kind == FAB_FIELD_QUANTITY) {
        add_number(list, field, field->dimension, *(const double *)place, &fact);
    }
    fact.text = text;
    fact.field = list->prefix[0] == '\0'
                     ? field->name
                     : fab_arena_printf(list->arena, "%s%s", list->prefix, field->name);
    if (!fact.text || !fact.field) {
        return FAB_E_NOMEM;
    }
    assert(list->count < list->capacity);
    list->facts[list->count++] = fact;
    return FAB_OK;
}

/* what stands for a field that is itself a description: its name */
static fab_status add_name(listing *list, const fab_field *field, const char *name)
{
    const char *full = fab_arena_printf(list->arena, "%s%s", list->prefix, field->name);
    if (!full) {
        return FAB_E_NOMEM;
    }
    assert(list->count < list->capacity);
    list->facts[list->count++] =
        (fab_catalog_fact){.field = full, .text = name, .help = field->help, .is_published = true};
    return FAB_OK;
}

/* what a tier names there */
static const char *node_name(const fab_field *field, const fab_tier *tier)
{
    if (field->offset == offsetof(fab_tier_file, messaging)) {
        return tier->messaging ? tier->messaging->name : FAB_NO_NODE;
    }
    if (field->offset == offsetof(fab_tier_file, chip)) {
        return tier->chip ? tier->chip->name : FAB_NO_NODE;
    }
    return tier->technology.name;
}

static fab_status add_tier(listing *list, const fab_tier *tier)
{
    const fab_tier_file file = {.tier = *tier};
    for (size_t i = 0; i < FAB_TIER_TABLE.count; i++) {
        const fab_field *field = &FAB_TIER_TABLE.fields[i];
        if (field->kind == FAB_FIELD_NODE) {
            FAB_TRY(add_name(list, field, node_name(field, tier)));
        } else {
            FAB_TRY(add_fact(list, field, &file));
        }
    }
    return FAB_OK;
}

static fab_status add_channels(listing *list, const fab_messaging *messaging)
{
    for (int64_t i = 0; i < messaging->channel_count; i++) {
        list->prefix = fab_arena_printf(list->arena, "channels[%d].", (int)i);
        if (!list->prefix) {
            return FAB_E_NOMEM;
        }
        for (size_t k = 0; k < FAB_CHANNEL_TABLE.count; k++) {
            FAB_TRY(add_fact(list, &FAB_CHANNEL_TABLE.fields[k], &messaging->channels[i]));
        }
    }
    list->prefix = "";
    return FAB_OK;
}

static fab_status add_tiers(listing *list, const fab_fabric *fabric)
{
    for (int64_t i = 0; i < fabric->tier_count; i++) {
        list->prefix = fab_arena_printf(list->arena, "tiers[%d].", (int)i);
        if (!list->prefix) {
            return FAB_E_NOMEM;
        }
        FAB_TRY(add_tier(list, &fabric->tiers[i]));
    }
    list->prefix = "";
    return FAB_OK;
}

static fab_origin row_origin(const fab_table *table, const void *row)
{
    const fab_field *confidence = fab_table_find(table, "confidence");
    assert(confidence);
    const void *place = (const char *)row + confidence->offset;
    return (fab_origin){fab_row_text(table, row, "source"), (fab_confidence) * (const int *)place};
}

fab_status fab_catalog_facts(const fab_catalog *catalog, fab_catalog_kind kind, size_t index,
                             fab_arena *arena, const fab_catalog_fact **facts_out,
                             size_t *count_out)
{
    assert(catalog && arena && facts_out && count_out);
    const void *row = fab_catalog_row(catalog, kind, index);
    if (!row) {
        return FAB_E_NOTFOUND;
    }
    const fab_table *table = fab_kind_get(kind)->table;
    listing list = {.arena = arena,
                    .capacity = table->count + FAB_TIER_LIMIT * FAB_TIER_TABLE.count +
                                FAB_CHANNEL_LIMIT * FAB_CHANNEL_TABLE.count,
                    .origin = row_origin(table, row),
                    .prefix = ""};
    list.facts = FAB_NEW(arena, fab_catalog_fact, list.capacity);
    if (!list.facts) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < table->count; i++) {
        const fab_field *field = &table->fields[i];
        if (field->kind == FAB_FIELD_RECORDS) {
            FAB_TRY(kind == FAB_CATALOG_FABRIC ? add_tiers(&list, row) : add_channels(&list, row));
        } else {
            FAB_TRY(add_fact(&list, field, row));
        }
    }
    *facts_out = list.facts;
    *count_out = list.count;
    return FAB_OK;
}
