#include "train/energy.h"

#include <assert.h>
#include <math.h>

/* Energy of a step: docs/models-training.md#energy. */

/* What the loop over operators adds up, for one package and step. */
typedef struct fab_tally {
    const fab_scenario *scenario;
    const fab_gpu_speed *speed;
    fab_energy_forecast *energy;
    bool is_narrow; /* products below 16 bits */
    double repeats; /* of the operator at hand */
    double busy_s;
} fab_tally;

void fab_energy_add_stage(const fab_scenario *scenario, const fab_stage *stage,
                          double optimizer_byte, fab_step_work *work)
{
    for (int kind = 0; kind < FAB_BLOCK_KIND_COUNT; kind++) {
        work->blocks_count[kind] +=
            (double)fab_stage_block_count(scenario, stage, (fab_block_kind)kind);
        work->recomputed_count[kind] +=
            (double)fab_stage_recomputed_count(scenario, stage, (fab_block_kind)kind);
    }
    work->optimizer_byte += optimizer_byte;
}

static fab_energy_class part_of(const fab_tally *tally, fab_operator_kind kind)
{
    if (kind == FAB_OPERATOR_ATTENTION) {
        return FAB_ENERGY_ATTENTION;
    }
    return kind == FAB_OPERATOR_GEMM && tally->is_narrow ? FAB_ENERGY_GEMM_FP8
                                                         : FAB_ENERGY_GEMM_BF16;
}

/* Power while an operator runs. Where an effect leaves the traffic out of its time, memory still
 * cannot move bytes faster than it does. */
static void note_power(fab_tally *tally, double dynamic_j, double byte, double time_s)
{
    const double memory_s = byte / tally->speed->memory_byte_per_s;
    const double longest_s = memory_s > time_s ? memory_s : time_s;
    const double power_w = tally->speed->energy.static_w + dynamic_j / longest_s;
    if (power_w > tally->energy->busiest_power_w) {
        tally->energy->busiest_power_w = power_w;
    }
}

static void add_operator(fab_tally *tally, fab_operator_kind kind, fab_operator_work work)
{
    const fab_gpu_energy *gpu = &tally->speed->energy;
    fab_energy_forecast *energy = tally->energy;
    const double time_s = fab_gpu_operator_s(tally->speed, kind, work);
    if (time_s <= 0.0) {
        return; /* nothing to do, or left out */
    }
    const double traffic_j = tally->repeats * fab_gpu_traffic_j(gpu, work.byte);
    if (kind == FAB_OPERATOR_MEMORY) {
        energy->part_j[FAB_ENERGY_MEMORY] += traffic_j;
    } else {
        energy->part_j[FAB_ENERGY_OPERANDS] += traffic_j;
        energy->part_j[part_of(tally, kind)] +=
            tally->repeats * fab_gpu_product_j(gpu, kind, work.flop);
    }
    energy->hardware_flop += tally->repeats * work.flop;
    energy->memory_byte += tally->repeats * work.byte;
    tally->busy_s += tally->repeats * time_s;
    note_power(tally, fab_gpu_operator_j(gpu, kind, work), work.byte, time_s);
}

/* `count` blocks, in `again` of which the `recomputed` parts run twice. */
static void add_block(fab_tally *tally, const fab_block *block, double count, double again,
                      int recomputed)
{
    for (size_t i = 0; i < block->operator_count; i++) {
        const fab_operator *operator= & block->operators[i];
        const bool is_repeated = fab_operator_runs_again(tally->scenario, recomputed, operator);
        tally->repeats = is_repeated ? count + again : count;
        add_operator(tally, operator->kind, operator->forward);
        tally->repeats = count;
        add_operator(tally, operator->kind, operator->backward);
        add_operator(tally, operator->kind, operator->weight);
    }
}

static void add_optimizer(fab_tally *tally, double byte)
{
    if (byte <= 0.0) {
        return;
    }
    const double pass_j = fab_gpu_traffic_j(&tally->speed->energy, byte);
    const double pass_s = fab_gpu_pass_s(tally->speed, byte);
    tally->energy->part_j[FAB_ENERGY_OPTIMIZER] += pass_j;
    tally->energy->memory_byte += byte;
    tally->busy_s += pass_s;
    note_power(tally, pass_j, byte, pass_s);
}

/* The workload of a package whose experts get the mean of the tokens. */
static fab_status mean_workload(const fab_scenario *scenario, const fab_workload *busiest,
                                fab_arena *arena, const fab_workload **out)
{
    const double load = busiest->expert_load_ratio / busiest->mean_load_ratio;
    *out = busiest;
    if (scenario->model.experts == 0 || load <= 1.0) {
        return FAB_OK;
    }
    fab_workload *mean = FAB_NEW(arena, fab_workload, 1);
    if (mean == NULL) {
        return FAB_E_NOMEM;
    }
    *mean = *busiest;
    mean->routed_rows_count /= load;
    for (int kind = 0; kind < FAB_BLOCK_KIND_COUNT; kind++) {
        mean->blocks[kind].operator_count = 0;
    }
    fab_workload_operators(scenario, mean);
    *out = mean;
    return FAB_OK;
}

