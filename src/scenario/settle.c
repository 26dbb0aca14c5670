#include "scenario/read.h"

#include "scenario/layout.h"
#include "scenario/settling.h"

#include <assert.h>
#include <inttypes.h>

/* Sizes above this cannot be multiplied safely, take seconds to lay out and describe nothing that
 * exists. */
#define PACKAGES_LIMIT  ((int64_t)1 << 24)
#define TOKENS_LIMIT    ((int64_t)1 << 62)
#define SEQUENCES_LIMIT ((int64_t)1 << 31)

/* Says so when `divisor` (a mapping field's value) does not divide `whole`. */
static void must_divide(fab_settling *s, const char *field, int64_t divisor, const char *whole_name,
                        int64_t whole)
{
    if (whole % divisor != 0) {
        fab_settling_tell(s, "mapping", field, NULL,
                          "%s %" PRId64 " does not divide %s (%" PRId64 ")", field, divisor,
                          whole_name, whole);
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
            fab_settling_tell(s, sizes[i].section, sizes[i].field, NULL,
                              "%s %" PRId64 " is more than the %" PRId64 " that there can be",
                              sizes[i].field, sizes[i].value, sizes[i].limit);
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
        fab_settling_tell(
            s, "mapping", "pp",
            m->cp > 1 ? "tp x cp x pp x dp must equal gpus" : "tp x pp x dp must equal gpus",
            "tp %" PRId64 "%s x pp %" PRId64 " = %" PRId64 " does not divide gpus %" PRId64, m->tp,
            is_over ? "" : context, m->pp, block, gpus);
        return;
    }
    if (m->dp != 0 && m->dp != gpus / block) {
        fab_settling_tell(s, "mapping", "dp", "leave dp out, or write `auto`",
                          "dp %" PRId64 " does not fit: gpus %" PRId64 " / (tp %" PRId64
                          "%s x pp %" PRId64 ") is %" PRId64,
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
        fab_settling_tell(s, "mapping", "schedule", "leave schedule out",
                          "schedule %s needs a pipeline: pp is 1", schedule);
        return;
    }
    switch (fab_pipeline_check(&p)) {
    case FAB_PIPELINE_NEEDS_ONE_CHUNK:
        fab_settling_tell(
            s, "mapping", "interleave", "leave interleave out, or choose another schedule",
            "schedule %s runs one chunk per stage, not interleave %" PRId64, schedule, p.chunks);
        break;
    case FAB_PIPELINE_NEEDS_TWO_CHUNKS:
        fab_settling_tell(s, "mapping", "interleave", "write interleave: 2",
                          "schedule %s runs two chunks per stage, not interleave %" PRId64,
                          schedule, p.chunks);
        break;
    case FAB_PIPELINE_NEEDS_CHUNKS:
        fab_settling_tell(s, "mapping", "interleave",
                          "write interleave: 2 or more, or schedule: 1f1b",
                          "schedule %s runs several chunks per stage, not interleave %" PRId64,
                          schedule, p.chunks);
        break;
    case FAB_PIPELINE_NEEDS_GROUPS:
        fab_settling_tell(s, "mapping", "interleave",
                          "interleaving runs micro-batches in groups of pp",
                          "interleave %" PRId64 " needs micro-batches (%" PRId64
                          ") to be a multiple of pp %" PRId64,
                          p.chunks, p.microbatches, p.stages);
        break;
    case FAB_PIPELINE_NEEDS_EVEN_STAGES:
        fab_settling_tell(s, "mapping", "pp", "its two directions meet in the middle",
                          "schedule %s needs an even pp, not %" PRId64, schedule, p.stages);
        break;
    case FAB_PIPELINE_NEEDS_EVEN_MICROBATCHES:
        fab_settling_tell(s, "mapping", "schedule",
                          "half of them go each way; batch / (dp x microbatch)",
                          "schedule %s needs an even number of micro-batches, not %" PRId64,
                          schedule, p.microbatches);
        break;
    case FAB_PIPELINE_NEEDS_MICROBATCHES:
        fab_settling_tell(s, "mapping", "schedule", "use fewer stages or a larger batch",
                          "schedule %s needs micro-batches (%" PRId64
                          ") to be at least twice pp %" PRId64,
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
        fab_settling_tell(s, "job", "batch", "batch must be a multiple of dp x microbatch",
                          "batch %" PRId64 " is not a multiple of dp %" PRId64
                          " x microbatch %" PRId64,
                          batch, m->dp, m->microbatch);
        return;
    }
    check_pipeline(s);
}

/* A shape that the catalog counts but no operator here stands for. */
static void check_shape(fab_settling *s)
{
    if (s->scenario->model.encoder_layers > 0) {
        fab_settling_tell(
            s, "model", "encoder_layers",
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
        fab_settling_tell(
            s, "mapping", "pp", "a `layout` may leave the first and the last chunk empty",
            "pp %" PRId64 " x interleave %" PRId64 " is more than the model's %" PRId64 " layers",
            m->pp, m->interleave, layers);
    }
    if (m->recompute == FAB_RECOMPUTE_NONE && m->recompute_layers > 0) {
        fab_settling_tell(
            s, "mapping", "recompute_layers", "say what runs again, such as `recompute: full`",
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
        fab_settling_tell(s, "mapping", field, "use cp_mode: ring, or a smaller cp or tp",
                          "cp_mode %s deals heads over context ranks: %s %" PRId64
                          " does not divide the %" PRId64 " heads of a tensor rank",
                          mode, field, ranks, heads);
    } else if (!can_deal_linear(s->scenario, ranks)) {
        fab_settling_tell(s, "mapping", field, "use cp_mode: ring, or a smaller cp or tp",
                          "cp_mode %s deals heads over context ranks: %s %" PRId64 " x tp %" PRId64
                          " does not divide the model's linear_heads (%" PRId64
                          ") and linear_key_heads (%" PRId64 ")",
                          mode, field, ranks, m->tp, model->linear_heads, model->linear_key_heads);
    } else if (!can_deal(s->scenario, ranks)) {
        fab_settling_tell(
            s, "mapping", field, "use cp_mode: ring, or a cp that divides them or is a multiple",
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
        fab_settling_tell(
            s, "mapping", "layout", "write `even`, or such as `3 4*14 2`: 3, 14 times 4, 2",
            "layout does not say layers of each chunk, from 1 up (the first and the last from "
            "0) and at "
            "most the model's %" PRId64 " together",
            layers);
    } else if (size.chunks != chunks) {
        fab_settling_tell(s, "mapping", "layout", "one number for each of pp x interleave chunks",
                          "layout has %" PRId64 " chunks, not pp %" PRId64 " x interleave %" PRId64
                          " = %" PRId64,
                          size.chunks, m->pp, m->interleave, chunks);
    } else if (size.layers != layers) {
        fab_settling_tell(s, "mapping", "layout", NULL,
                          "layout deals out %" PRId64 " layers, not the model's %" PRId64,
                          size.layers, layers);
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
        fab_settling_tell(s, "mapping", "cp_inner",
                          "write cp_mode: hierarchical, or leave cp_inner out",
                          "cp_inner %" PRId64 " goes with cp_mode hierarchical alone", m->cp_inner);
        return;
    }
    if (m->cp == 1) {
        m->cp_inner = m->cp_mode == FAB_CONTEXT_HIERARCHICAL ? 1 : 0;
        return;
    }
    if (sequence % (2 * m->cp) != 0) {
        fab_settling_tell(s, "mapping", "cp", "the sequence must be a multiple of 2 x cp",
                          "cp %" PRId64 " needs the sequence (%" PRId64 ") in %" PRId64
                          " equal parts",
                          m->cp, sequence, 2 * m->cp);
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
        fab_settling_tell(
            s, "assumptions", "capacity_factor", "leave out expert_load and expert_routing",
            "capacity_factor %.6g makes all experts' rows alike, however uneven the routing",
            assumed->capacity_ratio);
    }
    const bool is_zipf = assumed->expert_routing == FAB_ROUTING_ZIPF;
    if (assumed->expert_routing != FAB_ROUTING_FIXED && assumed->expert_load_ratio > 1.0) {
        fab_settling_tell(s, "assumptions", "expert_load",
                          "leave it out, or use expert_routing: fixed",
                          "expert_load %.6g is not taken: expert_routing says how uneven loads are",
                          assumed->expert_load_ratio);
    }
    if (is_zipf && assumed->expert_skew_count <= 0.0) {
        fab_settling_tell(s, "assumptions", "expert_routing",
                          "0.3 to 0.8 without balancing, 0.1 with",
                          "expert_routing: zipf needs its exponent, expert_skew above 0");
    }
    if (!is_zipf && assumed->expert_skew_count > 0.0) {
        fab_settling_tell(s, "assumptions", "expert_skew",
                          "leave it out, or use expert_routing: zipf",
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
            fab_settling_tell(s, "mapping", m->ep > 1 ? "ep" : "etp",
                              "leave it out for a dense model",
                              "model `%s` has no experts to spread", model->name);
        }
        return;
    }
    must_divide(s, "ep", m->ep, "the model's experts", model->experts);
    must_divide(s, "etp", m->etp, "the model's expert_width", model->expert_width);
    const int64_t stage_packages = s->scenario->job.gpus / m->pp;
    if (stage_packages % (m->ep * m->etp) != 0) {
        fab_settling_tell(s, "mapping", "ep", NULL,
                          "ep x etp %" PRId64
                          " does not divide the packages of a pipeline stage (%" PRId64 ")",
                          m->ep * m->etp, stage_packages);
    }
    if (m->expert_order == FAB_EXPERTS_STRIDED && m->etp == 1) {
        must_divide(s, "ep", m->ep,
                    m->cp > 1 ? "cp x dp, as strided experts need" : "dp, as strided experts need",
                    m->cp * m->dp);
    }
    if (m->expert_order == FAB_EXPERTS_STRIDED && m->etp > 1 && m->etp != m->tp) {
        fab_settling_tell(s, "mapping", "etp", "use etp 1 or etp = tp, or expert_order: folded",
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
        fab_settling_tell(s, "mapping", "shard_group",
                          "write zero: 1 to 3, or leave shard_group out",
                          "shard_group %" PRId64 " shards nothing with zero 0", m->shard_group);
    } else if (m->cp * m->dp % m->shard_group != 0) {
        must_divide(s, "shard_group", m->shard_group, m->cp > 1 ? "cp x dp" : "dp", m->cp * m->dp);
    } else if (s->scenario->model.experts > 0 &&
               expert_replicas(s->scenario) % fab_scenario_shard_groups(s->scenario) != 0) {
        fab_settling_tell(s, "mapping", "shard_group", "use a larger shard_group or a smaller ep",
                          "shard_group %" PRId64 " makes %" PRId64
                          " groups, which do not divide the %" PRId64 " replicas of an expert",
                          m->shard_group, fab_scenario_shard_groups(s->scenario),
                          expert_replicas(s->scenario));
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
        fab_settling_tell(s, "mapping", "recompute", "write `full` alone, or the parts of a layer",
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
            fab_settling_tell(s, "mapping", "recompute",
                              "leave it out: nothing of it could run again",
                              "recompute names `%s`, and model `%s` has no %s", parts[i].word,
                              model->name, parts[i].what);
        }
    }
}

/* Expert blocks take each rank's own share of the tokens. */
static void check_sequence_parallel(fab_settling *s)
{
    const fab_mapping *m = &s->scenario->mapping;
    if (!m->is_sequence_parallel && m->tp > 1 && s->scenario->model.experts > 0) {
        fab_settling_tell(s, "mapping", "sequence_parallel", "leave it on, or use tp: 1",
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
    check_routing(&s);
    fab_settle_assumptions(&s);
    return s.mistakes == 0 ? FAB_OK : FAB_E_INPUT;
}
