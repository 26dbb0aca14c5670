#ifndef FAB_TESTS_RANDOM_SCENARIO_H
#define FAB_TESTS_RANDOM_SCENARIO_H

#include <check.h>

#include <fabricast/arena.h>

#include "scenario/read.h"
#include "seeded.h"

/* Valid scenarios of any shape for property tests; the same seed gives the same scenario. */

static inline int64_t random_of(uint64_t *seed, const int64_t *choices, int64_t count)
{
    return choices[seeded_integer(seed, 0, count - 1)];
}

static inline bool random_true(uint64_t *seed, double share)
{
    return seeded_between(seed, 0.0, 1.0) < share;
}

/* a divisor of `whole`, any of them equally likely */
static inline int64_t random_divisor(uint64_t *seed, int64_t whole)
{
    int64_t divisors[128], count = 0;
    for (int64_t i = 1; i <= whole && count < 128; i++) {
        if (whole % i == 0) {
            divisors[count++] = i;
        }
    }
    return random_of(seed, divisors, count);
}

static inline fab_value random_value(uint64_t *seed, double low, double high)
{
    const double x = seeded_between(seed, low, high);
    return (fab_value){.value = x, .low = x, .high = x, .is_known = true};
}

static inline fab_tier random_tier(uint64_t *seed, const char *name, double fastest_bps)
{
    return (fab_tier){
        .name = name,
        .technology = {.name = "link", .energy_j_per_bit = random_value(seed, 1e-12, 20e-12)},
        .rate_bps = random_value(seed, 0.02 * fastest_bps, fastest_bps),
        .latency_s = random_value(seed, 1e-8, 1e-5),
        .links_per_path = seeded_integer(seed, 1, 6),
        .packages_per_rack = seeded_integer(seed, 1, 72),
    };
}

static inline void random_fabric(uint64_t *seed, fab_scenario *s)
{
    const int64_t packages = s->job.gpus;
    fab_fabric *fabric = &s->fabric;
    fabric->name = "fabric";
    fabric->tiers[0] = random_tier(seed, "inner", 20e12);
    fabric->tiers[0].used = seeded_integer(seed, 1, packages + 4);
    fabric->tiers[0].domain = fabric->tiers[0].used + seeded_integer(seed, 0, 4);
    fabric->tier_count = 1;
    if (fabric->tiers[0].used < packages || random_true(seed, 0.5)) {
        const int64_t domains = (packages - 1) / fabric->tiers[0].used + 1;
        fabric->tiers[1] = random_tier(seed, "outer", 2e12);
        fabric->tiers[1].domain = domains * fabric->tiers[0].domain;
        fabric->tiers[1].used = fabric->tiers[1].domain;
        fabric->tier_count = 2;
    }
}

static inline void random_attention(uint64_t *seed, fab_model *m, int64_t tensor)
{
    m->heads = tensor * seeded_integer(seed, 1, 6);
    m->kv_heads = random_divisor(seed, m->heads);
    m->head_dim = 8 * seeded_integer(seed, 2, 16);
    if (random_true(seed, 0.3)) {
        m->attention = FAB_ATTENTION_MLA;
        m->q_rank = random_true(seed, 0.5) ? 64 * seeded_integer(seed, 1, 8) : 0;
        m->kv_rank = 64 * seeded_integer(seed, 1, 8);
        m->qk_nope_dim = 16 * seeded_integer(seed, 1, 8);
        m->qk_rope_dim = 16 * seeded_integer(seed, 1, 4);
        m->v_dim = 16 * seeded_integer(seed, 1, 8);
    }
}

static inline void random_experts(uint64_t *seed, fab_scenario *s)
{
    fab_model *m = &s->model;
    fab_mapping *map = &s->mapping;
    const int64_t replicas = map->cp * map->dp;
    const int64_t stage = map->tp * replicas;
    map->expert_order = random_true(seed, 0.5) ? FAB_EXPERTS_STRIDED : FAB_EXPERTS_FOLDED;
    if (map->expert_order == FAB_EXPERTS_STRIDED) {
        map->etp = random_true(seed, 0.5) ? 1 : map->tp;
        map->ep = random_divisor(seed, replicas);
    } else {
        map->ep = random_divisor(seed, stage);
        map->etp = random_divisor(seed, stage / map->ep);
    }
    m->experts = map->ep * seeded_integer(seed, 1, 6);
    m->experts_per_token = seeded_integer(seed, 1, m->experts < 8 ? m->experts : 8);
    m->expert_width = map->etp * 16 * seeded_integer(seed, 1, 64);
    m->shared_width = random_true(seed, 0.4) ? map->tp * 16 * seeded_integer(seed, 1, 32) : 0;
    m->dense_layers = random_true(seed, 0.5) ? 0 : seeded_integer(seed, 0, m->layers - 1);
}

