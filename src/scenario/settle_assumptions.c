#include "scenario/settling.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static fab_position place_of(const fab_settling *s, const char *section, const char *field)
{
    const fab_node *map = fab_node_get(s->root, section);
    const fab_node *value = fab_node_get(map, field);
    const fab_node *nearest = value != NULL ? value : map != NULL ? map : s->root;
    return nearest->position;
}

void fab_settling_tell(fab_settling *s, const char *section, const char *field, const char *hint,
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
        fab_settling_tell(s, "job", "precision", peak_hint(precision),
                          "gpu `%s` has no published %s peak", gpu->name,
                          precision == FAB_PRECISION_NVFP4 ? "FP4" : fab_precision_text(precision));
    }
    if (!gpu->bf16_flops.is_known && precision != FAB_PRECISION_BF16) {
        fab_settling_tell(s, "gpu", "bf16", "spell it out: gpu: {base: NAME, bf16: ...}",
                          "gpu `%s` has no published BF16 peak, which the attention core needs",
                          gpu->name);
    }
    if (!gpu->memory_byte.is_known || !gpu->memory_rate_byte_per_s.is_known) {
        fab_settling_tell(s, "gpu", "memory",
                          "spell it out: gpu: {base: NAME, memory: ..., memory_rate: ...}",
                          "gpu `%s` has no published memory size or bandwidth", gpu->name);
    }
    if (s->scenario->mapping.offload_layers > 0 && !gpu->host_rate_bps.is_known) {
        fab_settling_tell(
            s, "mapping", "offload_layers", "spell it out: gpu: {base: NAME, host_rate: 64 GB/s}",
            "gpu `%s` has no published host_rate, which offload_layers needs", gpu->name);
    }
    if (s->scenario->fabric.tier_count > 2) {
        fab_settling_tell(
            s, "fabric", "tiers",
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
        fab_settling_tell(
            s, "assumptions", "weights", "write weights: bf16, or job: {precision: fp8}",
            "weights in fp8 are those of FP8 products, and the job's precision is not fp8");
    } else if (a->parameter_precision == FAB_PARAMETERS_FP8 && !is_fp8) {
        fab_settling_tell(
            s, "assumptions", "parameter_precision",
            "write parameter_precision: kept, or job: {precision: fp8}",
            "weights are gathered in fp8 for FP8 products, and the job's precision is not fp8");
    } else if (a->parameter_precision == FAB_PARAMETERS_FP8 && a->weights == FAB_WEIGHTS_BF16 &&
               s->scenario->mapping.zero < 3) {
        fab_settling_tell(
            s, "assumptions", "parameter_precision",
            "write weights: fp8, or mapping: {zero: 3}, whose gathered weights are not kept",
            "parameter_precision fp8 gives no weights to keep in bf16, as zero %" PRId64 " does",
            s->scenario->mapping.zero);
    }
}

