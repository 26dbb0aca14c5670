#include "study/evaluate.h"

#include <assert.h>
#include <string.h>

#include <fabricast/link.h>

#include "config/source.h"

/* Reads a study file and checks that what it names exists. */

/* Seconds of computing: some ten thousand forecasts a second on one core. */
#define FORECAST_LIMIT ((size_t)1000000)

const fab_study_setting *fab_study_variants(const fab_study *study, size_t *count_out)
{
    *count_out = study->file.compare.count;
    return study->file.compare.items;
}

const fab_study_setting *fab_study_sweep_values(const fab_study *study, size_t *count_out)
{
    *count_out = study->file.sweep.values.count;
    return study->file.sweep.values.items;
}

const fab_study_range *fab_study_ranges(const fab_study *study, size_t *count_out)
{
    *count_out = study->file.ranges.count;
    return study->file.ranges.items;
}

const fab_study_goal *fab_study_goals(const fab_study *study, size_t *count_out)
{
    *count_out = study->file.targets.count;
    return study->file.targets.items;
}

size_t fab_study_find(const fab_study_setting *settings, size_t count, const char *label)
{
    for (size_t i = 0; i < count; i++) {
        if (label != NULL && strcmp(settings[i].label, label) == 0) {
            return i;
        }
    }
    return count;
}

void fab_study_layer_add(fab_study_layers *layers, const fab_node *set)
{
    if (set != NULL) {
        assert(layers->count < FAB_STUDY_LAYER_LIMIT);
        layers->sets[layers->count++] = set;
    }
}

fab_status fab_study_compose(const fab_study *study, const fab_study_layers *layers,
                             fab_arena *arena, fab_diagnostics *diagnostics, fab_scenario *out)
{
    const fab_node *tree = study->base;
    for (size_t i = 0; i < layers->count; i++) {
        tree = fab_tree_overlay(tree, layers->sets[i], arena);
        if (tree == NULL) {
            return FAB_E_NOMEM;
        }
    }
    return fab_scenario_read(study->catalog, tree, arena, diagnostics, out);
}

/* Where to point for a mistake in item `index` of list `list` (field `field` when it is there). */
static fab_position place_of(const fab_study *study, const char *list, size_t index,
                             const char *field)
{
    const fab_node *items = fab_node_get(study->root, list);
    if (items != NULL && items->kind == FAB_NODE_MAP) {
        items = fab_node_get(items, "values"); /* the sweep names its list */
    }
    const fab_node *item = items != NULL && items->kind == FAB_NODE_LIST && index < items->count
                               ? items->items[index]
                               : items;
    const fab_node *value = field != NULL ? fab_node_get(item, field) : NULL;
    return value != NULL ? value->position : item != NULL ? item->position : study->root->position;
}

/* The nearest label of a list, as a hint. */
static const char *nearest_label(const fab_study_setting *settings, size_t count, const char *word,
                                 fab_arena *arena)
{
    const char *labels[64];
    const size_t limit = count < 64 ? count : 64;
    for (size_t i = 0; i < limit; i++) {
        labels[i] = settings[i].label;
    }
    const char *nearest = fab_nearest_name(word, labels, limit);
    return nearest != NULL ? fab_arena_printf(arena, "did you mean `%s`?", nearest)
                           : fab_arena_printf(arena, "the first is `%s`", settings[0].label);
}

static void check_label(const fab_study *study, size_t index, const char *field, const char *word,
                        const fab_study_setting *settings, size_t count, const char *list,
                        fab_diagnostics *diagnostics)
{
    if (word == NULL) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, place_of(study, "targets", index, NULL), NULL,
                     "this metric needs `%s`, a label of `%s`", field, list);
    } else if (fab_study_find(settings, count, word) == count) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, place_of(study, "targets", index, field),
                     nearest_label(settings, count, word, diagnostics->arena),
                     "`%s` is no label of `%s`", word, list);
    }
}

/* Returns the technology that a target names, NULL once the mistake is told. */
static const fab_technology *check_technology(const fab_study *study, size_t index,
                                              const char *field, const char *word,
                                              fab_diagnostics *diagnostics)
{
    if (word == NULL) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, place_of(study, "targets", index, NULL), NULL,
                     "this metric needs `%s`, a technology", field);
        return NULL;
    }
    const fab_technology *technology = fab_catalog_technology(study->catalog, word);
    if (technology == NULL) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, place_of(study, "targets", index, field),
                     "`fabricast catalog technology` lists them", "unknown technology `%s`", word);
    }
    return technology;
}

static void check_energy(const fab_study *study, size_t index, const char *field, const char *word,
                         fab_diagnostics *diagnostics)
{
    const fab_technology *technology = check_technology(study, index, field, word, diagnostics);
    if (technology != NULL && !technology->energy_j_per_bit.is_known) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, place_of(study, "targets", index, field),
                     NULL, "technology `%s` has no published energy per bit", word);
    }
}

