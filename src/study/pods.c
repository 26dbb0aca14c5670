#include "study/evaluate.h"

#include <assert.h>

#include <fabricast/anatomy.h>
#include <fabricast/link.h>
#include <fabricast/pod.h>

#include "link/derive.h"

/* Pods, rates, energies and latencies as they follow from the link and its place, beside those that
 * the study takes from what is published. */

#define FACT_TEXT(id, text) [id] = text,
static const char *const TEXT[FAB_STUDY_FACT_COUNT] = {FAB_STUDY_FACT_LIST(FACT_TEXT)};

const char *fab_study_fact_text(fab_study_fact_kind kind)
{
    assert((int)kind >= 0 && kind < FAB_STUDY_FACT_COUNT);
    return TEXT[kind];
}

/* ---- reading ---- */

static const fab_node *item_of(const fab_study *study, size_t index)
{
    const fab_node *list = fab_node_get(study->root, "pods");
    return list != NULL && list->kind == FAB_NODE_LIST && index < list->count ? list->items[index]
                                                                              : study->root;
}

static void check_system(const fab_study *study, const fab_node *node, const char *system,
                         fab_diagnostics *diagnostics)
{
    size_t count;
    const fab_study_setting *variants = fab_study_variants(study, &count);
    if (system != NULL && fab_study_find(variants, count, system) == count) {
        const fab_node *word = fab_node_get(node, "system");
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR,
                     word != NULL ? word->position : node->position, NULL,
                     "`%s` is no label of `compare`", system);
    }
}

static void check_place(const fab_node *node, fab_diagnostics *diagnostics)
{
    static const char *const FIELDS[] = {"rack_power", "package_power", "edge", "link_power"};
    for (size_t i = 0; i < FAB_TABLE_SIZE(FIELDS); i++) {
        fab_study_check_chosen(node, FIELDS[i], diagnostics);
    }
}

fab_status fab_study_pods_read(fab_study *study, fab_arena *arena, fab_diagnostics *diagnostics)
{
    fab_study_pod_setting *settings = study->file.pods.items;
    const size_t errors = diagnostics->errors;
    for (size_t i = 0; i < study->file.pods.count; i++) {
        fab_study_pod_setting *one = &settings[i];
        check_system(study, item_of(study, i), one->system, diagnostics);
        check_place(item_of(study, i), diagnostics);
        FAB_TRY(fab_study_technology(study->catalog, one->link_node, FAB_USE_LINK, arena,
                                     diagnostics, &one->link));
        if (one->chip_node != NULL) {
            FAB_TRY(fab_study_technology(study->catalog, one->chip_node, FAB_USE_SWITCH, arena,
                                         diagnostics, &one->chip));
        }
    }
    return diagnostics->errors == errors ? FAB_OK : FAB_E_INPUT;
}

/* ---- deriving ---- */

static fab_pod_place place_of(const fab_study_pod_setting *setting)
{
    const fab_pod_place usual = fab_pod_place_default();
    return (fab_pod_place){
        .rack_power_w = fab_choose(setting->rack_power_w, usual.rack_power_w),
        .package_power_w = fab_choose(setting->package_power_w, usual.package_power_w),
        .edge_m = fab_choose(setting->edge_m, usual.edge_m),
        .link_power_w = fab_choose(setting->link_power_w, usual.link_power_w),
        .chip = setting->chip.name != NULL ? &setting->chip : NULL,
    };
}

/* package to package over the switch, at the mean length of a cable, nothing of a message's size */
static fab_value step_latency(const fab_technology *link, const fab_tier *tier, fab_value rate_bps,
                              const fab_technology *chip, fab_arena *arena)
{
    fab_transfer_options options = fab_transfer_options_default();
    options.size_byte = 0.0;
    options.hops = 2;
    options.distance_m = fab_known(fab_tier_cable_m(tier));
    options.rate_bps = rate_bps;
    if (chip != NULL && chip->latency_s.is_known) {
        options.switch_s = fab_of_row(chip, chip->latency_s);
    }
    fab_transfer transfer;
    const char *message;
    const fab_status status = fab_transfer_send(link, &options, arena, &transfer, &message);
    return status == FAB_OK ? transfer.time_s : (fab_value){.is_known = false};
}

static int64_t power_of_two(int64_t most)
{
    int64_t out = 1;
    while (out <= most / 2) {
        out *= 2;
    }
    return out;
}

