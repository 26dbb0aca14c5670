#include "scenario/read.h"

#include "scenario/layout.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* Sizes above this cannot be multiplied safely, take seconds to lay out and describe nothing that
 * exists. */
#define PACKAGES_LIMIT  ((int64_t)1 << 24)
#define TOKENS_LIMIT    ((int64_t)1 << 62)
#define SEQUENCES_LIMIT ((int64_t)1 << 31)

typedef struct fab_settling {
    const fab_node *root;
    fab_diagnostics *diagnostics;
    fab_scenario *scenario;
    size_t mistakes;
} fab_settling;

/* Returns where the file says `section: field`, or else the section, or else the whole file. */
static fab_position place_of(const fab_settling *s, const char *section, const char *field)
{
    const fab_node *map = fab_node_get(s->root, section);
    const fab_node *value = fab_node_get(map, field);
    const fab_node *nearest = value != NULL ? value : map != NULL ? map : s->root;
    return nearest->position;
}

FAB_PRINTF(5, 6)
static void mistake(fab_settling *s, const char *section, const char *field, const char *hint,
                    const char *format, ...)
{
    s->mistakes++;
    if (s->diagnostics == NULL) {
        return;
    }
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    fab_diagnose(s->diagnostics, FAB_SEVERITY_ERROR, place_of(s, section, field), hint, "%s", text);
}

/* Says so when `divisor` (a mapping field's value) does not divide `whole`. */
static void must_divide(fab_settling *s, const char *field, int64_t divisor, const char *whole_name,
                        int64_t whole)
{
    if (whole % divisor != 0) {
        mistake(s, "mapping", field, NULL, "%s %" PRId64 " does not divide %s (%" PRId64 ")", field,
                divisor, whole_name, whole);
    }
}

/* Nothing below may overflow: 64 bits hold the product of any two sizes that pass. */
static bool sizes_are_sane(fab_settling *s)
{
    const fab_job *job = &s->scenario->job;
    const fab_mapping *m = &s->scenario->mapping;
    const struct {
        const char *section, *field;
        int64_t value, limit;
    } sizes[] = {
        {"job", "gpus", job->gpus, PACKAGES_LIMIT},
        {"job", "tokens", job->tokens, TOKENS_LIMIT},
        {"job", "batch", job->batch, SEQUENCES_LIMIT},
        {"job", "sequence", job->sequence, SEQUENCES_LIMIT},
        {"mapping", "tp", m->tp, job->gpus},
        {"mapping", "cp", m->cp, job->gpus},
        {"mapping", "pp", m->pp, job->gpus},
        {"mapping", "ep", m->ep, job->gpus},
        {"mapping", "etp", m->etp, job->gpus},
        {"mapping", "microbatch", m->microbatch, job->batch},
        {"mapping", "interleave", m->interleave, s->scenario->model.layers},
        {"mapping", "recompute_layers", m->recompute_layers, s->scenario->model.layers},
        {"mapping", "shard_group", m->shard_group, job->gpus},
        {"mapping", "offload_layers", m->offload_layers, s->scenario->model.layers},
        {"mapping", "cp_inner", m->cp_inner, m->cp},
    };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (sizes[i].value > sizes[i].limit) {
            mistake(s, sizes[i].section, sizes[i].field, NULL,
                    "%s %" PRId64 " is more than the %" PRId64 " that there can be", sizes[i].field,
                    sizes[i].value, sizes[i].limit);
        }
    }
    return s->mistakes == 0;
}

static void check_ranks(fab_settling *s)
{
    fab_mapping *m = &s->scenario->mapping;
    const int64_t gpus = s->scenario->job.gpus;
    char context[40] = "";
    if (m->cp > 1) {
        (void)snprintf(context, sizeof(context), " x cp %" PRId64, m->cp);
    }
    /* two sizes at most gpus never overflow; the third comes only when they fit */
    const bool is_over = m->tp * m->pp > gpus;
    const int64_t block = m->tp * m->pp * (is_over ? 1 : m->cp);
    if (block > gpus || gpus % block != 0) {
        mistake(s, "mapping", "pp",
                m->cp > 1 ? "tp x cp x pp x dp must equal gpus" : "tp x pp x dp must equal gpus",
                "tp %" PRId64 "%s x pp %" PRId64 " = %" PRId64 " does not divide gpus %" PRId64,
                m->tp, is_over ? "" : context, m->pp, block, gpus);
        return;
    }
    if (m->dp != 0 && m->dp != gpus / block) {
        mistake(s, "mapping", "dp", "leave dp out, or write `auto`",
                "dp %" PRId64 " does not fit: gpus %" PRId64 " / (tp %" PRId64 "%s x pp %" PRId64
                ") is %" PRId64,
                m->dp, gpus, m->tp, context, m->pp, gpus / block);
    }
    m->dp = gpus / block;
}

