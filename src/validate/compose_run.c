#include <stdio.h>
#include <string.h>

#include "validate/field_writer.h"
#include "validate/measured_runs.h"
#include "validate/run_layout.h"
#include "validate/run_recompute.h"
#include "validate/run_software.h"

/* Hardware as tables of runs call it, in names of the catalog. The network of a row overrides the
 * rate of the outer tier. */
typedef struct fab_run_hardware {
    const char *name;
    const char *gpu;
    const char *fabric;
    const char *eight_bit_gpu; /* where integers run faster than FP8; NULL: the same */
} fab_run_hardware;

/* The H100 of 500 W has its clock, hence its voltage, lower: a FLOP takes the low end of its range.
 */
static const fab_run_hardware HARDWARE[] = {
    {"A100-80GB", "a100_sxm", "hgx_a100", NULL},
    {"A100-40GB", "a100_sxm_40gb", "hgx_a100", NULL},
    {"H100", "h100_sxm", "hgx_h100", NULL},
    {"H100-96GB-500W",
     "{base: h100_sxm, name: h100_96gb_500w, memory: 96 GB, memory_rate: 2.4 TB/s, power: 500 W, "
     "bf16_energy: 0.75 pJ/FLOP, fp8_energy: 0.37 pJ/FLOP}",
     "hgx_h100", NULL},
    {"H200", "h200_sxm", "hgx_h100", NULL},
    {"H200-4", "h200_sxm", "hgx_h200_4", NULL},
    {"H800", "h800_sxm", "hgx_h800", NULL},
    {"B200", "b200_sxm", "hgx_b200", NULL},
    {"GB200", "gb200", "gb200_nvl72_full", NULL},
    {"GB300", "gb300", "gb200_nvl72_full", NULL},
    {"Gaudi2", "gaudi2", "gaudi2_roce", NULL},
    {"TPUv4", "tpu_v4", "tpu_v4_pod", NULL},
    {"TPUv5e", "tpu_v5e", "tpu_v5e_pod", NULL},
    {"TPUv5p", "tpu_v5p", "tpu_v5p_pod", NULL},
    {"TPUv6e", "tpu_v6e", "tpu_v6e_pod", "{base: tpu_v6e, name: tpu_v6e_int8, fp8: 1836 TFLOP/s}"},
};

static const fab_run_hardware *find_hardware(const char *name)
{
    for (size_t i = 0; i < sizeof(HARDWARE) / sizeof(HARDWARE[0]); i++) {
        if (strcmp(HARDWARE[i].name, name) == 0) {
            return &HARDWARE[i];
        }
    }
    return NULL;
}

const char *fab_run_hardware_gpu(const char *name)
{
    const fab_run_hardware *hardware = find_hardware(name);
    return hardware != NULL ? hardware->gpu : NULL;
}

static bool has_word(const char *text, const char *word)
{
    return strstr(text, word) != NULL;
}

/* The words of the tables; integers of 8 bit are like FP8. */
int fab_run_precision(const fab_run_row *row)
{
    const char *word = row->cells[FAB_RUN_PRECISION];
    return has_word(word, "fp4")                             ? FAB_PRECISION_NVFP4
           : has_word(word, "fp8") || has_word(word, "int8") ? FAB_PRECISION_FP8
                                                             : FAB_PRECISION_BF16;
}

/* FP16 and BF16 are alike; none is 16 bit */
static bool is_known_precision(const fab_run_row *row)
{
    const char *word = row->cells[FAB_RUN_PRECISION];
    return word[0] == '\0' || fab_run_precision(row) != FAB_PRECISION_BF16 ||
           has_word(word, "bf16") || has_word(word, "fp16");
}

/* How FP8 is scaled: FP8 alone as its first recipe. */
static const char *scaling_of(const fab_run_row *row)
{
    const char *word = row->cells[FAB_RUN_PRECISION];
    return has_word(word, "mxfp8")                                     ? "mxfp8"
           : has_word(word, "block")                                   ? "block"
           : has_word(word, "rowwise")                                 ? "rowwise"
           : has_word(word, "current") || has_word(word, "tensorwise") ? "current"
                                                                       : "delayed";
}

