#ifndef FAB_EXPLAIN_H
#define FAB_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/collective.h>
#include <fabricast/fabric.h>
#include <fabricast/scenario.h>
#include <fabricast/status.h>
#include <fabricast/train.h>
#include <fabricast/transformer.h>

FAB_BEGIN_DECLS

/* What a forecast is made of: the operators and messages of each kind of block, the stages and
 * their memory, and how they make up the step. Nothing is worked out anew: fab_train_explain runs
 * the forecast and notes each number where the forecast adds it up. */

/* What a micro-batch does with a block. AGAIN is the forward pass once more in the backward pass,
 * where the block is recomputed. BACKWARD makes the gradients of what an operator reads (of all of
 * it, for one without weights), WEIGHT those of the weights of a product. */
#define FAB_PHASE_LIST(X)                                                                          \
    X(FAB_PHASE_FORWARD, "forward")                                                                \
    X(FAB_PHASE_AGAIN, "again")                                                                    \
    X(FAB_PHASE_BACKWARD, "backward")                                                              \
    X(FAB_PHASE_WEIGHT, "weight")

#define FAB_PHASE_ENUM(id, text) id,
typedef enum fab_phase { FAB_PHASE_LIST(FAB_PHASE_ENUM) FAB_PHASE_COUNT } fab_phase;
#undef FAB_PHASE_ENUM

/* What sets the time of an operator: the largest part of it falls with the rate of computing, of
 * the memory, with the package's power, or with none of them (launch). NONE: it takes no time.
 * TABLE: it stands in the scenario's kernel_table. */
#define FAB_LIMIT_LIST(X)                                                                          \
    X(FAB_LIMIT_NONE, "none")                                                                      \
    X(FAB_LIMIT_COMPUTE, "compute")                                                                \
    X(FAB_LIMIT_MEMORY, "memory")                                                                  \
    X(FAB_LIMIT_POWER, "power")                                                                    \
    X(FAB_LIMIT_LAUNCH, "launch")                                                                  \
    X(FAB_LIMIT_TABLE, "table")

#define FAB_LIMIT_ENUM(id, text) id,
typedef enum fab_limit { FAB_LIMIT_LIST(FAB_LIMIT_ENUM) FAB_LIMIT_COUNT } fab_limit;
#undef FAB_LIMIT_ENUM

/* Return the static word for a phase or a limit; never NULL. */
FAB_API const char *fab_phase_text(fab_phase phase);
FAB_API const char *fab_limit_text(fab_limit limit);

/* One operator in one phase: work on one package for one micro-batch, and the time booked. */
typedef struct fab_explained_work {
    double work_flop;
    double moved_byte; /* read and written in the package's memory */
    double time_s;
    double peak_frac;   /* work / time, of the dense peak of the operator's precision; 0: no time */
    double memory_frac; /* moved / time, of the memory bandwidth; 0: no time */
    fab_limit limit;
    fab_kernel_row shape; /* of a product or an attention core, as a kernel_table names it */
} fab_explained_work;

typedef struct fab_explained_operator {
    const char *name;
    fab_step_class part; /* of the step, where its time is booked */
    fab_explained_work phases[FAB_PHASE_COUNT];
} fab_explained_operator;

/* One message. What is exposed of it is its share, by time, of what is exposed of all messages of
 * its class in the same pass: these are hidden together. */
typedef struct fab_explained_message {
    const char *name;
    fab_message_class message_class;
    fab_collective_cost cost;          /* of one; says kind, group and algorithm too */
    int64_t counts[FAB_PHASE_COUNT];   /* how often one micro-batch needs it */
    double time_s[FAB_PHASE_COUNT];    /* counts x cost.time_s */
    double exposed_s[FAB_PHASE_COUNT]; /* 0 <= exposed <= time */
} fab_explained_message;

/* A block of the model for one micro-batch on one package. A kind of block appears once for each
 * way in which it is recomputed. */