/* What a schedule asks of stages, chunks and micro-batches. */
static void check_pipeline(fab_settling *s)
{
    const fab_pipeline p = fab_scenario_pipeline(s->scenario);
    const char *const schedule = fab_schedule_text(fab_pipeline_schedule(&p));
    if (p.schedule != FAB_SCHEDULE_AUTO && p.stages == 1 && p.chunks > 1) {
        mistake(s, "mapping", "schedule", "leave schedule out",
                "schedule %s needs a pipeline: pp is 1", schedule);
        return;
    }
    switch (fab_pipeline_check(&p)) {
    case FAB_PIPELINE_NEEDS_ONE_CHUNK:
        mistake(s, "mapping", "interleave", "leave interleave out, or choose another schedule",
                "schedule %s runs one chunk per stage, not interleave %" PRId64, schedule,
                p.chunks);
        break;
    case FAB_PIPELINE_NEEDS_TWO_CHUNKS:
        mistake(s, "mapping", "interleave", "write interleave: 2",
                "schedule %s runs two chunks per stage, not interleave %" PRId64, schedule,
                p.chunks);
        break;
    case FAB_PIPELINE_NEEDS_CHUNKS:
        mistake(s, "mapping", "interleave", "write interleave: 2 or more, or schedule: 1f1b",
                "schedule %s runs several chunks per stage, not interleave %" PRId64, schedule,
                p.chunks);
        break;
    case FAB_PIPELINE_NEEDS_GROUPS:
        mistake(s, "mapping", "interleave", "interleaving runs micro-batches in groups of pp",
                "interleave %" PRId64 " needs micro-batches (%" PRId64
                ") to be a multiple of pp %" PRId64,
                p.chunks, p.microbatches, p.stages);
        break;
    case FAB_PIPELINE_NEEDS_EVEN_STAGES:
        mistake(s, "mapping", "pp", "its two directions meet in the middle",
                "schedule %s needs an even pp, not %" PRId64, schedule, p.stages);
        break;
    case FAB_PIPELINE_NEEDS_EVEN_MICROBATCHES:
        mistake(s, "mapping", "schedule", "half of them go each way; batch / (dp x microbatch)",
                "schedule %s needs an even number of micro-batches, not %" PRId64, schedule,
                p.microbatches);
        break;
    case FAB_PIPELINE_NEEDS_MICROBATCHES:
        mistake(s, "mapping", "schedule", "use fewer stages or a larger batch",
                "schedule %s needs micro-batches (%" PRId64 ") to be at least twice pp %" PRId64,
                schedule, p.microbatches, p.stages);
        break;
    case FAB_PIPELINE_GOOD:
    case FAB_PIPELINE_NEEDS_COUNTS:
        break;
    }
}

static void check_batch(fab_settling *s)
{
    const fab_mapping *m = &s->scenario->mapping;
    const int64_t batch = s->scenario->job.batch;
    const int64_t share = m->dp * m->microbatch;
    if (share > batch || batch % share != 0) {
        mistake(s, "job", "batch", "batch must be a multiple of dp x microbatch",
                "batch %" PRId64 " is not a multiple of dp %" PRId64 " x microbatch %" PRId64,
                batch, m->dp, m->microbatch);
        return;
    }
    check_pipeline(s);
}

/* A shape that the catalog counts but no operator here stands for. */
static void check_shape(fab_settling *s)
{
    if (s->scenario->model.encoder_layers > 0) {
        mistake(s, "model", "encoder_layers",
                "its parameters and FLOPs are counted, but its training is not forecast",
                "model `%s` has an encoder beside its decoder, which no forecast covers yet",
                s->scenario->model.name);
    }
}

