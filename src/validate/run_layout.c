#include "validate/run_layout.h"

#include "validate/run_software.h"

/* Embedding, layers, last norm and output head one after the other, as stages are cut by their
 * parameters; a norm counts for nothing. */
typedef struct fab_module_row {
    double end_count;   /* parameters of the embedding, and of the head */
    double layer_count; /* of a layer */
    int64_t layers;
} fab_module_row;

static double number_or(const fab_run_row *row, fab_run_column column, double fallback)
{
    return fab_run_says(row, column) ? fab_run_number(row, column) : fallback;
}

static fab_module_row count_modules(const fab_run_row *row)
{
    const double hidden = fab_run_number(row, FAB_RUN_HIDDEN);
    const double heads = fab_run_number(row, FAB_RUN_HEADS);
    const double kv_heads = number_or(row, FAB_RUN_KV_HEADS, heads);
    const double dim = number_or(row, FAB_RUN_HEAD_DIM, heads > 0.0 ? hidden / heads : 0.0);
    const double matrices = fab_run_number(row, FAB_RUN_GATED) > 0.0 ? 3.0 : 2.0;
    return (fab_module_row){.end_count = hidden * fab_run_number(row, FAB_RUN_VOCABULARY),
                            .layer_count = hidden * (2.0 * (heads + kv_heads) * dim +
                                                     matrices * fab_run_number(row, FAB_RUN_FFN)),
                            .layers = (int64_t)fab_run_number(row, FAB_RUN_LAYERS)};
}

/* Layers that the first stage and those after it take when none may hold more than `limit_count`
 * parameters; returns how many layers are left for the last stage. */
static int64_t fill_stages(const fab_module_row *modules, int64_t stages, double limit_count,
                           int64_t *first, int64_t *middle)
{
    const double room_count = limit_count - modules->end_count;
    *first = room_count > 0.0 ? (int64_t)(room_count / modules->layer_count) : 0;
    *middle = (int64_t)(limit_count / modules->layer_count);
    return modules->layers - *first - (stages - 2) * *middle;
}

/* The smallest largest stage: its count is that of whole modules, so that only as many limits come
 * into question as a stage can have layers, with and without an end. */
static const char *cut_by_parameters(const fab_module_row *modules, int64_t stages,
                                     fab_arena *arena)
{
    double best_count = 0.0;
    int64_t best_first = 0, best_middle = 0, best_last = -1;
    for (int64_t layers = 0; layers <= modules->layers; layers++) {
        for (int ends = 0; ends <= 1; ends++) {
            const double limit_count =
                (double)layers * modules->layer_count + ends * modules->end_count;
            int64_t first, middle;
            const int64_t last = fill_stages(modules, stages, limit_count, &first, &middle);
            const double last_count = (double)last * modules->layer_count + modules->end_count;
            const bool fits = last >= 0 && last_count <= limit_count;
            if (fits && (best_last < 0 || limit_count < best_count)) {
                best_count = limit_count;
                best_first = first;
                best_middle = middle;
                best_last = last;
            }
        }
    }
    return best_last < 0 ? "even"
           : stages == 2
               ? fab_arena_printf(arena, "%lld %lld", (long long)best_first, (long long)best_last)
               : fab_arena_printf(arena, "%lld %lld*%lld %lld", (long long)best_first,
                                  (long long)best_middle, (long long)(stages - 2),
                                  (long long)best_last);
}

int64_t fab_run_end_layers(int64_t layers, int64_t chunks)
{
    if (chunks <= 2) {
        return 0;
    }
    for (int64_t ends = 0; ends <= 2; ends++) {
        if ((layers + ends) % chunks == 0) {
            return ends;
        }
    }
    return 0;
}

/* The last chunk, or both ends, have one layer less than the others. */
static const char *count_ends(int64_t layers, int64_t chunks, int64_t ends, fab_arena *arena)
{
    const long long each = (long long)((layers + ends) / chunks);
    const long long others = (long long)(chunks - ends);
    return ends == 1
               ? fab_arena_printf(arena, "%lld*%lld %lld", each, others, each - 1)
               : fab_arena_printf(arena, "%lld %lld*%lld %lld", each - 1, each, others, each - 1);
}

const char *fab_run_layout(const fab_run_row *row, const fab_run_choice *choice, fab_arena *arena)
{
    const fab_module_row modules = count_modules(row);
    const int64_t stages = (int64_t)number_or(row, FAB_RUN_PP, 1.0);
    const int64_t chunks = stages * choice->interleave;
    const int64_t ends = fab_run_end_layers(modules.layers, chunks);
    const bool has_layer_each = modules.layers + ends == chunks;
    if (fab_run_software_of(row).cuts_by_parameters && stages > 1 && choice->interleave == 1 &&
        modules.layer_count > 0.0 && !has_layer_each) {
        return cut_by_parameters(&modules, stages, arena);
    }
    return ends > 0 ? count_ends(modules.layers, chunks, ends, arena) : "even";
}
