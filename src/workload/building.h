#ifndef FAB_WORKLOAD_BUILDING_H
#define FAB_WORKLOAD_BUILDING_H

#include "workload/format.h"
#include "workload/workload.h"

/* Writes a block's list of operators, in the order in which a forward pass runs them. Symbols of
 * docs/models-training.md#operators: T tokens of a tensor group, T1 = T / t tokens of a rank where
 * the sequence is sharded, R token copies of a rank's experts, h hidden, a heads, g key/value
 * heads, dq and dv head sizes, t tensor ranks, x expert-tensor ranks. Activations have 2 bytes. */

#define FAB_ELEMENT_BYTE 2.0 /* BF16 activations and weights */
#define FAB_MASK_BYTE    1.0 /* dropout: what stays and what goes, per element */

/* Bytes of an element where an operator is one kernel, and where PyTorch runs it step by step in a
 * kernel for each operation: a norm goes through FP32 (cast, square, mean, scale, cast, weight), a
 * gate is two products, a rotation four, softmax is scaled, masked and cast. */
typedef struct fab_step_bytes {
    double norm[2]; /* forward, backward */
    double gate[2]; /* per element of the gated result */
    double rotation;
    double softmax[2];
} fab_step_bytes;

/* A block in the making. */
typedef struct fab_building {
    const fab_scenario *scenario;
    const fab_model *model;
    fab_block *block;
    double tokens, shard_tokens, rows; /* T, T1, R */
    double hidden, tensor;             /* h, t */
    fab_product_format format;
    bool is_wide;                    /* products stay in BF16 */
    bool is_linear;                  /* linear attention instead of softmax */
    bool is_sharded;                 /* several ranks share out the parameters */
    int parts;                       /* of the layer, that the next operators belong to */
    double quantised_element_count;  /* GEMM inputs of the block, forward */
    double quantised_gradient_count; /* GEMM output gradients of the block, backward */
    double weight_count;             /* of its products, those of this rank */
} fab_building;

/* Adds an operator that belongs to `parts`, and one of memory traffic alone. */
void fab_building_add(fab_building *b, const char *name, fab_operator_kind kind,
                      fab_operator_work forward, fab_operator_work backward);
void fab_building_add_memory(fab_building *b, const char *name, double forward_byte,
                             double backward_byte);

/* The operator added last. */
fab_operator *fab_building_last(fab_building *b);

/* `groups` products of m x k by k x n. Forward and input gradients read both factors and write the
 * result; weight gradients are added to an FP32 buffer that is read and written. */
void fab_building_add_gemm(fab_building *b, const char *name, fab_operator_kind wanted,
                           double groups, double m, double k, double n);

/* Every input of a product below 16 bits is converted first: those of the block so far. */
void fab_building_add_quantisation(fab_building *b);

/* Bytes of a copy of all tokens in the format in which tensor ranks scatter them. */
double fab_building_scattered_byte(const fab_building *b);

/* Messages of tensor ranks along the sequence, joined from parts or cut into parts by a copy
 * (`all_gather_tensor`, `reduce_scatter_tensor` in torch/distributed/_functional_collectives.py).
 */
void fab_building_add_sequence_copies(fab_building *b, const char *name, double forward_byte,
                                      double backward_byte);

/* Around products of one input: it is gathered, its gradients are scattered. */
void fab_building_add_input_copies(fab_building *b, const char *name, double products);

/* Behind products: their sum is scattered, its gradient is gathered. */
void fab_building_add_output_copies(fab_building *b, const char *name);

/* What a message of FSDP2 brings of the block's products and `other_count` more parameters lies
 * rank by rank and is copied to where these lie, in either pass; gradients are copied to where they
 * are sent from, in the format of the message. */
void fab_building_add_shard_copies(fab_building *b, double other_count);

/* What elements take where software runs norms, gates and the rest as kernels or step by step. */
const fab_step_bytes *fab_building_steps(const fab_building *b);

/* A norm and a residual of a rank's hidden vectors. */
void fab_building_add_norm(fab_building *b, const char *name);
void fab_building_add_residual(fab_building *b, const char *name);

/* `elements` of what the function gives. */
void fab_building_add_activation(fab_building *b, const char *name, double elements);

/* Feed-forward products on `rows` rows; the first makes two widths when gated. */
void fab_building_add_ffn(fab_building *b, const char *first, const char *activation,
                          const char *second, double rows, double width);

/* Parts of a layer, each in its own file: attention with its norm and residual, and experts between
 * theirs. */
void fab_building_add_attention(fab_building *b);
void fab_building_add_experts(fab_building *b);

#endif