static int sharding(const fab_run_row *row)
{
    const char *words = row->cells[FAB_RUN_SHARDING];
    if (has_word(words, "ZeRO-3") || has_word(words, "FSDP")) {
        return 3;
    }
    if (has_word(words, "ZeRO-2")) {
        return 2;
    }
    return strncmp(words, "none", 4) == 0 ? 0 : 1;
}

/* Whether all packages shard one replica, as FSDP does where no other cut is said. */
static bool is_sharded_alone(const fab_run_row *row)
{
    return sharding(row) == 3 && !fab_run_says(row, FAB_RUN_TP) && !fab_run_says(row, FAB_RUN_PP);
}

/* Why a row cannot be forecast. */
static const char *refuse(const fab_run_row *row, fab_arena *arena)
{
    static const fab_run_column NEEDED[] = {FAB_RUN_LAYERS,     FAB_RUN_HIDDEN,   FAB_RUN_HEADS,
                                            FAB_RUN_GPUS,       FAB_RUN_SEQUENCE, FAB_RUN_BATCH,
                                            FAB_RUN_VOCABULARY, FAB_RUN_TP,       FAB_RUN_PP};
    const size_t cuts = is_sharded_alone(row) ? 2 : 0;
    if (find_hardware(row->cells[FAB_RUN_GPU]) == NULL) {
        return fab_arena_printf(arena, "no fabric is described for `%s`", row->cells[FAB_RUN_GPU]);
    }
    if (!is_known_precision(row)) {
        return fab_arena_printf(arena, "no precision is known as `%s`",
                                row->cells[FAB_RUN_PRECISION]);
    }
    for (size_t i = 0; i < sizeof(NEEDED) / sizeof(NEEDED[0]) - cuts; i++) {
        if (fab_run_number(row, NEEDED[i]) <= 0.0) {
            return fab_arena_printf(arena, "does not say `%s`", fab_run_column_name(NEEDED[i]));
        }
    }
    return NULL;
}

static const char *join(fab_arena *arena, const char *text, const char *more)
{
    return text == NULL      ? NULL
           : text[0] == '\0' ? more
                             : fab_arena_printf(arena, "%s; %s", text, more);
}

/* whether nothing is recomputed only because a row does not say what in known words */
static bool assumes_no_recompute(const fab_run_row *row, fab_arena *arena)
{
    const char *text = row->cells[FAB_RUN_RECOMPUTE];
    const char *made = fab_run_recompute(row, 1, arena);
    return made != NULL && strcmp(made, "recompute: none") == 0 && strncmp(text, "none", 4) != 0;
}

static int64_t whole(const fab_run_row *row, fab_run_column column, int64_t absent)
{
    const double number = fab_run_number(row, column);
    return number >= 1.0 ? (int64_t)number : absent;
}

/* Sequences of a micro-batch that is not searched: as said, or all of a replica's. */
static int64_t settled_microbatch(const fab_run_row *row)
{
    if (fab_run_says(row, FAB_RUN_MICROBATCH)) {
        return (int64_t)fab_run_number(row, FAB_RUN_MICROBATCH);
    }
    const int64_t block =
        whole(row, FAB_RUN_TP, 1) * whole(row, FAB_RUN_CP, 1) * whole(row, FAB_RUN_PP, 1);
    const int64_t share = whole(row, FAB_RUN_BATCH, 1) * block / whole(row, FAB_RUN_GPUS, 1);
    return share > 0 ? share : 1;
}

