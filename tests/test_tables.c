#include "scenario_fixture.h"

#include <fabricast/units.h>

#include "bad_input.h"
#include "study/file.h"

/* a document in which every field of the scenario file stands, each with a value of its own */
#define JOB_TEXT "{gpus: 11, tokens: 12G, batch: 13, sequence: 14, precision: fp8}"
#define MAPPING_TEXT                                                                               \
    "{tp: 21, cp: 28, cp_mode: ulysses, zero: 3, layout: 1 2, pp: 22, dp: 23, ep: 24, etp: 25, "   \
    "microbatch: "                                                                                 \
    "26, interleave: 27,\n"                                                                        \
    "  expert_order: strided, recompute: full, recompute_layers: 29, shard_group: 30, cp_inner: "  \
    "31, offload_layers: 32, "                                                                     \
    "sequence_parallel: false}"
#define OVERLAP_TEXT                                                                               \
    "{tensor: 0.31, context: 0.35, expert: 0.32, pipeline: 0.33, data: 0.34, offload: 0.37, "      \
    "server_loss: 0.39}"
#define EFFECTS_TEXT                                                                               \
    "{attention_core: false, memory_traffic: false, product_traffic: false,\n"                     \
    "   embedding_head: false, weight_gradient_gather: false, expert_layer_gathers: true,\n"       \
    "   pipeline_bubble: false, pipeline_transfers: false, latency: false,\n"                      \
    "   data_parallel: false, optimizer: false, power_limit: true}"
#define POWER_TEXT                                                                                 \
    "{static_share: 0.21, full_power_rate: 0.72, memory_energy: 6 pJ/bit, host: 333 W, "           \
    "switches: 55 W, pue: 1.23}"

#define FAILURES_TEXT "{package_mtbf: 1111 h, link_stops: 0.5, checkpoint: 33 s, restart: 4 min}"

#define ASSUMPTIONS_TEXT                                                                           \
    "attention: unfused\n"                                                                         \
    "dropout: true\n"                                                                              \
    "scatter_gather: true\n"                                                                       \
    "expert_weighting: activations\nexperts: fused\npermutation: indexed\n"                        \
    "kept_inputs: bf16\n"                                                                          \
    "loss: gathered\n"                                                                             \
    "main_gradient: bf16\n"                                                                        \
    "moments: bf16\n"                                                                              \
    "weights: fp8_transposed\n"                                                                    \
    "parameter_precision: fp8\n"                                                                   \
    "gradient_scratch: false\n"                                                                    \
    "gemm_efficiency: 0.41\n"                                                                      \
    "attention_efficiency: 42 %\n"                                                                 \
    "memory_efficiency: 0.43\n"                                                                    \
    "computation_scale: 1.47\n"                                                                    \
    "speed_spread: 0.02\n"                                                                         \
    "step_jitter: 0.7 %\n"                                                                         \
    "inner_efficiency: 0.44\n"                                                                     \
    "outer_efficiency: 0.45\n"                                                                     \
    "host_efficiency: 0.36\n"                                                                      \
    "overlap: " OVERLAP_TEXT "\n"                                                                  \
    "effects: " EFFECTS_TEXT "\n"                                                                  \
    "tensor_precision: fp8\n"                                                                      \
    "gather_precision: fp8\n"                                                                      \
    "dispatch_precision: fp8\n"                                                                    \
    "combine_precision: fp8\n"                                                                     \
    "gradient_precision: bf16\n"                                                                   \
    "gradient_sum: all_reduce\n"                                                                   \
    "exchange_messages: per_matrix\n"                                                              \
    "gate_product: separate\ngathered_inputs: apart\n"                                             \
    "sequence_copies: true\nshard_copies: true\n"                                                  \
    "dispatch: per_domain\n"                                                                       \
    "expert_load: 1.46\nexpert_routing: zipf\nexpert_skew: 0.31\n"                                 \
    "collective_algorithm: direct\n"                                                               \
    "tiers: concurrent\n"                                                                          \
    "memory_fixed: 4.7 GB\n"                                                                       \
    "memory_reserve: 0.48\n"                                                                       \
    "goodput: 0.49\n"                                                                              \
    "power: " POWER_TEXT "\n"                                                                      \
    "failures: " FAILURES_TEXT "\n"

#define SEARCH_TEXT                                                                                \
    "{schedules: [auto, zb_v], zeros: [0, 3], cp_modes: [ulysses], shard_groups: [all, domain]}"

