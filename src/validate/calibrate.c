#include <fabricast/calibrate.h>

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/numbers.h"
#include "validate/kernel_models.h"

/* rate of attention's backward pass over the forward one, where only that was measured */
#define BACKWARD_RATE (473.0 / 555.0)

#define FOLDS           5
#define LARGE_FLOP      2e10
#define ROUNDING_DIGITS 4
#define LEAST           1e-9

/* Which measured rows make which part of which row of the catalog. Nothing is measured of a part
 * without a source. */
typedef struct fab_part_plan {
    const char *source;
    const char *chip;
    double sequence_count; /* of attention: given, because all rows have one length; 0: fitted */
} fab_part_plan;

typedef struct fab_kernel_plan {
    const char *name, *title;
    const char *gpu; /* row of the catalog that was measured: its memory bandwidth and power */
    int64_t multiprocessors;
    fab_part_plan parts[FAB_PART_COUNT];
    fab_memory_kernel memory;
    double attention_v2_frac; /* FlashAttention-2 over the attention measured; 0: that is it */
    bool is_held_by_power;    /* BF16 products ran so long that the package's power limits them */
    const char *notes;
} fab_kernel_plan;

/* FlashAttention-2 on A100, heads of 128, forward and backward: 99 TFLOP/s at 512 tokens, 189 at
 * 16,384 (rows `flashattention` of validation/kernels.csv) */
#define FLASH_2_SEQUENCE 495.0

/* Both passes of FlashAttention-2 on H100 (causal, heads of 128, rows `flashattention`): 265, 294,
 * 308 and 328 TFLOP/s at 2,048 to 16,384 tokens, where the constants of the later kernels give 442,
 * 500, 535 and 555. Nothing says how it runs on Blackwell. */
#define HOPPER_SECOND 0.59

/* Operators bound by memory inside a step, as bytes that must move over time: on H800 the norms,
 * the copies around rotary embeddings and the activations of a DeepSeek-V3 layer move 3.1 GB in 2.4
 * ms on 112 of 132 multiprocessors (deepseek-ai/profile-data, train.json), 0.46 of the bandwidth
 * with all. Blackwell is taken to reach the same share. */
#define HOPPER_MEMORY                                                                              \
    {                                                                                              \
        0.45, 4e-6                                                                                 \
    }
#define BLACKWELL_MEMORY                                                                           \
    {                                                                                              \
        0.45, 4e-6                                                                                 \
    }
/* Products apart, PyTorch's own kernels move more than must move: an A100 reaches 0.8 with single
 * transfers, but normalization reads its input once more for the gradient of its weight (8 bytes an
 * element of a layer), gradients of queries, keys and values are joined (12) and products of
 * attention's output with its gradient summed (4), which must move 82. */
#define AMPERE_MEMORY                                                                              \
    {                                                                                              \
        0.62, 4e-6                                                                                 \
    }
#define ISOLATED_MEMORY                                                                            \
    {                                                                                              \
        0.80, 4e-6                                                                                 \
    }

static const fab_kernel_plan PLANS[] = {
    {"a100",
     "NVIDIA A100",
     "a100_pcie",
     108,
     {[FAB_PART_BF16] = {"simumax", "A100-PCIe-80GB", 0.0},
      [FAB_PART_GROUPED] = {"simumax", "A100-PCIe-80GB", 0.0},
      [FAB_PART_FORWARD] = {"simumax", "A100-PCIe-80GB", FLASH_2_SEQUENCE},
      [FAB_PART_BACKWARD] = {"simumax", "A100-PCIe-80GB", FLASH_2_SEQUENCE}},
     AMPERE_MEMORY,
     0.0,
     true,
     "Products measured in long runs on the PCIe card, whose power holds the largest: what is "
     "fitted is the kernel beneath that limit."},
    {"h100",
     "NVIDIA H100, H800 and H200",
     "h100_sxm",
     132,
     {[FAB_PART_BF16] = {"xla_table", "H100-SXM", 0.0},
      [FAB_PART_FP8] = {"DeepGEMM", "H800-SXM", 0.0},
      [FAB_PART_FORWARD] = {"flashattention", "H100-SXM", 0.0}},
     HOPPER_MEMORY,
     HOPPER_SECOND,
     false,
     "Products measured in short bursts. Attention's backward pass is the forward one at 0.85 of "
     "its rate, as a trace of DeepSeek-V3 on H800 shows (deepseek-ai/profile-data: 473 and 555 "
     "TFLOP/s)."},
    {"b200",
     "NVIDIA B200, GB200, B300 and GB300",
     "b200_sxm",
     148,
     {[FAB_PART_BF16] = {"xla_table", "B200", 0.0},
      [FAB_PART_FP8] = {"xla_table", "B200", 0.0},
      [FAB_PART_GROUPED] = {"simumax", "B200", 0.0},
      [FAB_PART_FORWARD] = {"simumax", "B200", 0.0},
      [FAB_PART_BACKWARD] = {"simumax", "B200", 0.0}},
     BLACKWELL_MEMORY,
     0.0,
     false,
     "Products measured in short bursts, before power limits the clock; groups and attention in "
     "long runs."},
    {"b200_sustained",
     "NVIDIA B200 in long runs",
     "b200_sxm",
     148,
     {[FAB_PART_BF16] = {"simumax", "B200", 0.0}},
     BLACKWELL_MEMORY,
     0.0,
     false,
     "What single products reach on a box that its power limits."},
    {"mi300x",
     "AMD MI300X",
     "mi300x",
     304,
     {[FAB_PART_BF16] = {"xla_table", "MI300X", 0.0}},
     ISOLATED_MEMORY,
     0.0,
     false,
     "Products measured in short bursts."},
};
#define PLAN_COUNT (sizeof(PLANS) / sizeof(PLANS[0]))