static void check_layers(fab_settling *s)
{
    const fab_mapping *m = &s->scenario->mapping;
    const int64_t layers = s->scenario->model.layers;
    if (fab_layout_is_even(m->layout) && m->pp * m->interleave > layers) {
        mistake(s, "mapping", "pp", "a `layout` may leave the first and the last chunk empty",
                "pp %" PRId64 " x interleave %" PRId64 " is more than the model's %" PRId64
                " layers",
                m->pp, m->interleave, layers);
    }
    if (m->recompute == FAB_RECOMPUTE_NONE && m->recompute_layers > 0) {
        mistake(s, "mapping", "recompute_layers", "say what runs again, such as `recompute: full`",
                "recompute_layers %" PRId64 " goes with recompute none, so that nothing runs again",
                m->recompute_layers);
    }
}

/* Heads of linear attention are dealt whole. */
static bool can_deal_linear(const fab_scenario *scenario, int64_t ranks)
{
    const fab_model *model = &scenario->model;
    const int64_t all = ranks * scenario->mapping.tp;
    return model->linear_layers == 0 ||
           (model->linear_heads % all == 0 && model->linear_key_heads % all == 0);
}

/* Ulysses deals the heads of a tensor rank over context ranks; key and value heads may be copied,
 * query heads not. */
static bool can_deal(const fab_scenario *scenario, int64_t ranks)
{
    const int64_t heads = scenario->model.heads / scenario->mapping.tp;
    const int64_t kv_heads = fab_model_rank_kv_heads(&scenario->model, scenario->mapping.tp);
    return heads % ranks == 0 && (kv_heads % ranks == 0 || ranks % kv_heads == 0) &&
           can_deal_linear(scenario, ranks);
}

static void check_heads(fab_settling *s, const char *field, int64_t ranks)
{
    const fab_model *model = &s->scenario->model;
    const fab_mapping *m = &s->scenario->mapping;
    const int64_t heads = model->heads / m->tp;
    const int64_t kv_heads = fab_model_rank_kv_heads(model, m->tp);
    const char *const mode = m->cp_mode == FAB_CONTEXT_ULYSSES ? "ulysses" : "hierarchical";
    if (heads % ranks != 0) {
        mistake(s, "mapping", field, "use cp_mode: ring, or a smaller cp or tp",
                "cp_mode %s deals heads over context ranks: %s %" PRId64
                " does not divide the %" PRId64 " heads of a tensor rank",
                mode, field, ranks, heads);
    } else if (!can_deal_linear(s->scenario, ranks)) {
        mistake(s, "mapping", field, "use cp_mode: ring, or a smaller cp or tp",
                "cp_mode %s deals heads over context ranks: %s %" PRId64 " x tp %" PRId64
                " does not divide the model's linear_heads (%" PRId64
                ") and linear_key_heads (%" PRId64 ")",
                mode, field, ranks, m->tp, model->linear_heads, model->linear_key_heads);
    } else if (!can_deal(s->scenario, ranks)) {
        mistake(s, "mapping", field,
                "use cp_mode: ring, or a cp that divides them or is a multiple",
                "cp_mode %s deals heads over context ranks: %s %" PRId64 " and the %" PRId64
                " key and value heads of a tensor rank do not divide each other",
                mode, field, ranks, kv_heads);
    }
}

/* Groups that deal heads: as large as a domain and the heads allow, or as the file says. */
static void settle_inner(fab_settling *s)
{
    fab_mapping *m = &s->scenario->mapping;
    if (m->cp_inner != 0) {
        if (m->cp % m->cp_inner != 0) {
            must_divide(s, "cp_inner", m->cp_inner, "cp", m->cp);
        } else {
            check_heads(s, "cp_inner", m->cp_inner);
        }
        return;
    }
    const int64_t near = s->scenario->fabric.tiers[0].used / m->tp;
    m->cp_inner = 1;
    for (int64_t ranks = 2; ranks <= m->cp && ranks <= near; ranks++) {
        if (m->cp % ranks == 0 && can_deal(s->scenario, ranks)) {
            m->cp_inner = ranks;
        }
    }
}