#define WHOLE_TEXT                                                                                 \
    "name: whole\n"                                                                                \
    "gpu: a\n"                                                                                     \
    "fabric: b\n"                                                                                  \
    "model: c\n"                                                                                   \
    "job: " JOB_TEXT "\n"                                                                          \
    "mapping: " MAPPING_TEXT "\n"                                                                  \
    "assumptions:\n"                                                                               \
    "  overlap: " OVERLAP_TEXT "\n"                                                                \
    "  effects: " EFFECTS_TEXT "\n"                                                                \
    "search: " SEARCH_TEXT "\n"

#define WHOLE_STUDY_TEXT                                                                           \
    "name: whole\n"                                                                                \
    "title: The whole\n"                                                                           \
    "question: What is there?\n"                                                                   \
    "base: {name: x}\n"                                                                            \
    "sweep: {name: size, values: [{label: a, title: A, why: wa, set: {model: ma}}]}\n"             \
    "compare: [{label: b, title: B, why: wb, set: {fabric: fb}}]\n"                                \
    "ranges: [{name: r, why: wr, at: a, stated: false, values: [{label: c, set: {gpu: g}}]}]\n"    \
    "targets: [{id: T1, what: w, published: 2X, tag: P, source: s, metric: gain_grows,\n"          \
    "           slow: b, fast: c, at: a, more: d, less: e, rate: 3 Tbps}]\n"                       \
    "waterfall: {target: T1, start: {label: l0, set: {name: n0}},\n"                               \
    "            steps: [{label: l1}, {label: l2}], beyond: [{label: l3}]}\n"                      \
    "remarks: [{text: first}, {text: second}]\n"

static void read_record(const fab_table *table, const char *text, void *record)
{
    diagnostics = fab_diagnostics_make(arena);
    const fab_status status =
        fab_record_read(table, parse_text("test.yaml", text), arena, &diagnostics, record);
    ck_assert_msg(status == FAB_OK, "%s\n%s", diagnostics.count ? diagnostics.items[0].message : "",
                  text);
}

/* how many mistakes each table allows at least: a table that lost its limits would allow fewer */
static const struct {
    const fab_table *table;
    const char *text;
    size_t least;
} BROKEN[] = {
    {&FAB_SCENARIO_TABLE, WHOLE_TEXT, 300},  {&FAB_JOB_TABLE, JOB_TEXT, 40},
    {&FAB_MAPPING_TABLE, MAPPING_TEXT, 80},  {&FAB_ASSUMPTIONS_TABLE, ASSUMPTIONS_TEXT, 190},
    {&FAB_OVERLAP_TABLE, OVERLAP_TEXT, 40},  {&FAB_EFFECTS_TABLE, EFFECTS_TEXT, 60},
    {&FAB_POWER_TABLE, POWER_TEXT, 60},      {&FAB_STUDY_TABLE, WHOLE_STUDY_TEXT, 150},
    {&FAB_FAILURE_TABLE, FAILURES_TEXT, 30}, {&FAB_SEARCH_TABLE, SEARCH_TEXT, 15},
};

START_TEST(every_mistake_is_refused)
{
    const size_t cases = bad_input_check(BROKEN[_i].table, BROKEN[_i].text);
    ck_assert_msg(cases >= BROKEN[_i].least, "only %zu mistakes in a %s", cases,
                  BROKEN[_i].table->kind);
}
END_TEST

START_TEST(job_fields_reach_their_members)
{
    fab_job job;
    read_record(&FAB_JOB_TABLE, JOB_TEXT, &job);
    ck_assert_int_eq(job.gpus, 11);
    ck_assert_int_eq(job.tokens, INT64_C(12000000000));
    ck_assert_int_eq(job.batch, 13);
    ck_assert_int_eq(job.sequence, 14);
    ck_assert_int_eq(job.precision, FAB_PRECISION_FP8);
}
END_TEST

START_TEST(mapping_fields_reach_their_members)
{
    fab_mapping m;
    read_record(&FAB_MAPPING_TABLE, MAPPING_TEXT, &m);
    ck_assert_int_eq(m.tp, 21);
    ck_assert_int_eq(m.pp, 22);
    ck_assert_int_eq(m.cp, 28);
    ck_assert_int_eq(m.cp_mode, FAB_CONTEXT_ULYSSES);
    ck_assert_int_eq(m.zero, 3);
    ck_assert_str_eq(m.layout, "1 2");
    ck_assert_int_eq(m.dp, 23);
    ck_assert_int_eq(m.ep, 24);
    ck_assert_int_eq(m.etp, 25);
    ck_assert_int_eq(m.microbatch, 26);
    ck_assert_int_eq(m.interleave, 27);
    ck_assert_int_eq(m.expert_order, FAB_EXPERTS_STRIDED);
    ck_assert_int_eq(m.recompute, FAB_RECOMPUTE_FULL);
    ck_assert_int_eq(m.recompute_layers, 29);
    ck_assert_int_eq(m.shard_group, 30);
    ck_assert_int_eq(m.cp_inner, 31);
    ck_assert_int_eq(m.offload_layers, 32);
    ck_assert(!m.is_sequence_parallel);
}
END_TEST

