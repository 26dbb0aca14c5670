#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <fabricast/ownership.h>

#include "scenario/read.h"

/* Reads any text as a scenario and forecasts what is valid. The catalog is loaded once; what one
 * input builds is given back before the next. */

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

static void check_amount(double x)
{
    assert(isfinite(x) && x >= 0.0);
}

static void check_forecast(const fab_scenario *scenario, const fab_forecast *f)
{
    double sum = 0.0;
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        check_amount(f->part_s[part]);
        sum += f->part_s[part];
    }
    assert(fabs(sum - f->step_s) <= 1e-12 * f->step_s && f->step_s > 0.0);
    for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
        const fab_message_forecast *m = &f->messages[class];
        check_amount(m->exposed_s);
        check_amount(m->link_energy_j);
        assert(m->exposed_s <= m->total_s * (1 + 1e-12));
    }
    for (int64_t i = 0; i < f->tier_count; i++) {
        check_amount(f->tiers[i].energy_j);
        check_amount(f->tiers[i].mean_power_w);
        check_amount(f->tiers[i].full_rate_power_w);
    }
    check_amount(f->tokens_per_s);
    check_amount(f->mfu_frac);
    check_amount(f->memory.total_byte);
    check_amount(f->link_energy_j_per_token);
    const fab_ownership run = fab_ownership_forecast(scenario, f);
    check_amount(run.time_to_train_s);
    check_amount(run.gpu_time_s);
    check_amount(run.link_energy_j);
    assert(run.steps >= 1);
}

static void check_scenario(const fab_scenario *scenario, fab_arena *arena)
{
    const fab_setting *settings = NULL;
    size_t count = 0;
    fab_forecast forecast;
    const fab_status listed = fab_scenario_settings(scenario, arena, &settings, &count);
    assert(listed == FAB_OK || listed == FAB_E_NOMEM);
    const fab_status status = fab_train_forecast(scenario, arena, &forecast);
    assert(status == FAB_OK || status == FAB_E_NOMEM || status == FAB_E_RANGE);
    if (status == FAB_OK) {
        check_forecast(scenario, &forecast);
    }
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
    fab_scenario scenario;
    fab_status status =
        fab_tree_parse("fuzz.yaml", (const char *)data, size, s.arena, &diagnostics, &root);
    if (status == FAB_OK) {
        status = fab_scenario_read(s.catalog, root, s.arena, &diagnostics, &scenario);
        /* success and diagnostics exclude each other */
        assert(status == FAB_E_NOMEM || (status == FAB_OK) == (diagnostics.errors == 0));
    }
    if (status == FAB_OK) {
        check_scenario(&scenario, s.arena);
    }
    fab_arena_reset(s.arena, s.mark);
    return 0;
}
