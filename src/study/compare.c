#include <fabricast/compare.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study/evaluate.h"
#include "study/file.h"

/* facts of hardware and model that are compared beside the settings */
#define FACT_LIMIT (3 + 4 * FAB_TIER_LIMIT)

fab_status fab_compared_make(const char *label, const fab_scenario *scenario, fab_arena *arena,
                             fab_compared *out)
{
    assert(label && scenario && arena && out);
    *out = (fab_compared){.label = label, .scenario = scenario};
    FAB_TRY(fab_train_forecast(scenario, arena, &out->forecast));
    out->ownership = fab_ownership_forecast(scenario, &out->forecast);
    return FAB_OK;
}

/* Index of the label that fills `length` bytes at `word`; `count` and a diagnostic when none does.
 */
static size_t find_label(const char *what, const char *word, size_t length,
                         const fab_study_setting *settings, size_t count, fab_arena *arena,
                         fab_diagnostics *diagnostics)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(settings[i].label) == length && memcmp(settings[i].label, word, length) == 0) {
            return i;
        }
    }
    const char *hint = "there are:";
    for (size_t i = 0; i < count && hint != NULL; i++) {
        hint = fab_arena_printf(arena, "%s %s", hint, settings[i].label);
    }
    fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, (fab_position){0}, hint,
                 "the study has no %s `%.*s`", what, length < 60 ? (int)length : 60, word);
    return count;
}

fab_status fab_compared_point(const fab_study *study, const char *point, fab_arena *arena,
                              fab_diagnostics *diagnostics, fab_compared *out)
{
    assert(study && point && arena && diagnostics && out);
    const char *slash = strchr(point, '/');
    if (slash == NULL) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, (fab_position){0},
                     "VALUE/VARIANT, as the study's tables have them",
                     "`%s` is no point of a study", point);
        return FAB_E_INPUT;
    }
    size_t values, variants;
    const fab_study_setting *value_settings = fab_study_sweep_values(study, &values);
    const fab_study_setting *variant_settings = fab_study_variants(study, &variants);
    const size_t value = find_label("value", point, (size_t)(slash - point), value_settings, values,
                                    arena, diagnostics);
    const size_t variant = find_label("variant", slash + 1, strlen(slash + 1), variant_settings,
                                      variants, arena, diagnostics);
    if (value == values || variant == variants) {
        return FAB_E_INPUT;
    }
    fab_evaluation *evaluation = FAB_NEW(arena, fab_evaluation, 1);
    if (evaluation == NULL) {
        return FAB_E_NOMEM;
    }
    const fab_study_layers layers = fab_study_point_layers(study, variant, value);
    FAB_TRY(fab_study_evaluate(study, &layers, arena, diagnostics, evaluation));
    *out =
        (fab_compared){point, &evaluation->scenario, evaluation->forecast, evaluation->ownership};
    return FAB_OK;
}

/* Settings of hardware and model as texts, in an order that is the same for both sides. */
typedef struct fab_facts {
    fab_compared_setting items[FACT_LIMIT]; /* only `first` is filled */
    size_t count;
    fab_arena *arena;
    bool is_short; /* memory ran out */
} fab_facts;

static void add_fact(fab_facts *facts, const char *section, const char *field, const char *text)
{
    facts->is_short = facts->is_short || section == NULL || text == NULL;
    facts->items[facts->count++] = (fab_compared_setting){section, field, text, NULL};
}

static const char *quantity(fab_facts *facts, double value, fab_dimension dimension)
{
    char buffer[64];
    return fab_arena_printf(facts->arena, "%s",
                            fab_quantity_format(buffer, sizeof(buffer), value, dimension, 4));
}