START_TEST(search_fields_reach_their_members)
{
    fab_search_axes axes;
    read_record(&FAB_SEARCH_TABLE, SEARCH_TEXT, &axes);
    ck_assert_int_eq(axes.schedules, 1 << FAB_SCHEDULE_AUTO | 1 << FAB_SCHEDULE_ZB_V);
    ck_assert_int_eq(axes.zeros, 1 << 0 | 1 << 3);
    ck_assert_int_eq(axes.cp_modes, 1 << FAB_CONTEXT_ULYSSES);
    ck_assert_int_eq(axes.shard_groups, (int)FAB_SHARD_ALL | (int)FAB_SHARD_DOMAIN);
    read_record(&FAB_SEARCH_TABLE, "{}", &axes);
    ck_assert_int_eq(axes.schedules | axes.zeros | axes.cp_modes | axes.shard_groups, 0);
}
END_TEST

START_TEST(assumption_fields_reach_their_members)
{
    fab_assumptions a;
    read_record(&FAB_ASSUMPTIONS_TABLE, ASSUMPTIONS_TEXT, &a);
    ck_assert(a.attention == FAB_ATTENTION_UNFUSED && a.has_dropout && a.has_scatter_gather);
    ck_assert(!a.has_gradient_scratch);
    ck_assert(a.expert_weighting == FAB_WEIGHTING_ACTIVATIONS && a.loss == FAB_LOSS_GATHERED);
    ck_assert_int_eq(a.expert_routing, FAB_ROUTING_ZIPF);
    ck_assert(a.experts == FAB_EXPERTS_FUSED && a.permutation == FAB_PERMUTATION_INDEXED);
    ck_assert(a.kept_inputs == FAB_KEPT_BF16);
    ck_assert(a.weights == FAB_WEIGHTS_FP8_TRANSPOSED);
    ck_assert(a.parameter_precision == FAB_PARAMETERS_FP8);
    ck_assert(a.main_gradient == FAB_GRADIENT_BF16 && a.moments == FAB_GRADIENT_BF16);
    const struct {
        double got, want;
    } number[] = {
        {a.gemm_efficiency_frac, 0.41},
        {a.attention_efficiency_frac, 0.42},
        {a.computation_scale_ratio, 1.47},
        {a.speed_spread_frac, 0.02},
        {a.step_jitter_frac, 0.007},
        {a.memory_efficiency_frac, 0.43},
        {a.inner_efficiency_frac, 0.44},
        {a.outer_efficiency_frac, 0.45},
        {a.host_efficiency_frac, 0.36},
        {a.expert_load_ratio, 1.46},
        {a.expert_skew_count, 0.31},
        {a.memory_fixed_byte, 4.7e9},
        {a.memory_reserve_frac, 0.48},
        {a.goodput_frac, 0.49},
        {a.failures.package_mtbf_s, 1111 * 3600.0},
        {a.failures.link_stops_frac, 0.5},
        {a.failures.checkpoint_s, 33},
        {a.failures.restart_s, 240},
        {a.overlap.tensor_frac, 0.31},
        {a.overlap.expert_frac, 0.32},
        {a.overlap.pipeline_frac, 0.33},
        {a.overlap.data_frac, 0.34},
        {a.power.static_frac, 0.21},
        {a.power.full_rate_frac, 0.72},
        {a.power.memory_energy_j_per_bit, 6e-12},
        {a.power.host_w, 333.0},
        {a.power.switch_w, 55.0},
        {a.power.pue_ratio, 1.23},
        {a.overlap.context_frac, 0.35},
    };
    for (size_t i = 0; i < FAB_TABLE_SIZE(number); i++) {
        ck_assert_double_eq_tol(number[i].got, number[i].want, 1e-12 * number[i].want);
    }
    ck_assert_int_eq(a.tensor_precision, FAB_PRECISION_FP8);
    ck_assert_int_eq(a.gather_precision, FAB_PRECISION_FP8);
    ck_assert_int_eq(a.dispatch_precision, FAB_PRECISION_FP8);
    ck_assert_int_eq(a.combine_precision, FAB_PRECISION_FP8);
    ck_assert_int_eq(a.gradient_precision, FAB_GRADIENT_BF16);
    ck_assert_int_eq(a.gradient_sum, FAB_GRADIENT_SUM_ALL_REDUCE);
    ck_assert_int_eq(a.exchange_messages, FAB_EXCHANGE_PER_MATRIX);
    ck_assert_int_eq(a.gate_product, FAB_GATE_PRODUCT_SEPARATE);
    ck_assert_int_eq(a.gathered_inputs, FAB_GATHERED_APART);
    ck_assert(a.copies_sequences && a.copies_shards);
    ck_assert_int_eq(a.dispatch, FAB_DISPATCH_PER_DOMAIN);
    ck_assert_int_eq(a.collective_algorithm, FAB_ALGORITHM_DIRECT);
    ck_assert_int_eq(a.tier_mode, FAB_TIERS_CONCURRENT);
}
END_TEST

