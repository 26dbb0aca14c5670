#ifndef FAB_CATALOG_H
#define FAB_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/diagnostic.h>
#include <fabricast/kernels.h>
#include <fabricast/status.h>
#include <fabricast/value.h>
#include <fabricast/wiring.h>

FAB_BEGIN_DECLS

/* Descriptions: plain structs, const once loaded. Every fab_value is in the SI unit that its name
 * ends in, and every bandwidth is one direction. */

typedef enum fab_technology_role {
    FAB_ROLE_LINK,
    FAB_ROLE_SERDES,
    FAB_ROLE_DIE_TO_DIE,
    FAB_ROLE_SWITCH,
    FAB_ROLE_OCS,
    FAB_ROLE_ON_CHIP
} fab_technology_role;

/* Whose energy, reach and shoreline a fabric takes of a technology. */
typedef enum fab_numbers { FAB_NUMBERS_PUBLISHED, FAB_NUMBERS_DERIVED } fab_numbers;

/* What puts the bits on the light. */
typedef enum fab_modulator {
    FAB_MODULATOR_UNSTATED, /* read from the words of the medium */
    FAB_MODULATOR_MZM,
    FAB_MODULATOR_RING,
    FAB_MODULATOR_EAM,
    FAB_MODULATOR_VCSEL,
    FAB_MODULATOR_MICROLED
} fab_modulator;

/* What stands between the host and the line. */
typedef enum fab_electronics {
    FAB_ELECTRONICS_UNSTATED, /* read from the title */
    FAB_ELECTRONICS_LINEAR,   /* amplifiers alone */
    FAB_ELECTRONICS_HALF,     /* retimed towards the line only */
    FAB_ELECTRONICS_RETIMED,
    FAB_ELECTRONICS_DSP
} fab_electronics;

/* A way to carry bits between packages. */
typedef struct fab_technology {
    const char *name;  /* the key by which files call it */
    const char *title; /* for people */
    int role;          /* fab_technology_role */
    const char *medium;
    const char *line_code;
    const char *overhead;       /* of line coding and error correction, in words */
    fab_value rate_bps;         /* per package, one direction */
    fab_value lane_rate_bps;    /* per lane, one direction */
    fab_value lanes_count;      /* of a port or link, one direction */
    fab_value energy_j_per_bit; /* of a bit crossing one link; energy_scope says whose */
    const char *energy_scope;   /* what the energy counts: module, host SerDes, laser */
    const char *energy_split;   /* how it divides, where published */
    fab_value reach_m;          /* longest link */
    fab_value latency_s;        /* one way through the link, without switch or flight */
    fab_value radix_count;      /* packages that one switched tier of it joins */
    fab_value shoreline_bps_per_m;
    fab_value areal_bps_per_m2;
    fab_value cost_usd_per_bps;   /* price of a module or box per rate in one direction */
    fab_value unit_rate_bps;      /* of one module, engine, cable or box, one direction */
    fab_value mtbf_s;             /* mean time between failures of one of them */
    int numbers;                  /* fab_numbers: what fabrics of it take */
    int modulator;                /* fab_modulator */
    int electronics;              /* fab_electronics */
    int correction;               /* 0: read from the overhead; else fab_correction_kind + 1 */
    fab_value laser_frac;         /* wall-plug efficiency of the laser with its module */
    fab_value laser_w;            /* power of one wavelength in the fibre */
    fab_value lasers_lanes_count; /* lanes that a laser feeds */
    fab_value fibre_pitch_m;      /* at the edge of the package */
    fab_value fibre_lanes_count;  /* lanes of one direction for each fibre, 0.5 in a pair of one */
    fab_value wire_gauge_count;   /* AWG */
    fab_value loss_budget_db;     /* that a passive line with its connectors may have */
    fab_value swing_v_count;      /* V between the levels of a wire between dies */
    fab_value pad_ff_count;       /* fF at each end of it */
    fab_value supply_frac;        /* efficiency of a module's voltage converters */
    int64_t year;
    const char *source;
    int confidence; /* fab_confidence of the row */
    const char *notes;
} fab_technology;

