#ifndef FAB_SCENARIO_H
#define FAB_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/catalog.h>
#include <fabricast/diagnostic.h>
#include <fabricast/kernels.h>
#include <fabricast/pipeline.h>
#include <fabricast/status.h>

FAB_BEGIN_DECLS

/* How factors of FP8 products are scaled. DELAYED: a tensor by what it was before; CURRENT: by what
 * it is, which takes a pass of its own; BLOCK: 128 numbers by one FP32 scale (arXiv 2412.19437);
 * MXFP8: 32 by one of 8 bits (OCP Microscaling Formats 1.0); ROWWISE: each row of a factor by one,
 * hence rows for one product and columns for another (torchao). */
typedef enum fab_fp8_scaling {
    FAB_SCALING_DELAYED,
    FAB_SCALING_CURRENT,
    FAB_SCALING_BLOCK,
    FAB_SCALING_MXFP8,
    FAB_SCALING_ROWWISE
} fab_fp8_scaling;
typedef enum fab_gradient_precision { FAB_GRADIENT_FP32, FAB_GRADIENT_BF16 } fab_gradient_precision;
/* How ranks that share out the optimizer's state alone (ZeRO-1) sum their gradients. */
typedef enum fab_gradient_sum {
    FAB_GRADIENT_SUM_REDUCE_SCATTER, /* each receives what it owns */
    FAB_GRADIENT_SUM_ALL_REDUCE      /* each receives all, copied into buckets and back */
} fab_gradient_sum;

/* How many messages carry what data-parallel ranks exchange. */
typedef enum fab_exchange_messages {
    FAB_EXCHANGE_JOINED,    /* one a step, or one a layer of what every pass exchanges */
    FAB_EXCHANGE_PER_MATRIX /* one for each matrix of a layer */
} fab_exchange_messages;

/* Whether the two matrices that a gated block's input meets are one product. */
typedef enum fab_gate_product {
    FAB_GATE_PRODUCT_JOINED,
    FAB_GATE_PRODUCT_SEPARATE
} fab_gate_product;

/* Whether the matrices that a norm's output meets share the message that gathers it. */
typedef enum fab_gathered_inputs {
    FAB_GATHERED_TOGETHER,
    FAB_GATHERED_APART /* each gathers it, and scatters its gradient, by itself */
} fab_gathered_inputs;

/* How a stage between two others passes on: both directions at once (Megatron's batched send and
 * receive), or one message after the other, so that it waits for what it receives, too (DeepSpeed's
 * instructions). */
typedef enum fab_transfer_order { FAB_TRANSFERS_AT_ONCE, FAB_TRANSFERS_IN_TURN } fab_transfer_order;

/* What is to be trained, on how many packages. */
typedef struct fab_job {
    int64_t gpus;     /* N: packages that work */
    int64_t tokens;   /* tokens of the whole run */
    int64_t batch;    /* B: sequences of one optimizer step */
    int64_t sequence; /* s: tokens of a sequence; the model's when a file does not say */
    int precision;    /* fab_precision of the matrix products */
} fab_job;

/* Where the ranks of an expert group lie. FOLDED: on consecutive packages (over the tensor ranks,
 * as Megatron-Core orders them). STRIDED: a tensor group apart, so that ep x tp packages hold one
 * set of experts and every tensor rank dispatches its own share of the tokens (as DeepSpeed-MoE
 * orders them). With etp > 1 both are the same: the expert-tensor ranks are consecutive. */
typedef enum fab_expert_order { FAB_EXPERTS_FOLDED, FAB_EXPERTS_STRIDED } fab_expert_order;

/* Sets of fab_layer_part that are more than one part, or none. */
#define FAB_RECOMPUTE_NONE 0
#define FAB_RECOMPUTE_FULL ((int)FAB_PART_LAYER)

