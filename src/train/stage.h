#ifndef FAB_STAGE_H
#define FAB_STAGE_H

#include <fabricast/train.h>

#include "workload/workload.h"

/* One pipeline stage: which blocks it holds and how long a micro-batch takes in it. */

/* Layers of one kind. */
typedef struct fab_layer_count {
    int64_t once;  /* nothing of them runs again */
    int64_t again; /* parts of them do */
} fab_layer_count;

typedef struct fab_stage {
    fab_layer_count layers[FAB_BLOCK_KIND_COUNT];    /* none of kinds that are no layers */
    fab_layer_count offloaded[FAB_BLOCK_KIND_COUNT]; /* of them, those that the host keeps */
    bool has_embedding;
    bool has_head;
    int64_t mtp_modules;
    int64_t parts; /* of the model, each passed once by a micro-batch, or by one each way */
} fab_stage;

/* One collective among data-parallel ranks and its share, by time, of what is exposed of those that
 * hide together. */
typedef struct fab_exchanged {
    fab_group_kind group; /* DATA, EXPERT_DATA or their REPLICA */
    fab_collective_cost cost;
    bool is_per_step; /* else in the passes of every micro-batch */
    double exposed_s;
} fab_exchanged;

#define FAB_EXCHANGED_LIMIT 12

typedef struct fab_exchange_list {
    fab_exchanged items[FAB_EXCHANGED_LIMIT];
    size_t count;
} fab_exchange_list;

/* Expert messages of a pass over a stage: all, and what is not hidden in that pass. */
typedef struct fab_pass_messages {
    double total_s, exposed_s;
} fab_pass_messages;

/* Time of one micro-batch in one stage, by class of step time; communication as exposed. */
typedef struct fab_stage_time {
    double forward_s;
    double backward_s;
    double weight_s;             /* part of backward_s that computes gradients of weights */
    fab_pass_messages expert[2]; /* of the forward and of the backward pass */
    double part_s[FAB_STEP_CLASS_COUNT];
    fab_message_forecast messages[FAB_MESSAGE_CLASS_COUNT];
    double tier_s[FAB_TIER_LIMIT];          /* wire time on each tier */
    fab_offload_forecast offload[2];        /* of the forward and of the backward pass */
    double layer_tier_s[2][FAB_TIER_LIMIT]; /* of it messages of layers, in the forward and in the
                                               backward pass */
    fab_exchange_list *exchanges; /* notes of those among data-parallel ranks; NULL: none taken */
} fab_stage_time;

/* Deals the layers to the parts of the pipeline in order, as mapping.layout says or one more to
 * parts after the first where they do not divide, and gathers the parts that `stage` holds
 * (fab_pipeline_part). */
fab_stage fab_stage_make(const fab_scenario *scenario, int64_t stage);

/* One part of the model by itself. */
fab_stage fab_stage_make_part(const fab_scenario *scenario, int64_t part);

/* Layers of a kind, and of all kinds, prediction modules apart. */
int64_t fab_stage_layers_of(const fab_stage *stage, fab_block_kind kind);
int64_t fab_stage_layers(const fab_stage *stage);

/* The kind of layer that a prediction module has. */
fab_block_kind fab_stage_module_kind(const fab_scenario *scenario);

/* Blocks of a kind that a micro-batch passes in the stage, prediction modules among them. */
int64_t fab_stage_block_count(const fab_scenario *scenario, const fab_stage *stage,
                              fab_block_kind kind);

/* Those of them whose backward pass runs parts of the forward pass once more. */
int64_t fab_stage_recomputed_count(const fab_scenario *scenario, const fab_stage *stage,
                                   fab_block_kind kind);

/* What one block of each kind takes: where nothing runs again, and where parts do. */
typedef struct fab_block_times {
    bool is_known[FAB_BLOCK_KIND_COUNT][2];
    fab_stage_time of[FAB_BLOCK_KIND_COUNT][2];
} fab_block_times;

/* Adds up the stage's blocks: operators by roofline, messages hidden as far as the overlap allows.
 * In each pass of a block, tensor messages hide behind its computation first and expert messages
 * behind what is left, so that 0 <= exposed <= total always. `times` holds what blocks of the
 * workload were found to take and takes what is found now; it begins with nothing known. What is
 * found now is noted with `recorder` (train/record.h), unless that is NULL. */
struct fab_recorder;
fab_stage_time fab_stage_measure(const fab_scenario *scenario, const fab_workload *workload,
                                 const fab_stage *stage, fab_block_times *times,
                                 struct fab_recorder *recorder);

/* Activations of one micro-batch in the stage that wait in the host's memory. */
double fab_stage_offloaded_byte(const fab_workload *workload, const fab_stage *stage);

/* Parameters on one package of the stage, split by the ranks that replicate them. */
typedef struct fab_stage_parameters {
    double dense_count;       /* replicated over the data group */
    double expert_count;      /* replicated over the expert-data group */
    double product_count;     /* of dense_count, weights of the layers' products: what assumptions.
                                 weights is about; those of experts all are */
    double bf16_expert_count; /* of expert_count, those of layers whose products stay in BF16 */
} fab_stage_parameters;