/* the study's scenario on the derived pod */
static fab_status train_derived(const fab_scenario *studied, const fab_pod *pod, fab_arena *arena,
                                fab_study_pod *out)
{
    fab_study_fact *facts = out->facts;
    if (!facts[FAB_STUDY_FACT_PACKAGES].derived_count.is_known ||
        !facts[FAB_STUDY_FACT_RATE].derived_count.is_known) {
        return FAB_OK;
    }
    fab_scenario scenario = *studied;
    fab_tier *tier = &scenario.fabric.tiers[0];
    tier->domain = (int64_t)facts[FAB_STUDY_FACT_PACKAGES].derived_count.value;
    tier->used = out->used = power_of_two(tier->domain);
    tier->packages_per_rack = pod->rack_packages;
    tier->rate_bps = tier->technology.rate_bps = facts[FAB_STUDY_FACT_RATE].derived_count;
    tier->technology.radix_count = facts[FAB_STUDY_FACT_PACKAGES].derived_count;
    if (facts[FAB_STUDY_FACT_ENERGY].derived_count.is_known) {
        tier->technology.energy_j_per_bit = facts[FAB_STUDY_FACT_ENERGY].derived_count;
    }
    if (facts[FAB_STUDY_FACT_LATENCY].derived_count.is_known) {
        tier->latency_s = facts[FAB_STUDY_FACT_LATENCY].derived_count;
    }
    fab_forecast forecast;
    FAB_TRY(fab_train_forecast(&scenario, arena, &forecast));
    if (forecast.is_feasible) {
        facts[FAB_STUDY_FACT_TRAIN].derived_count =
            fab_known(fab_ownership_forecast(&scenario, &forecast).time_to_train_s);
    }
    return FAB_OK;
}

static void put_published(const fab_study_point *point, fab_study_fact *facts)
{
    const fab_tier *tier = &point->scenario->fabric.tiers[0];
    facts[FAB_STUDY_FACT_PACKAGES].published_count = fab_known((double)tier->domain);
    facts[FAB_STUDY_FACT_RATE].published_count = fab_of_row(&tier->technology, tier->rate_bps);
    facts[FAB_STUDY_FACT_POD_RATE].published_count = fab_known(fab_tier_domain_rate_bps(tier));
    facts[FAB_STUDY_FACT_ENERGY].published_count =
        fab_of_row(&tier->technology, tier->technology.energy_j_per_bit);
    facts[FAB_STUDY_FACT_LATENCY].published_count = fab_of_row(&tier->technology, tier->latency_s);
    facts[FAB_STUDY_FACT_TRAIN].published_count = fab_known(point->ownership.time_to_train_s);
}

static fab_status derive(const fab_study_pod_setting *setting, const fab_study_point *point,
                         fab_arena *arena, fab_study_pod *out)
{
    const fab_pod_place place = place_of(setting);
    const fab_tier *tier = &point->scenario->fabric.tiers[0];
    fab_technology bare;
    fab_pod pod;
    fab_budget budget;
    FAB_TRY(fab_pod_strip(&setting->link, &bare));
    FAB_TRY(fab_pod_find(&bare, &place, &pod));
    FAB_TRY(fab_link_budget(&bare, fab_known(fab_tier_cable_m(tier)), &budget));
    fab_study_fact *facts = out->facts;
    put_published(point, facts);
    facts[FAB_STUDY_FACT_PACKAGES].derived_count = pod.packages_count;
    facts[FAB_STUDY_FACT_PACKAGES].why = fab_pod_limit_text(pod.binding);
    facts[FAB_STUDY_FACT_RATE].derived_count = pod.escape.rate_bps;
    facts[FAB_STUDY_FACT_RATE].why = fab_escape_part_text(pod.escape.binding);
    facts[FAB_STUDY_FACT_POD_RATE].derived_count =
        fab_multiply(pod.packages_count, pod.escape.rate_bps);
    facts[FAB_STUDY_FACT_POD_RATE].why = "packages x rate";
    facts[FAB_STUDY_FACT_ENERGY].derived_count = budget.energy_j_per_bit;
    facts[FAB_STUDY_FACT_ENERGY].why = fab_build_text(budget.recipe.build);
    facts[FAB_STUDY_FACT_LATENCY].derived_count =
        step_latency(&bare, tier, pod.escape.rate_bps, place.chip, arena);
    facts[FAB_STUDY_FACT_LATENCY].why = "two links and a switch";
    facts[FAB_STUDY_FACT_TRAIN].why = "with all of these";
    return train_derived(point->scenario, &pod, arena, out);
}

fab_status fab_study_pods_run(const fab_study *study, fab_arena *arena, fab_study_result *result)
{
    const fab_study_pod_setting *settings = study->file.pods.items;
    const size_t count = study->file.pods.count;
    fab_study_pod *pods = FAB_NEW(arena, fab_study_pod, count);
    if (pods == NULL) {
        return FAB_E_NOMEM;
    }
    size_t variants;
    const fab_study_setting *variant = fab_study_variants(study, &variants);
    for (size_t i = 0; i < count; i++) {
        const size_t at = fab_study_find(variant, variants, settings[i].system);
        const fab_study_point *point =
            &result->points[at * result->sweep_count + result->sweep_count - 1];
        pods[i] = (fab_study_pod){
            .variant = at, .link = settings[i].link.name, .chip = settings[i].chip.name};
        FAB_TRY(derive(&settings[i], point, arena, &pods[i]));
        result->evaluations++;
    }
    result->pods = pods;
    result->pod_count = count;
    return FAB_OK;
}