/* How ranks that share a sequence see the keys and values of its other parts. RING: passed on from
 * rank to rank, part by part (Liu et al. 2023, arXiv 2310.01889). ALL_GATHER: gathered before the
 * attention core (Llama 3, arXiv 2407.21783 section 3.3.2). ULYSSES: all-to-alls turn parts of the
 * sequence into shares of the heads and back (Jacobs et al. 2023, arXiv 2309.14509). HIERARCHICAL:
 * Ulysses in groups of cp_inner neighbours, rings across them (Transformer Engine, a2a+p2p; Fang
 * and Zhao 2024, arXiv 2405.07719). */
typedef enum fab_context_mode {
    FAB_CONTEXT_RING,
    FAB_CONTEXT_ALL_GATHER,
    FAB_CONTEXT_ULYSSES,
    FAB_CONTEXT_HIERARCHICAL
} fab_context_mode;

/* How the job is cut over the packages. Rank order, fastest first: tensor, context, data, pipeline
 * (Megatron-Core's tp-cp-ep-dp-pp); expert ranks are dealt over tensor, context and data ranks
 * together. */
typedef struct fab_mapping {
    int64_t tp;         /* t: tensor-parallel size of attention and dense blocks */
    int64_t cp;         /* c: context-parallel size: ranks that share a sequence */
    int64_t pp;         /* p: pipeline stages */
    int64_t dp;         /* D = N / (t c p): data-parallel size; worked out, or checked when given */
    int64_t ep;         /* e: ranks over which the experts of a layer are dealt */
    int64_t etp;        /* x: ranks that share one expert */
    int64_t microbatch; /* b: sequences of one micro-batch */
    int64_t interleave; /* v: model chunks per stage */
    int64_t zero;       /* what the D c replicas of a parameter shard: 0 nothing, 1 optimizer state,
                           2 gradients too, 3 weights too (Rajbhandari et al. 2020) */
    int64_t recompute_layers; /* first layers of each chunk in which `recompute` holds; 0: all */
    int64_t shard_group; /* of the D c replicas, those that shard with each other; such groups hold
                            replicas (HSDP); 0: all. Experts have as many groups */
    int64_t cp_inner;    /* with HIERARCHICAL: ranks that deal heads; worked out, or checked */
    int64_t offload_layers; /* first layers of each chunk whose activations the host keeps */
    const char *layout;     /* layers of each chunk, "3 4*14 2"; NULL and "even" deal them alike */
    int cp_mode;            /* fab_context_mode */
    int expert_order;       /* fab_expert_order */
    int recompute;          /* set of fab_layer_part, run again in the backward pass */
    int schedule;           /* fab_schedule: order of a stage's passes */
    bool is_sequence_parallel; /* norms and residuals work on the tensor ranks' shares of the tokens
                                  (Korthikanti et al. 2022); false: on all tokens, on each rank */
} fab_mapping;

/* Kinds of message, by the parallelism that causes them. */
#define FAB_MESSAGE_LIST(X)                                                                        \
    X(FAB_MESSAGE_TENSOR, "tensor")                                                                \
    X(FAB_MESSAGE_CONTEXT, "context")                                                              \
    X(FAB_MESSAGE_EXPERT, "expert")                                                                \
    X(FAB_MESSAGE_PIPELINE, "pipeline")                                                            \
    X(FAB_MESSAGE_DATA, "data")

#define FAB_MESSAGE_ENUM(id, text) id,
typedef enum fab_message_class {
    FAB_MESSAGE_LIST(FAB_MESSAGE_ENUM) FAB_MESSAGE_CLASS_COUNT
} fab_message_class;
#undef FAB_MESSAGE_ENUM

/* Share of each kind of message that may run beside computation: 0 none, 1 all. What is hidden
 * never exceeds the computation that it hides behind. */
typedef struct fab_overlap {
    double tensor_frac;
    double tensor_gradient_frac; /* of the input gathered again and of sums of input gradients;
                                    negative: tensor_frac */
    double context_frac; /* behind the attention core; negative: all for a ring, else none */
    double expert_frac;
    double pipeline_frac;
    double data_frac;       /* gradient reduce-scatter and parameter all-gather */
    double offload_frac;    /* of copies to and from the host's memory */
    double contention_frac; /* of the time in which exposed messages of layers and data-parallel
                               messages are on the same links, all stages together: what it adds to
                               the step */
    double loss_frac; /* by how much computation takes longer beside messages that hide, of their
                         time; in pairs of passes (DualPipe) of the shorter of both */
    double server_loss_frac; /* what data-parallel messages that hide add to that, of their time on
                                the inner tier */
} fab_overlap;