/* Turns a layout into numbers. */
static fab_status settle_layout(fab_settling *s, fab_arena *arena)
{
    fab_mapping *m = &s->scenario->mapping;
    const int64_t layers = s->scenario->model.layers;
    const int64_t chunks = m->pp * m->interleave;
    fab_layout_size size;
    s->scenario->chunk_layers = NULL;
    if (fab_layout_is_even(m->layout)) {
        return FAB_OK;
    }
    if (!fab_layout_read(m->layout, layers, NULL, &size)) {
        mistake(s, "mapping", "layout", "write `even`, or such as `3 4*14 2`: 3, 14 times 4, 2",
                "layout does not say layers of each chunk, from 1 up (the first and the last from "
                "0) and at "
                "most the model's %" PRId64 " together",
                layers);
    } else if (size.chunks != chunks) {
        mistake(s, "mapping", "layout", "one number for each of pp x interleave chunks",
                "layout has %" PRId64 " chunks, not pp %" PRId64 " x interleave %" PRId64
                " = %" PRId64,
                size.chunks, m->pp, m->interleave, chunks);
    } else if (size.layers != layers) {
        mistake(s, "mapping", "layout", NULL,
                "layout deals out %" PRId64 " layers, not the model's %" PRId64, size.layers,
                layers);
    } else {
        int64_t *numbers = FAB_NEW(arena, int64_t, (size_t)chunks);
        if (numbers == NULL) {
            return FAB_E_NOMEM;
        }
        (void)fab_layout_read(m->layout, layers, numbers, &size);
        s->scenario->chunk_layers = numbers;
    }
    return FAB_OK;
}

static void check_tensor(fab_settling *s)
{
    const fab_model *model = &s->scenario->model;
    const fab_mapping *m = &s->scenario->mapping;
    must_divide(s, "tp", m->tp, "the model's heads", model->heads);
    if (model->linear_layers > 0) {
        must_divide(s, "tp", m->tp, "the model's linear_key_heads", model->linear_key_heads);
        must_divide(s, "tp", m->tp, "the model's linear_heads", model->linear_heads);
    }
    if (model->dense_layers > 0) {
        must_divide(s, "tp", m->tp, "the model's dense_width", model->dense_width);
    }
    must_divide(s, "tp", m->tp, "the tokens of a micro-batch",
                fab_scenario_rank_tokens(s->scenario));
}

/* Ranks that share a sequence take one part from its front and one from its back each, so that all
 * have the same share of the causal half. */
static void check_context(fab_settling *s)
{
    fab_mapping *m = &s->scenario->mapping;
    const int64_t sequence = s->scenario->job.sequence;
    if (m->cp_inner != 0 && m->cp_mode != FAB_CONTEXT_HIERARCHICAL) {
        mistake(s, "mapping", "cp_inner", "write cp_mode: hierarchical, or leave cp_inner out",
                "cp_inner %" PRId64 " goes with cp_mode hierarchical alone", m->cp_inner);
        return;
    }
    if (m->cp == 1) {
        m->cp_inner = m->cp_mode == FAB_CONTEXT_HIERARCHICAL ? 1 : 0;
        return;
    }
    if (sequence % (2 * m->cp) != 0) {
        mistake(s, "mapping", "cp", "the sequence must be a multiple of 2 x cp",
                "cp %" PRId64 " needs the sequence (%" PRId64 ") in %" PRId64 " equal parts", m->cp,
                sequence, 2 * m->cp);
        return;
    }
    if (s->scenario->model.heads % m->tp != 0) {
        return;
    }
    if (m->cp_mode == FAB_CONTEXT_ULYSSES) {
        check_heads(s, "cp", m->cp);
    } else if (m->cp_mode == FAB_CONTEXT_HIERARCHICAL) {
        settle_inner(s);
    }
}

