#include "scenario/table_macros.h"

/* Field tables of what a scenario assumes, with the defaults and their reasons. */

#define GRADIENT_PASSES_LIMIT 100
#define LOSS_CHECKS_LIMIT     100

static const char *const PRECISION[] = {"bf16", "fp8", NULL};
static const char *const SCALING[] = {"delayed", "current", "block", "mxfp8", "rowwise", NULL};
static const char *const GRADIENT[] = {"fp32", "bf16", NULL};
static const char *const GATE_PRODUCT[] = {"joined", "separate", NULL};
static const char *const GATHERED_INPUTS[] = {"together", "apart", NULL};
static const char *const TRANSFERS[] = {"at_once", "in_turn", NULL};
static const char *const GRADIENT_SUM[] = {"reduce_scatter", "all_reduce", NULL};
static const char *const EXCHANGE_MESSAGES[] = {"joined", "per_matrix", NULL};
static const char *const ATTENTION[] = {"fused", "unfused", "fused_v1", "fused_v2", NULL};
static const char *const ELEMENTWISE[] = {"fused", "fused_norms", "eager", NULL};
static const char *const WEIGHTING[] = {"outputs", "activations", NULL};
static const char *const ROUTING[] = {"fixed", "ideal", "multinomial", "zipf", NULL};
static const char *const EXPERTS[] = {"looped", "padded", "grouped", "fused", NULL};
static const char *const PERMUTATION[] = {"fused", "indexed", NULL};
static const char *const KEPT[] = {"job", "bf16", "compact", NULL};
static const char *const WEIGHTS[] = {"bf16", "fp8", "fp8_transposed", NULL};
static const char *const PARAMETERS[] = {"kept", "bf16", "fp8", NULL};
static const char *const LOSS[] = {"sharded", "gathered", "in_place", NULL};
static const char *const DISPATCH[] = {"per_expert", "per_rank", "per_domain", NULL};
static const char *const ALGORITHM[] = {"auto", "ring", "direct", NULL};
static const char *const KERNELS[] = {"constant", "measured", NULL};
static const char *const MESSAGES[] = {"ideal", "measured", NULL};
static const char *const TIER_MODE[] = {"sequential", "concurrent", NULL};

static const fab_field OVERLAP_FIELDS[] = {
    SHARE("tensor", offsetof(fab_overlap, tensor_frac),
          "share of tensor-parallel messages that may run beside computation",
          "none: exposed unless the software pipelines them with the products they feed"),
    {.name = "tensor_gradients",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_FRACTION,
     .offset = offsetof(fab_overlap, tensor_gradient_frac),
     .minimum = 0.0,
     .maximum = 1.0,
     .word = "tensor",
     .word_value = -1.0,
     .help = "the same of messages beside which products of gradients can run: inputs gathered "
             "again, sums of input gradients; `tensor`: as `tensor` says",
     .source = "one rule for all; Megatron runs them beside these products (arXiv 2205.05198)"},
    {.name = "context",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_FRACTION,
     .offset = offsetof(fab_overlap, context_frac),
     .minimum = 0.0,
     .maximum = 1.0,
     .word = "auto",
     .word_value = -1.0,
     .help = "share of context-parallel messages that may run beside the attention core; `auto`: "
             "all of a ring, nothing of the other modes",
     .source = "a ring sends the next part while it works on this one (arXiv 2310.01889); the "
               "others wait (arXiv 2407.21783, 2309.14509)"},
    SHARE("expert", offsetof(fab_overlap, expert_frac),
          "share of expert dispatch and combine that may run beside computation",
          "none: exposed without a schedule that interleaves two micro-batches"),
    SHARE("pipeline", offsetof(fab_overlap, pipeline_frac),
          "share of stage-to-stage messages that may run beside computation",
          "none: blocking sends of plain 1F1B (arXiv 2104.04473)"),
    SHARE("data", offsetof(fab_overlap, data_frac),
          "share of the backward and forward passes behind which gradients and parameters may hide",
          "all: bucketed reduce-scatter and all-gather of a distributed optimizer"),
    SHARE("offload", offsetof(fab_overlap, offload_frac),
          "share of copies to and from the host's memory that may run beside computation",
          "all: copy engines work beside the multiprocessors"),
    SHARE(
        "contention", offsetof(fab_overlap, contention_frac),
        "what it adds to a step that exposed messages of layers and data-parallel messages meet on "
        "the same links in a stage's first and last pass: share of that time, all stages together",
        "none: measured runs do not tell; simulated steps give 0.35, from 0 to 0.4 "
        "(docs/models-flow.md#contention)"),
    SHARE(
        "loss", offsetof(fab_overlap, loss_frac),
        "how much longer computation takes beside messages that hide, of their time: they take "
        "multiprocessors and memory bandwidth; in pairs of passes (`dualpipe`) of the shorter of "
        "computation and expert messages",
        "assumption, 0-0.6: 0.096 in a profile of DeepSeek-V3 training on H800, 32.25 ms a layer "
        "for 29.5 ms of computation and 28.6 ms of messages (github.com/deepseek-ai/profile-data); "
        "0.6 on average on 4 A100 or H100 (arXiv 2507.03114)"),
    SHARE(
        "server_loss", offsetof(fab_overlap, server_loss_frac),
        "what data-parallel messages that hide add to `loss`, of their time on the inner tier",
        "none: as `loss`; 0.5 makes 0.6 of it, as FSDP on 4 A100 or H100 in a server was measured "
        "(arXiv 2507.03114)"),
};

