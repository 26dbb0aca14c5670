#include "workload/building.h"

/* The blocks of a model as lists of operators: layers, embedding, head, what joins a prediction
 * module's inputs. */

/* A loss of gathered logits, bytes of one in both passes: in FP32 (6), their log-softmax (8), the
 * largest for the accuracy (4), gradients of the chosen ones (4), of log-softmax (12), in BF16 (6);
 * with several tensor ranks gathered apart (4) and joined (4). `losses/cross_entropy.py` and
 * `linear/utils.py` in src/scaling of github.com/Aleph-Alpha/scaling. */
#define GATHERED_LOSS_BYTE          18.0
#define GATHERED_LOSS_GRADIENT_BYTE 22.0
#define GATHERED_COPIES_BYTE        8.0

/* One of shares of them, both passes: in one kernel logits are written, read, overwritten by their
 * gradient; step by step it is taken of FP32 logits. */
#define FUSED_LOSS_BYTE 6.0
#define EAGER_LOSS_BYTE 20.0

static void build_dense_layer(fab_building *b)
{
    fab_building_add_attention(b);
    fab_building_add_norm(b, "feed-forward norm");
    b->parts = FAB_PART_FEED_FORWARD;
    fab_building_add_input_copies(b, "feed-forward input, joined", b->model->is_gated ? 2.0 : 1.0);
    fab_building_add_ffn(b, "feed-forward in", "activation", "feed-forward out", b->tokens,
                         (double)b->model->dense_width / b->tensor);
    fab_building_last(b)->is_last = true;
    fab_building_add_output_copies(b, "feed-forward output, cut");
    fab_building_last(b)->is_last = true;
    fab_building_add_residual(b, "feed-forward residual");
    fab_building_add_quantisation(b);
    fab_building_add_shard_copies(b, 0.0);
}

static void build_moe_layer(fab_building *b)
{
    fab_building_add_attention(b);
    fab_building_add_norm(b, "expert norm");
    fab_building_add_experts(b);
    fab_building_add_residual(b, "expert residual");
    fab_building_add_quantisation(b);
    fab_building_add_shard_copies(b, 0.0);
}

/* Look-up reads and writes a row per token; its gradient is scattered in FP32. */
static void build_embedding(fab_building *b, double vocabulary)
{
    const double elements = b->tokens * b->hidden;
    fab_building_add_memory(b, "embedding", 4.0 * elements, 8.0 * elements);
    fab_building_add_sequence_copies(b, "embedding, cut", fab_building_scattered_byte(b),
                                     fab_building_scattered_byte(b));
    fab_building_add_shard_copies(b, vocabulary * b->hidden / b->tensor);
}

static void build_head(fab_building *b, double vocabulary)
{
    const bool is_gathered = b->scenario->assumptions.loss == FAB_LOSS_GATHERED;
    const double logits = b->tokens * vocabulary / b->tensor;
    fab_building_add_norm(b, "final norm");
    const double again = b->scenario->assumptions.effects.weight_gradient_gather ? 1.0 : 0.0;
    fab_building_add_sequence_copies(b, "head input, joined", fab_building_scattered_byte(b),
                                     (1.0 + again) * fab_building_scattered_byte(b));
    fab_building_add_gemm(b, "output head", FAB_OPERATOR_GEMM_BF16, 1.0, b->tokens, b->hidden,
                          vocabulary / b->tensor);
    /* a loss that is gathered takes all columns on each rank */
    if (is_gathered) {
        const double columns = b->tokens * vocabulary;
        const double copies_byte = b->tensor > 1.0 ? GATHERED_COPIES_BYTE : 0.0;
        fab_building_add_memory(b, "cross entropy", (GATHERED_LOSS_BYTE + copies_byte) * columns,
                                GATHERED_LOSS_GRADIENT_BYTE * columns);
    } else {
        const double bytes =
            b->scenario->assumptions.has_fused_loss ? FUSED_LOSS_BYTE : EAGER_LOSS_BYTE;
        fab_building_add_memory(b, "cross entropy", 0.5 * bytes * logits, 0.5 * bytes * logits);
    }
    fab_building_last(b)->is_once = true;
    fab_building_last(b)->is_loss = true;
    if (!b->model->is_tied) {
        fab_building_add_shard_copies(b, 0.0);
    }
}

/* A multi-token-prediction module joins two hidden vectors before its own layer. */
static void build_mtp_projection(fab_building *b)
{
    fab_building_add_norm(b, "prediction norm");
    fab_building_add_norm(b, "prediction embedding norm");
    fab_building_add_gemm(b, "prediction projection", FAB_OPERATOR_GEMM, 1.0, b->shard_tokens,
                          2.0 * b->hidden, b->hidden);
    fab_building_add_quantisation(b);
    fab_building_add_shard_copies(b, 0.0);
}

void fab_workload_operators(const fab_scenario *scenario, fab_workload *workload)
{
    const fab_model *model = &scenario->model;
    for (int i = 0; i < FAB_BLOCK_KIND_COUNT; i++) {
        const fab_block_kind kind = (fab_block_kind)i;
        const bool is_wide = fab_block_is_wide(kind);
        fab_building b = {
            .scenario = scenario,
            .model = model,
            .block = &workload->blocks[kind],
            .tokens = workload->tokens_count,
            .shard_tokens = workload->shard_tokens_count,
            .rows = workload->routed_rows_count,
            .hidden = (double)model->hidden,
            .tensor = (double)scenario->mapping.tp,
            .format = is_wide ? fab_product_format_wide() : fab_product_format_of(scenario),
            .is_wide = is_wide,
            .is_linear = fab_block_is_linear(kind),
            .is_sharded = workload->groups[FAB_GROUP_DATA].ranks > 1,
        };
        if (fab_workload_has_layers(scenario, kind)) {
            fab_block_is_moe(kind) ? build_moe_layer(&b) : build_dense_layer(&b);
        } else if (kind == FAB_BLOCK_EMBEDDING) {
            build_embedding(&b, workload->padded_vocabulary_count);
        } else if (kind == FAB_BLOCK_HEAD) {
            build_head(&b, workload->padded_vocabulary_count);
        } else if (kind == FAB_BLOCK_MTP_PROJECTION && model->mtp_layers > 0) {
            build_mtp_projection(&b);
        }
    }
}