/* Parts of the model that can be left out, to see what each contributes. All on by default but
 * expert_layer_gathers and power_limit. */
typedef struct fab_effects {
    bool attention_core;         /* scores and values of attention, beside the projections */
    bool memory_traffic;         /* operators bound by memory: norms, activations, permutations */
    bool product_traffic;        /* a product takes at least the time to move its operands; off when
                                    its efficiency has that inside already */
    bool embedding_head;         /* embedding, output head and loss on the end stages */
    bool weight_gradient_gather; /* the block's input gathered once more for weight gradients */
    bool expert_layer_gathers;   /* tensor messages around expert blocks as if they were dense */
    bool pipeline_bubble;        /* stages idle while the pipeline fills and drains */
    bool pipeline_transfers;     /* activations sent from stage to stage */
    bool latency;                /* the part of a message that does not depend on its size */
    bool data_parallel;          /* gradients and parameters over the data-parallel ranks */
    bool optimizer;              /* the optimizer's pass over memory */
    bool power_limit;            /* the clock falls where an operator would draw more than the
                                    package's power; off by default: efficiencies that were measured
                                    have it inside */
} fab_effects;

/* Where no description says it: how a package draws power, and what draws power beside it. */
typedef struct fab_power_assumptions {
    double static_frac;    /* of a package's power, drawn whatever it does */
    double full_rate_frac; /* of the dense peak: products at this rate draw all the power */
    double memory_energy_j_per_bit; /* read or written */
    double host_w;                  /* per package: processors, memory, fans, network cards */
    double switch_w;                /* per package: switches, their optics apart */
    double pue_ratio;               /* power of the facility over that of its computers, >= 1 */
} fab_power_assumptions;

/* What stops a run, and what a stop costs. */
typedef struct fab_failure_assumptions {
    double package_mtbf_s;  /* of one package with its share of host and software, links apart */
    double link_stops_frac; /* of the failures of links that stop the run */
    double checkpoint_s;    /* for which training waits while it is written */
    double restart_s;       /* from the failure to the first step, what is computed again apart */
} fab_failure_assumptions;

/* How many copies of a token its dispatch sends: one per expert, one per rank that holds some of
 * its experts, or one per domain of the inner tier, forwarded inside. */
typedef enum fab_dispatch_mode {
    FAB_DISPATCH_PER_EXPERT,
    FAB_DISPATCH_PER_RANK,
    FAB_DISPATCH_PER_DOMAIN
} fab_dispatch_mode;

/* How operators that only move memory run: one kernel each; norms alone; none: all step by
 * step, as PyTorch runs them without a compiler. */
typedef enum fab_elementwise_choice {
    FAB_ELEMENTWISE_FUSED,
    FAB_ELEMENTWISE_FUSED_NORMS,
    FAB_ELEMENTWISE_EAGER
} fab_elementwise_choice;

/* FUSED: one kernel that keeps no scores (FlashAttention-2, Dao 2023, arXiv 2307.08691, and later).
 * FUSED_V2: FlashAttention-2 itself, whose kernels know nothing of Hopper and later packages.
 * FUSED_V1: the first of them (Dao et al. 2022, arXiv 2205.14135), at half the rate of the second
 * (arXiv 2307.08691, "around 2x"). UNFUSED: scores, softmax and values one after the other through
 * memory, all s x s of them. */
typedef enum fab_attention_choice {
    FAB_ATTENTION_FUSED,
    FAB_ATTENTION_UNFUSED,
    FAB_ATTENTION_FUSED_V1,
    FAB_ATTENTION_FUSED_V2
} fab_attention_choice;

/* What an expert's result is weighted on. OUTPUTS: on what the expert puts out, which is kept for
 * the gradient of the weight. ACTIVATIONS: before its second matrix, so that its output is not kept
 * (Megatron-Core's memory-efficient permutation, arXiv 2603.07685). */