const fab_table FAB_OVERLAP_TABLE = {
    .kind = "overlap",
    .fields = OVERLAP_FIELDS,
    .count = FAB_TABLE_SIZE(OVERLAP_FIELDS),
    .size = sizeof(fab_overlap),
};

static const fab_field EFFECTS_FIELDS[] = {
    FLAG("attention_core", offsetof(fab_effects, attention_core),
         "time of attention scores and values, beside the projections"),
    FLAG("memory_traffic", offsetof(fab_effects, memory_traffic),
         "operators bound by memory bandwidth: norms, activations, permutations, losses"),
    FLAG("product_traffic", offsetof(fab_effects, product_traffic),
         "a matrix product takes at least the time to move its operands and gradients; switch off "
         "when gemm_efficiency has that inside"),
    FLAG("embedding_head", offsetof(fab_effects, embedding_head),
         "embedding, output head and loss on the first and last stage"),
    FLAG("weight_gradient_gather", offsetof(fab_effects, weight_gradient_gather),
         "a block's input gathered once more in the backward pass for its weight gradients"),
    FLAG("expert_layer_gathers", offsetof(fab_effects, expert_layer_gathers),
         "tensor messages around expert blocks counted as if the blocks were dense"),
    FLAG("pipeline_bubble", offsetof(fab_effects, pipeline_bubble),
         "stages idle while the pipeline fills and drains"),
    FLAG("pipeline_transfers", offsetof(fab_effects, pipeline_transfers),
         "activations and their gradients sent between stages"),
    FLAG("latency", offsetof(fab_effects, latency),
         "the part of a message's time that does not depend on its size"),
    FLAG("data_parallel", offsetof(fab_effects, data_parallel),
         "gradients and parameters exchanged between data-parallel ranks"),
    FLAG("optimizer", offsetof(fab_effects, optimizer), "the optimizer's pass over memory"),
    FLAG("power_limit", offsetof(fab_effects, power_limit),
         "the clock falls where an operator would draw more than the package's power; leave off "
         "when gemm_efficiency was measured, which has that inside"),
};

const fab_table FAB_EFFECTS_TABLE = {
    .kind = "effects",
    .fields = EFFECTS_FIELDS,
    .count = FAB_TABLE_SIZE(EFFECTS_FIELDS),
    .size = sizeof(fab_effects),
};

