#include "report/json_document.h"
#include "report/model_facts.h"

static void add_fact(fab_json *json, json_t *facts, const fab_catalog_fact *fact)
{
    json_t *made = fab_json_object(json, facts, fact->field);
    fab_json_text(json, made, "text", fact->text);
    if (fact->unit) {
        fab_json_known(json, made, "value", fact->is_number, fact->value);
        fab_json_text(json, made, "unit", fact->unit);
    }
    if (fact->range) {
        fab_json_real(json, made, "low", fact->low);
        fab_json_real(json, made, "high", fact->high);
    }
    if (fact->source) {
        fab_json_text(json, made, "source", fact->source);
    }
    if (fact->confidence) {
        fab_json_text(json, made, "confidence", fact->confidence);
    }
}

/* what follows from the shape of a model */
static void add_model_facts(fab_json *json, json_t *row, const fab_catalog *catalog, size_t index)
{
    const char *name = fab_catalog_row_name(catalog, FAB_CATALOG_MODEL, index);
    fab_model_fact facts[FAB_MODEL_FACT_COUNT];
    fab_model_facts_fill(fab_catalog_model(catalog, name), facts);
    json_t *made = fab_json_object(json, row, "counted");
    for (size_t i = 0; i < FAB_MODEL_FACT_COUNT; i++) {
        fab_json_real(json, made, facts[i].field, facts[i].value_count);
    }
}

static void add_row(fab_json *json, json_t *rows, const fab_catalog *catalog, fab_catalog_kind kind,
                    size_t index)
{
    if (json->scratch->status != FAB_OK) {
        return;
    }
    const fab_catalog_fact *facts;
    size_t count;
    const fab_status status =
        fab_catalog_facts(catalog, kind, index, json->scratch->arena, &facts, &count);
    if (status != FAB_OK) {
        json->scratch->status = status;
        return;
    }
    json_t *made = fab_json_object(json, rows, NULL);
    fab_json_text(json, made, "name", fab_catalog_row_name(catalog, kind, index));
    fab_json_text(json, made, "title", fab_catalog_row_title(catalog, kind, index));
    json_t *object = fab_json_object(json, made, "facts");
    for (size_t i = 0; i < count; i++) {
        add_fact(json, object, &facts[i]);
    }
    if (kind == FAB_CATALOG_MODEL) {
        add_model_facts(json, made, catalog, index);
    }
}

/* the rows of one kind as a list named after it */
static void add_kind(fab_json *json, json_t *root, const fab_catalog *catalog,
                     fab_catalog_kind kind, size_t index)
{
    json_t *rows = fab_json_array(json, root, fab_catalog_kind_name(kind));
    if (index != SIZE_MAX) {
        add_row(json, rows, catalog, kind, index);
        return;
    }
    for (size_t i = 0; i < fab_catalog_count(catalog, kind); i++) {
        add_row(json, rows, catalog, kind, i);
    }
}

fab_status fab_report_catalog_json(const fab_catalog *catalog, fab_catalog_kind kind, size_t index,
                                   fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    json_t *root = fab_json_root(&json);
    if (kind == FAB_CATALOG_KIND_COUNT) {
        for (int i = 0; i < FAB_CATALOG_KIND_COUNT; i++) {
            add_kind(&json, root, catalog, (fab_catalog_kind)i, SIZE_MAX);
        }
    } else {
        add_kind(&json, root, catalog, kind, index);
    }
    const fab_status status = fab_json_finish(&json, root, stream);
    fab_arena_reset(arena, mark);
    return status;
}