/* What tensor ranks gather in FP8 is what products of fewer than 16 bits take. */
static void check_gathers(fab_settling *s)
{
    if (s->scenario->assumptions.gather_precision == FAB_PRECISION_FP8 &&
        s->scenario->job.precision == FAB_PRECISION_BF16) {
        fab_settling_tell(
            s, "assumptions", "gather_precision",
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
        fab_settling_tell(
            s, "assumptions", "gradient_sum",
            "write gradient_sum: reduce_scatter, or mapping: {zero: 1}",
            "gradient_sum all_reduce gives every rank all gradients, which zero %" PRId64
            " shares out",
            zero);
    }
}

/* A gradient overwrites logits in the pass that takes the loss of them. */
static void check_loss(fab_settling *s)
{
    const fab_assumptions *a = &s->scenario->assumptions;
    if (a->loss == FAB_LOSS_IN_PLACE && !a->has_fused_loss) {
        fab_settling_tell(s, "assumptions", "loss", "write fused_loss: true, or loss: sharded",
                          "loss in_place is one pass over BF16 logits, and fused_loss is false");
    }
}

static void check_wide_layers(fab_settling *s)
{
    const int64_t wide = s->scenario->assumptions.bf16_layers;
    if (wide > s->scenario->model.layers) {
        fab_settling_tell(s, "assumptions", "bf16_layers", NULL,
                          "bf16_layers %" PRId64 " is more than the model's %" PRId64 " layers",
                          wide, s->scenario->model.layers);
    } else if (wide > 0 && s->scenario->job.precision == FAB_PRECISION_BF16) {
        fab_settling_tell(s, "assumptions", "bf16_layers", "leave it out: every layer is in BF16",
                          "bf16_layers %" PRId64 " goes with a precision of fewer bits than bf16",
                          wide);
    } else if (wide > 0 && s->scenario->model.linear_layers > 0) {
        fab_settling_tell(s, "assumptions", "bf16_layers", "leave it out",
                          "bf16_layers %" PRId64
                          " goes with models without linear attention alone: `%s` has "
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

/* Warns of an assumption that is written and not used. */
FAB_PRINTF(4, 5)
static void warn(fab_settling *s, const char *field, const char *hint, const char *format, ...)
{
    const fab_node *node = fab_node_get(fab_node_get(s->root, "assumptions"), field);
    if (s->diagnostics == NULL || node == NULL || is_warned(s->diagnostics, node->position)) {
        return;
    }
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    fab_diagnose(s->diagnostics, FAB_SEVERITY_WARNING, node->position, hint, "`%s` is not used: %s",
                 field, text);
}

/* The kernels of `what` were measured. */
static void warn_of_efficiency(fab_settling *s, const char *field, bool is_unused, const char *what)
{
    if (is_unused) {
        warn(s, field, "write `kernels: constant` to use it, or leave it out",
             "%s take the time of kernels measured on `%s`", what, s->scenario->gpu.kernels->name);
    }
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

/* What software does between tensor ranks that have nothing to gather along the sequence. */
static void check_sequence_messages(fab_settling *s)
{
    const fab_assumptions *a = &s->scenario->assumptions;
    const fab_mapping *m = &s->scenario->mapping;
    if (m->is_sequence_parallel && m->tp > 1) {
        return;
    }
    const char *why = m->tp > 1 ? "sequence_parallel is false" : "tp is 1";
    if (a->gathered_inputs == FAB_GATHERED_APART) {
        warn(s, "gathered_inputs", "leave it out", "no input is gathered, for %s", why);
    }
    if (a->copies_sequences) {
        warn(s, "sequence_copies", "leave it out", "nothing is sent along the sequence, for %s",
             why);
    }
}

/* What software does with gradients, parameters and stages that this mapping does not have. */
static void check_exchange(fab_settling *s)
{
    const fab_assumptions *a = &s->scenario->assumptions;
    const fab_mapping *m = &s->scenario->mapping;
    if (a->copies_shards && m->zero < 3) {
        warn(s, "shard_copies", "write mapping: {zero: 3}, or leave it out",
             "zero %" PRId64 " shards no parameters", m->zero);
    }
    if (a->gradient_passes > 0 && m->zero > 1) {
        warn(s, "gradient_passes", "leave it out",
             "with zero %" PRId64 " no package has all of its gradients", m->zero);
    }
    if (a->transfers == FAB_TRANSFERS_IN_TURN && m->pp < 3) {
        warn(s, "transfers", "leave it out", "with pp %" PRId64 " no stage is between two others",
             m->pp);
    }
}

/* Assumptions on software that have nothing to act on: they are not wrong, and change nothing. */
static void check_unused(fab_settling *s)
{
    const fab_assumptions *a = &s->scenario->assumptions;
    if (a->reruns_ends && s->scenario->mapping.recompute != FAB_RECOMPUTE_FULL) {
        warn(s, "recompute_ends", "write mapping: {recompute: full}, or leave it out",
             "it goes with recompute: full");
    }
    if (a->loss_checks > 0 && a->launch_s <= 0.0) {
        warn(s, "loss_checks", "write launch: 0.09 ms, or leave it out",
             "each check takes one `launch`, which is 0 s");
    }
    if (!a->has_fused_latents && s->scenario->model.attention != FAB_ATTENTION_MLA) {
        warn(s, "fused_latents", "leave it out", "`%s` has no multi-head latent attention",
             s->scenario->model.name);
    }
    check_sequence_messages(s);
    check_exchange(s);
}

/* A limit needs a power, and something of it that depends on the clock. */
static void check_power(fab_settling *s)
{
    const fab_gpu *gpu = &s->scenario->gpu;
    if (!gpu->power_w.is_known) {
        if (s->scenario->assumptions.effects.power_limit) {
            fab_settling_tell(s, "gpu", "power", "spell it out: gpu: {base: NAME, power: 700 W}",
                              "gpu `%s` has no published power, which the effect power_limit needs",
                              gpu->name);
        }
        return;
    }
    const double share = s->scenario->assumptions.power.static_frac;
    if (gpu->static_power_w.is_known && gpu->static_power_w.value >= gpu->power_w.value) {
        fab_settling_tell(s, "gpu", "static_power", NULL,
                          "static_power %.6g W is not below the power of gpu `%s`, %.6g W",
                          gpu->static_power_w.value, gpu->name, gpu->power_w.value);
    } else if (!gpu->static_power_w.is_known && share >= 1.0) {
        fab_settling_tell(s, "assumptions", "power", NULL,
                          "power.static_share %.6g leaves nothing of the power to compute with",
                          share);
    }
}

void fab_settle_assumptions(fab_settling *s)
{
    check_hardware(s);
    check_weights(s);
    check_gathers(s);
    check_gradient_sum(s);
    check_loss(s);
    check_wide_layers(s);
    check_power(s);
    check_efficiencies(s);
    check_unused(s);
}