static void list_facts(const fab_scenario *scenario, fab_facts *facts)
{
    add_fact(facts, "gpu", "name", scenario->gpu.name);
    add_fact(facts, "model", "name", scenario->model.name);
    add_fact(facts, "fabric", "name", scenario->fabric.name);
    for (int64_t i = 0; i < scenario->fabric.tier_count; i++) {
        const fab_tier *tier = &scenario->fabric.tiers[i];
        const char *section = fab_arena_printf(facts->arena, "fabric.tiers[%d]", (int)i);
        add_fact(facts, section, "technology", tier->technology.name);
        add_fact(facts, section, "rate", quantity(facts, tier->rate_bps.value, FAB_DIM_RATE));
        add_fact(facts, section, "domain", quantity(facts, (double)tier->used, FAB_DIM_COUNT));
        add_fact(facts, section, "latency", quantity(facts, tier->latency_s.value, FAB_DIM_TIME));
    }
}

static bool is_same(const char *a, const char *b)
{
    return (a == NULL && b == NULL) || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Facts that one side lacks (a tier) stand as nothing on that side. */
static size_t compare_facts(const fab_facts *first, const fab_facts *second,
                            fab_compared_setting *out)
{
    size_t count = 0;
    const size_t most = first->count > second->count ? first->count : second->count;
    for (size_t i = 0; i < most; i++) {
        fab_compared_setting row = i < first->count ? first->items[i] : second->items[i];
        row.first = i < first->count ? first->items[i].first : "none";
        row.second = i < second->count ? second->items[i].first : "none";
        if (!is_same(row.first, row.second)) {
            out[count++] = row;
        }
    }
    return count;
}

static fab_status compare_settings(fab_comparison *comparison, fab_arena *arena)
{
    const fab_setting *first, *second;
    size_t first_count, second_count;
    FAB_TRY(fab_scenario_settings(comparison->first.scenario, arena, &first, &first_count));
    FAB_TRY(fab_scenario_settings(comparison->second.scenario, arena, &second, &second_count));
    assert(first_count == second_count);
    fab_compared_setting *rows = FAB_NEW(arena, fab_compared_setting, FACT_LIMIT + first_count);
    fab_facts *facts = FAB_NEW(arena, fab_facts, 2);
    if (rows == NULL || facts == NULL) {
        return FAB_E_NOMEM;
    }
    facts[0].arena = arena;
    facts[1].arena = arena;
    list_facts(comparison->first.scenario, &facts[0]);
    list_facts(comparison->second.scenario, &facts[1]);
    if (facts[0].is_short || facts[1].is_short) {
        return FAB_E_NOMEM;
    }
    size_t count = compare_facts(&facts[0], &facts[1], rows);
    for (size_t i = 0; i < first_count; i++) {
        if (!is_same(first[i].text, second[i].text)) {
            rows[count++] = (fab_compared_setting){first[i].section, first[i].field, first[i].text,
                                                   second[i].text};
        }
    }
    comparison->settings = rows;
    comparison->setting_count = count;
    return FAB_OK;
}

static int by_change(const void *a, const void *b)
{
    const fab_compared_part *x = a, *y = b;
    const double size_x = fabs(x->change_s), size_y = fabs(y->change_s);
    if (size_x != size_y) {
        return size_x < size_y ? 1 : -1;
    }
    return x->part < y->part ? -1 : x->part > y->part;
}

fab_status fab_compare(const fab_compared *first, const fab_compared *second, fab_arena *arena,
                       fab_comparison *out)
{
    assert(first && second && arena && out);
    *out = (fab_comparison){.first = *first, .second = *second};
    out->speedup_ratio = first->ownership.time_to_train_s / second->ownership.time_to_train_s;
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        const double first_s = first->forecast.part_s[part];
        const double second_s = second->forecast.part_s[part];
        out->parts[part] =
            (fab_compared_part){(fab_step_class)part, first_s, second_s, second_s - first_s,
                                (second_s - first_s) / first->forecast.step_s};
    }
    qsort(out->parts, FAB_STEP_CLASS_COUNT, sizeof(out->parts[0]), by_change);
    return compare_settings(out, arena);
}