/* Bytes of what data ranks replicate, `product_byte` for each weight of products, else
 * `plain_byte`. */
static inline double fab_dense_byte(const fab_stage_parameters *held, double plain_byte,
                                    double product_byte)
{
    return plain_byte * (held->dense_count - held->product_count) +
           product_byte * held->product_count;
}

/* Bytes of the experts' weights, `plain_byte` each where products stay in BF16. */
static inline double fab_expert_byte(const fab_stage_parameters *held, double plain_byte,
                                     double product_byte)
{
    return plain_byte * held->bf16_expert_count +
           product_byte * (held->expert_count - held->bf16_expert_count);
}

/* Bytes of a weight of the layers' products. */
typedef struct fab_weight_bytes {
    double kept_byte;  /* with every copy that a package computes with */
    double shard_byte; /* of the only copy that stays where weights are sharded */
    double sent_byte;  /* on its way between data-parallel ranks */
    double used_byte;  /* gathered for one pass */
} fab_weight_bytes;

fab_weight_bytes fab_weight_bytes_of(const fab_scenario *scenario);

fab_stage_parameters fab_stage_count_parameters(const fab_scenario *scenario,
                                                const fab_workload *workload,
                                                const fab_stage *stage);

/* Micro-batches whose activations a stage saves at its fullest moment. */
double fab_stage_in_flight_count(const fab_scenario *scenario, int64_t stage_index);

/* Memory of a package of the stage at its fullest moment. */
fab_memory_forecast fab_stage_memory(const fab_scenario *scenario, const fab_workload *workload,
                                     const fab_stage *stage, int64_t stage_index);

/* One collective of an exchange. */
typedef struct fab_exchange_part {
    fab_collective_kind kind;
    fab_group_kind group;
    double payload_bit;    /* of all its messages together */
    double messages_count; /* into which it is cut, one after the other */
} fab_exchange_part;

#define FAB_EXCHANGE_PART_LIMIT 4 /* gradients and parameters, of experts and the rest */

/* One exchange of all parameters that a package holds, or of their gradients. */
typedef struct fab_exchange {
    double time_s;
    double energy_j;
    double sent_bit[FAB_TIER_LIMIT];
    double tier_s[FAB_TIER_LIMIT];
    fab_exchange_part parts[FAB_EXCHANGE_PART_LIMIT];
    size_t part_count;
} fab_exchange;

/* What a package of the stage exchanges once per step. With ZeRO 0 gradients are all-reduced, with
 * 1 reduce-scattered and parameters gathered, with 2 the latter alone; with HSDP each rank's shard
 * of the gradients is all-reduced too (docs/models-training.md#data-parallel). */
typedef struct fab_stage_exchanges {
    bool has_gradients, has_parameters;
    fab_exchange gradients;
    fab_exchange parameters;
} fab_stage_exchanges;

/* FAB_E_RANGE when a group cannot be laid on the fabric. */
FAB_CHECKED fab_status fab_stage_price_exchanges(const fab_scenario *scenario,
                                                 const fab_workload *workload,
                                                 const fab_stage *stage, fab_stage_exchanges *out);

/* What is exchanged once per step, and how much of it lengthens the step. */
typedef struct fab_data_exchange {
    fab_message_forecast message;
    double beside_s; /* by which it slows the computation behind which it hides */
    double tier_s[FAB_TIER_LIMIT];
    double shared_s; /* in which it and exposed messages of layers are on the same links */
} fab_data_exchange;

/* Hides the stage's exchanges behind its passes of the last and first micro-batch, as far as they
 * allow; later stages have time to spare. */
FAB_CHECKED fab_status fab_stage_data_exchange(const fab_scenario *scenario,
                                               const fab_workload *workload, const fab_stage *stage,
                                               const fab_stage_time *time,
                                               const fab_stage_exchanges *exchanges,
                                               int64_t stage_index, fab_data_exchange *out);

/* Adds to `time` what they exchange in the passes of each micro-batch: with ZeRO 2 a reduce-scatter
 * of gradients, with 3 also an all-gather of weights in each pass. What is exposed lengthens the
 * passes. */
FAB_CHECKED fab_status fab_stage_exchange_passes(const fab_scenario *scenario,
                                                 const fab_workload *workload,
                                                 const fab_stage *stage, fab_stage_time *time);

/* Adds to `time` the copies of activations to the host in the forward pass, and back in the
 * backward pass. They hide behind the pass but for one layer of each part, whose copy has nothing
 * to hide behind: the last one's out, the first one's back. What is exposed lengthens the passes.
 */
void fab_stage_offload_passes(const fab_scenario *scenario, const fab_workload *workload,
                              const fab_stage *stage, fab_stage_time *time);

/* Parameters of which one package of the stage keeps what data-parallel ranks share out: its share
 * of those it computes with, which ranks of both copies keep where DualPipe has two. */
double fab_stage_sharded_count(const fab_scenario *scenario, const fab_workload *workload,
                               const fab_stage_parameters *held);

/* Bytes that the optimizer's pass moves on one package of the stage; 0 when it is left out. */
double fab_stage_optimizer_byte(const fab_scenario *scenario, const fab_workload *workload,
                                const fab_stage *stage);

#endif