/* A load that is given, and an exponent, each belong to one way of routing. */
static void check_routing(fab_settling *s)
{
    const fab_assumptions *assumed = &s->scenario->assumptions;
    const bool is_uneven = assumed->expert_load_ratio > 1.0 ||
                           assumed->expert_routing == FAB_ROUTING_MULTINOMIAL ||
                           assumed->expert_routing == FAB_ROUTING_ZIPF;
    if (assumed->capacity_ratio > 0.0 && is_uneven) {
        mistake(s, "assumptions", "capacity_factor", "leave out expert_load and expert_routing",
                "capacity_factor %.6g makes all experts' rows alike, however uneven the routing",
                assumed->capacity_ratio);
    }
    const bool is_zipf = assumed->expert_routing == FAB_ROUTING_ZIPF;
    if (assumed->expert_routing != FAB_ROUTING_FIXED && assumed->expert_load_ratio > 1.0) {
        mistake(s, "assumptions", "expert_load", "leave it out, or use expert_routing: fixed",
                "expert_load %.6g is not taken: expert_routing says how uneven loads are",
                assumed->expert_load_ratio);
    }
    if (is_zipf && assumed->expert_skew_count <= 0.0) {
        mistake(s, "assumptions", "expert_routing", "0.3 to 0.8 without balancing, 0.1 with",
                "expert_routing: zipf needs its exponent, expert_skew above 0");
    }
    if (!is_zipf && assumed->expert_skew_count > 0.0) {
        mistake(s, "assumptions", "expert_skew", "leave it out, or use expert_routing: zipf",
                "expert_skew %.6g is not taken without expert_routing: zipf",
                assumed->expert_skew_count);
    }
}

static void check_experts(fab_settling *s)
{
    const fab_model *model = &s->scenario->model;
    const fab_mapping *m = &s->scenario->mapping;
    if (model->experts == 0) {
        if (m->ep > 1 || m->etp > 1) {
            mistake(s, "mapping", m->ep > 1 ? "ep" : "etp", "leave it out for a dense model",
                    "model `%s` has no experts to spread", model->name);
        }
        return;
    }
    must_divide(s, "ep", m->ep, "the model's experts", model->experts);
    must_divide(s, "etp", m->etp, "the model's expert_width", model->expert_width);
    const int64_t stage_packages = s->scenario->job.gpus / m->pp;
    if (stage_packages % (m->ep * m->etp) != 0) {
        mistake(s, "mapping", "ep", NULL,
                "ep x etp %" PRId64 " does not divide the packages of a pipeline stage (%" PRId64
                ")",
                m->ep * m->etp, stage_packages);
    }
    if (m->expert_order == FAB_EXPERTS_STRIDED && m->etp == 1) {
        must_divide(s, "ep", m->ep,
                    m->cp > 1 ? "cp x dp, as strided experts need" : "dp, as strided experts need",
                    m->cp * m->dp);
    }
    if (m->expert_order == FAB_EXPERTS_STRIDED && m->etp > 1 && m->etp != m->tp) {
        mistake(s, "mapping", "etp", "use etp 1 or etp = tp, or expert_order: folded",
                "strided experts are whole or split over the tensor group: etp %" PRId64
                " is neither 1 nor tp %" PRId64,
                m->etp, m->tp);
    }
}

/* Ranks that hold each parameter of an expert over ranks that share one. */
static int64_t expert_replicas(const fab_scenario *scenario)
{
    const fab_mapping *m = &scenario->mapping;
    const bool is_strided = m->expert_order == FAB_EXPERTS_STRIDED && m->etp == 1;
    return is_strided ? m->cp * m->dp / m->ep : scenario->job.gpus / m->pp / (m->ep * m->etp);
}

/* Shard groups have the same size, and experts as many of them as the rest. */
static void check_shards(fab_settling *s)
{
    const fab_mapping *m = &s->scenario->mapping;
    if (m->shard_group == 0) {
        return;
    }
    if (m->zero == 0) {
        mistake(s, "mapping", "shard_group", "write zero: 1 to 3, or leave shard_group out",
                "shard_group %" PRId64 " shards nothing with zero 0", m->shard_group);
    } else if (m->cp * m->dp % m->shard_group != 0) {
        must_divide(s, "shard_group", m->shard_group, m->cp > 1 ? "cp x dp" : "dp", m->cp * m->dp);
    } else if (s->scenario->model.experts > 0 &&
               expert_replicas(s->scenario) % fab_scenario_shard_groups(s->scenario) != 0) {
        mistake(s, "mapping", "shard_group", "use a larger shard_group or a smaller ep",
                "shard_group %" PRId64 " makes %" PRId64 " groups, which do not divide the %" PRId64
                " replicas of an expert",
                m->shard_group, fab_scenario_shard_groups(s->scenario),
                expert_replicas(s->scenario));
    }
}