static inline void random_model(uint64_t *seed, fab_scenario *s)
{
    fab_model *m = &s->model;
    *m = (fab_model){.name = "model",
                     .layers = s->mapping.pp * s->mapping.interleave + seeded_integer(seed, 0, 9),
                     .hidden = 64 * seeded_integer(seed, 4, 64),
                     .dense_width = s->mapping.tp * 32 * seeded_integer(seed, 2, 128),
                     .is_gated = random_true(seed, 0.7),
                     .vocabulary = seeded_integer(seed, 1000, 100000),
                     .is_tied = random_true(seed, 0.3),
                     .learned_positions = random_true(seed, 0.2) ? 1024 : 0,
                     .norm = random_true(seed, 0.3) ? FAB_NORM_LAYER : FAB_NORM_RMS,
                     .mtp_layers = random_true(seed, 0.2) ? 1 : 0,
                     .sequence = 2048};
    m->dense_layers = m->layers;
    random_attention(seed, m, s->mapping.tp);
    if (s->mapping.cp_mode == FAB_CONTEXT_ULYSSES) {
        /* whole heads for every rank, shared by none */
        m->heads *= s->mapping.cp;
        m->kv_heads = m->heads;
    }
    if (random_true(seed, 0.6)) {
        random_experts(seed, s);
    }
}

static inline fab_assumptions random_assumptions(uint64_t *seed)
{
    fab_assumptions a = fab_assumptions_default();
    a.gemm_efficiency_frac = seeded_between(seed, 0.1, 1.0);
    a.attention_efficiency_frac = seeded_between(seed, 0.1, 1.0);
    a.memory_efficiency_frac = seeded_between(seed, 0.1, 1.0);
    a.inner_efficiency_frac = seeded_between(seed, 0.1, 1.0);
    a.outer_efficiency_frac = seeded_between(seed, 0.1, 1.0);
    double *overlaps[] = {&a.overlap.tensor_frac, &a.overlap.expert_frac,  &a.overlap.pipeline_frac,
                          &a.overlap.data_frac,   &a.overlap.context_frac, &a.overlap.loss_frac};
    for (int i = 0; i < 5; i++) {
        *overlaps[i] = random_true(seed, 0.3) ? 0.0 : seeded_between(seed, 0.0, 1.0);
    }
    bool *effects[] = {&a.effects.product_traffic,        &a.effects.memory_traffic,
                       &a.effects.weight_gradient_gather, &a.effects.expert_layer_gathers,
                       &a.effects.pipeline_transfers,     &a.effects.latency,
                       &a.effects.data_parallel,          &a.effects.optimizer};
    for (int i = 0; i < 8; i++) {
        *effects[i] = random_true(seed, 0.8);
    }
    a.tensor_precision = random_true(seed, 0.3);
    a.dispatch_precision = random_true(seed, 0.3);
    a.combine_precision = random_true(seed, 0.3);
    a.gradient_precision = random_true(seed, 0.3);
    a.dispatch = (int)seeded_integer(seed, 0, 2);
    a.expert_load_ratio = random_true(seed, 0.5) ? 1.0 : seeded_between(seed, 1.0, 2.0);
    a.experts = (int)seeded_integer(seed, 0, 3);
    a.permutation = random_true(seed, 0.3);
    a.expert_routing =
        a.expert_load_ratio > 1.0 ? FAB_ROUTING_FIXED : (int)seeded_integer(seed, 0, 3);
    a.expert_skew_count =
        a.expert_routing == FAB_ROUTING_ZIPF ? seeded_between(seed, 0.1, 0.8) : 0.0;
    a.collective_algorithm = (int)seeded_integer(seed, 0, 2);
    a.tier_mode = (int)seeded_integer(seed, 0, 1);
    a.goodput_frac = seeded_between(seed, 0.5, 1.0);
    return a;
}

