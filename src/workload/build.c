#include "workload/workload.h"

#include <assert.h>
#include <math.h>

#include "base/numbers.h"
#include "workload/format.h"

/* Vocabulary is padded so that every tensor rank gets whole blocks of this many rows. */
#define VOCABULARY_BLOCK 128

/* attention's output in E5M6 (arXiv 2412.19437, section 3.3.3) */
#define E5M6_BYTE 1.5

/* rate of the first fused attention over that of the second (arXiv 2307.08691, abstract) */
#define FIRST_ATTENTION_RATIO 0.5

/* How much longer than the mean the slowest package computes. What is its own for good and what
 * changes with each step add as independent normal numbers. */
static double slowest_ratio(const fab_scenario *scenario)
{
    const double spread_frac = scenario->assumptions.speed_spread_frac;
    const double jitter_frac = scenario->assumptions.step_jitter_frac;
    const double deviation = sqrt(spread_frac * spread_frac + jitter_frac * jitter_frac);
    return 1.0 + deviation * fab_largest_of_normals((double)scenario->job.gpus);
}

/* Rate of the attention core over that of the package's own kernels. */
static double attention_ratio(const fab_assumptions *assumed, const fab_kernels *kernels)
{
    const double second_ratio = kernels != NULL ? kernels->attention_v2_frac : 1.0;
    switch ((fab_attention_choice)assumed->attention) {
    case FAB_ATTENTION_FUSED_V1:
        return FIRST_ATTENTION_RATIO * second_ratio;
    case FAB_ATTENTION_FUSED_V2:
        return second_ratio;
    case FAB_ATTENTION_FUSED:
    case FAB_ATTENTION_UNFUSED:
        break;
    }
    return 1.0;
}

static fab_gpu_speed speed_of(const fab_scenario *scenario)
{
    const fab_assumptions *assumed = &scenario->assumptions;
    const fab_gpu *gpu = &scenario->gpu;
    const double bf16_flops = gpu->bf16_flops.value;
    const fab_precision precision = (fab_precision)scenario->job.precision;
    const double peak_flops = fab_precision_peak_flops(gpu, scenario->job.precision)->value;
    const bool has_fp8 = gpu->fp8_flops.is_known && gpu->fp8_flops.value > 0.0;
    const fab_power_assumptions *power = &assumed->power;
    const fab_gpu_energy_rule rule = {power->static_frac, power->full_rate_frac,
                                      power->memory_energy_j_per_bit};
    const fab_gpu_energy energy = fab_gpu_energy_of(gpu, precision, &rule);
    const fab_kernels *kernels = assumed->kernels == FAB_KERNELS_MEASURED ? gpu->kernels : NULL;
    /* kernels are measured in bursts: where the package says what a FLOP takes, power limits them
     */
    const bool is_limited =
        assumed->effects.power_limit || (kernels != NULL && energy.is_known && !energy.is_assumed);
    return (fab_gpu_speed){
        .energy = energy,
        .dynamic_limit_w = is_limited ? gpu->power_w.value - energy.static_w : 0.0,
        .gemm_flops = peak_flops * assumed->gemm_efficiency_frac,
        .gemm_bf16_flops = bf16_flops * assumed->gemm_efficiency_frac,
        .attention_flops = bf16_flops * assumed->attention_efficiency_frac,
        .memory_byte_per_s = gpu->memory_rate_byte_per_s.value * assumed->memory_efficiency_frac,
        .has_memory_traffic = assumed->effects.memory_traffic,
        .has_product_traffic = assumed->effects.product_traffic,
        .has_attention_core = assumed->effects.attention_core,
        .table = scenario->kernel_table,
        .kernels = kernels,
        .chip = {.multiprocessors = kernels != NULL ? (double)kernels->multiprocessors : 0.0,
                 .peak_flops = peak_flops,
                 .memory_byte_per_s = gpu->memory_rate_byte_per_s.value},
        .bf16_peak_flops = bf16_flops,
        .attention_ratio = attention_ratio(assumed, kernels),
        .precision = precision,
        .fp8_peak_ratio =
            precision == FAB_PRECISION_NVFP4 && has_fp8 ? peak_flops / gpu->fp8_flops.value : 1.0,
        .added_frac = assumed->computation_scale_ratio * slowest_ratio(scenario) - 1.0,
    };
}