/* the field of a package that gives the peak of a precision */
static const char *peak_hint(int precision)
{
    switch (precision) {
    case FAB_PRECISION_NVFP4:
        return "spell it out: gpu: {base: NAME, fp4: 10 PFLOP/s}";
    case FAB_PRECISION_FP8:
        return "spell it out: gpu: {base: NAME, fp8: 2 PFLOP/s}";
    default:
        return "spell it out: gpu: {base: NAME, bf16: 1 PFLOP/s}";
    }
}

static void check_hardware(fab_settling *s)
{
    const fab_gpu *gpu = &s->scenario->gpu;
    const int precision = s->scenario->job.precision;
    if (!fab_precision_peak_flops(gpu, precision)->is_known) {
        mistake(s, "job", "precision", peak_hint(precision), "gpu `%s` has no published %s peak",
                gpu->name,
                precision == FAB_PRECISION_NVFP4 ? "FP4" : fab_precision_text(precision));
    }
    if (!gpu->bf16_flops.is_known && precision != FAB_PRECISION_BF16) {
        mistake(s, "gpu", "bf16", "spell it out: gpu: {base: NAME, bf16: ...}",
                "gpu `%s` has no published BF16 peak, which the attention core needs", gpu->name);
    }
    if (!gpu->memory_byte.is_known || !gpu->memory_rate_byte_per_s.is_known) {
        mistake(s, "gpu", "memory",
                "spell it out: gpu: {base: NAME, memory: ..., memory_rate: ...}",
                "gpu `%s` has no published memory size or bandwidth", gpu->name);
    }
    if (s->scenario->mapping.offload_layers > 0 && !gpu->host_rate_bps.is_known) {
        mistake(s, "mapping", "offload_layers",
                "spell it out: gpu: {base: NAME, host_rate: 64 GB/s}",
                "gpu `%s` has no published host_rate, which offload_layers needs", gpu->name);
    }
    if (s->scenario->fabric.tier_count > 2) {
        mistake(s, "fabric", "tiers",
                "leave the middle ones out; `fabricast fabric` and `collective` take more",
                "a training forecast knows an inner and an outer tier, and the fabric has %" PRId64,
                s->scenario->fabric.tier_count);
    }
}

/* Weights in FP8 are those that FP8 products take. */
static void check_weights(fab_settling *s)
{
    const fab_assumptions *a = &s->scenario->assumptions;
    const bool is_fp8 = s->scenario->job.precision == FAB_PRECISION_FP8;
    if (a->weights != FAB_WEIGHTS_BF16 && !is_fp8) {
        mistake(s, "assumptions", "weights", "write weights: bf16, or job: {precision: fp8}",
                "weights in fp8 are those of FP8 products, and the job's precision is not fp8");
    } else if (a->parameter_precision == FAB_PARAMETERS_FP8 && !is_fp8) {
        mistake(s, "assumptions", "parameter_precision",
                "write parameter_precision: kept, or job: {precision: fp8}",
                "weights are gathered in fp8 for FP8 products, and the job's precision is not fp8");
    } else if (a->parameter_precision == FAB_PARAMETERS_FP8 && a->weights == FAB_WEIGHTS_BF16 &&
               s->scenario->mapping.zero < 3) {
        mistake(s, "assumptions", "parameter_precision",
                "write weights: fp8, or mapping: {zero: 3}, whose gathered weights are not kept",
                "parameter_precision fp8 gives no weights to keep in bf16, as zero %" PRId64
                " does",
                s->scenario->mapping.zero);
    }
}

/* What tensor ranks gather in FP8 is what products of fewer than 16 bits take. */
static void check_gathers(fab_settling *s)
{
    if (s->scenario->assumptions.gather_precision == FAB_PRECISION_FP8 &&
        s->scenario->job.precision == FAB_PRECISION_BF16) {
        mistake(s, "assumptions", "gather_precision",
                "write gather_precision: bf16, or job: {precision: fp8}",
                "gather_precision fp8 is of what FP8 products take, and the job's precision is "
                "bf16");
    }
}

/* With ZeRO 2 and 3 no rank has room for what an all-reduce gives it. */
static void check_gradient_sum(fab_settling *s)
{
    const int64_t zero = s->scenario->mapping.zero;
    if (s->scenario->assumptions.gradient_sum == FAB_GRADIENT_SUM_ALL_REDUCE && zero > 1) {
        mistake(s, "assumptions", "gradient_sum",
                "write gradient_sum: reduce_scatter, or mapping: {zero: 1}",
                "gradient_sum all_reduce gives every rank all gradients, which zero %" PRId64
                " shares out",
                zero);
    }
}