/* Every third scenario names the order of its passes, one that its counts allow. */
static inline void random_schedule(int number, fab_scenario *s)
{
    for (int i = 0; i < FAB_SCHEDULE_COUNT && number % 3 == 0; i++) {
        s->mapping.schedule = (number / 3 + i) % FAB_SCHEDULE_COUNT;
        const fab_pipeline pipeline = fab_scenario_pipeline(s);
        const bool is_good = fab_pipeline_check(&pipeline) == FAB_PIPELINE_GOOD;
        if (is_good && (pipeline.stages > 1 || pipeline.chunks == 1)) {
            return;
        }
    }
    s->mapping.schedule = FAB_SCHEDULE_AUTO;
}

/* Parts of a layer that the model has. */
static inline int random_parts_of(const fab_model *model)
{
    const bool has_shared = model->shared_width > 0;
    const int experts = (int)FAB_PART_EXPERT_ACTIVATION | (int)FAB_PART_EXPERTS |
                        (has_shared ? (int)FAB_PART_SHARED_EXPERTS : 0);
    return (int)FAB_PART_LAYER | (int)FAB_PART_CORE_ATTENTION | (int)FAB_PART_NORMS |
           (int)FAB_PART_SELECTIVE | (model->experts > 0 ? experts : 0) |
           (has_shared || model->dense_layers > 0 ? (int)FAB_PART_ACTIVATION : 0) |
           (model->dense_layers > 0 ? (int)FAB_PART_FEED_FORWARD : 0) |
           (model->attention == FAB_ATTENTION_MLA ? (int)FAB_PART_LATENTS : 0);
}

/* What software does beside the mapping, none of which a scenario is refused for. */
static inline void random_software(uint64_t *seed, fab_assumptions *a)
{
    a->overlap.server_loss_frac = random_true(seed, 0.3) ? seeded_between(seed, 0.0, 1.0) : 0.0;
    a->has_fused_latents = random_true(seed, 0.7);
    a->reruns_last = random_true(seed, 0.7);
    a->reruns_ends = random_true(seed, 0.3);
    a->gradient_passes = random_true(seed, 0.3) ? seeded_integer(seed, 1, 4) : 0;
    a->gathered_inputs = random_true(seed, 0.3);
    a->copies_sequences = random_true(seed, 0.3);
    a->copies_shards = random_true(seed, 0.3);
    a->transfers = random_true(seed, 0.3);
    if (a->loss == FAB_LOSS_SHARDED && random_true(seed, 0.3)) {
        a->loss = FAB_LOSS_IN_PLACE;
    }
}