/* fields of one type in one struct: each alone must change its own member and no other */
static const struct {
    const char *field;
    size_t offset;
    bool by_default;
} EFFECT[] = {
    {"attention_core", offsetof(fab_effects, attention_core), true},
    {"memory_traffic", offsetof(fab_effects, memory_traffic), true},
    {"product_traffic", offsetof(fab_effects, product_traffic), true},
    {"embedding_head", offsetof(fab_effects, embedding_head), true},
    {"weight_gradient_gather", offsetof(fab_effects, weight_gradient_gather), true},
    {"expert_layer_gathers", offsetof(fab_effects, expert_layer_gathers), false},
    {"pipeline_bubble", offsetof(fab_effects, pipeline_bubble), true},
    {"pipeline_transfers", offsetof(fab_effects, pipeline_transfers), true},
    {"latency", offsetof(fab_effects, latency), true},
    {"data_parallel", offsetof(fab_effects, data_parallel), true},
    {"optimizer", offsetof(fab_effects, optimizer), true},
    {"power_limit", offsetof(fab_effects, power_limit), false},
};

static bool flag_at(const fab_effects *effects, size_t offset)
{
    return *(const bool *)((const char *)effects + offset);
}

START_TEST(each_effect_is_its_own_switch)
{
    char text[128];
    fab_assumptions a;
    snprintf(text, sizeof text, "effects: {%s: %s}", EFFECT[_i].field,
             EFFECT[_i].by_default ? "false" : "true");
    read_record(&FAB_ASSUMPTIONS_TABLE, text, &a);
    for (size_t i = 0; i < FAB_TABLE_SIZE(EFFECT); i++) {
        const bool is_changed = i == (size_t)_i;
        ck_assert_msg(flag_at(&a.effects, EFFECT[i].offset) == (EFFECT[i].by_default != is_changed),
                      "%s after {%s}", EFFECT[i].field, text);
    }
    ck_assert_uint_eq(FAB_TABLE_SIZE(EFFECT), FAB_EFFECTS_TABLE.count);
}
END_TEST

