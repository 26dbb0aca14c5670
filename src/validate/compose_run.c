#include <string.h>

#include "validate/measured_runs.h"
#include "validate/run_layout.h"
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

static long long whole(const fab_run_row *row, fab_run_column column, long long absent)
{
    const double number = fab_run_number(row, column);
    return number >= 1.0 ? (long long)number : absent;
}

/* Sequences of a micro-batch that is not searched: as said, or all of a replica's. */
static int64_t settled_microbatch(const fab_run_row *row)
{
    if (fab_run_says(row, FAB_RUN_MICROBATCH)) {
        return (int64_t)fab_run_number(row, FAB_RUN_MICROBATCH);
    }
    const long long block =
        whole(row, FAB_RUN_TP, 1) * whole(row, FAB_RUN_CP, 1) * whole(row, FAB_RUN_PP, 1);
    const long long share = whole(row, FAB_RUN_BATCH, 1) * block / whole(row, FAB_RUN_GPUS, 1);
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
static const char *compose_attention(const fab_run_row *row, fab_arena *arena)
{
    const char *text = row->cells[FAB_RUN_MLA];
    int q_rank, kv_rank, nope, rope, v;
    if (sscanf(text, "q_lora=%d;kv_lora=%d;nope=%d;rope=%d;v=%d", &q_rank, &kv_rank, &nope, &rope,
               &v) == 5) {
        return fab_arena_printf(arena,
                                ", attention: mla, q_rank: %d, kv_rank: %d, qk_nope_dim: %d, "
                                "qk_rope_dim: %d, v_dim: %d",
                                q_rank, kv_rank, nope, rope, v);
    }
    const long long heads = whole(row, FAB_RUN_HEADS, 1);
    const char *out =
        fab_arena_printf(arena, ", kv_heads: %lld", whole(row, FAB_RUN_KV_HEADS, heads));
    const long long dim = whole(row, FAB_RUN_HEAD_DIM, 0);
    return out != NULL && dim > 0 ? fab_arena_printf(arena, "%s, head_dim: %lld", out, dim) : out;
}

/* A sliding window, of all layers unless the row says of how many. gpt-oss slides one of 128 tokens
 * in every second layer (github.com/openai/gpt-oss, gpt_oss/torch/model.py). */
static const char *compose_window(const fab_run_row *row, fab_arena *arena)
{
    const char *model = row->cells[FAB_RUN_MODEL];
    const long long layers = whole(row, FAB_RUN_LAYERS, 1);
    const bool is_oss = has_word(model, "GPT OSS") || has_word(model, "gpt-oss");
    const long long window = whole(row, FAB_RUN_WINDOW, is_oss ? 128 : 0);
    const long long slide = whole(row, FAB_RUN_WINDOW_LAYERS, is_oss ? layers / 2 : layers);
    return window > 0
               ? fab_arena_printf(arena, ", window: %lld, window_layers: %lld", window, slide)
               : "";
}

static const char *compose_experts(const fab_run_row *row, fab_arena *arena)
{
    const long long experts = whole(row, FAB_RUN_EXPERTS, 0);
    if (experts == 0) {
        return "";
    }
    const long long width = whole(row, FAB_RUN_MOE_FFN, 1);
    const long long every = whole(row, FAB_RUN_MOE_EVERY, 1);
    const char *out = fab_arena_printf(
        arena,
        ", experts: %lld, experts_per_token: %lld, expert_width: %lld, shared_width: %lld, "
        "mtp_layers: %lld",
        experts, whole(row, FAB_RUN_TOPK, 1), width, width * whole(row, FAB_RUN_SHARED, 0),
        whole(row, FAB_RUN_MTP, 0));
    /* dense layers come first or in turn, not both */
    return out == NULL ? NULL
           : every > 1 ? fab_arena_printf(arena, "%s, moe_every: %lld", out, every)
                       : fab_arena_printf(arena, "%s, dense_layers: %lld", out,
                                          whole(row, FAB_RUN_FIRST_DENSE, 0));
}

/* Some rows give a width of dense layers that their model does not have. */
static const char *compose_dense(const fab_run_row *row, fab_arena *arena)
{
    const long long width = whole(row, FAB_RUN_FFN, 0);
    return fab_run_has_dense(row) && width > 0
               ? fab_arena_printf(arena, ", dense_width: %lld", width)
               : "";
}

static const char *compose_model(const fab_run_row *row, fab_arena *arena)
{
    const char *attention = compose_attention(row, arena);
    const char *experts = compose_experts(row, arena);
    const char *dense = compose_dense(row, arena);
    const char *window = compose_window(row, arena);
    if (window == NULL || attention == NULL || experts == NULL || dense == NULL) {
        return NULL;
    }
    return fab_arena_printf(
        arena,
        "model: {name: measured, layers: %lld, hidden: %lld, heads: %lld%s%s%s%s%s, gated: %s, "
        "vocabulary: %lld, tied: %s, sequence: %lld}\n",
        whole(row, FAB_RUN_LAYERS, 1), whole(row, FAB_RUN_HIDDEN, 1), whole(row, FAB_RUN_HEADS, 1),
        attention, window, dense, experts, fab_run_features(row),
        fab_run_number(row, FAB_RUN_GATED) > 0.0 ? "true" : "false",
        whole(row, FAB_RUN_VOCABULARY, 1),
        strcmp(row->cells[FAB_RUN_TIED], "yes") == 0 ? "true" : "false",
        whole(row, FAB_RUN_SEQUENCE, 1));
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
static long long expert_tensor_ranks(const fab_run_row *row)
{
    const bool is_moe = whole(row, FAB_RUN_EXPERTS, 0) > 0;
    const bool shards = is_moe && fab_run_software_of(row).shards_experts;
    return whole(row, FAB_RUN_ETP, shards ? whole(row, FAB_RUN_TP, 1) : 1);
}

static int64_t chunk_layers(const fab_run_row *row, const fab_run_choice *choice)
{
    const int64_t chunks = whole(row, FAB_RUN_PP, 1) * choice->interleave;
    return chunks > 0 ? whole(row, FAB_RUN_LAYERS, 1) / chunks : 1;
}

static const char *compose_mapping(const fab_run_row *row, const fab_run_choice *choice,
                                   fab_arena *arena)
{
    const char *recompute = choice->reruns_scores
                                ? "recompute: selective"
                                : fab_run_recompute(row, chunk_layers(row, choice), arena);
    const bool is_split = fab_run_says(row, FAB_RUN_SP) ? fab_run_number(row, FAB_RUN_SP) > 0.0
                                                        : fab_run_software_of(row).splits_sequences;
    const char *copies = fab_run_says(row, FAB_RUN_DP)
                             ? fab_arena_printf(arena, "dp: %lld", whole(row, FAB_RUN_DP, 1))
                             : "dp: auto";
    const char *layout = fab_run_layout(row, choice, arena);
    const long long group = fab_run_shard_group(row);
    const char *shards = group > 0 ? fab_arena_printf(arena, "%lld", group) : "all";
    const long long away = fab_run_offload_layers(row);
    const char *offloaded = away > 0 ? fab_arena_printf(arena, "%lld", away) : "none";
    if (recompute == NULL || copies == NULL || layout == NULL || shards == NULL ||
        offloaded == NULL) {
        return NULL;
    }
    return fab_arena_printf(
        arena,
        "mapping: {tp: %lld, cp: %lld, cp_mode: %s, pp: %lld, %s, ep: %lld, etp: %lld, "
        "microbatch: %lld, schedule: %s, interleave: %lld, layout: %s, zero: %d, shard_group: %s, "
        "offload_layers: %s, sequence_parallel: %s, %s}\n",
        whole(row, FAB_RUN_TP, 1), whole(row, FAB_RUN_CP, 1), fab_run_software_of(row).context,
        whole(row, FAB_RUN_PP, 1), copies, whole(row, FAB_RUN_EP, 1), expert_tensor_ranks(row),
        (long long)choice->microbatch, fab_run_experts_of(row).schedule,
        (long long)choice->interleave, layout, sharding(row), shards, offloaded,
        is_split ? "true" : "false", recompute);
}

static const char *compose_assumptions(const fab_run_row *row, fab_arena *arena)
{
    const fab_run_software software = fab_run_software_of(row);
    return fab_arena_printf(
        arena,
        "assumptions: {fp8_scaling: %s, attention: %s, elementwise: %s, fused_loss: %s, "
        "fused_latents: %s, "
        "recompute_last: %s, recompute_ends: %s, launch: "
        "%.6g us, "
        "launch_waits: %s, loss_checks: %lld, dropout: "
        "%s, scatter_gather: %s, main_gradient: %s, gradient_precision: %s, "
        "gradient_sum: %s, exchange_messages: %s, gradient_passes: %lld, gate_product: %s, "
        "transfers: %s, gathered_inputs: %s, sequence_copies: %s, shard_copies: %s, "
        "gather_precision: %s, loss: "
        "%s, "
        "expert_weighting: %s, experts: %s, permutation: %s, dispatch: %s, dispatch_precision: %s, "
        "kept_inputs: %s, moments: %s, parameter_precision: "
        "%s, overlap: {tensor: %.6g, "
        "tensor_gradients: %.6g, "
        "expert: %.6g, pipeline: %.6g, data: %.6g, server_loss: %.6g}, effects: "
        "{weight_gradient_gather: %s}}\n",
        scaling_of(row), software.attention, software.elementwise,
        software.has_fused_loss ? "true" : "false", software.has_fused_latents ? "true" : "false",
        software.skips_last ? "false" : "true", software.reruns_ends ? "true" : "false",
        1e6 * software.launch_s, software.launch_waits ? "true" : "false",
        (long long)software.loss_checks, software.has_dropout ? "true" : "false",
        software.has_scatter_gather ? "true" : "false", software.sums_in_bf16 ? "bf16" : "fp32",
        software.sums_in_bf16 && !software.sends_in_fp32 ? "bf16" : "fp32",
        software.sums_all ? "all_reduce" : "reduce_scatter",
        software.sends_each_matrix ? "per_matrix" : "joined", (long long)software.gradient_passes,
        software.has_separate_gate ? "separate" : "joined",
        software.transfers_in_turn ? "in_turn" : "at_once",
        software.gathers_apart ? "apart" : "together", software.copies_messages ? "true" : "false",
        software.copies_messages ? "true" : "false", software.gathers_tensor_fp8 ? "fp8" : "bf16",
        software.loss, software.weights_inside ? "activations" : "outputs",
        software.experts.products, software.experts.permutation, software.experts.dispatch,
        software.experts.dispatch_precision, software.kept_inputs, software.moments,
        software.gathers_fp8 ? "fp8" : "kept", software.tensor_overlap_frac,
        software.tensor_gradient_frac, software.experts.overlap_frac,
        software.pipeline_overlap_frac, software.data_overlap_frac, software.server_loss_frac,
        software.keeps_gathered ? "false" : "true");
}

#define PRECISION_WORD(id, text) text,

const char *fab_run_compose(const fab_run_row *row, const fab_run_choice *choice, fab_arena *arena)
{
    static const char *const PRECISION[] = {FAB_PRECISION_LIST(PRECISION_WORD)};
    const char *model = compose_model(row, arena);
    const char *hardware = compose_hardware(row, arena);
    const char *mapping = compose_mapping(row, choice, arena);
    const char *assumptions = compose_assumptions(row, arena);
    if (model == NULL || hardware == NULL || mapping == NULL || assumptions == NULL) {
        return NULL;
    }
    return fab_arena_printf(arena,
                            "name: measured\n%s%sjob: {gpus: %lld, tokens: 1T, batch: %lld, "
                            "sequence: %lld, precision: %s}\n%s%s",
                            hardware, model, whole(row, FAB_RUN_GPUS, 1),
                            whole(row, FAB_RUN_BATCH, 1), whole(row, FAB_RUN_SEQUENCE, 1),
                            PRECISION[fab_run_precision(row)], mapping, assumptions);
}