fab_run_reading fab_run_read(const fab_run_row *row, fab_arena *arena)
{
    fab_run_reading out = {.reason = refuse(row, arena), .assumed = ""};
    if (out.reason != NULL) {
        return out;
    }
    const bool runs_whole = fab_run_software_of(row).runs_one_microbatch;
    out.searches_microbatch = !fab_run_says(row, FAB_RUN_MICROBATCH) && !runs_whole;
    out.microbatch = settled_microbatch(row);
    out.searches_interleave = !fab_run_says(row, FAB_RUN_VPP) &&
                              fab_run_number(row, FAB_RUN_PP) > 1.0 && !fab_run_has_no_chunks(row);
    if (out.searches_microbatch) {
        out.assumed = join(arena, out.assumed, "micro-batch: the fastest that fits");
    }
    if (runs_whole && !fab_run_says(row, FAB_RUN_MICROBATCH)) {
        out.assumed = join(arena, out.assumed, "micro-batch: all sequences of a rank");
    }
    if (out.searches_interleave) {
        out.assumed = join(arena, out.assumed, "interleave: the fastest that fits");
    }
    if (is_sharded_alone(row)) {
        out.assumed = join(arena, out.assumed, "FSDP over all packages");
    }
    if (fab_run_assumes_full(row)) {
        out.assumed = join(arena, out.assumed, "all recomputed, MaxText's default");
    }
    if (fab_run_recipe(row) != NULL) {
        out.assumed = join(arena, out.assumed, "recomputed as the model's recipe says");
    }
    out.searches_scores = fab_run_may_keep_scores(row);
    if (out.searches_scores) {
        out.assumed = join(arena, out.assumed, "scores kept or recomputed: the fastest that fits");
    } else if (assumes_no_recompute(row, arena)) {
        out.assumed = join(arena, out.assumed, "no recomputation");
    }
    if (strcmp(row->cells[FAB_RUN_MEASURE], "iteration_SFT") == 0) {
        out.assumed = join(arena, out.assumed, "fine-tuning on whole sequences");
    }
    if (!fab_run_says(row, FAB_RUN_SHARDING)) {
        out.assumed = join(arena, out.assumed, "ZeRO-1");
    }
    if (!fab_run_says(row, FAB_RUN_PRECISION)) {
        out.assumed = join(arena, out.assumed, "BF16");
    }
    return out;
}

/* Sizes of latent attention from `q_lora=1536;kv_lora=512;nope=128;rope=64;v=128`. */
static void write_attention(const fab_run_row *row, fab_field_writer *model)
{
    const char *text = row->cells[FAB_RUN_MLA];
    int q_rank, kv_rank, nope, rope, v;
    if (sscanf(text, "q_lora=%d;kv_lora=%d;nope=%d;rope=%d;v=%d", &q_rank, &kv_rank, &nope, &rope,
               &v) == 5) {
        fab_write_word(model, "attention", "mla");
        fab_write_count(model, "q_rank", q_rank);
        fab_write_count(model, "kv_rank", kv_rank);
        fab_write_count(model, "qk_nope_dim", nope);
        fab_write_count(model, "qk_rope_dim", rope);
        fab_write_count(model, "v_dim", v);
        return;
    }
    fab_write_count(model, "kv_heads", whole(row, FAB_RUN_KV_HEADS, whole(row, FAB_RUN_HEADS, 1)));
    const int64_t dim = whole(row, FAB_RUN_HEAD_DIM, 0);
    if (dim > 0) {
        fab_write_count(model, "head_dim", dim);
    }
}

/* A sliding window, of all layers unless the row says of how many. gpt-oss slides one of 128 tokens
 * in every second layer (github.com/openai/gpt-oss, gpt_oss/torch/model.py). */
static void write_window(const fab_run_row *row, fab_field_writer *model)
{
    const char *name = row->cells[FAB_RUN_MODEL];
    const int64_t layers = whole(row, FAB_RUN_LAYERS, 1);
    const bool is_oss = has_word(name, "GPT OSS") || has_word(name, "gpt-oss");
    const int64_t window = whole(row, FAB_RUN_WINDOW, is_oss ? 128 : 0);
    if (window > 0) {
        fab_write_count(model, "window", window);
        fab_write_count(model, "window_layers",
                        whole(row, FAB_RUN_WINDOW_LAYERS, is_oss ? layers / 2 : layers));
    }
}