/* every word that a choice knows */
static const struct {
    const fab_table *table;
    const char *text;
    size_t offset;
    int want;
} WORD[] = {
    {&FAB_JOB_TABLE, "precision: bf16", offsetof(fab_job, precision), FAB_PRECISION_BF16},
    {&FAB_JOB_TABLE, "precision: fp8", offsetof(fab_job, precision), FAB_PRECISION_FP8},
    {&FAB_MAPPING_TABLE, "expert_order: folded", offsetof(fab_mapping, expert_order),
     FAB_EXPERTS_FOLDED},
    {&FAB_MAPPING_TABLE, "expert_order: strided", offsetof(fab_mapping, expert_order),
     FAB_EXPERTS_STRIDED},
    {&FAB_MAPPING_TABLE, "cp_mode: ring", offsetof(fab_mapping, cp_mode), FAB_CONTEXT_RING},
    {&FAB_MAPPING_TABLE, "cp_mode: all_gather", offsetof(fab_mapping, cp_mode),
     FAB_CONTEXT_ALL_GATHER},
    {&FAB_MAPPING_TABLE, "cp_mode: ulysses", offsetof(fab_mapping, cp_mode), FAB_CONTEXT_ULYSSES},
    {&FAB_MAPPING_TABLE, "cp_mode: hierarchical", offsetof(fab_mapping, cp_mode),
     FAB_CONTEXT_HIERARCHICAL},
    {&FAB_MAPPING_TABLE, "recompute: none", offsetof(fab_mapping, recompute), FAB_RECOMPUTE_NONE},
    {&FAB_MAPPING_TABLE, "recompute: full", offsetof(fab_mapping, recompute), FAB_RECOMPUTE_FULL},
    {&FAB_MAPPING_TABLE, "recompute: selective", offsetof(fab_mapping, recompute),
     FAB_PART_SELECTIVE},
    {&FAB_MAPPING_TABLE, "recompute: core_attention", offsetof(fab_mapping, recompute),
     FAB_PART_CORE_ATTENTION},
    {&FAB_MAPPING_TABLE, "recompute: [layernorm, moe_act]", offsetof(fab_mapping, recompute),
     FAB_PART_NORMS | FAB_PART_EXPERT_ACTIVATION},
    {&FAB_MAPPING_TABLE, "recompute: act mla_up_proj mlp shared_experts moe",
     offsetof(fab_mapping, recompute),
     FAB_PART_ACTIVATION | FAB_PART_LATENTS | FAB_PART_FEED_FORWARD | FAB_PART_SHARED_EXPERTS |
         FAB_PART_EXPERTS},
    {&FAB_ASSUMPTIONS_TABLE, "attention: fused", offsetof(fab_assumptions, attention),
     FAB_ATTENTION_FUSED},
    {&FAB_ASSUMPTIONS_TABLE, "attention: unfused", offsetof(fab_assumptions, attention),
     FAB_ATTENTION_UNFUSED},
    {&FAB_ASSUMPTIONS_TABLE, "tensor_precision: fp8", offsetof(fab_assumptions, tensor_precision),
     FAB_PRECISION_FP8},
    {&FAB_ASSUMPTIONS_TABLE, "gather_precision: fp8", offsetof(fab_assumptions, gather_precision),
     FAB_PRECISION_FP8},
    {&FAB_ASSUMPTIONS_TABLE, "dispatch_precision: fp8",
     offsetof(fab_assumptions, dispatch_precision), FAB_PRECISION_FP8},
    {&FAB_ASSUMPTIONS_TABLE, "combine_precision: fp8", offsetof(fab_assumptions, combine_precision),
     FAB_PRECISION_FP8},
    {&FAB_ASSUMPTIONS_TABLE, "gradient_precision: fp32",
     offsetof(fab_assumptions, gradient_precision), FAB_GRADIENT_FP32},
    {&FAB_ASSUMPTIONS_TABLE, "gradient_precision: bf16",
     offsetof(fab_assumptions, gradient_precision), FAB_GRADIENT_BF16},
    {&FAB_ASSUMPTIONS_TABLE, "gradient_sum: all_reduce", offsetof(fab_assumptions, gradient_sum),
     FAB_GRADIENT_SUM_ALL_REDUCE},
    {&FAB_ASSUMPTIONS_TABLE, "exchange_messages: joined",
     offsetof(fab_assumptions, exchange_messages), FAB_EXCHANGE_JOINED},
    {&FAB_ASSUMPTIONS_TABLE, "gate_product: separate", offsetof(fab_assumptions, gate_product),
     FAB_GATE_PRODUCT_SEPARATE},
    {&FAB_ASSUMPTIONS_TABLE, "gathered_inputs: together",
     offsetof(fab_assumptions, gathered_inputs), FAB_GATHERED_TOGETHER},
    {&FAB_ASSUMPTIONS_TABLE, "gathered_inputs: apart", offsetof(fab_assumptions, gathered_inputs),
     FAB_GATHERED_APART},
    {&FAB_ASSUMPTIONS_TABLE, "dispatch: per_expert", offsetof(fab_assumptions, dispatch),
     FAB_DISPATCH_PER_EXPERT},
    {&FAB_ASSUMPTIONS_TABLE, "dispatch: per_rank", offsetof(fab_assumptions, dispatch),
     FAB_DISPATCH_PER_RANK},
    {&FAB_ASSUMPTIONS_TABLE, "dispatch: per_domain", offsetof(fab_assumptions, dispatch),
     FAB_DISPATCH_PER_DOMAIN},
    {&FAB_ASSUMPTIONS_TABLE, "collective_algorithm: auto",
     offsetof(fab_assumptions, collective_algorithm), FAB_ALGORITHM_AUTO},
    {&FAB_ASSUMPTIONS_TABLE, "collective_algorithm: ring",
     offsetof(fab_assumptions, collective_algorithm), FAB_ALGORITHM_RING},
    {&FAB_ASSUMPTIONS_TABLE, "collective_algorithm: direct",
     offsetof(fab_assumptions, collective_algorithm), FAB_ALGORITHM_DIRECT},
    {&FAB_ASSUMPTIONS_TABLE, "tiers: sequential", offsetof(fab_assumptions, tier_mode),
     FAB_TIERS_SEQUENTIAL},
    {&FAB_ASSUMPTIONS_TABLE, "tiers: concurrent", offsetof(fab_assumptions, tier_mode),
     FAB_TIERS_CONCURRENT},
};

/* a record large and aligned enough for each of the tables */
typedef union any_record {
    fab_job job;
    fab_mapping mapping;
    fab_assumptions assumptions;
} any_record;