static const fab_field POWER_FIELDS[] = {
    SHARE("static_share", offsetof(fab_power_assumptions, static_frac),
          "share of a package's power that it draws whatever it does, where the GPU has no "
          "`static_power`",
          "assumption, 0.1-0.25: leakage, clocks and idle memory; 119 W of an H100"),
    EFFICIENCY("full_power_rate", offsetof(fab_power_assumptions, full_rate_frac),
               "share of the dense peak at which products draw all of a package's power, where the "
               "GPU has no `bf16_energy` or `fp8_energy`",
               "assumption, 0.65-0.87: the fastest large products measured reach 0.71-0.87 of peak "
               "on A100, H100, B200 and GB200, held there by power"),
    {.name = "memory_energy",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_ENERGY_PER_BIT,
     .offset = offsetof(fab_power_assumptions, memory_energy_j_per_bit),
     .minimum = 0.0,
     .maximum = 1e-9,
     .help = "of a bit read from or written to memory, where the GPU has no `memory_energy`",
     .source = "assumption, 3.5-7 pJ/bit for stacked memory with both ends of its interface"},
    {.name = "host",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_POWER,
     .offset = offsetof(fab_power_assumptions, host_w),
     .minimum = 0.0,
     .maximum = 1e6,
     .help = "power beside each package in its server: processors, memory, fans, network cards",
     .source = "derived, 200-575 W: a server of 8 H100 draws at most 8.4 kW and is rated 10.2 kW "
               "(arXiv 2412.08602), less 8 x 700 W"},
    {.name = "switches",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_POWER,
     .offset = offsetof(fab_power_assumptions, switch_w),
     .minimum = 0.0,
     .maximum = 1e6,
     .help = "power of the scale-out switches for each package, optics apart",
     .source =
         "assumption, 20-130 W: five ports of 400 Gbps in three levels of switches, 12 W each"},
    {.name = "pue",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_FRACTION,
     .offset = offsetof(fab_power_assumptions, pue_ratio),
     .minimum = 1.0,
     .maximum = 10.0,
     .help = "power of the facility over that of its computers",
     .source = "assumption, 1.05-1.5: about 1.1 is what large operators report"},
};

const fab_table FAB_POWER_TABLE = {
    .kind = "power",
    .fields = POWER_FIELDS,
    .count = FAB_TABLE_SIZE(POWER_FIELDS),
    .size = sizeof(fab_power_assumptions),
};

static const fab_field FAILURE_FIELDS[] = {
    {.name = "package_mtbf",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_TIME,
     .offset = offsetof(fab_failure_assumptions, package_mtbf_s),
     .minimum = 3600.0,
     .maximum = 1e12,
     .help =
         "mean time between stops that one package causes, with its share of host and software; "
         "links apart",
     .source = "55,296 h: 419 unexpected stops less 35 of switches and cables in 54 days on 16,384 "
               "H100 (arXiv 2407.21783); 24,000-120,000 h elsewhere"},
    SHARE(
        "link_stops", offsetof(fab_failure_assumptions, link_stops_frac),
        "share of the failures of links that stop the run",
        "0.31, 0.1-1: 35 stops by switches and cables in 54 days on 16,384 H100 (arXiv "
        "2407.21783), over the 113 link failures that the parts of `h100_ib` have in that time; 1 "
        "without spare paths and retries"),
    {.name = "checkpoint",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_TIME,
     .offset = offsetof(fab_failure_assumptions, checkpoint_s),
     .minimum = 0.001,
     .maximum = 1e6,
     .help = "time for which training waits while a checkpoint is taken",
     .source = "assumption, 1-60 s: copied to the host's memory, written from there meanwhile"},
    {.name = "restart",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_TIME,
     .offset = offsetof(fab_failure_assumptions, restart_s),
     .minimum = 0.0,
     .maximum = 1e6,
     .help = "time from a stop to the first step after it, what is computed again apart",
     .source = "assumption, 4-25 min: found, replaced, started, loaded"},
};

const fab_table FAB_FAILURE_TABLE = {
    .kind = "failures",
    .fields = FAILURE_FIELDS,
    .count = FAB_TABLE_SIZE(FAILURE_FIELDS),
    .size = sizeof(fab_failure_assumptions),
};