static void write_experts(const fab_run_row *row, fab_field_writer *model)
{
    const int64_t experts = whole(row, FAB_RUN_EXPERTS, 0);
    if (experts == 0) {
        return;
    }
    const int64_t width = whole(row, FAB_RUN_MOE_FFN, 1);
    const int64_t every = whole(row, FAB_RUN_MOE_EVERY, 1);
    fab_write_count(model, "experts", experts);
    fab_write_count(model, "experts_per_token", whole(row, FAB_RUN_TOPK, 1));
    fab_write_count(model, "expert_width", width);
    fab_write_count(model, "shared_width", width * whole(row, FAB_RUN_SHARED, 0));
    fab_write_count(model, "mtp_layers", whole(row, FAB_RUN_MTP, 0));
    /* dense layers come first or in turn, not both */
    if (every > 1) {
        fab_write_count(model, "moe_every", every);
    } else {
        fab_write_count(model, "dense_layers", whole(row, FAB_RUN_FIRST_DENSE, 0));
    }
}

/* Some rows give a width of dense layers that their model does not have. */
static void write_dense(const fab_run_row *row, fab_field_writer *model)
{
    const int64_t width = whole(row, FAB_RUN_FFN, 0);
    if (fab_run_has_dense(row) && width > 0) {
        fab_write_count(model, "dense_width", width);
    }
}

static fab_field_writer compose_model(const fab_run_row *row, fab_arena *arena)
{
    fab_field_writer model = fab_field_writer_make(arena);
    fab_write_word(&model, "name", "measured");
    fab_write_count(&model, "layers", whole(row, FAB_RUN_LAYERS, 1));
    fab_write_count(&model, "hidden", whole(row, FAB_RUN_HIDDEN, 1));
    fab_write_count(&model, "heads", whole(row, FAB_RUN_HEADS, 1));
    write_attention(row, &model);
    write_window(row, &model);
    write_dense(row, &model);
    write_experts(row, &model);
    fab_write_fields(&model, fab_run_features(row));
    fab_write_flag(&model, "gated", fab_run_number(row, FAB_RUN_GATED) > 0.0);
    fab_write_count(&model, "vocabulary", whole(row, FAB_RUN_VOCABULARY, 1));
    fab_write_flag(&model, "tied", strcmp(row->cells[FAB_RUN_TIED], "yes") == 0);
    fab_write_count(&model, "sequence", whole(row, FAB_RUN_SEQUENCE, 1));
    return model;
}

static const char *compose_hardware(const fab_run_row *row, fab_arena *arena)
{
    const fab_run_hardware *hardware = find_hardware(row->cells[FAB_RUN_GPU]);
    const double network = fab_run_number(row, FAB_RUN_NETWORK);
    const bool is_integer = has_word(row->cells[FAB_RUN_PRECISION], "int8");
    const char *gpu =
        is_integer && hardware->eight_bit_gpu != NULL ? hardware->eight_bit_gpu : hardware->gpu;
    if (network <= 0.0) {
        return fab_arena_printf(arena, "gpu: %s\nfabric: %s\n", gpu, hardware->fabric);
    }
    return fab_arena_printf(arena, "gpu: %s\nfabric: {base: %s, tiers: [{}, {rate: %.6g Gbps}]}\n",
                            gpu, hardware->fabric, network);
}

/* Megatron shards experts over the tensor ranks unless it is told otherwise. */
static int64_t expert_tensor_ranks(const fab_run_row *row, const fab_run_software *software)
{
    const bool shards = whole(row, FAB_RUN_EXPERTS, 0) > 0 && software->shards_experts;
    return whole(row, FAB_RUN_ETP, shards ? whole(row, FAB_RUN_TP, 1) : 1);
}

static int64_t chunk_layers(const fab_run_row *row, const fab_run_choice *choice)
{
    const int64_t chunks = whole(row, FAB_RUN_PP, 1) * choice->interleave;
    return chunks > 0 ? whole(row, FAB_RUN_LAYERS, 1) / chunks : 1;
}