START_TEST(each_word_is_its_own_value)
{
    any_record record = {.job = {0}};
    diagnostics = fab_diagnostics_make(arena);
    memset(&record, 0xff, sizeof record);
    ck_assert_int_eq(fab_record_overlay(WORD[_i].table, parse_text("test.yaml", WORD[_i].text),
                                        arena, &diagnostics, &record),
                     FAB_OK);
    int got;
    memcpy(&got, (const char *)&record + WORD[_i].offset, sizeof got);
    ck_assert_msg(got == WORD[_i].want, "%s gives %d", WORD[_i].text, got);
}
END_TEST

START_TEST(silence_gives_the_defaults)
{
    fab_assumptions a;
    fab_mapping m;
    fab_job job;
    read_record(&FAB_ASSUMPTIONS_TABLE, "{}", &a);
    const fab_assumptions d = fab_assumptions_default();
    ck_assert_double_eq(a.gemm_efficiency_frac, d.gemm_efficiency_frac);
    ck_assert_double_eq(a.attention_efficiency_frac, d.attention_efficiency_frac);
    ck_assert_double_eq(a.memory_efficiency_frac, d.memory_efficiency_frac);
    ck_assert_double_eq(a.computation_scale_ratio, d.computation_scale_ratio);
    ck_assert_double_eq(a.speed_spread_frac, d.speed_spread_frac);
    ck_assert_double_eq(a.step_jitter_frac, d.step_jitter_frac);
    ck_assert_double_eq(a.inner_efficiency_frac, d.inner_efficiency_frac);
    ck_assert_double_eq(a.outer_efficiency_frac, d.outer_efficiency_frac);
    ck_assert_mem_eq(&a.overlap, &d.overlap, sizeof d.overlap);
    ck_assert_mem_eq(&a.effects, &d.effects, sizeof d.effects);
    ck_assert_int_eq(a.tensor_precision, d.tensor_precision);
    ck_assert_int_eq(a.gather_precision, d.gather_precision);
    ck_assert_int_eq(a.dispatch_precision, d.dispatch_precision);
    ck_assert_int_eq(a.combine_precision, d.combine_precision);
    ck_assert_int_eq(a.gradient_precision, d.gradient_precision);
    ck_assert_int_eq(a.gradient_sum, d.gradient_sum);
    ck_assert_int_eq(a.exchange_messages, d.exchange_messages);
    ck_assert_int_eq(a.gate_product, d.gate_product);
    ck_assert_int_eq(a.gathered_inputs, d.gathered_inputs);
    ck_assert(a.copies_sequences == d.copies_sequences && a.copies_shards == d.copies_shards);
    ck_assert_int_eq(a.dispatch, d.dispatch);
    ck_assert_double_eq(a.expert_load_ratio, d.expert_load_ratio);
    ck_assert_int_eq(a.collective_algorithm, d.collective_algorithm);
    ck_assert_int_eq(a.tier_mode, d.tier_mode);
    ck_assert_double_eq(a.memory_fixed_byte, d.memory_fixed_byte);
    ck_assert_double_eq(a.memory_reserve_frac, d.memory_reserve_frac);
    ck_assert_double_eq(a.goodput_frac, d.goodput_frac);

    read_record(&FAB_MAPPING_TABLE, "{}", &m);
    ck_assert(m.tp == 1 && m.pp == 1 && m.dp == 0 && m.ep == 1 && m.etp == 1);
    ck_assert(m.microbatch == 1 && m.interleave == 1 && m.cp == 1 && m.zero == 1);
    ck_assert(m.cp_mode == FAB_CONTEXT_RING);
    ck_assert_str_eq(m.layout, "even");
    ck_assert(m.expert_order == FAB_EXPERTS_FOLDED && m.recompute == FAB_RECOMPUTE_NONE);
    ck_assert(m.recompute_layers == 0 && m.is_sequence_parallel);
    ck_assert(m.shard_group == 0 && m.cp_inner == 0 && m.offload_layers == 0);
    ck_assert(a.attention == FAB_ATTENTION_FUSED && !a.has_dropout && !a.has_scatter_gather);
    ck_assert(a.has_gradient_scratch);
    ck_assert(a.expert_weighting == FAB_WEIGHTING_OUTPUTS && a.loss == FAB_LOSS_SHARDED);
    ck_assert_int_eq(a.expert_routing, FAB_ROUTING_FIXED);
    ck_assert(a.experts == FAB_EXPERTS_LOOPED && a.permutation == FAB_PERMUTATION_FUSED);
    ck_assert(a.kept_inputs == FAB_KEPT_JOB);
    ck_assert(a.weights == FAB_WEIGHTS_BF16 && a.parameter_precision == FAB_PARAMETERS_KEPT);
    ck_assert(a.main_gradient == FAB_GRADIENT_FP32 && a.moments == FAB_GRADIENT_FP32);
    read_record(&FAB_JOB_TABLE, "{gpus: 1, tokens: 1, batch: 1}", &job);
    ck_assert(job.sequence == 0 && job.precision == FAB_PRECISION_BF16);
}
END_TEST