/* An accelerator package: what a mapping counts as one GPU. */
typedef struct fab_gpu {
    const char *name;
    const char *title;
    const char *vendor;
    const char *status; /* shipped, announced */
    int64_t year;
    int64_t dies_per_gpu;
    fab_value bf16_flops; /* dense peaks of the package */
    fab_value fp16_flops;
    fab_value tf32_flops;
    fab_value fp8_flops;
    fab_value fp4_flops;
    fab_value int8_flops;
    fab_value bf16_achieved_flops; /* highest that a measured matrix product reached */
    fab_value fp8_achieved_flops;
    const char *memory_type;
    fab_value memory_byte;
    fab_value memory_rate_byte_per_s;
    const char *scale_up;             /* link to the neighbours, in words */
    fab_value scale_up_rate_bps;      /* per package, one direction */
    fab_value scale_up_domain_count;  /* packages that it joins */
    fab_value scale_out_rate_bps;     /* per package, one direction, as typically built */
    fab_value host_rate_bps;          /* to the memory of its host, one direction */
    fab_value power_w;                /* thermal design power of the package */
    fab_value static_power_w;         /* drawn whatever the package does */
    fab_value bf16_energy_j_per_flop; /* of a dense product beyond that, memory apart */
    fab_value fp8_energy_j_per_flop;
    fab_value fp4_energy_j_per_flop;
    fab_value memory_energy_j_per_bit; /* of a bit read or written, both ends */
    const char *kernels_name;          /* row of its measured kernels, NULL when there is none */
    const fab_kernels *kernels;        /* that row; owned by the catalog */
    const char *source;
    int confidence;
    const char *notes;
} fab_gpu;

typedef enum fab_attention_kind { FAB_ATTENTION_GQA, FAB_ATTENTION_MLA } fab_attention_kind;
typedef enum fab_linear_kind {
    FAB_LINEAR_NONE,
    FAB_LINEAR_DELTA,    /* gated delta rule with a short convolution */
    FAB_LINEAR_LIGHTNING /* decayed sum of keys and values */
} fab_linear_kind;
typedef enum fab_norm_kind { FAB_NORM_RMS, FAB_NORM_LAYER } fab_norm_kind;
typedef enum fab_bias_kind { FAB_BIAS_NONE, FAB_BIAS_ALL, FAB_BIAS_QKV } fab_bias_kind;

/* Parts of a layer that may run again in the backward pass instead of keeping what they made
 * (Korthikanti et al. 2022, arXiv 2205.05198; Megatron-Core's `recompute-modules`). */
#define FAB_PART_LIST(X)                                                                           \
    X(FAB_PART_LAYER, "full")                    /* all of it; its input is kept */                \
    X(FAB_PART_CORE_ATTENTION, "core_attention") /* scores to values, between the projections */   \
    X(FAB_PART_NORMS, "layernorm")               /* outputs of both norms */                       \
    X(FAB_PART_ACTIVATION, "act")                /* of dense blocks and shared experts */          \
    X(FAB_PART_EXPERT_ACTIVATION, "moe_act")     /* of routed experts */                           \
    X(FAB_PART_LATENTS, "mla_up_proj")           /* from latents to queries, keys, values */       \
    X(FAB_PART_FEED_FORWARD, "mlp")              /* a dense block */                               \
    X(FAB_PART_SHARED_EXPERTS, "shared_experts") /* shared experts */                              \
    X(FAB_PART_EXPERTS, "moe")                   /* router, dispatch, all experts, combine */      \
    X(FAB_PART_SELECTIVE, "selective")           /* another name of core_attention */

#define FAB_PART_BIT(id, text) id##_BIT,
enum { FAB_PART_LIST(FAB_PART_BIT) FAB_LAYER_PART_COUNT };
#undef FAB_PART_BIT

/* As bits of a set. */
#define FAB_PART_ENUM(id, text) id = 1 << id##_BIT,
typedef enum fab_layer_part { FAB_PART_LIST(FAB_PART_ENUM) } fab_layer_part;
#undef FAB_PART_ENUM