static void check_link_power(const fab_study *study, size_t index, const fab_study_goal *goal,
                             fab_diagnostics *diagnostics)
{
    check_energy(study, index, "more", goal->more, diagnostics);
    check_energy(study, index, "less", goal->less, diagnostics);
    if (!(goal->rate_bps > 0.0)) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, place_of(study, "targets", index, NULL),
                     "rate: 200 Tbps", "this metric needs `rate`, a bandwidth");
    }
}

static void check_reach(const fab_study *study, size_t index, const fab_study_goal *goal,
                        fab_diagnostics *diagnostics)
{
    const fab_technology *technology =
        check_technology(study, index, "technology", goal->technology, diagnostics);
    if (!(goal->lane_rate_bps > 0.0)) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, place_of(study, "targets", index, NULL),
                     "lane_rate: 224 Gbps", "this metric needs `lane_rate`, the rate of a lane");
    } else if (technology != NULL &&
               !fab_link_reach_at(technology, goal->lane_rate_bps).value.is_known) {
        fab_diagnose(
            diagnostics, FAB_SEVERITY_ERROR, place_of(study, "targets", index, "technology"),
            "a copper link with a published reach and lane rate is needed, such as "
            "`dac_200g`",
            "the reach of `%s` at another lane rate cannot be worked out", goal->technology);
    }
}

static void check_domain_power(const fab_study *study, size_t index, const fab_study_goal *goal,
                               fab_diagnostics *diagnostics)
{
    check_energy(study, index, "technology", goal->technology, diagnostics);
    if (goal->fabric == NULL) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, place_of(study, "targets", index, NULL), NULL,
                     "this metric needs `fabric`, a fabric of the catalog");
        return;
    }
    const fab_fabric *fabric = fab_catalog_fabric(study->catalog, goal->fabric);
    if (fabric == NULL) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, place_of(study, "targets", index, "fabric"),
                     "`fabricast catalog fabric` lists them", "unknown fabric `%s`", goal->fabric);
    } else if (!fabric->tiers[0].rate_bps.is_known) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, place_of(study, "targets", index, "fabric"),
                     NULL, "the inner tier of fabric `%s` has no published rate", goal->fabric);
    }
}

static void check_variants(const fab_study *study, size_t index, const fab_study_goal *goal,
                           fab_diagnostics *diagnostics)
{
    size_t variants, values;
    const fab_study_setting *variant = fab_study_variants(study, &variants);
    const fab_study_setting *value = fab_study_sweep_values(study, &values);
    check_label(study, index, "slow", goal->slow, variant, variants, "compare", diagnostics);
    check_label(study, index, "fast", goal->fast, variant, variants, "compare", diagnostics);
    if (goal->metric == FAB_METRIC_TIME_RATIO) {
        check_label(study, index, "at", goal->at, value, values, "sweep", diagnostics);
    }
}

static void check_goal(const fab_study *study, size_t index, const fab_study_goal *goal,
                       fab_diagnostics *diagnostics)
{
    switch ((fab_study_metric)goal->metric) {
    case FAB_METRIC_LINK_POWER_DIFFERENCE:
        check_link_power(study, index, goal, diagnostics);
        break;
    case FAB_METRIC_REACH:
        check_reach(study, index, goal, diagnostics);
        break;
    case FAB_METRIC_DOMAIN_LINK_POWER:
        check_domain_power(study, index, goal, diagnostics);
        break;
    case FAB_METRIC_TIME_RATIO:
    case FAB_METRIC_GAIN_GROWS:
    case FAB_METRIC_DOMAIN_RATE_RATIO:
        check_variants(study, index, goal, diagnostics);
        break;
    }
}

static void check_ranges(const fab_study *study, fab_diagnostics *diagnostics)
{
    size_t count, values;
    const fab_study_range *ranges = fab_study_ranges(study, &count);
    const fab_study_setting *value = fab_study_sweep_values(study, &values);
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].at != NULL && fab_study_find(value, values, ranges[i].at) == values) {
            fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, place_of(study, "ranges", i, "at"),
                         nearest_label(value, values, ranges[i].at, diagnostics->arena),
                         "`%s` is no label of `sweep`", ranges[i].at);
        }
    }
}

static void check_waterfall(const fab_study *study, fab_diagnostics *diagnostics)
{
    const fab_study_waterfall *waterfall = &study->file.waterfall;
    size_t count;
    const fab_study_goal *goals = fab_study_goals(study, &count);
    if (waterfall->target == NULL) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(goals[i].id, waterfall->target) == 0 &&
            goals[i].metric == FAB_METRIC_TIME_RATIO) {
            return;
        }
    }
    const fab_node *node = fab_node_get(fab_node_get(study->root, "waterfall"), "target");
    fab_diagnose(diagnostics, FAB_SEVERITY_ERROR,
                 node != NULL ? node->position : study->root->position, NULL,
                 "`%s` is no target with metric time_ratio", waterfall->target);
}

static void check_duplicates(const fab_study *study, const char *list,
                             const fab_study_setting *settings, size_t count,
                             fab_diagnostics *diagnostics)
{
    for (size_t i = 0; i < count; i++) {
        if (fab_study_find(settings, i, settings[i].label) < i) {
            fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, place_of(study, list, i, "label"), NULL,
                         "label `%s` stands twice in `%s`", settings[i].label, list);
        }
    }
}