/* A count, or a word where there is none. */
static void write_count_or(fab_field_writer *writer, const char *name, int64_t count,
                           const char *word)
{
    if (count > 0) {
        fab_write_count(writer, name, count);
    } else {
        fab_write_word(writer, name, word);
    }
}

static fab_field_writer compose_mapping(const fab_run_row *row, const fab_run_software *software,
                                        const fab_run_choice *choice, fab_arena *arena)
{
    fab_field_writer mapping = fab_field_writer_make(arena);
    fab_write_count(&mapping, "tp", whole(row, FAB_RUN_TP, 1));
    fab_write_count(&mapping, "cp", whole(row, FAB_RUN_CP, 1));
    fab_write_word(&mapping, "cp_mode", software->context);
    fab_write_count(&mapping, "pp", whole(row, FAB_RUN_PP, 1));
    write_count_or(&mapping, "dp", fab_run_says(row, FAB_RUN_DP) ? whole(row, FAB_RUN_DP, 1) : 0,
                   "auto");
    fab_write_count(&mapping, "ep", whole(row, FAB_RUN_EP, 1));
    fab_write_count(&mapping, "etp", expert_tensor_ranks(row, software));
    fab_write_count(&mapping, "microbatch", choice->microbatch);
    fab_write_word(&mapping, "schedule", software->experts.schedule);
    fab_write_count(&mapping, "interleave", choice->interleave);
    fab_write_word(&mapping, "layout", fab_run_layout(row, choice, arena));
    fab_write_count(&mapping, "zero", sharding(row));
    write_count_or(&mapping, "shard_group", fab_run_shard_group(row), "all");
    write_count_or(&mapping, "offload_layers", fab_run_offload_layers(row), "none");
    fab_write_flag(&mapping, "sequence_parallel",
                   fab_run_says(row, FAB_RUN_SP) ? fab_run_number(row, FAB_RUN_SP) > 0.0
                                                 : software->splits_sequences);
    fab_write_fields(&mapping, choice->reruns_scores
                                   ? "recompute: selective"
                                   : fab_run_recompute(row, chunk_layers(row, choice), arena));
    return mapping;
}

static fab_field_writer compose_overlap(const fab_run_software *software, fab_arena *arena)
{
    fab_field_writer overlap = fab_field_writer_make(arena);
    fab_write_number(&overlap, "tensor", software->overlap.tensor_frac, "");
    fab_write_number(&overlap, "tensor_gradients", software->overlap.tensor_gradients_frac, "");
    fab_write_number(&overlap, "expert", software->experts.overlap_frac, "");
    fab_write_number(&overlap, "pipeline", software->overlap.pipeline_frac, "");
    fab_write_number(&overlap, "data", software->overlap.data_frac, "");
    fab_write_number(&overlap, "server_loss", software->overlap.server_loss_frac, "");
    return overlap;
}

static fab_field_writer compose_effects(const fab_run_software *software, fab_arena *arena)
{
    fab_field_writer effects = fab_field_writer_make(arena);
    fab_write_flag(&effects, "weight_gradient_gather", !software->keeps_gathered);
    return effects;
}