typedef enum fab_expert_weighting {
    FAB_WEIGHTING_OUTPUTS,
    FAB_WEIGHTING_ACTIVATIONS
} fab_expert_weighting;

/* How evenly tokens choose experts. FIXED: the busiest rank has expert_load_ratio times the mean.
 * IDEAL: all alike. MULTINOMIAL: each token at random, all experts alike. ZIPF: expert i with a
 * probability in proportion to i^-expert_skew_count. */
typedef enum fab_expert_routing {
    FAB_ROUTING_FIXED,
    FAB_ROUTING_IDEAL,
    FAB_ROUTING_MULTINOMIAL,
    FAB_ROUTING_ZIPF
} fab_expert_routing;

/* How the products of a rank's experts run. LOOPED: one after the other, as Transformer Engine's
 * GroupedLinear does: kernels and host work for each expert. PADDED: the same, and with FP8 each
 * expert's rows are copied to whole blocks and back. GROUPED: one kernel for all. FUSED: one kernel
 * that also applies the activation and converts what it writes. */
typedef enum fab_expert_products {
    FAB_EXPERTS_LOOPED,
    FAB_EXPERTS_PADDED,
    FAB_EXPERTS_GROUPED,
    FAB_EXPERTS_FUSED
} fab_expert_products;

/* How token copies are put in order. FUSED: a kernel that moves each once. INDEXED: gathers and
 * scatters of PyTorch, which add element by element. */
typedef enum fab_permutation_choice {
    FAB_PERMUTATION_FUSED,
    FAB_PERMUTATION_INDEXED
} fab_permutation_choice;

/* In which format inputs of products are kept. JOB: the job's precision. COMPACT: with FP8 products
 * also what enters the activation functions of experts in FP8, and the output of attention once, in
 * 12 bits, for its own backward pass and the next product alike (DeepSeek-V3, arXiv 2412.19437,
 * section 3.3.3). */
typedef enum fab_kept_inputs { FAB_KEPT_JOB, FAB_KEPT_BF16, FAB_KEPT_COMPACT } fab_kept_inputs;

/* In which format weights of the layers' products are kept; embedding, head, norms and router stay
 * in BF16. FP8 drops the BF16 copy; FP8_TRANSPOSED keeps a transposed one too, because FP8 products
 * of Hopper take factors in one layout alone (Micikevicius et al. 2022, arXiv 2209.05433, is the
 * format; Transformer Engine, fp8_model_init, the software). */
typedef enum fab_weight_format {
    FAB_WEIGHTS_BF16,
    FAB_WEIGHTS_FP8,
    FAB_WEIGHTS_FP8_TRANSPOSED
} fab_weight_format;

/* In which format ranks gather each other's weights of these products: as they keep them, or not.
 */
typedef enum fab_parameter_precision {
    FAB_PARAMETERS_KEPT,
    FAB_PARAMETERS_BF16,
    FAB_PARAMETERS_FP8
} fab_parameter_precision;

/* SHARDED: each tensor rank works on its share of the vocabulary. GATHERED: each has the logits of
 * all of it, as an unfused loss of one package does. IN_PLACE: shares, whose gradient overwrites
 * them, and no softmax is kept. */
typedef enum fab_loss_choice {
    FAB_LOSS_SHARDED,
    FAB_LOSS_GATHERED,
    FAB_LOSS_IN_PLACE
} fab_loss_choice;

/* Where times of operators come from: the efficiencies below, or the measured kernels that the
 * package's row names (docs/models-kernels.md), for what they measured. */
typedef enum fab_kernel_choice { FAB_KERNELS_CONSTANT, FAB_KERNELS_MEASURED } fab_kernel_choice;

/* Where times of messages come from: the rates and latencies of the tiers, or the channels of the
 * messaging layer that a tier names (docs/models-network.md#protocols). */
typedef enum fab_message_choice { FAB_MESSAGES_IDEAL, FAB_MESSAGES_MEASURED } fab_message_choice;

/* Everything assumed about hardware and software that is not a description. Each field's default
 * and the reason for it stand in the scenario's field table (docs/scenario.md). */