typedef struct fab_explained_block {
    const char *name;
    bool is_recomputed;
    fab_explained_operator *operators;
    size_t operator_count;
    fab_explained_message *messages;
    size_t message_count;
    double part_s[FAB_STEP_CLASS_COUNT]; /* both passes */
    double forward_s;                    /* with what is exposed of messages */
    double backward_s;                   /* the same; AGAIN, BACKWARD and WEIGHT */
    double saved_byte;                   /* activations that it keeps for its backward pass */
} fab_explained_block;

#define FAB_EXPLAINED_BLOCK_LIMIT    16
#define FAB_EXPLAINED_EXCHANGE_LIMIT 12

/* One collective among data-parallel ranks: gradients or parameters of what one package of a stage
 * holds, once per step or in the passes of every micro-batch (ZeRO 2 and 3). */
typedef struct fab_explained_exchange {
    const char *name;
    bool is_per_step;
    fab_collective_cost cost;
    double exposed_s; /* its share, by time, of what is exposed of those that hide together */
} fab_explained_exchange;

/* One pipeline stage: a micro-batch in it, and its package. */
typedef struct fab_explained_stage {
    int64_t block_counts[FAB_EXPLAINED_BLOCK_LIMIT]; /* of fab_explanation.blocks, by index */
    double forward_s;
    double backward_s;
    double part_s[FAB_STEP_CLASS_COUNT];                    /* adds up to both passes */
    fab_message_forecast messages[FAB_MESSAGE_CLASS_COUNT]; /* of both passes */
    fab_offload_forecast offload[2]; /* copies to the host in the forward pass, back in the backward
                                        pass */
    int64_t transfers; /* that it waits for in each pass: what it sends, and, where the scenario's
                          `transfers` come in turn, what its parts between two others receive */
    double data_s;     /* gradients and parameters exchanged once per step, if nothing hid */
    double data_exposed_s; /* part of it that lengthens the step */
    double data_beside_s;  /* by which the rest slows the computation beside it */
    fab_explained_exchange exchanges[FAB_EXPLAINED_EXCHANGE_LIMIT];
    size_t exchange_count;
    double optimizer_s;
    double in_flight_count; /* micro-batches whose activations are saved at once */
    fab_memory_forecast memory;
} fab_explained_stage;

/* Blocks of one kind that follow each other in a part of the model. */
typedef struct fab_explained_run {
    size_t block; /* of fab_explanation.blocks */
    int64_t count;
    bool is_layer; /* else embedding, head or projection */
} fab_explained_run;

/* One part of the model, as the pipeline cuts it (fab_pipeline_part). */
typedef struct fab_explained_part {
    fab_explained_run runs[FAB_EXPLAINED_BLOCK_LIMIT]; /* in the order of the forward pass; those
                                                          that run again come first */
    size_t run_count;
    int64_t layers; /* of all runs */
} fab_explained_part;

/* The step is forecast.passes x (part_s of the slowest stage), less what pairs hide of its expert
 * messages (forecast.pair_hidden_s), the bubble, what the stage with most of
 * it exposes of the exchange once per step, what computation loses beside the rest of it, and the
 * longest optimizer; these are forecast.part_s.
 */
typedef struct fab_explanation {
    fab_forecast forecast;
    const fab_explained_block *blocks; /* in the order in which stages meet them */
    size_t block_count;
    const fab_explained_stage *stages;
    size_t stage_count;
    const fab_explained_part *parts;
    size_t part_count;
    int64_t slowest_stage; /* 0-based, like the two below */
    int64_t data_stage;
    int64_t optimizer_stage;
    fab_collective_cost transfer; /* of a micro-batch's activations, or gradients, to the next
                                   * stage: a stage sends `transfers` in each pass, exposed as
                                   * stages[].messages say */
    int64_t transfers;
    fab_expert_load expert_load; /* that the step waits for; both as given where it is fixed, 0
                                    without experts */
} fab_explanation;

/* Forecasts a scenario and notes what it adds up. The arena owns what `out` points at. Errors as
 * fab_train_forecast. Cost: that of a forecast, some memory per stage. Thread-safe on distinct
 * arenas. */
FAB_API FAB_CHECKED fab_status fab_train_explain(const fab_scenario *scenario, fab_arena *arena,
                                                 fab_explanation *out);

FAB_END_DECLS

#endif