/* One fit: the rows of one part, which of them are used now. */
typedef struct fab_part_fit {
    fab_kernel_context context;
    size_t count;
    bool *is_used;
    int *fold;
    double *error_frac;
} fab_part_fit;

/* Which fifth a shape belongs to: equal shapes always together (FNV-1a). */
static int fold_of(const fab_measured_kernel *row)
{
    const double sizes[] = {row->groups, row->m,        row->n,       row->k,
                            row->heads,  row->sequence, row->head_dim};
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (uint64_t rest = (uint64_t)sizes[i], byte = 0; byte < 8; byte++, rest >>= 8) {
            hash = (hash ^ (rest & 255)) * 1099511628211u;
        }
    }
    return (int)((hash >> 32) % FOLDS);
}

static fab_status collect(const fab_measured_kernels *measured, const fab_part_plan *plan,
                          fab_arena *arena, fab_part_fit *fit)
{
    fab_measured_kernel *rows = FAB_NEW(arena, fab_measured_kernel, measured->count);
    fit->is_used = FAB_NEW(arena, bool, measured->count);
    fit->fold = FAB_NEW(arena, int, measured->count);
    fit->error_frac = FAB_NEW(arena, double, measured->count);
    if (!rows || !fit->is_used || !fit->fold || !fit->error_frac) {
        return FAB_E_NOMEM;
    }
    fit->count = 0;
    for (size_t i = 0; i < measured->count; i++) {
        const fab_measured_kernel *row = &measured->rows[i];
        if (strcmp(row->source, plan->source) == 0 && strcmp(row->chip, plan->chip) == 0 &&
            fab_kernel_part_takes(fit->context.part, row)) {
            fit->fold[fit->count] = fold_of(row);
            rows[fit->count++] = *row;
        }
    }
    fit->context.rows = rows;
    return FAB_OK;
}

/* Fits on all folds but one (-1: on all). */
static fab_status fit_without(fab_part_fit *fit, int fold, fab_arena *arena, double *parameters)
{
    fab_fit_problem problem = {.is_used = fit->is_used};
    fab_kernel_part_problem(&fit->context, fit->count, &problem);
    for (size_t i = 0; i < fit->count; i++) {
        fit->is_used[i] = fit->fold[i] != fold;
    }
    FAB_TRY(fab_fit(&problem, arena, parameters));
    for (size_t i = 0; i < fit->count; i++) {
        if (fit->fold[i] == fold) {
            fit->error_frac[i] = fabs(problem.ratio(&fit->context, parameters, i) - 1.0);
        }
    }
    return FAB_OK;
}

/* Whether every fold leaves more rows than there are parameters. */
static bool is_enough(const fab_part_fit *fit)
{
    fab_fit_problem problem = {.is_used = fit->is_used};
    size_t held[FOLDS] = {0};
    fab_kernel_part_problem(&fit->context, fit->count, &problem);
    for (size_t i = 0; i < fit->count; i++) {
        held[fit->fold[i]]++;
    }
    for (size_t fold = 0; fold < FOLDS; fold++) {
        if (fit->count <= held[fold] + fab_fit_free_count(&problem)) {
            return false;
        }
    }
    return true;
}

/* Errors of the rows whose FLOPs lie in a range. */
static fab_status sum_errors(const fab_part_fit *fit, double least_flop, double most_flop,
                             fab_arena *arena, fab_kernel_error *out)
{
    double *errors = FAB_NEW(arena, double, fit->count);
    if (errors == NULL) {
        return FAB_E_NOMEM;
    }
    *out = (fab_kernel_error){.count = 0};
    for (size_t i = 0; i < fit->count; i++) {
        const double flop = fab_measured_flop(&fit->context.rows[i]);
        if (flop >= least_flop && flop < most_flop) {
            errors[out->count++] = fit->error_frac[i];
            out->mean_frac += fit->error_frac[i];
        }
    }
    if (out->count > 0) {
        out->mean_frac /= (double)out->count;
        out->median_frac = fab_median(errors, out->count);
        out->p90_frac = fab_percentile(errors, out->count, 90);
        out->largest_frac = errors[out->count - 1];
    }
    return FAB_OK;
}