/* A transformer's shape. Counts in elements; symbols of docs/models.md in parentheses. */
typedef struct fab_model {
    const char *name;
    const char *title;
    int64_t layers;            /* L */
    int64_t dense_layers;      /* L_d: layers with a dense feed-forward block, the first ones unless
                                  moe_every spreads them */
    int64_t moe_every;         /* above 1: of so many layers the last has experts, the others not */
    int64_t encoder_layers;    /* of the layers; the others then attend to the encoder too */
    int64_t hidden;            /* h */
    int64_t dense_width;       /* f: inner width of the dense feed-forward block */
    int64_t heads;             /* a */
    int64_t kv_heads;          /* g; ignored by MLA */
    int64_t head_dim;          /* d; ignored by MLA */
    int attention;             /* fab_attention_kind; multi-head attention is GQA with g = a */
    int64_t q_rank;            /* q_l: MLA query latent, 0 for a full query projection */
    int64_t kv_rank;           /* kv_l: MLA key and value latent */
    int64_t qk_nope_dim;       /* d_nope of MLA */
    int64_t qk_rope_dim;       /* d_r of MLA */
    int64_t v_dim;             /* dv of MLA */
    bool has_attention_gate;   /* the queries' projection makes a gate of the output too */
    bool has_attention_sinks;  /* a learned score per head beside the keys */
    int64_t window;            /* tokens that a sliding window looks back, 0 for none */
    int64_t window_layers;     /* so many of the softmax layers have it */
    int linear_attention;      /* fab_linear_kind of the layers that have no softmax */
    int64_t linear_layers;     /* so many of the layers */
    int64_t linear_key_heads;  /* heads of their queries and keys */
    int64_t linear_key_dim;    /* dimension of such a head */
    int64_t linear_heads;      /* heads of their values, gate and output */
    int64_t linear_dim;        /* dimension of such a head */
    int64_t linear_taps;       /* taps of the convolution over queries, keys and values */
    bool is_gated;             /* three matrices per feed-forward block (SwiGLU) instead of two */
    int64_t experts;           /* E: routed experts of a layer, 0 for a dense model */
    int64_t experts_per_token; /* k */
    int64_t expert_width;      /* f_e */
    int64_t shared_width;      /* f_s: total inner width of the shared experts */
    bool has_shared_gate;      /* a score per token weighs the shared experts */
    int64_t router_groups;     /* groups of experts for group-limited routing, 0 for none */
    int64_t groups_per_token;  /* groups a token may go to */
    bool has_expert_bias;      /* a correction bias per expert in the router */
    bool has_clamped_experts;  /* what enters the gate of an expert is limited to a range */
    int64_t vocabulary;        /* V */
    bool is_tied;              /* head shares the embedding's weights */
    int64_t learned_positions; /* positions with a learned embedding, 0 for rotary */
    int norm;                  /* fab_norm_kind */
    int bias;                  /* fab_bias_kind of the linear layers */
    bool has_qk_norm;
    int64_t extra_parameters;        /* outside the layers: encoders of pictures and the like */
    int64_t mtp_layers;              /* multi-token-prediction modules */
    int64_t sequence;                /* s: training sequence length of the publication */
    fab_value published_total_count; /* parameters as published */
    fab_value published_active_count;
    const char *source;
    int confidence;
    const char *notes;
} fab_model;

/* Returns the key and value heads that the query heads of one of `tensor_ranks` (>= 1) ranks need,
 * of the rank that needs most: g / t when t divides g, 1 when g divides t (each head is then on
 * t / g ranks), else counted by rank. With MLA every query head has its own: a / t. Query head i
 * reads head floor(i g / a) (Ainslie et al. 2023, arXiv 2305.13245). Cost O(1), or O(t) when
 * neither divides the other. */
FAB_API int64_t fab_model_rank_kv_heads(const fab_model *model, int64_t tensor_ranks);

/* Algorithms of collectives; docs/models-network.md#algorithms. AUTO takes the fastest that
 * applies. Scenarios choose between the first three, `fabricast collective` between all. */
