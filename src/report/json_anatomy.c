#include <fabricast/report.h>

#include "report/json_document.h"
#include "report/link_lines.h"

static void add_line(fab_json *json, json_t *list, const fab_link_line *line)
{
    json_t *made = fab_json_object(json, list, NULL);
    fab_json_text(json, made, "section", fab_link_section_text(line->section));
    fab_json_text(json, made, "what", line->what);
    if (line->words) {
        fab_json_text(json, made, "words", line->words);
    } else {
        const fab_value *value = &line->value;
        fab_json_real(json, made, "value", value->value);
        fab_json_real(json, made, "low", value->has_range ? value->low : value->value);
        fab_json_real(json, made, "high", value->has_range ? value->high : value->value);
        fab_json_text(json, made, "unit", line->unit);
    }
    fab_json_text(json, made, "how", line->how);
    if (!line->words && !line->is_made && line->value.source) {
        fab_json_text(json, made, "source", line->value.source);
        fab_json_text(json, made, "confidence", fab_confidence_text(line->value.confidence));
    }
}

static void add_pair(fab_json *json, json_t *list, const fab_pair *pair)
{
    json_t *made = fab_json_object(json, list, NULL);
    fab_json_text(json, made, "what", pair->what);
    fab_json_text(json, made, "unit", fab_dimension_unit(pair->dimension));
    fab_json_text(json, made, "mark", fab_mark_text(pair->mark));
    const fab_value *published = &pair->published.value;
    const fab_value *derived = &pair->derived.value;
    fab_json_known(json, made, "published", published->is_known, published->value);
    fab_json_known(json, made, "derived", derived->is_known, derived->value);
    fab_json_known(json, made, "derived_low", derived->is_known, derived->low);
    fab_json_known(json, made, "derived_high", derived->is_known, derived->high);
    fab_json_text(json, made, "formula", pair->derived.formula);
    fab_json_boolean(json, made, "is_measure", pair->is_measure);
    fab_json_known(json, made, "error_ratio", pair->mark == FAB_MARK_BOTH, pair->error_ratio);
}

static void add_budget(fab_json *json, json_t *list, const fab_technology *t,
                       const fab_budget *budget)
{
    fab_link_line *lines = FAB_NEW(json->scratch->arena, fab_link_line, FAB_LINK_LINES_LIMIT);
    if (!lines) {
        json->scratch->status = FAB_E_NOMEM;
        return;
    }
    const size_t count = fab_link_lines(json->scratch, t, budget, lines);
    json_t *made = fab_json_object(json, list, NULL);
    fab_json_text(json, made, "name", t->name);
    fab_json_text(json, made, "title", t->title);
    json_t *rows = fab_json_array(json, made, "lines");
    for (size_t i = 0; i < count; i++) {
        add_line(json, rows, &lines[i]);
    }
    json_t *pairs = fab_json_array(json, made, "pairs");
    fab_pair both[FAB_PAIRS_COUNT];
    fab_budget_compare(t, budget, both);
    for (size_t i = 0; i < FAB_PAIRS_COUNT; i++) {
        add_pair(json, pairs, &both[i]);
    }
    fab_json_text(json, made, "out_of_fit", budget->out_of_fit);
}

fab_status fab_report_anatomy_json(const fab_technology *const *technologies,
                                   const fab_budget *budgets, size_t count, fab_arena *arena,
                                   FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    json_t *root = fab_json_root(&json);
    const fab_error_spread spread = fab_budget_spread(technologies, budgets, count);
    json_t *errors = fab_json_object(&json, root, "energy_errors");
    fab_json_integer(&json, errors, "count", (int64_t)spread.count);
    fab_json_real(&json, errors, "median_ratio", spread.median_ratio);
    json_t *list = fab_json_array(&json, root, "technologies");
    for (size_t i = 0; i < count; i++) {
        add_budget(&json, list, technologies[i], &budgets[i]);
    }
    const fab_status status = fab_json_finish(&json, root, stream);
    fab_arena_reset(arena, mark);
    return status;
}