typedef struct fab_assumptions {
    int kernels;                      /* fab_kernel_choice */
    int messages;                     /* fab_message_choice */
    int fp8_scaling;                  /* fab_fp8_scaling */
    int64_t bf16_layers;              /* last layers whose products stay in BF16 */
    int attention;                    /* fab_attention_choice */
    int elementwise;                  /* fab_elementwise_choice */
    bool has_fused_loss;              /* loss and its gradient in one pass over BF16 logits */
    bool has_fused_latents;           /* MLA: rotation, joining and splitting in a kernel each */
    bool reruns_last;                 /* also what no gradient reads runs again */
    bool reruns_ends;                 /* with all layers embedding and head run again */
    bool has_dropout;                 /* masks are made and kept */
    int expert_weighting;             /* fab_expert_weighting */
    int experts;                      /* fab_expert_products */
    int permutation;                  /* fab_permutation_choice */
    int kept_inputs;                  /* fab_kept_inputs */
    int loss;                         /* fab_loss_choice */
    int main_gradient;                /* fab_gradient_precision of gradients summed up in a step */
    int moments;                      /* fab_gradient_precision of each of Adam's two */
    int weights;                      /* fab_weight_format */
    int parameter_precision;          /* fab_parameter_precision of gathered weights */
    bool has_gradient_scratch;        /* a BF16 gradient of each shape of weight is held beside FP32
                                         sums */
    bool has_scatter_gather;          /* without sequence parallelism, stages send each other shares
                                         of a hidden vector and gather them (arXiv 2104.04473) */
    double gemm_efficiency_frac;      /* matrix products, of the dense peak */
    double attention_efficiency_frac; /* attention core, of the dense BF16 peak */
    double memory_efficiency_frac;    /* of the memory bandwidth */
    double computation_scale_ratio;   /* every operator takes this many times as long */
    double speed_spread_frac;         /* standard deviation of the speeds of like packages */
    double step_jitter_frac;          /* that of one package's times of like steps */
    double inner_efficiency_frac;     /* of the inner tier's rate that messages reach */
    double outer_efficiency_frac;     /* of the outer tier's rate that messages reach */
    double host_efficiency_frac;      /* of the rate to the host's memory that copies reach */
    fab_overlap overlap;
    fab_effects effects;
    int tensor_precision;       /* fab_precision of tensor-parallel messages */
    int gather_precision;       /* fab_precision of those that gather */
    int dispatch_precision;     /* fab_precision of tokens sent to experts */
    int combine_precision;      /* fab_precision of results sent back */
    int gradient_precision;     /* fab_gradient_precision of gradient messages */
    int gradient_sum;           /* fab_gradient_sum of ZeRO-1 */
    int exchange_messages;      /* fab_exchange_messages */
    int64_t gradient_passes;    /* reads and writes of all gradients before they are summed */
    int gate_product;           /* fab_gate_product */
    int gathered_inputs;        /* fab_gathered_inputs of tensor ranks with sequence parallelism */
    bool copies_sequences;      /* what tensor ranks gather or scatter along the sequence is joined
                                   or taken apart by a copy of it */
    bool copies_shards;         /* with ZeRO-3, parameters are copied out of what was gathered and
                                   gradients into what is scattered */
    int transfers;              /* fab_transfer_order */
    int dispatch;               /* fab_dispatch_mode */
    int expert_routing;         /* fab_expert_routing */
    double expert_load_ratio;   /* tokens of the busiest expert rank over the mean, >= 1, where
                                   FIXED */
    double expert_skew_count;   /* exponent of ZIPF */
    double capacity_ratio;      /* rows of every expert over the mean; 0: dropless */
    int collective_algorithm;   /* fab_collective_algorithm */
    int tier_mode;              /* fab_tier_mode */
    double launch_s;            /* in which the host issues one operator or message of a layer */
    int64_t loss_checks;        /* times that the host waits for a loss before it issues more */
    bool launch_waits;          /* for each to end before it issues the next */
    double memory_fixed_byte;   /* context, kernels and message buffers of a package */
    double memory_reserve_frac; /* of the capacity, lost to fragmentation */
    double goodput_frac;        /* of wall time that advances the training */
    fab_power_assumptions power;
    fab_failure_assumptions failures;
} fab_assumptions;