/* Constants as the data file prints them, so that what is tested is what is kept. */
static void round_all(double *parameters, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (parameters[i] < LEAST) {
            parameters[i] = 0.0;
        } else {
            const double scale = pow(10.0, ROUNDING_DIGITS - 1 - floor(log10(parameters[i])));
            parameters[i] = round(parameters[i] * scale) / scale;
        }
    }
}

static fab_status fit_part(fab_part_fit *fit, fab_arena *arena, fab_kernels *kernels,
                           fab_kernel_fit *out)
{
    double parameters[FAB_FIT_PARAMETER_LIMIT];
    for (int fold = 0; fold < FOLDS; fold++) {
        FAB_TRY(fit_without(fit, fold, arena, parameters));
    }
    const bool is_product = fit->context.part == FAB_PART_BF16 || fit->context.part == FAB_PART_FP8;
    const double limit = is_product ? LARGE_FLOP : 0.0;
    FAB_TRY(sum_errors(fit, limit, HUGE_VAL, arena, &out->large));
    FAB_TRY(sum_errors(fit, 0.0, limit, arena, &out->small));
    FAB_TRY(fit_without(fit, -1, arena, parameters));
    round_all(parameters, FAB_FIT_PARAMETER_LIMIT);
    fab_kernel_part_store(fit->context.part, parameters, kernels);
    return FAB_OK;
}

static fab_status fit_row(const fab_catalog *catalog, const fab_kernel_plan *plan,
                          const fab_measured_kernels *measured, fab_arena *arena,
                          fab_kernels *kernels, fab_kernel_fit *fits, size_t *fit_count)
{
    const fab_gpu *gpu = fab_catalog_gpu(catalog, plan->gpu);
    assert(gpu != NULL);
    *kernels = (fab_kernels){.name = plan->name,
                             .title = plan->title,
                             .multiprocessors = plan->multiprocessors,
                             .attention_v2_frac =
                                 plan->attention_v2_frac > 0.0 ? plan->attention_v2_frac : 1.0,
                             .memory = plan->memory,
                             .confidence = FAB_CONFIDENCE_ESTIMATE,
                             .notes = plan->notes};
    for (int part = 0; part < FAB_PART_COUNT; part++) {
        const fab_part_plan *wanted = &plan->parts[part];
        if (wanted->source == NULL) {
            continue;
        }
        fab_part_fit fit = {.context = {.part = (fab_kernel_part)part,
                                        .multiprocessors = (double)plan->multiprocessors,
                                        .memory_byte_per_s = gpu->memory_rate_byte_per_s.value,
                                        .sequence_count = wanted->sequence_count}};
        if (plan->is_held_by_power && part == FAB_PART_BF16) {
            fit.context.energy =
                fab_gpu_energy_of(gpu, FAB_PRECISION_BF16, &(fab_gpu_energy_rule){0});
            fit.context.dynamic_limit_w = gpu->power_w.value - fit.context.energy.static_w;
            assert(fit.context.energy.is_known && !fit.context.energy.is_assumed);
        }
        FAB_TRY(collect(measured, wanted, arena, &fit));
        if (!is_enough(&fit)) {
            continue;
        }
        fab_kernel_fit *out = &fits[(*fit_count)++];
        out->kernels = plan->name;
        out->part = fab_kernel_part_text(fit.context.part);
        out->measured = fab_arena_printf(arena, "%s, %s", wanted->source, wanted->chip);
        if (out->measured == NULL) {
            return FAB_E_NOMEM;
        }
        FAB_TRY(fit_part(&fit, arena, kernels, out));
    }
    if (kernels->attention_backward.peak_frac == 0.0) {
        kernels->attention_backward = kernels->attention_forward;
        kernels->attention_backward.peak_frac *= BACKWARD_RATE;
        round_all(&kernels->attention_backward.peak_frac, 1);
    }
    return FAB_OK;
}

fab_status fab_calibrate_kernels(const fab_catalog *catalog, const char *path, fab_arena *arena,
                                 fab_diagnostics *diagnostics, const fab_kernel_calibration **out)
{
    assert(catalog && path && arena && diagnostics && out);
    fab_measured_kernels measured;
    FAB_TRY(fab_measured_kernels_load(path, arena, diagnostics, &measured));
    fab_kernel_calibration *result = FAB_NEW(arena, fab_kernel_calibration, 1);
    fab_kernels *kernels = FAB_NEW(arena, fab_kernels, PLAN_COUNT);
    fab_kernel_fit *fits = FAB_NEW(arena, fab_kernel_fit, PLAN_COUNT * FAB_PART_COUNT);
    if (result == NULL || kernels == NULL || fits == NULL) {
        return FAB_E_NOMEM;
    }
    *result = (fab_kernel_calibration){.file = path, .kernels = kernels, .fits = fits};
    for (; result->kernel_count < PLAN_COUNT; result->kernel_count++) {
        FAB_TRY(fit_row(catalog, &PLANS[result->kernel_count], &measured, arena,
                        &kernels[result->kernel_count], fits, &result->fit_count));
    }
    *out = result;
    return FAB_OK;
}