/* Attention core, embedding and head, and the pipeline bubble are always on. */
static inline fab_scenario random_scenario(int number, fab_arena *where)
{
    static const int64_t TENSOR[] = {1, 2, 4, 8};
    static const fab_node EMPTY = {.kind = FAB_NODE_MAP};
    uint64_t seed = (uint64_t)number * 7919 + 1;
    fab_scenario s = {.name = "random"};
    fab_mapping *m = &s.mapping;
    *m = (fab_mapping){.tp = random_of(&seed, TENSOR, 4),
                       .cp = random_true(&seed, 0.6) ? 1 : seeded_integer(&seed, 2, 4),
                       .pp = random_true(&seed, 0.3) ? 1 : seeded_integer(&seed, 2, 6),
                       .dp = seeded_integer(&seed, 1, 12),
                       .ep = 1,
                       .etp = 1,
                       .microbatch = seeded_integer(&seed, 1, 4),
                       .interleave = random_true(&seed, 0.3) ? seeded_integer(&seed, 2, 3) : 1,
                       .zero = random_true(&seed, 0.5) ? 1 : seeded_integer(&seed, 0, 3),
                       .cp_mode = (int)seeded_integer(&seed, 0, 3),
                       .recompute = random_true(&seed, 0.2)};
    const int64_t group = m->interleave > 1 ? m->pp : 1;
    const int64_t microbatches = group * seeded_integer(&seed, 1, 8);
    s.job = (fab_job){.gpus = m->tp * m->cp * m->pp * m->dp,
                      .tokens = seeded_integer(&seed, 1, 1000000000),
                      .batch = m->dp * m->microbatch * microbatches,
                      .sequence = m->tp * 2 * m->cp * seeded_integer(&seed, 1, 256),
                      .precision = random_true(&seed, 0.4)};
    random_schedule(number, &s);
    random_model(&seed, &s);
    random_fabric(&seed, &s);
    s.gpu = (fab_gpu){.name = "gpu",
                      .bf16_flops = random_value(&seed, 1e14, 2e16),
                      .fp8_flops = random_value(&seed, 2e16, 4e16),
                      .memory_byte = random_value(&seed, 1e10, 1e12),
                      .memory_rate_byte_per_s = random_value(&seed, 1e12, 3e13)};
    s.assumptions = random_assumptions(&seed);
    m->is_sequence_parallel = s.model.experts > 0 || random_true(&seed, 0.7);
    if (m->recompute == FAB_RECOMPUTE_NONE && random_true(&seed, 0.3)) {
        m->recompute = (int)seeded_integer(&seed, 1, (1 << FAB_LAYER_PART_COUNT) - 1) & ~1;
    }
    m->recompute &= random_parts_of(&s.model);
    const bool in_some = random_true(&seed, 0.2);
    m->recompute_layers = in_some && m->recompute != FAB_RECOMPUTE_NONE ? 1 : 0;
    s.assumptions.attention = random_true(&seed, 0.2);
    s.assumptions.has_dropout = random_true(&seed, 0.3);
    s.assumptions.has_scatter_gather = random_true(&seed, 0.3);
    s.assumptions.expert_weighting = random_true(&seed, 0.5);
    s.assumptions.kept_inputs = random_true(&seed, 0.3);
    s.assumptions.loss = random_true(&seed, 0.2);
    s.assumptions.main_gradient = random_true(&seed, 0.2);
    s.assumptions.moments = random_true(&seed, 0.2);
    s.assumptions.has_gradient_scratch = random_true(&seed, 0.7);
    if (s.job.precision == FAB_PRECISION_FP8) {
        s.assumptions.kept_inputs = random_true(&seed, 0.3) ? FAB_KEPT_COMPACT : FAB_KEPT_JOB;
        s.assumptions.weights = (int)seeded_integer(&seed, 0, 2);
        const int64_t most = s.assumptions.weights != FAB_WEIGHTS_BF16 || m->zero == 3 ? 2 : 1;
        s.assumptions.parameter_precision = (int)seeded_integer(&seed, 0, most);
    }

    /* a shard group that experts can have too */
    const int64_t ranks = m->cp * m->dp;
    const bool is_strided = m->expert_order == FAB_EXPERTS_STRIDED && m->etp == 1;
    const int64_t copies = is_strided ? ranks / m->ep : s.job.gpus / m->pp / (m->ep * m->etp);
    const int64_t shards = seeded_integer(&seed, 1, ranks);
    const bool is_group =
        ranks % shards == 0 && (s.model.experts == 0 || copies % (ranks / shards) == 0);
    m->shard_group = m->zero > 0 && is_group && random_true(&seed, 0.5) ? shards : 0;

    /* drawn apart, so that all else stays what it is without */
    uint64_t host_seed = (uint64_t)number * 104729 + 7;
    s.gpu.host_rate_bps = random_value(&host_seed, 1e11, 4e12);
    const int64_t away = seeded_integer(&host_seed, 1, s.model.layers);
    m->offload_layers = random_true(&host_seed, 0.3) ? away : 0;
    s.assumptions.gradient_sum = m->zero <= 1 && random_true(&host_seed, 0.3);
    s.assumptions.gate_product = random_true(&host_seed, 0.3);
    const bool is_gathered = random_true(&host_seed, 0.3);
    s.assumptions.gather_precision = is_gathered && s.job.precision != FAB_PRECISION_BF16
                                         ? FAB_PRECISION_FP8
                                         : FAB_PRECISION_BF16;
    s.assumptions.exchange_messages = random_true(&host_seed, 0.3);
    random_software(&host_seed, &s.assumptions);

    fab_diagnostics list = fab_diagnostics_make(where);
    const fab_status status = fab_scenario_settle(&EMPTY, where, &list, &s);
    ck_assert_msg(status == FAB_OK, "seed %d: %s", number,
                  list.count > 0 ? list.items[0].message : "");
    return s;
}

#endif