static void check_wide_layers(fab_settling *s)
{
    const int64_t wide = s->scenario->assumptions.bf16_layers;
    if (wide > s->scenario->model.layers) {
        mistake(s, "assumptions", "bf16_layers", NULL,
                "bf16_layers %" PRId64 " is more than the model's %" PRId64 " layers", wide,
                s->scenario->model.layers);
    } else if (wide > 0 && s->scenario->job.precision == FAB_PRECISION_BF16) {
        mistake(s, "assumptions", "bf16_layers", "leave it out: every layer is in BF16",
                "bf16_layers %" PRId64 " goes with a precision of fewer bits than bf16", wide);
    } else if (wide > 0 && s->scenario->model.linear_layers > 0) {
        mistake(s, "assumptions", "bf16_layers", "leave it out",
                "bf16_layers %" PRId64 " goes with models without linear attention alone: `%s` has "
                "%" PRId64 " layers of it",
                wide, s->scenario->model.name, s->scenario->model.linear_layers);
    }
}

/* whether this place was warned of: a study composes many scenarios from one file */
static bool is_warned(const fab_diagnostics *diagnostics, fab_position at)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        const fab_diagnostic *told = &diagnostics->items[i];
        if (told->severity == FAB_SEVERITY_WARNING && told->position.source == at.source &&
            told->position.line == at.line && told->position.column == at.column) {
            return true;
        }
    }
    return false;
}

/* Warns of an efficiency that is written and not used, because the kernels of `what` were measured.
 */
static void warn_of_efficiency(fab_settling *s, const char *field, bool is_unused, const char *what)
{
    const fab_node *node = fab_node_get(fab_node_get(s->root, "assumptions"), field);
    if (node == NULL || !is_unused || is_warned(s->diagnostics, node->position)) {
        return;
    }
    fab_diagnose(s->diagnostics, FAB_SEVERITY_WARNING, node->position,
                 "write `kernels: constant` to use it, or leave it out",
                 "`%s` is not used: %s take the time of kernels measured on `%s`", field, what,
                 s->scenario->gpu.kernels->name);
}

/* One that is written as it would be anyway misleads nobody. */
static bool differs(double got_frac, double default_frac)
{
    return got_frac < default_frac || got_frac > default_frac;
}

static void check_efficiencies(fab_settling *s)
{
    const fab_assumptions *got = &s->scenario->assumptions;
    const fab_kernels *kernels = s->scenario->gpu.kernels;
    if (s->diagnostics == NULL || kernels == NULL || got->kernels != FAB_KERNELS_MEASURED) {
        return;
    }
    const fab_assumptions usual = fab_assumptions_default();
    const fab_product_kernel *product =
        s->scenario->job.precision == FAB_PRECISION_BF16 ? &kernels->bf16 : &kernels->fp8;
    warn_of_efficiency(s, "gemm_efficiency",
                       differs(got->gemm_efficiency_frac, usual.gemm_efficiency_frac) &&
                           product->peak_frac > 0.0 && kernels->bf16.peak_frac > 0.0,
                       "matrix products");
    const bool is_fused = got->attention != FAB_ATTENTION_UNFUSED;
    warn_of_efficiency(s, "attention_efficiency",
                       differs(got->attention_efficiency_frac, usual.attention_efficiency_frac) &&
                           is_fused && kernels->attention_forward.peak_frac > 0.0 &&
                           kernels->attention_backward.peak_frac > 0.0,
                       "attention cores");
}

/* A limit needs a power, and something of it that depends on the clock. */
static void check_power(fab_settling *s)
{
    const fab_gpu *gpu = &s->scenario->gpu;
    if (!gpu->power_w.is_known) {
        if (s->scenario->assumptions.effects.power_limit) {
            mistake(s, "gpu", "power", "spell it out: gpu: {base: NAME, power: 700 W}",
                    "gpu `%s` has no published power, which the effect power_limit needs",
                    gpu->name);
        }
        return;
    }
    const double share = s->scenario->assumptions.power.static_frac;
    if (gpu->static_power_w.is_known && gpu->static_power_w.value >= gpu->power_w.value) {
        mistake(s, "gpu", "static_power", NULL,
                "static_power %.6g W is not below the power of gpu `%s`, %.6g W",
                gpu->static_power_w.value, gpu->name, gpu->power_w.value);
    } else if (!gpu->static_power_w.is_known && share >= 1.0) {
        mistake(s, "assumptions", "power", NULL,
                "power.static_share %.6g leaves nothing of the power to compute with", share);
    }
}