/* what the defaults are said to be, and why: docs/scenario.md */
START_TEST(defaults_are_the_documented_ones)
{
    const fab_assumptions d = fab_assumptions_default();
    ck_assert_double_eq(d.gemm_efficiency_frac, 0.5);
    ck_assert_double_eq(d.attention_efficiency_frac, 0.5);
    ck_assert_double_eq(d.memory_efficiency_frac, 0.8);
    ck_assert_double_eq(d.computation_scale_ratio, 1.0);
    ck_assert_double_eq(d.speed_spread_frac, 0.01);
    ck_assert_double_eq(d.step_jitter_frac, 0.005);
    ck_assert_double_eq(d.inner_efficiency_frac, 1.0);
    ck_assert_double_eq(d.outer_efficiency_frac, 1.0);
    ck_assert_double_eq(d.expert_load_ratio, 1.0);
    ck_assert_double_eq(d.goodput_frac, 1.0);
    ck_assert_double_eq(d.overlap.tensor_frac, 0.0);
    ck_assert_double_lt(d.overlap.context_frac, 0.0); /* by mode */
    ck_assert_double_eq(d.overlap.expert_frac, 0.0);
    ck_assert_double_eq(d.overlap.pipeline_frac, 0.0);
    ck_assert_double_eq(d.overlap.data_frac, 1.0);
    for (size_t i = 0; i < FAB_TABLE_SIZE(EFFECT); i++) {
        ck_assert(flag_at(&d.effects, EFFECT[i].offset) == EFFECT[i].by_default);
    }
}
END_TEST

START_TEST(words_stand_for_numbers)
{
    fab_mapping m;
    fab_job job;
    read_record(&FAB_MAPPING_TABLE, "dp: auto", &m);
    ck_assert_int_eq(m.dp, 0);
    read_record(&FAB_JOB_TABLE, "{gpus: 1, tokens: 1, batch: 1, sequence: model}", &job);
    ck_assert_int_eq(job.sequence, 0);
}
END_TEST

START_TEST(scenario_fields_reach_their_members)
{
    fab_scenario_file file;
    read_record(&FAB_SCENARIO_TABLE, WHOLE_TEXT, &file);
    ck_assert_str_eq(file.name, "whole");
    ck_assert_str_eq(file.gpu->text, "a");
    ck_assert_str_eq(file.fabric->text, "b");
    ck_assert_str_eq(file.model->text, "c");
    ck_assert_int_eq(file.job.gpus, 11);
    ck_assert_int_eq(file.mapping.tp, 21);
    ck_assert_double_eq_tol(file.assumptions.overlap.expert_frac, 0.32, 1e-15);
    ck_assert(file.assumptions.effects.expert_layer_gathers);
    ck_assert(!file.assumptions.effects.latency);
}
END_TEST

START_TEST(study_fields_reach_their_members)
{
    fab_study_file file;
    read_record(&FAB_STUDY_TABLE, WHOLE_STUDY_TEXT, &file);
    ck_assert_str_eq(file.name, "whole");
    ck_assert_str_eq(file.title, "The whole");
    ck_assert_str_eq(file.question, "What is there?");
    ck_assert_str_eq(fab_node_get(file.base, "name")->text, "x");
    ck_assert_str_eq(file.sweep.name, "size");
    ck_assert_uint_eq(file.sweep.values.count, 1);
    const fab_study_setting *a = file.sweep.values.items;
    ck_assert_str_eq(a->label, "a");
    ck_assert_str_eq(a->title, "A");
    ck_assert_str_eq(a->why, "wa");
    ck_assert_str_eq(fab_node_get(a->set, "model")->text, "ma");
    ck_assert_str_eq(((const fab_study_setting *)file.compare.items)->label, "b");
    const fab_study_range *range = file.ranges.items;
    ck_assert_str_eq(range->name, "r");
    ck_assert_str_eq(range->why, "wr");
    ck_assert_str_eq(range->at, "a");
    ck_assert(!range->is_stated);
    ck_assert_str_eq(((const fab_study_setting *)range->values.items)->label, "c");
    ck_assert_uint_eq(file.remarks.count, 2);
    ck_assert_str_eq(((const fab_study_remark *)file.remarks.items)[1].text, "second");
}
END_TEST