static fab_collective_tier tier_of(const fab_scenario *scenario, int64_t index)
{
    const fab_tier *tier = &scenario->fabric.tiers[index];
    const fab_assumptions *assumed = &scenario->assumptions;
    /* an energy that is not published counts as 0 and is not reported */
    const fab_value *energy = &tier->technology.energy_j_per_bit;
    const double efficiency =
        index == 0 ? assumed->inner_efficiency_frac : assumed->outer_efficiency_frac;
    return (fab_collective_tier){
        .rate_bps = tier->rate_bps.value * efficiency,
        .latency_s = assumed->effects.latency ? tier->latency_s.value : 0.0,
        .mesh_peers = fab_tier_mesh_peers(&scenario->fabric, index),
        .energy_j_per_bit = energy->is_known ? energy->value : 0.0,
        .links_per_path = tier->links_per_path,
        .messaging = assumed->messages == FAB_MESSAGES_MEASURED ? tier->messaging : NULL,
        .has_reduction = tier->has_reduction,
    };
}

static fab_collective_network network_of(const fab_scenario *scenario)
{
    const int64_t last = scenario->fabric.tier_count - 1;
    return (fab_collective_network){
        .tiers = {tier_of(scenario, 0), tier_of(scenario, last)},
        .algorithm = scenario->assumptions.collective_algorithm,
        .tier_mode = scenario->assumptions.tier_mode,
    };
}

/* Of a layer in which `recomputed` runs again. */
static double layer_byte(const fab_scenario *scenario, const fab_workload *w, fab_block_kind kind,
                         int recomputed)
{
    const fab_mapping *m = &scenario->mapping;
    const fab_product_format format =
        fab_block_is_wide(kind) ? fab_product_format_wide() : fab_product_format_of(scenario);
    const bool keeps_narrow =
        format.is_narrow && scenario->assumptions.kept_inputs != FAB_KEPT_BF16;
    const bool is_compact = keeps_narrow && scenario->assumptions.kept_inputs == FAB_KEPT_COMPACT;
    const fab_activation_rule rule = {
        .tensor_ranks = m->tp,
        .expert_tensor_ranks = m->etp,
        .sequence = scenario->job.sequence,
        .is_linear = fab_block_is_linear(kind),
        .element_byte = 2.0,
        .input_byte = keeps_narrow ? format.element_byte : 2.0,
        .gate_byte = is_compact ? 1.0 : 0.0,
        .output_byte = is_compact ? E5M6_BYTE : 0.0,
        .recomputed = recomputed,
        .is_sequence_parallel = m->is_sequence_parallel,
        .is_unfused = scenario->assumptions.attention == FAB_ATTENTION_UNFUSED,
        .has_dropout = scenario->assumptions.has_dropout,
        .has_unfused_norms = scenario->assumptions.elementwise == FAB_ELEMENTWISE_EAGER,
        .has_unfused_activations = scenario->assumptions.elementwise != FAB_ELEMENTWISE_FUSED,
        .keeps_no_expert_outputs =
            scenario->assumptions.expert_weighting == FAB_WEIGHTING_ACTIVATIONS,
        .keeps_unlimited = fab_workload_loops_experts(scenario),
    };
    const fab_activation_bytes bytes =
        fab_model_activation_bytes(&scenario->model, fab_block_is_moe(kind), &rule);
    const double cut_byte = bytes.sharded_byte + bytes.routed_byte * w->expert_load_ratio;
    return w->tokens_count * (cut_byte / (double)m->tp + bytes.whole_byte);
}