typedef enum fab_collective_algorithm {
    FAB_ALGORITHM_AUTO,
    FAB_ALGORITHM_RING,       /* on each tier; of an all-to-all: pair by pair */
    FAB_ALGORITHM_DIRECT,     /* on each tier, to all peers at once */
    FAB_ALGORITHM_HALVING,    /* recursive halving and doubling on each tier */
    FAB_ALGORITHM_DOUBLING,   /* recursive doubling with the whole vector */
    FAB_ALGORITHM_TREE,       /* binomial tree; of an all-reduce: double binary tree */
    FAB_ALGORITHM_IN_NETWORK, /* the switch reduces and multicasts, where a tier can */
    FAB_ALGORITHM_FLAT_RING,  /* one ring over all tiers, a rail per package of a domain */
    FAB_ALGORITHM_BRUCK,      /* all-to-all in log2 steps */
    FAB_ALGORITHM_FORWARD,    /* all-to-all tier by tier, forwarded by neighbours */
    FAB_ALGORITHM_COUNT
} fab_collective_algorithm;

/* How a communication library moves messages by one algorithm and protocol on a tier: what a byte
 * and a step cost there. The time of one tier is
 *   base + steps * hop + x + 2 sqrt(fill * x) + own share / own rate,  x = bits / (efficiency *
 * rate) docs/models-network.md#protocols. */
typedef struct fab_channel {
    int algorithm;              /* fab_collective_algorithm, never AUTO */
    int kind;                   /* 1 + fab_collective_kind; 0: all but all-to-all and send, which
                                 * move messages between pairs */
    const char *protocol;       /* "LL", "LL128", "Simple" */
    fab_value base_s;           /* launch and synchronisation */
    fab_value hop_s;            /* one step */
    fab_value efficiency_ratio; /* of the tier's rate that payload reaches */
    fab_value fill_s;           /* of a pipeline of chunks: its length at the best chunk size */
    fab_value own_byte_per_s;   /* copies a rank's own share; unknown: it costs nothing */
} fab_channel;

#define FAB_CHANNEL_LIMIT 24

/* The messaging layer of one class of hardware. */
typedef struct fab_messaging {
    const char *name;
    const char *title;
    fab_channel channels[FAB_CHANNEL_LIMIT];
    int64_t channel_count;
    const char *source;
    int confidence;
    const char *notes;
} fab_messaging;

/* One tier of a fabric: equal domains of packages joined through one kind of link. */
typedef struct fab_tier {
    const char *name;
    fab_technology technology; /* with what the fabric overrides already applied */
    fab_value rate_bps;        /* per package, one direction; the technology's when not given */
    fab_value latency_s;       /* one step of a collective: package to package, switch included */
    int64_t domain;            /* packages in one domain */
    int64_t used;              /* packages of a domain that a job occupies, at most `domain` */
    int64_t links_per_path;    /* links that a bit crosses between two packages of a domain */
    int64_t packages_per_rack; /* for the reach check */
    bool has_reduction;        /* its switches reduce and multicast */
    bool is_mesh; /* every package has a link to every other of its domain, no switch */
    const fab_messaging *messaging; /* NULL: none named, only the ideal model applies */
    const fab_technology *chip;     /* the switches of the tier, NULL when the file names none */
    double oversubscription_ratio;  /* rate into a leaf switch over that out of it; 0 reads as 1 */
    const char *wiring_text;        /* as the file writes it, NULL when it says none */
    const fab_wiring *wiring;       /* the same, read; simulations and fab_wired_count see it */
} fab_tier;

/* Ports of the tier's switch that a package may need for its rate. */
#define FAB_PLANE_LIMIT 1000

#define FAB_TIER_LIMIT 4

/* Tiers from the innermost outwards; each domain of a tier is made of domains of the one before. */
typedef struct fab_fabric {
    const char *name;
    const char *title;
    fab_tier tiers[FAB_TIER_LIMIT];
    int64_t tier_count;
    const char *source;
    int confidence;
    const char *notes;
} fab_fabric;

/* Whether the tiers of a hierarchical collective work one after the other or pipelined. */
typedef enum fab_tier_mode { FAB_TIERS_SEQUENTIAL, FAB_TIERS_CONCURRENT } fab_tier_mode;

typedef enum fab_catalog_kind {
    FAB_CATALOG_TECHNOLOGY,
    FAB_CATALOG_KERNELS,
    FAB_CATALOG_GPU,
    FAB_CATALOG_MODEL,
    FAB_CATALOG_MESSAGING,
    FAB_CATALOG_FABRIC,
    FAB_CATALOG_KIND_COUNT
} fab_catalog_kind;