/* One name for each set; a part of a layer goes with others, the whole layer does not. */
static void settle_recompute(fab_settling *s)
{
    fab_mapping *m = &s->scenario->mapping;
    if ((m->recompute & (int)FAB_PART_SELECTIVE) != 0) {
        m->recompute = (m->recompute & ~(int)FAB_PART_SELECTIVE) | (int)FAB_PART_CORE_ATTENTION;
    }
    if ((m->recompute & FAB_RECOMPUTE_FULL) != 0 && m->recompute != FAB_RECOMPUTE_FULL) {
        mistake(s, "mapping", "recompute", "write `full` alone, or the parts of a layer",
                "`full` runs whole layers again and goes with no part of them");
    }
}

/* What of a layer a model need not have. */
static void check_parts(fab_settling *s)
{
    const fab_model *model = &s->scenario->model;
    const bool has_experts = model->experts > 0;
    const struct {
        fab_layer_part part;
        bool is_there;
        const char *word, *what;
    } parts[] = {
        {FAB_PART_ACTIVATION, model->dense_layers > 0 || model->shared_width > 0, "act",
         "dense layers or shared experts"},
        {FAB_PART_EXPERT_ACTIVATION, has_experts, "moe_act", "experts"},
        {FAB_PART_EXPERTS, has_experts, "moe", "experts"},
        {FAB_PART_SHARED_EXPERTS, has_experts && model->shared_width > 0, "shared_experts",
         "shared experts"},
        {FAB_PART_LATENTS, model->attention == FAB_ATTENTION_MLA, "mla_up_proj",
         "latent attention"},
        {FAB_PART_FEED_FORWARD, model->dense_layers > 0, "mlp", "dense layers"},
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if ((s->scenario->mapping.recompute & (int)parts[i].part) != 0 && !parts[i].is_there) {
            mistake(s, "mapping", "recompute", "leave it out: nothing of it could run again",
                    "recompute names `%s`, and model `%s` has no %s", parts[i].word, model->name,
                    parts[i].what);
        }
    }
}

/* Expert blocks take each rank's own share of the tokens. */
static void check_sequence_parallel(fab_settling *s)
{
    const fab_mapping *m = &s->scenario->mapping;
    if (!m->is_sequence_parallel && m->tp > 1 && s->scenario->model.experts > 0) {
        mistake(s, "mapping", "sequence_parallel", "leave it on, or use tp: 1",
                "experts need sequence_parallel with tp %" PRId64
                ": each tensor rank dispatches its share of the tokens",
                m->tp);
    }
}

/* What builds on a cut that fits the packages is checked only when it does. */
static void check_mapping(fab_settling *s)
{
    check_shape(s);
    check_ranks(s);
    check_layers(s);
    check_context(s);
    check_tensor(s);
    settle_recompute(s);
    check_parts(s);
    if (s->mistakes == 0) {
        check_sequence_parallel(s);
        check_experts(s);
        check_batch(s);
    }
    if (s->mistakes == 0) {
        check_shards(s);
    }
}

fab_status fab_scenario_settle(const fab_node *root, fab_arena *arena, fab_diagnostics *diagnostics,
                               fab_scenario *scenario)
{
    assert(root && arena && scenario);
    fab_settling s = {.root = root, .diagnostics = diagnostics, .scenario = scenario};
    if (scenario->job.sequence == 0) {
        scenario->job.sequence = scenario->model.sequence;
    }
    if (sizes_are_sane(&s)) {
        check_mapping(&s);
        FAB_TRY(settle_layout(&s, arena));
    }
    check_hardware(&s);
    check_weights(&s);
    check_gathers(&s);
    check_routing(&s);
    check_gradient_sum(&s);
    check_wide_layers(&s);
    check_power(&s);
    check_efficiencies(&s);
    return s.mistakes == 0 ? FAB_OK : FAB_E_INPUT;
}