bool fab_workload_has_layers(const fab_scenario *scenario, fab_block_kind kind)
{
    const fab_model *model = &scenario->model;
    if ((fab_block_is_linear(kind) && model->linear_layers == 0) ||
        (fab_block_is_wide(kind) && scenario->assumptions.bf16_layers == 0)) {
        return false;
    }
    return fab_block_is_moe(kind) ? model->experts > 0
                                  : fab_block_is_dense(kind) && model->dense_layers > 0;
}

static void set_saved_bytes(const fab_scenario *scenario, fab_workload *w)
{
    for (int i = 0; i < FAB_BLOCK_KIND_COUNT; i++) {
        const fab_block_kind kind = (fab_block_kind)i;
        if (fab_workload_has_layers(scenario, kind)) {
            w->blocks[i].saved_byte = layer_byte(scenario, w, kind, FAB_RECOMPUTE_NONE);
            w->blocks[i].kept_byte = layer_byte(scenario, w, kind, scenario->mapping.recompute);
        }
    }
}

/* The lists are long and mostly unused: only their lengths are cleared. */
static void empty_blocks(fab_workload *w)
{
    for (int kind = 0; kind < FAB_BLOCK_KIND_COUNT; kind++) {
        fab_block *block = &w->blocks[kind];
        block->operator_count = block->message_count = 0;
        block->saved_byte = block->kept_byte = 0.0;
    }
}

/* tokens of a rank where sequences are sharded */
static double shard_tokens(const fab_scenario *scenario)
{
    const fab_mapping *m = &scenario->mapping;
    return (double)fab_scenario_rank_tokens(scenario) /
           (m->is_sequence_parallel ? (double)m->tp : 1.0);
}

fab_expert_load fab_workload_expert_load(const fab_scenario *scenario)
{
    const fab_assumptions *assumed = &scenario->assumptions;
    const fab_mapping *m = &scenario->mapping;
    if (scenario->model.experts == 0) {
        return (fab_expert_load){0.0, 0.0};
    }
    if (assumed->capacity_ratio > 0.0) {
        return (fab_expert_load){assumed->capacity_ratio, assumed->capacity_ratio};
    }
    if (assumed->expert_routing == FAB_ROUTING_FIXED) {
        return (fab_expert_load){assumed->expert_load_ratio, assumed->expert_load_ratio};
    }
    if (assumed->expert_routing == FAB_ROUTING_IDEAL) {
        return (fab_expert_load){1.0, 1.0};
    }
    /* all tokens of the ranks that share out the experts are routed together */
    const double tokens = shard_tokens(scenario) * (double)(m->ep * m->etp);
    const bool is_skewed = assumed->expert_routing == FAB_ROUTING_ZIPF;
    return fab_model_expert_load(&scenario->model, tokens, m->ep,
                                 is_skewed ? assumed->expert_skew_count : 0.0);
}

fab_status fab_workload_build(const fab_scenario *scenario, fab_workload *out)
{
    assert(scenario && out);
    const fab_mapping *m = &scenario->mapping;
    empty_blocks(out);
    out->network = network_of(scenario);
    out->speed = speed_of(scenario);
    out->parameters = fab_model_count_parameters(&scenario->model);
    out->tokens_count = (double)fab_scenario_rank_tokens(scenario);
    out->shard_tokens_count = shard_tokens(scenario);
    const double load = fab_workload_expert_load(scenario).rank_ratio;
    out->expert_load_ratio = scenario->model.experts > 0 ? load : 1.0;
    const double capacity = scenario->assumptions.capacity_ratio;
    out->mean_load_ratio = scenario->model.experts > 0 && capacity > 0.0 ? capacity : 1.0;
    out->routed_rows_count = (double)m->etp * out->shard_tokens_count *
                             (double)scenario->model.experts_per_token * out->expert_load_ratio;
    const double block = (double)(VOCABULARY_BLOCK * m->tp);
    out->padded_vocabulary_count = ceil((double)scenario->model.vocabulary / block) * block;

    FAB_TRY(fab_workload_place(scenario, out));
    fab_workload_operators(scenario, out);
    set_saved_bytes(scenario, out);
    return fab_workload_layer_messages(scenario, out);
}