/* in the order of docs/reference.md */
static fab_field_writer compose_assumptions(const fab_run_row *row,
                                            const fab_run_software *software, fab_arena *arena)
{
    const bool sends_in_bf16 =
        software->gradients.sums_in_bf16 && !software->gradients.sends_in_fp32;
    const fab_field_writer overlap = compose_overlap(software, arena);
    const fab_field_writer effects = compose_effects(software, arena);
    fab_field_writer to = fab_field_writer_make(arena);
    fab_write_word(&to, "fp8_scaling", scaling_of(row));
    fab_write_word(&to, "attention", software->kernels.attention);
    fab_write_word(&to, "elementwise", software->kernels.elementwise);
    fab_write_flag(&to, "fused_loss", software->kernels.has_fused_loss);
    fab_write_flag(&to, "fused_latents", software->kernels.has_fused_latents);
    fab_write_flag(&to, "recompute_last", !fab_run_skips_last(row));
    fab_write_flag(&to, "recompute_ends", software->reruns_ends);
    fab_write_flag(&to, "dropout", software->kernels.has_dropout);
    fab_write_word(&to, "expert_weighting", software->weights_inside ? "activations" : "outputs");
    fab_write_word(&to, "experts", software->experts.products);
    fab_write_word(&to, "permutation", software->experts.permutation);
    fab_write_word(&to, "kept_inputs", software->kept_inputs);
    fab_write_word(&to, "loss", software->kernels.loss);
    fab_write_word(&to, "main_gradient", software->gradients.sums_in_bf16 ? "bf16" : "fp32");
    fab_write_word(&to, "moments", software->moments);
    fab_write_word(&to, "parameter_precision", software->gathers_fp8 ? "fp8" : "kept");
    fab_write_flag(&to, "scatter_gather", software->has_scatter_gather);
    fab_write_group(&to, "overlap", &overlap);
    fab_write_group(&to, "effects", &effects);
    fab_write_word(&to, "gather_precision", software->gathers_tensor_fp8 ? "fp8" : "bf16");
    fab_write_word(&to, "dispatch_precision", software->experts.dispatch_precision);
    fab_write_word(&to, "gradient_precision", sends_in_bf16 ? "bf16" : "fp32");
    fab_write_word(&to, "gradient_sum",
                   software->gradients.sums_all ? "all_reduce" : "reduce_scatter");
    fab_write_word(&to, "exchange_messages",
                   software->gradients.sends_each_matrix ? "per_matrix" : "joined");
    fab_write_count(&to, "gradient_passes", software->gradients.passes);
    fab_write_word(&to, "gate_product", software->has_separate_gate ? "separate" : "joined");
    fab_write_word(&to, "gathered_inputs", software->gathers_apart ? "apart" : "together");
    fab_write_flag(&to, "sequence_copies", software->copies_messages);
    fab_write_flag(&to, "shard_copies", software->copies_messages);
    fab_write_word(&to, "transfers", software->transfers_in_turn ? "in_turn" : "at_once");
    fab_write_word(&to, "dispatch", software->experts.dispatch);
    fab_write_number(&to, "launch", 1e6 * software->kernels.launch_s, " us");
    fab_write_flag(&to, "launch_waits", software->kernels.launch_waits);
    fab_write_count(&to, "loss_checks", software->gradients.loss_checks);
    return to;
}

#define PRECISION_WORD(id, text) text,

static fab_field_writer compose_job(const fab_run_row *row, fab_arena *arena)
{
    static const char *const PRECISION[] = {FAB_PRECISION_LIST(PRECISION_WORD)};
    fab_field_writer job = fab_field_writer_make(arena);
    fab_write_count(&job, "gpus", whole(row, FAB_RUN_GPUS, 1));
    fab_write_word(&job, "tokens", "1T");
    fab_write_count(&job, "batch", whole(row, FAB_RUN_BATCH, 1));
    fab_write_count(&job, "sequence", whole(row, FAB_RUN_SEQUENCE, 1));
    fab_write_word(&job, "precision", PRECISION[fab_run_precision(row)]);
    return job;
}

const char *fab_run_compose(const fab_run_row *row, const fab_run_choice *choice, fab_arena *arena)
{
    const fab_run_software software = fab_run_software_of(row);
    const char *hardware = compose_hardware(row, arena);
    const fab_field_writer model = compose_model(row, arena);
    const fab_field_writer job = compose_job(row, arena);
    const fab_field_writer mapping = compose_mapping(row, &software, choice, arena);
    const fab_field_writer assumptions = compose_assumptions(row, &software, arena);
    if (hardware == NULL || model.text == NULL || job.text == NULL || mapping.text == NULL ||
        assumptions.text == NULL) {
        return NULL;
    }
    return fab_arena_printf(
        arena, "name: measured\n%smodel: {%s}\njob: {%s}\nmapping: {%s}\nassumptions: {%s}\n",
        hardware, model.text, job.text, mapping.text, assumptions.text);
}