/* What is drawn beside the package's own work, from how long the step takes. */
static void add_surroundings(const fab_scenario *scenario, const fab_forecast *forecast,
                             double busy_s, fab_energy_forecast *energy)
{
    const fab_power_assumptions *power = &scenario->assumptions.power;
    const double step_s = forecast->step_s;
    const double computing_s = busy_s < step_s ? busy_s : step_s;
    double *part_j = energy->part_j;
    part_j[FAB_ENERGY_STATIC] = energy->static_power_w * computing_s;
    part_j[FAB_ENERGY_WAITING] = energy->static_power_w * (step_s - computing_s);
    for (int part = 0; part <= FAB_ENERGY_WAITING; part++) {
        energy->package_j += part_j[part];
    }
    for (int64_t tier = 0; tier < forecast->tier_count; tier++) {
        part_j[FAB_ENERGY_LINKS] += forecast->tiers[tier].energy_j;
    }
    part_j[FAB_ENERGY_HOST] = power->host_w * step_s;
    part_j[FAB_ENERGY_SWITCHES] = power->switch_w * step_s;
    const double computers_j = energy->package_j + part_j[FAB_ENERGY_LINKS] +
                               part_j[FAB_ENERGY_HOST] + part_j[FAB_ENERGY_SWITCHES];
    part_j[FAB_ENERGY_FACILITY] = (power->pue_ratio - 1.0) * computers_j;
    energy->total_j = computers_j + part_j[FAB_ENERGY_FACILITY];
    energy->rack_power_w =
        (double)scenario->fabric.tiers[0].packages_per_rack * computers_j / step_s;
}

static void fill_power(const fab_scenario *scenario, const fab_forecast *forecast,
                       fab_energy_forecast *energy)
{
    const double packages = (double)scenario->job.gpus;
    energy->package_power_w = energy->package_j / forecast->step_s;
    energy->facility_power_w = packages * energy->total_j / forecast->step_s;
    energy->total_energy_j_per_token =
        packages * energy->total_j / (double)fab_scenario_tokens_per_step(scenario);
    energy->has_power_limit = scenario->gpu.power_w.is_known;
    if (energy->has_power_limit) {
        energy->power_limit_ratio = energy->busiest_power_w / scenario->gpu.power_w.value;
    }
}

static void tally_work(const fab_scenario *scenario, const fab_workload *workload,
                       const fab_step_work *work, fab_tally *tally, int64_t passes)
{
    const double share = 1.0 / (double)scenario->mapping.pp;
    for (int kind = 0; kind < FAB_BLOCK_KIND_COUNT; kind++) {
        const double count = share * (double)passes * work->blocks_count[kind];
        if (count > 0.0) {
            add_block(tally, &workload->blocks[kind], count,
                      share * (double)passes * work->recomputed_count[kind],
                      scenario->mapping.recompute);
        }
    }
    add_optimizer(tally, share * work->optimizer_byte);
}

fab_status fab_energy_fill(const fab_scenario *scenario, const fab_workload *workload,
                           const fab_step_work *work, fab_arena *arena, fab_forecast *out)
{
    assert(scenario && workload && work && arena && out && out->step_s > 0.0);
    const fab_gpu_energy *gpu = &workload->speed.energy;
    fab_energy_forecast *energy = &out->energy;
    *energy = (fab_energy_forecast){.is_known = gpu->is_known && !out->lacks_link_energy,
                                    .is_assumed = gpu->is_assumed,
                                    .static_power_w = gpu->static_w,
                                    .gemm_energy_j_per_flop = gpu->gemm_j_per_flop,
                                    .bf16_energy_j_per_flop = gpu->bf16_j_per_flop,
                                    .memory_energy_j_per_bit = gpu->memory_j_per_bit,
                                    .busiest_power_w = gpu->static_w};
    if (!energy->is_known) {
        return FAB_OK;
    }
    const fab_arena_mark mark = fab_arena_save(arena);
    const fab_workload *mean;
    FAB_TRY(mean_workload(scenario, workload, arena, &mean));
    fab_tally tally = {.scenario = scenario,
                       .speed = &mean->speed,
                       .energy = energy,
                       .is_narrow = scenario->job.precision != FAB_PRECISION_BF16};
    tally_work(scenario, mean, work, &tally, out->passes);
    add_surroundings(scenario, out, tally.busy_s, energy);
    fill_power(scenario, out, energy);
    fab_arena_reset(arena, mark);
    const bool is_finite = isfinite(energy->total_j) && isfinite(energy->busiest_power_w) &&
                           isfinite(energy->bf16_energy_j_per_flop);
    return is_finite ? FAB_OK : FAB_E_RANGE;
}