static const fab_assumptions ASSUMPTIONS_DEFAULT = {
    .kernels = FAB_KERNELS_MEASURED,
    .messages = FAB_MESSAGES_MEASURED,
    .has_fused_loss = true,
    .has_fused_latents = true,
    .reruns_last = true,
    .gemm_efficiency_frac = 0.5,
    .attention_efficiency_frac = 0.5,
    .memory_efficiency_frac = 0.8,
    .inner_efficiency_frac = 1.0,
    .outer_efficiency_frac = 1.0,
    .host_efficiency_frac = 0.8,
    .overlap = {.tensor_gradient_frac = -1.0,
                .context_frac = -1.0,
                .data_frac = 1.0,
                .offload_frac = 1.0,
                .loss_frac = 0.1},
    .effects = {.attention_core = true,
                .memory_traffic = true,
                .product_traffic = true,
                .embedding_head = true,
                .weight_gradient_gather = true,
                .pipeline_bubble = true,
                .pipeline_transfers = true,
                .latency = true,
                .data_parallel = true,
                .optimizer = true},
    .tensor_precision = FAB_PRECISION_BF16,
    .gather_precision = FAB_PRECISION_BF16,
    .dispatch_precision = FAB_PRECISION_BF16,
    .combine_precision = FAB_PRECISION_BF16,
    .gradient_precision = FAB_GRADIENT_FP32,
    .has_gradient_scratch = true,
    .dispatch = FAB_DISPATCH_PER_EXPERT,
    .expert_load_ratio = 1.0,
    .computation_scale_ratio = 1.0,
    .speed_spread_frac = 0.01,
    .step_jitter_frac = 0.005,
    .collective_algorithm = FAB_ALGORITHM_AUTO,
    .tier_mode = FAB_TIERS_SEQUENTIAL,
    .memory_fixed_byte = 2e9,
    .memory_reserve_frac = 0.03,
    .goodput_frac = 1.0,
    .power = {.static_frac = 0.17,
              .full_rate_frac = 0.8,
              .memory_energy_j_per_bit = 5e-12,
              .host_w = 350.0,
              .switch_w = 60.0,
              .pue_ratio = 1.1},
    .failures = {.package_mtbf_s = 55296.0 * 3600.0,
                 .link_stops_frac = 0.31,
                 .checkpoint_s = 10.0,
                 .restart_s = 600.0},
};