START_TEST(target_fields_reach_their_members)
{
    fab_study_file file;
    read_record(&FAB_STUDY_TABLE, WHOLE_STUDY_TEXT, &file);
    const fab_study_goal *goal = file.targets.items;
    ck_assert_str_eq(goal->id, "T1");
    ck_assert_str_eq(goal->what, "w");
    ck_assert_str_eq(goal->published, "2X");
    ck_assert_str_eq(goal->tag, "P");
    ck_assert_str_eq(goal->source, "s");
    ck_assert_int_eq(goal->metric, FAB_METRIC_GAIN_GROWS);
    ck_assert_str_eq(goal->slow, "b");
    ck_assert_str_eq(goal->fast, "c");
    ck_assert_str_eq(goal->at, "a");
    ck_assert_str_eq(goal->more, "d");
    ck_assert_str_eq(goal->less, "e");
    ck_assert_double_eq_tol(goal->rate_bps, 3e12, 1);
    ck_assert_str_eq(file.waterfall.target, "T1");
    ck_assert_str_eq(file.waterfall.start.label, "l0");
    ck_assert_uint_eq(file.waterfall.steps.count, 2);
    ck_assert_str_eq(((const fab_study_setting *)file.waterfall.beyond.items)->label, "l3");
}
END_TEST

START_TEST(a_range_is_stated_unless_said_otherwise)
{
    fab_study_file file;
    read_record(&FAB_STUDY_TABLE,
                "{name: n, title: t, question: q, base: b, sweep: {name: s, values: [{label: a}]},"
                " compare: [{label: b}], ranges: [{name: r, why: w, values: [{label: c}]}]}",
                &file);
    ck_assert(((const fab_study_range *)file.ranges.items)->is_stated);
    ck_assert_ptr_null(((const fab_study_range *)file.ranges.items)->at);
    ck_assert_ptr_null(file.waterfall.target);
}
END_TEST

/* every field of job, mapping and assumptions, once, with the value that the scenario has */
START_TEST(settings_list_every_field)
{
    const fab_scenario scenario =
        good_scenario(STUDY_TEXT, "{assumptions: {overlap: {expert: 0.25}}}");
    const fab_setting *settings = NULL;
    size_t count = 0, fields = FAB_JOB_TABLE.count + FAB_MAPPING_TABLE.count +
                               FAB_ASSUMPTIONS_TABLE.count - 4 + FAB_OVERLAP_TABLE.count +
                               FAB_EFFECTS_TABLE.count + FAB_POWER_TABLE.count +
                               FAB_FAILURE_TABLE.count;
    ck_assert_int_eq(fab_scenario_settings(&scenario, arena, &settings, &count), FAB_OK);
    ck_assert_uint_eq(count, fields);
    size_t changed = 0;
    for (size_t i = 0; i < count; i++) {
        ck_assert(*settings[i].section && *settings[i].field && *settings[i].text);
        ck_assert(*settings[i].help);
        changed += strncmp(settings[i].section, "assumptions", 11) == 0 && !settings[i].is_default;
        if (strcmp(settings[i].field, "expert") == 0) {
            ck_assert_str_eq(settings[i].section, "assumptions.overlap");
            ck_assert_msg(strstr(settings[i].text, "25") != NULL, "%s", settings[i].text);
            ck_assert(!settings[i].is_default);
        }
        if (strcmp(settings[i].field, "dp") == 0) {
            ck_assert_str_eq(settings[i].text, "256");
        }
    }
    /* the overlap of experts and the traffic of products */
    ck_assert_uint_eq(changed, 4);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("tables");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, every_mistake_is_refused, 0, (int)FAB_TABLE_SIZE(BROKEN));
    tcase_add_test(tests, job_fields_reach_their_members);
    tcase_add_test(tests, mapping_fields_reach_their_members);
    tcase_add_test(tests, search_fields_reach_their_members);
    tcase_add_test(tests, assumption_fields_reach_their_members);
    tcase_add_loop_test(tests, each_effect_is_its_own_switch, 0, (int)FAB_TABLE_SIZE(EFFECT));
    tcase_add_loop_test(tests, each_word_is_its_own_value, 0, (int)FAB_TABLE_SIZE(WORD));
    tcase_add_test(tests, silence_gives_the_defaults);
    tcase_add_test(tests, defaults_are_the_documented_ones);
    tcase_add_test(tests, words_stand_for_numbers);
    tcase_add_test(tests, scenario_fields_reach_their_members);
    tcase_add_test(tests, study_fields_reach_their_members);
    tcase_add_test(tests, target_fields_reach_their_members);
    tcase_add_test(tests, a_range_is_stated_unless_said_otherwise);
    tcase_add_test(tests, settings_list_every_field);
    return run_suite("tables", tests);
}