/* Targets are called by their ids, in the waterfall and in every table. */
static void check_ids(const fab_study *study, fab_diagnostics *diagnostics)
{
    size_t count;
    const fab_study_goal *goals = fab_study_goals(study, &count);
    for (size_t i = 0; i < count; i++) {
        for (size_t before = 0; before < i; before++) {
            if (strcmp(goals[before].id, goals[i].id) == 0) {
                fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, place_of(study, "targets", i, "id"),
                             NULL, "id `%s` stands twice in `targets`", goals[i].id);
                break;
            }
        }
    }
}

/* The combinations of all stated ranges multiply quickly. */
static void check_effort(const fab_study *study, fab_diagnostics *diagnostics)
{
    size_t count, variants, values;
    const fab_study_range *ranges = fab_study_ranges(study, &count);
    (void)fab_study_variants(study, &variants);
    (void)fab_study_sweep_values(study, &values);
    size_t forecasts = variants * values;
    for (size_t i = 0; i < count && forecasts <= FORECAST_LIMIT; i++) {
        forecasts *= ranges[i].is_stated ? 1 + ranges[i].values.count : 1;
    }
    if (forecasts > FORECAST_LIMIT) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, fab_node_get(study->root, "ranges")->position,
                     "say `stated: false` where a range need not be combined with the others",
                     "all combinations of the ranges at %zu points are more than %zu forecasts",
                     variants * values, FORECAST_LIMIT);
    }
}

/* A base that is a word is the path of a scenario file beside the study. */
static fab_status load_base(fab_study *study, const char *study_path, fab_arena *arena,
                            fab_diagnostics *diagnostics)
{
    const fab_node *base = study->file.base;
    if (base->kind != FAB_NODE_SCALAR) {
        study->base = base;
        return FAB_OK;
    }
    const char *path = fab_path_beside(study_path, base->text, arena);
    if (path == NULL) {
        return FAB_E_NOMEM;
    }
    const size_t errors = diagnostics->errors;
    const fab_status status = fab_tree_load(path, arena, diagnostics, &study->base);
    if (diagnostics->errors > errors) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, base->position,
                     "a base is looked for beside the study file",
                     "the base scenario `%s` cannot be used", base->text);
    }
    return status;
}

static fab_status check_all(const fab_study *study, fab_diagnostics *diagnostics)
{
    size_t count;
    const size_t errors = diagnostics->errors;
    const fab_study_goal *goals = fab_study_goals(study, &count);
    for (size_t i = 0; i < count; i++) {
        check_goal(study, i, &goals[i], diagnostics);
    }
    check_ids(study, diagnostics);
    check_ranges(study, diagnostics);
    check_effort(study, diagnostics);
    check_waterfall(study, diagnostics);
    const fab_study_setting *settings = fab_study_variants(study, &count);
    check_duplicates(study, "compare", settings, count, diagnostics);
    settings = fab_study_sweep_values(study, &count);
    check_duplicates(study, "sweep", settings, count, diagnostics);
    return diagnostics->errors == errors ? FAB_OK : FAB_E_INPUT;
}

fab_status fab_study_read(const fab_catalog *catalog, const fab_node *root, const char *path,
                          fab_arena *arena, fab_diagnostics *diagnostics,
                          const fab_study **study_out)
{
    assert(catalog && root && path && arena && diagnostics && study_out);
    fab_study *study = FAB_NEW(arena, fab_study, 1);
    if (study == NULL) {
        return FAB_E_NOMEM;
    }
    study->catalog = catalog;
    study->file_name = fab_study_file_name(path, arena);
    if (study->file_name == NULL) {
        return FAB_E_NOMEM;
    }
    study->root = root;
    if (fab_node_get(root, "job") != NULL && fab_node_get(root, "compare") == NULL) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, root->position,
                     "`fabricast train` forecasts a scenario",
                     "this is a scenario, not a study: it has `job` and no `compare`");
        return FAB_E_INPUT;
    }
    FAB_TRY(fab_record_read(&FAB_STUDY_TABLE, study->root, arena, diagnostics, &study->file));
    FAB_TRY(load_base(study, path, arena, diagnostics));
    const fab_status pods = fab_study_pods_read(study, arena, diagnostics);
    if (pods != FAB_OK && pods != FAB_E_INPUT) {
        return pods;
    }
    const fab_status checked = check_all(study, diagnostics);
    FAB_TRY(fab_study_rehearse(study, arena, diagnostics));
    FAB_TRY(checked);
    FAB_TRY(pods);
    *study_out = study;
    return FAB_OK;
}

fab_status fab_study_load(const fab_catalog *catalog, const char *path, fab_arena *arena,
                          fab_diagnostics *diagnostics, const fab_study **study_out)
{
    assert(catalog && path && arena && diagnostics && study_out);
    const fab_node *root = NULL;
    FAB_TRY(fab_tree_load(path, arena, diagnostics, &root));
    return fab_study_read(catalog, root, path, arena, diagnostics, study_out);
}