static const fab_field ASSUMPTIONS_FIELDS[] = {
    CHOICE(
        "kernels", offsetof(fab_assumptions, kernels), KERNELS,
        "times of operators: `constant` takes the efficiencies below, `measured` the kernels that "
        "the package's row names, where they were measured",
        "measured: a package without measured kernels keeps the constants"),
    CHOICE("messages", offsetof(fab_assumptions, messages), MESSAGES,
           "times of messages: `ideal` takes rates and latencies of the tiers, `measured` the "
           "channels of the messaging layer that a tier names, where it names one",
           "measured: a tier without a messaging layer keeps its rate and latency"),
    CHOICE(
        "fp8_scaling", offsetof(fab_assumptions, fp8_scaling), SCALING,
        "how factors of FP8 products are scaled: a tensor by what it was before (`delayed`) or by "
        "what it is (`current`, one more pass over it), blocks of 128 numbers (`block`) or of 32 "
        "(`mxfp8`), rows and columns one by one (`rowwise`, four more passes)",
        "delayed: Transformer Engine's first recipe, one pass; DeepSeek-V3 scales blocks (arXiv "
        "2412.19437)"),
    {.name = "bf16_layers",
     .kind = FAB_FIELD_COUNT,
     .offset = offsetof(fab_assumptions, bf16_layers),
     .minimum = 0,
     .maximum = LARGE,
     .help =
         "last layers of the model whose products stay in BF16 in a job of a narrower precision",
     .source =
         "0: every layer alike; NVFP4 was trained with about 15 % of the products in BF16, at "
         "the end and first two layers (arXiv 2509.25149)"},
    CHOICE("attention", offsetof(fab_assumptions, attention), ATTENTION,
           "attention core: `fused` keeps no scores and computes their causal half, `fused_v2` at "
           "the rate of FlashAttention-2 on any package, `fused_v1` at half of that, `unfused` "
           "writes, reads and keeps all scores",
           "fused: in every framework since 2023 (arXiv 2307.08691)"),
    CHOICE("elementwise", offsetof(fab_assumptions, elementwise), ELEMENTWISE,
           "norms, gates, rotations, softmax: `fused` takes one kernel each, `eager` one for each "
           "step through FP32, `fused_norms` so for all but norms",
           "fused: Transformer Engine, Megatron and compiled PyTorch"),
    FLAG("fused_loss", offsetof(fab_assumptions, has_fused_loss),
         "loss and its gradient in one pass over BF16 logits; without, over FP32 copies of them"),
    FLAG("fused_latents", offsetof(fab_assumptions, has_fused_latents),
         "multi-head latent attention: one kernel rotates queries, one makes keys and values; "
         "without, PyTorch rotates, joins and splits them step by step"),
    FLAG("recompute_last", offsetof(fab_assumptions, reruns_last),
         "what runs again includes the last product of a dense layer, whose result no gradient "
         "reads, and the message behind it; a compiler that sees both passes, such as XLA, and a "
         "checkpoint that stops early, such as PyTorch's, leave them out"),
    FLAG("recompute_ends", offsetof(fab_assumptions, reruns_ends),
         "with `recompute: full` embedding, last norm and output head run again too, as where "
         "every module of a model is a checkpoint"),
    FLAG("dropout", offsetof(fab_assumptions, has_dropout),
         "dropout after attention and feed-forward blocks, and on unfused scores: its masks are "
         "written and kept"),
    CHOICE(
        "expert_weighting", offsetof(fab_assumptions, expert_weighting), WEIGHTING,
        "an expert's result is weighted on its `outputs`, which are kept, or on its "
        "`activations` before the second matrix",
        "outputs: as written in the models' papers; Megatron-Core weights activations since 0.14 "
        "(arXiv 2603.07685)"),
    CHOICE("experts", offsetof(fab_assumptions, experts), EXPERTS,
           "products of a rank's experts: `looped` takes kernels and host work for each expert, "
           "`padded` with FP8 also copies of its rows to whole blocks and back, `grouped` one "
           "kernel for all, `fused` one that also applies the activation and converts what it "
           "writes; measured kernels and `launch` tell loops apart",
           "looped: GroupedLinear of Transformer Engine, which Megatron-Core takes"),
    CHOICE("permutation", offsetof(fab_assumptions, permutation), PERMUTATION,
           "token copies are put in order by a `fused` kernel, or `indexed`: gathered and added "
           "element by element",
           "fused: moe_permute_fusion of Megatron-Core since 2025"),
    CHOICE(
        "kept_inputs", offsetof(fab_assumptions, kept_inputs), KEPT,
        "inputs of products are kept in the `job`'s precision, for the gradients of weights, or in "
        "`bf16`; `compact`: with FP8 also what enters an expert's activation, and the output of "
        "attention once in 12 bits",
        "job: Transformer Engine and DeepSeek-V3 (arXiv 2412.19437) keep the FP8 that the product "
        "took"),
    CHOICE("loss", offsetof(fab_assumptions, loss), LOSS,
           "`sharded`: each tensor rank has its share of the vocabulary; `gathered`: each has all "
           "logits, and the loss is not fused; `in_place`: shares of BF16 logits, which their "
           "gradient overwrites, and no FP32 softmax",
           "sharded: vocabulary-parallel, as Megatron does (arXiv 1909.08053)"),
    CHOICE("main_gradient", offsetof(fab_assumptions, main_gradient), GRADIENT,
           "number format in which the gradients of a step are summed",
           "fp32: Megatron's default for BF16 training"),
    CHOICE("moments", offsetof(fab_assumptions, moments), GRADIENT,
           "number format of the optimizer's two moments",
           "fp32, as Adam is written; DeepSeek-V3 keeps BF16 (arXiv 2412.19437)"),
    CHOICE("weights", offsetof(fab_assumptions, weights), WEIGHTS,
           "number format in which weights of the layers' products are kept beside the optimizer's "
           "FP32; `fp8_transposed` keeps a transposed copy too, for gradients of inputs on Hopper",
           "bf16: what Transformer Engine and Megatron keep unless told otherwise "
           "(`fp8_param_gather`)"),
    CHOICE("parameter_precision", offsetof(fab_assumptions, parameter_precision), PARAMETERS,
           "number format in which data-parallel ranks gather weights of the layers' products: as "
           "`kept`, `bf16` or `fp8`",
           "kept: what is sent is what is used; MXFP8 weights are gathered in BF16, and FSDP2 can "
           "gather FP8 of BF16 shards"),
    FLAG("gradient_scratch", offsetof(fab_assumptions, has_gradient_scratch),
         "beside FP32 sums a BF16 gradient is held for each shape of weight in the layers, and for "
         "the output head while it runs, as Transformer Engine and Megatron do"),
    FLAG("scatter_gather", offsetof(fab_assumptions, has_scatter_gather),
         "without sequence parallelism, stages send each other 1/tp of a hidden vector and gather "
         "it (arXiv 2104.04473, section 4.1), not the whole on every tensor rank"),
    EFFICIENCY("gemm_efficiency", offsetof(fab_assumptions, gemm_efficiency_frac),
               "matrix products reach this share of the dense peak",
               "about half of peak, clocks, tiles and kernels together; large BF16 products on "
               "H100 reach more"),
    EFFICIENCY(
        "attention_efficiency", offsetof(fab_assumptions, attention_efficiency_frac),
        "the attention core reaches this share of the dense BF16 peak",
        "fused attention on H100, head size 128: 0.5-0.6 at 4k-8k tokens (arXiv 2407.08608)"),
    EFFICIENCY("memory_efficiency", offsetof(fab_assumptions, memory_efficiency_frac),
               "operators bound by memory reach this share of its bandwidth",
               "0.8-0.9 for transfers above 10 MB on A100 and B200"),
    {.name = "computation_scale",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_FRACTION,
     .offset = offsetof(fab_assumptions, computation_scale_ratio),
     .minimum = 0.2,
     .maximum = 5.0,
     .help =
         "every operator takes this many times as long as its kernel: gaps, clocks and software",
     .source = "1: kernels as they are; `fabricast calibrate validation/runs.csv` fits it by GPU"},
    SHARE(
        "speed_spread", offsetof(fab_assumptions, speed_spread_frac),
        "standard deviation of the speeds of like packages over their mean (power, heat, silicon): "
        "a step computes as long as the slowest of them",
        "assumption, 0-0.03: a package differs by 1 % from its like"),
    SHARE("step_jitter", offsetof(fab_assumptions, step_jitter_frac),
          "standard deviation of a package's times of computing like steps over their mean",
          "assumption, 0-0.02: a step differs by half a percent from the one before"),
    EFFICIENCY("inner_efficiency", offsetof(fab_assumptions, inner_efficiency_frac),
               "messages reach this share of the inner tier's rate",
               "line rate; measured collectives reach 0.6-0.97 of it"),
    EFFICIENCY("outer_efficiency", offsetof(fab_assumptions, outer_efficiency_frac),
               "messages reach this share of the outer tier's rate",
               "line rate; measured collectives reach 0.8-0.9 of it"),
    EFFICIENCY("host_efficiency", offsetof(fab_assumptions, host_efficiency_frac),
               "copies to and from the host's memory reach this share of the GPU's `host_rate`",
               "assumption, 0.7-0.9: packet headers of PCIe take a tenth, flow control the rest"),
    RECORD("overlap", offsetof(fab_assumptions, overlap), FAB_OVERLAP_TABLE, false,
           "how much of each kind of message may hide behind computation"),
    RECORD("effects", offsetof(fab_assumptions, effects), FAB_EFFECTS_TABLE, false,
           "parts of the model that can be switched off"),
    CHOICE("tensor_precision", offsetof(fab_assumptions, tensor_precision), PRECISION,
           "number format of tensor-parallel messages", "activations are kept in BF16"),
    CHOICE(
        "gather_precision", offsetof(fab_assumptions, gather_precision), PRECISION,
        "number format of tensor-parallel messages that gather what products take, with sequence "
        "parallelism; BF16 ones are sent as `tensor_precision` says",
        "bf16; Transformer Engine gathers inputs of FP8 products, and gradients, in FP8"),
    CHOICE("dispatch_precision", offsetof(fab_assumptions, dispatch_precision), PRECISION,
           "number format of tokens on the way to their experts",
           "activations are kept in BF16; DeepSeek-V3 sends FP8 (arXiv 2412.19437)"),
    CHOICE("combine_precision", offsetof(fab_assumptions, combine_precision), PRECISION,
           "number format of the experts' results on the way back",
           "BF16, as DeepSeek-V3 does (arXiv 2412.19437)"),
    CHOICE("gradient_precision", offsetof(fab_assumptions, gradient_precision), GRADIENT,
           "number format of gradients between data-parallel ranks",
           "FP32, the default of Megatron's distributed optimizer"),
    CHOICE(
        "gradient_sum", offsetof(fab_assumptions, gradient_sum), GRADIENT_SUM,
        "how gradients are summed with `zero: 1`: each rank receives what it owns, or all of them "
        "in buckets",
        "reduce-scatter, as Megatron's distributed optimizer does; Aleph Alpha's library "
        "all-reduces"),
    CHOICE("exchange_messages", offsetof(fab_assumptions, exchange_messages), EXCHANGE_MESSAGES,
           "messages of gradients and parameters between data-parallel ranks: `joined` is one a "
           "step, or one a layer of what every pass exchanges, `per_matrix` one for each matrix of "
           "a layer",
           "joined: buckets of Megatron, a block's flat parameters of FSDP (arXiv 2304.11277); XLA "
           "sends each matrix that is larger than its threshold on its own"),
    {.name = "gradient_passes",
     .kind = FAB_FIELD_COUNT,
     .offset = offsetof(fab_assumptions, gradient_passes),
     .minimum = 0,
     .maximum = GRADIENT_PASSES_LIMIT,
     .help = "times that a package reads or writes all of its gradients in memory before "
             "data-parallel ranks sum them, with `zero` 0 and 1",
     .source = "0: the collective averages and nothing is checked; Megatron-LM divides them (2, "
               "with several replicas) and reads them for a norm (1), "
               "`megatron/core/distributed/param_and_grad_buffer.py`"},
    CHOICE(
        "gate_product", offsetof(fab_assumptions, gate_product), GATE_PRODUCT,
        "whether both matrices that the input of a gated block meets are one module; of `separate` "
        "ones tensor ranks sum gradients of the input each, without sequence parallelism",
        "joined, as in Megatron; Aleph Alpha's library has two"),
    CHOICE("gathered_inputs", offsetof(fab_assumptions, gathered_inputs), GATHERED_INPUTS,
           "with sequence parallelism, the matrices for queries, keys and values, and those before "
           "a gate, gather their input `together`, or each by itself, and so for its gradient "
           "(`apart`)",
           "together, as in Megatron and torchtitan; apart where each matrix has a "
           "`ColwiseParallel` with `input_layouts=Shard(1)` of PyTorch"),
    FLAG("sequence_copies", offsetof(fab_assumptions, copies_sequences),
         "messages of tensor ranks along the sequence go through one more copy in memory, because "
         "sequences do not lie one after the other: `all_gather_tensor` and "
         "`reduce_scatter_tensor` in `torch/distributed/_functional_collectives.py`"),
    FLAG("shard_copies", offsetof(fab_assumptions, copies_shards),
         "with `zero: 3` parameters are copied out of what was gathered, gradients into what is "
         "scattered: FSDP2, `torch/distributed/fsdp/_fully_shard/_fsdp_collectives.py`"),
    CHOICE("transfers", offsetof(fab_assumptions, transfers), TRANSFERS,
           "a chunk of a stage between two others sends and receives `at_once`, or `in_turn`: each "
           "of its "
           "four messages of a micro-batch is waited for",
           "at_once: Megatron's batched send and receive (arXiv 2104.04473); DeepSpeed runs one "
           "instruction after the other, `deepspeed/runtime/pipe/engine.py`"),
    CHOICE("dispatch", offsetof(fab_assumptions, dispatch), DISPATCH,
           "copies of a token sent: per expert, per rank holding its experts, or per domain",
           "one copy per expert, as a plain all-to-all sends them"),
    {.name = "expert_load",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_FRACTION,
     .offset = offsetof(fab_assumptions, expert_load_ratio),
     .minimum = 1.0,
     .maximum = 64.0,
     .help = "tokens of the busiest expert rank over the mean, where `expert_routing` is `fixed`",
     .source = "1: routing kept balanced, as published benchmarks force it"},
    CHOICE("expert_routing", offsetof(fab_assumptions, expert_routing), ROUTING,
           "how evenly tokens choose experts: `fixed` takes `expert_load`, `ideal` all alike, "
           "`multinomial` each token at random, `zipf` expert i with a probability in proportion "
           "to 1 / i^`expert_skew`; all ranks wait for the one expected to be busiest",
           "fixed: a number that a run measured; 1 is ideal"),
    {.name = "expert_skew",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_FRACTION,
     .offset = offsetof(fab_assumptions, expert_skew_count),
     .minimum = 0.0,
     .maximum = 2.0,
     .help = "exponent of `expert_routing: zipf`; ranks 1.3-4 times the mean without balancing "
             "are exponents of 0.3-0.8",
     .source = "0: all experts alike"},
    {.name = "capacity_factor",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_FRACTION,
     .offset = offsetof(fab_assumptions, capacity_ratio),
     .minimum = 0.0,
     .maximum = 64.0,
     .help = "rows that every expert gets, over the mean: tokens beyond it are dropped, missing "
             "ones padded in products, messages and memory; `0` is dropless",
     .source = "0: no token is dropped, as in today's large runs; 1 to 2 with a capacity "
               "(arXiv 2101.03961, section 2.2)"},
    CHOICE("collective_algorithm", offsetof(fab_assumptions, collective_algorithm), ALGORITHM,
           "`ring` takes one step per rank, `direct` one step; `auto` the faster",
           "libraries choose the faster for each size"),
    CHOICE("tiers", offsetof(fab_assumptions, tier_mode), TIER_MODE,
           "whether the two tiers of one collective work one after the other or at once",
           "one after the other: the cautious choice; pipelined chunks make it concurrent"),
    {.name = "launch",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_TIME,
     .offset = offsetof(fab_assumptions, launch_s),
     .minimum = 0.0,
     .maximum = 1.0,
     .help = "time in which the host issues one operator or message of a layer; a pass takes at "
             "least that for all of them",
     .source = "0: the host is ahead, as with CUDA graphs or long operators; about 0.09 ms in "
               "PyTorch without graphs (one operator of the list is several kernels)"},
    FLAG(
        "launch_waits", offsetof(fab_assumptions, launch_waits),
        "the host waits for each operator to end before it issues the next (CUDA_LAUNCH_BLOCKING): "
        "its time adds to theirs"),
    {.name = "loss_checks",
     .kind = FAB_FIELD_COUNT,
     .offset = offsetof(fab_assumptions, loss_checks),
     .minimum = 0,
     .maximum = LOSS_CHECKS_LIMIT,
     .help = "times that the host waits for the loss of a micro-batch before it issues more: the "
             "package idles for one `launch` each",
     .source = "0: nothing is checked; Megatron-LM asks whether the loss is a number, then "
               "whether it is finite (2), `loss_func` in its `pretrain_gpt.py`"},
    {.name = "memory_fixed",
     .kind = FAB_FIELD_QUANTITY,
     .dimension = FAB_DIM_SIZE,
     .offset = offsetof(fab_assumptions, memory_fixed_byte),
     .minimum = 0.0,
     .maximum = 1e15,
     .help = "memory for context, kernels and message buffers of a package",
     .source = "0.8-1.5 GB of context and 0.5-1.5 GB of buffers on current GPUs"},
    SHARE("memory_reserve", offsetof(fab_assumptions, memory_reserve_frac),
          "share of the memory lost to fragmentation", "2-5 % with expandable segments"),
    EFFICIENCY("goodput", offsetof(fab_assumptions, goodput_frac),
               "share of wall time that advances the training",
               "1: no failures; published long runs reach 0.90-0.97"),
    RECORD("power", offsetof(fab_assumptions, power), FAB_POWER_TABLE, false,
           "what draws power, where no description says it"),
    RECORD("failures", offsetof(fab_assumptions, failures), FAB_FAILURE_TABLE, false,
           "what stops a run, and what a stop costs"),
};

const fab_table FAB_ASSUMPTIONS_TABLE = {
    .kind = "assumptions",
    .fields = ASSUMPTIONS_FIELDS,
    .count = FAB_TABLE_SIZE(ASSUMPTIONS_FIELDS),
    .size = sizeof(fab_assumptions),
    .defaults = &ASSUMPTIONS_DEFAULT,
};

fab_assumptions fab_assumptions_default(void)
{
    return ASSUMPTIONS_DEFAULT;
}
