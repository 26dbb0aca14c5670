#include <fabricast/catalog.h>

#include <assert.h>

int64_t fab_model_rank_kv_heads(const fab_model *model, int64_t tensor_ranks)
{
    assert(model && tensor_ranks >= 1);
    const int64_t heads = model->heads;
    if (model->attention == FAB_ATTENTION_MLA) {
        return (heads + tensor_ranks - 1) / tensor_ranks;
    }
    const int64_t kv_heads = model->kv_heads;
    if (kv_heads % tensor_ranks == 0) {
        return kv_heads / tensor_ranks;
    }
    if (tensor_ranks % kv_heads == 0) {
        return 1;
    }

    /* rank r works on query heads r a / t to (r + 1) a / t - 1; head i reads key head i g / a */
    int64_t most = 1;
    for (int64_t rank = 0; rank < tensor_ranks; rank++) {
        const int64_t first = rank * heads / tensor_ranks;
        const int64_t last = ((rank + 1) * heads + tensor_ranks - 1) / tensor_ranks - 1;
        const int64_t needed = last * kv_heads / heads - first * kv_heads / heads + 1;
        most = needed > most ? needed : most;
    }
    return most;
}
