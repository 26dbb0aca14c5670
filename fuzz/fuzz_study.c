#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "study/file.h"

/* Reads any text as a study and runs what is valid and small. A base named by a path is left out,
 * so that no other file plays a part. */

/* forecasts of one study; more only take longer */
#define FORECAST_LIMIT 2000

typedef struct state {
    fab_arena *arena;
    const fab_catalog *catalog;
    fab_arena_mark mark;
} state;

static state load(void)
{
    state s = {.arena = fab_arena_create((size_t)256 << 20)};
    fab_diagnostics diagnostics = fab_diagnostics_make(s.arena);
    if (!s.arena || fab_catalog_load(s.arena, &diagnostics, &s.catalog) != FAB_OK) {
        abort();
    }
    s.mark = fab_arena_save(s.arena);
    return s;
}

static bool is_small(const fab_study *study)
{
    size_t variants, values, count;
    (void)fab_study_variants(study, &variants);
    (void)fab_study_sweep_values(study, &values);
    const fab_study_range *ranges = fab_study_ranges(study, &count);
    size_t together = variants * values, alone = 0;
    for (size_t i = 0; i < count && together <= FORECAST_LIMIT; i++) {
        together *= ranges[i].is_stated ? 1 + ranges[i].values.count : 1;
        alone += variants * values * (1 + ranges[i].values.count);
    }
    return together + alone <= FORECAST_LIMIT;
}

static void check_result(const fab_study_result *result)
{
    for (size_t i = 0; i < result->target_count; i++) {
        const fab_study_target *t = &result->targets[i];
        assert(isfinite(t->value_count) && isfinite(t->low_count) && isfinite(t->high_count));
        assert(t->low_count <= t->high_count);
        assert(isfinite(t->published_low_count) && isfinite(t->published_high_count));
    }
    for (size_t i = 0; i < result->waterfall_count; i++) {
        assert(isfinite(result->waterfall[i].ratio) && result->waterfall[i].ratio > 0.0);
    }
    for (size_t i = 0; i < result->sensitivity_count; i++) {
        const fab_sensitivity_row *row = &result->sensitivities[i];
        assert(row->target < result->target_count && row->low_count <= row->high_count);
        for (size_t j = 0; j < row->count; j++) {
            assert(isfinite(row->values_count[j]) && row->labels[j]);
        }
    }
    assert(result->point_count == result->variant_count * result->sweep_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static state s;
    if (!s.catalog) {
        s = load();
    }
    fab_diagnostics diagnostics = fab_diagnostics_make(s.arena);
    const fab_node *root = NULL;
    const fab_study *study = NULL;
    fab_status status =
        fab_tree_parse("fuzz.yaml", (const char *)data, size, s.arena, &diagnostics, &root);
    const fab_node *base = status == FAB_OK ? fab_node_get(root, "base") : NULL;
    if (status == FAB_OK && !(base && base->kind == FAB_NODE_SCALAR)) {
        status = fab_study_read(s.catalog, root, "fuzz.yaml", s.arena, &diagnostics, &study);
        assert(status == FAB_E_NOMEM || (status == FAB_OK) == (diagnostics.errors == 0));
        const fab_study_result *result = NULL;
        if (status == FAB_OK && is_small(study) &&
            fab_study_run(study, s.arena, &diagnostics, &result) == FAB_OK) {
            check_result(result);
        }
    }
    fab_arena_reset(s.arena, s.mark);
    return 0;
}