/* Shard groups that a search tries: all data-parallel ranks, or those that a domain of the inner
 * tier holds, as many as divide them. */
typedef enum fab_shard_choice { FAB_SHARD_ALL = 1, FAB_SHARD_DOMAIN = 2 } fab_shard_choice;

/* What a search tries of choices that it else leaves as the scenario's own: sets, 0: its own alone.
 */
typedef struct fab_search_axes {
    int schedules;    /* fab_schedule s as bit s */
    int zeros;        /* mapping.zero z as bit z */
    int cp_modes;     /* fab_context_mode c as bit c */
    int shard_groups; /* of fab_shard_choice */
} fab_search_axes;

/* One forecast's whole input, resolved and checked. Const once loaded. */
typedef struct fab_scenario {
    const char *name;
    fab_gpu gpu;
    fab_fabric fabric;
    fab_model model;
    fab_job job;
    fab_mapping mapping;
    const fab_kernel_table *kernel_table; /* times that a user measured; NULL: none */
    const int64_t *chunk_layers; /* mapping.layout as numbers, p v of them; NULL when even */
    fab_assumptions assumptions;
    fab_search_axes search;
} fab_scenario;

/* Returns the assumptions that hold where a file says nothing. */
FAB_API fab_assumptions fab_assumptions_default(void);

/* Reads a scenario file: names resolved in the catalog, what is spelled out overlaid, checks across
 * fields done (ranks multiply to packages, sizes divide, precision has a peak, ...). All mistakes
 * are collected. FAB_E_INPUT when there were some, FAB_E_NOMEM. The arena owns the scenario. */
FAB_API FAB_CHECKED fab_status fab_scenario_load(const fab_catalog *catalog, const char *path,
                                                 fab_arena *arena, fab_diagnostics *diagnostics,
                                                 const fab_scenario **scenario_out);

/* Returns the name of a fab_precision, "BF16"; never NULL. */
FAB_API const char *fab_precision_text(int precision);

/* Returns the dense peak of a package in a fab_precision: unknown where it is not published. */
FAB_API const fab_value *fab_precision_peak_flops(const fab_gpu *gpu, int precision);

/* Tokens of one micro-batch on one context rank: s b / c. */
FAB_API int64_t fab_scenario_rank_tokens(const fab_scenario *scenario);

/* Context ranks that deal heads among each other, and those that pass keys and values on; 1 where
 * the mode knows none. */
FAB_API int64_t fab_scenario_dealing_ranks(const fab_scenario *scenario);
FAB_API int64_t fab_scenario_ring_ranks(const fab_scenario *scenario);

/* Groups that hold replicas of what mapping.zero shards: 1 but for HSDP. */
FAB_API int64_t fab_scenario_shard_groups(const fab_scenario *scenario);

/* Micro-batches that each pipeline runs in a step: B / (D b). */
FAB_API int64_t fab_scenario_microbatches(const fab_scenario *scenario);

/* The pipeline that the job's mapping makes. */
FAB_API fab_pipeline fab_scenario_pipeline(const fab_scenario *scenario);

/* Tokens of one optimizer step: B s. */
FAB_API int64_t fab_scenario_tokens_per_step(const fab_scenario *scenario);

/* One assumption as a reader sees it, for tables and reports. */
typedef struct fab_setting {
    const char *section; /* "job", "mapping", "assumptions.overlap", ... */
    const char *field;
    const char *text;   /* value with unit */
    const char *help;   /* what it means */
    const char *source; /* where the default comes from, or NULL */
    bool is_default;
} fab_setting;

/* Lists every field of job, mapping and assumptions with its value, in the order of their tables.
 * Owned by the arena. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_scenario_settings(const fab_scenario *scenario, fab_arena *arena,
                                                     const fab_setting **settings_out,
                                                     size_t *count_out);

FAB_END_DECLS

#endif