/* Everything built in, loaded and const. */
typedef struct fab_catalog fab_catalog;

/* Loads the rows embedded in the library into `arena`, which owns the catalog. Mistakes in the
 * embedded data are diagnostics too (the tests assert that there are none).
 * FAB_E_INPUT, FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_catalog_load(fab_arena *arena, fab_diagnostics *diagnostics,
                                                const fab_catalog **catalog_out);

/* Returns the word for a kind as used on the command line ("technology", "kernels", "gpu",
 * "model", "messaging", "fabric"). */
FAB_API const char *fab_catalog_kind_name(fab_catalog_kind kind);

/* Returns how many rows a kind has, and the name and title of the row at `index`; rows keep the
 * order of the data files. */
FAB_API size_t fab_catalog_count(const fab_catalog *catalog, fab_catalog_kind kind);
FAB_API const char *fab_catalog_row_name(const fab_catalog *catalog, fab_catalog_kind kind,
                                         size_t index);
FAB_API const char *fab_catalog_row_title(const fab_catalog *catalog, fab_catalog_kind kind,
                                          size_t index);

/* Returns the row of that name, or NULL. Owned by the catalog. */
FAB_API const fab_kernels *fab_catalog_kernels(const fab_catalog *catalog, const char *name);
FAB_API const fab_technology *fab_catalog_technology(const fab_catalog *catalog, const char *name);
FAB_API const fab_gpu *fab_catalog_gpu(const fab_catalog *catalog, const char *name);
FAB_API const fab_model *fab_catalog_model(const fab_catalog *catalog, const char *name);
FAB_API const fab_messaging *fab_catalog_messaging(const fab_catalog *catalog, const char *name);
FAB_API const fab_fabric *fab_catalog_fabric(const fab_catalog *catalog, const char *name);

/* Finds a fabric by its name in the catalog or reads it from a YAML file: the fabric's map itself,
 * or one key `fabric` that holds it. A word with a `/` or that ends in .yaml or .yml is a file, any
 * other word a name.
 * FAB_E_INPUT: diagnostics were added. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_fabric_load(const fab_catalog *catalog, const char *path_or_name,
                                               fab_arena *arena, fab_diagnostics *diagnostics,
                                               fab_fabric *out);

/* True when a word that may be a name or a file means a file: it has a `/` or ends in .yaml or
 * .yml. */
FAB_API bool fab_catalog_is_file(const char *word);

/* Reads a description from a YAML file, the description's map itself or one key with the kind's
 * name that holds it, and gives a catalog that has this one row. Names in the file are rows of
 * `catalog`.
 * FAB_E_INPUT: diagnostics were added. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_catalog_load_file(const fab_catalog *catalog,
                                                     fab_catalog_kind kind, const char *path,
                                                     fab_arena *arena, fab_diagnostics *diagnostics,
                                                     const fab_catalog **catalog_out);

/* One printable fact of a row, for tables and JSON: made from the same field tables that read the
 * files. Texts live in the arena given. */
typedef struct fab_catalog_fact {
    const char *field;      /* as written in files: "energy" */
    const char *text;       /* "4.3 pJ/bit", "not published" */
    const char *range;      /* "3.2 pJ/bit .. 5 pJ/bit" or NULL */
    const char *source;     /* of this value: its own or the row's; NULL for plain words */
    const char *confidence; /* of this value: its own or the row's; NULL for plain words */
    const char *unit;       /* SI unit of `value`, NULL when the fact is not a number */
    const char *help;       /* what the field means */
    double value;           /* SI, meaningful when is_number */
    double low, high;       /* SI, meaningful with a range */
    bool is_number;
    bool is_published; /* false: the number is not known */
} fab_catalog_fact;

/* Lists the facts of the row at `index`, in the order of its field table.
 * FAB_E_NOMEM; FAB_E_NOTFOUND when `index` is out of range. */
FAB_API FAB_CHECKED fab_status fab_catalog_facts(const fab_catalog *catalog, fab_catalog_kind kind,
                                                 size_t index, fab_arena *arena,
                                                 const fab_catalog_fact **facts_out,
                                                 size_t *count_out);

FAB_END_DECLS

#endif
