#include "search/space.h"

#include "random_scenario.h"
#include "run_all.h"

/* The space against the rules of scenario files: what they allow is in it, itself or under the name
 * that is kept of several equal ones. */

static fab_arena *arena;

static void setup(void)
{
    arena = fab_arena_create((size_t)256 << 20);
    ck_assert_ptr_nonnull(arena);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static bool is_allowed(const fab_scenario *scenario, const fab_mapping *mapping, fab_mapping *out)
{
    static const fab_node NOWHERE = {.kind = FAB_NODE_MAP};
    fab_scenario candidate = *scenario;
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_diagnostics unheard = fab_diagnostics_make(arena);
    candidate.mapping = *mapping;
    const fab_status status = fab_scenario_settle(&NOWHERE, arena, &unheard, &candidate);
    fab_arena_reset(arena, mark);
    *out = candidate.mapping;
    return status == FAB_OK;
}

/* the names that the space keeps */
static fab_mapping kept_name(const fab_scenario *scenario, fab_mapping mapping)
{
    const bool is_dense = scenario->model.experts == 0;
    if (is_dense || mapping.tp == 1 || mapping.ep == 1 || mapping.etp > 1) {
        mapping.expert_order = FAB_EXPERTS_FOLDED;
    }
    if (mapping.pp == 1) {
        mapping.interleave = 1;
    }
    return mapping;
}

/* where the space has a mapping: how often */
static int count_in_space(const fab_scenario *scenario, const fab_mapping *mapping)
{
    const fab_space_block *blocks;
    size_t count;
    int found = 0;
    const fab_arena_mark mark = fab_arena_save(arena);
    ck_assert_int_eq(fab_space_make(scenario, arena, &blocks, &count), FAB_OK);
    for (size_t i = 0; i < count; i++) {
        const fab_space_block *b = &blocks[i];
        if (b->tp != mapping->tp || b->cp != mapping->cp || b->pp != mapping->pp ||
            b->ep != mapping->ep) {
            continue;
        }
        for (int64_t index = 0; index < b->candidates; index++) {
            const fab_mapping at = fab_space_mapping(b, &scenario->mapping, index);
            found += fab_space_compare(&at, mapping) == 0;
        }
    }
    fab_arena_reset(arena, mark);
    return found;
}

static fab_mapping random_mapping(uint64_t *seed, const fab_scenario *scenario)
{
    const int64_t gpus = scenario->job.gpus;
    fab_mapping m = scenario->mapping;
    m.dp = 0;
    m.tp = random_divisor(seed, gpus);
    m.cp = random_true(seed, 0.5) && gpus / m.tp % m.cp == 0 ? m.cp : 1;
    m.pp = random_divisor(seed, gpus / m.tp / m.cp);
    m.ep = random_true(seed, 0.2) ? seeded_integer(seed, 1, gpus) : random_divisor(seed, gpus);
    m.etp = random_true(seed, 0.5) ? 1 : m.tp;
    m.microbatch = (int64_t)1 << seeded_integer(seed, 0, 3);
    m.interleave = random_true(seed, 0.4) ? 1 : seeded_integer(seed, 1, scenario->model.layers);
    m.expert_order = random_true(seed, 0.5);
    m.recompute = random_true(seed, 0.5);
    return m;
}

static double step_of(const fab_scenario *scenario, const fab_mapping *mapping, double *memory)
{
    fab_scenario candidate = *scenario;
    fab_forecast forecast;
    candidate.mapping = *mapping;
    const fab_arena_mark mark = fab_arena_save(arena);
    ck_assert_int_eq(fab_train_forecast(&candidate, arena, &forecast), FAB_OK);
    fab_arena_reset(arena, mark);
    *memory = forecast.memory.total_byte;
    return forecast.step_s;
}

/* 200 scenarios x 600 mappings, of which the rules allow some 3,000 */
START_TEST(allowed_mappings_are_in_the_space_once)
{
    uint64_t seed = (uint64_t)_i + 1;
    const fab_scenario scenario = random_scenario(_i, arena);
    for (int i = 0; i < 600; i++) {
        const fab_mapping mapping = random_mapping(&seed, &scenario);
        fab_mapping settled, kept;
        if (!is_allowed(&scenario, &mapping, &settled)) {
            continue;
        }
        const fab_mapping name = kept_name(&scenario, mapping);
        ck_assert_int_eq(count_in_space(&scenario, &name), 1);
        ck_assert(is_allowed(&scenario, &name, &kept));
        /* what is left out is equal to what is kept */
        double memory[2];
        const double left_s = step_of(&scenario, &settled, &memory[0]);
        const double kept_s = step_of(&scenario, &kept, &memory[1]);
        ck_assert_double_eq_tol(left_s, kept_s, 1e-9 * kept_s);
        ck_assert_double_eq_tol(memory[0], memory[1], 1e-9 * memory[1]);
    }
}
END_TEST

START_TEST(mappings_rise_strictly)
{
    const fab_scenario scenario = random_scenario(_i, arena);
    const fab_space_block *blocks;
    size_t count;
    ck_assert_int_eq(fab_space_make(&scenario, arena, &blocks, &count), FAB_OK);
    fab_mapping before = {0};
    for (size_t i = 0; i < count; i++) {
        for (int64_t index = 0; index < blocks[i].candidates; index++) {
            const fab_mapping at = fab_space_mapping(&blocks[i], &scenario.mapping, index);
            ck_assert_int_lt(fab_space_compare(&before, &at), 0);
            ck_assert_int_gt(fab_space_compare(&at, &before), 0);
            ck_assert_int_eq(at.dp, 0);
            before = at;
        }
    }
}
END_TEST

/* 8 packages, 4 heads, 6 experts of 4 layers, batch 8, by hand */
static const struct {
    int64_t tp, pp, ep, candidates;
} ROW[] = {
    {1, 1, 1, 1 * 1 * 2 * 1}, /* dp 8: micro-batch 1; no interleave; folded whole experts */
    {1, 1, 2, 1 * 1 * 2 * 1}, {1, 2, 1, 2 * 2 * 2 * 1}, /* dp 4: micro-batch 1, 2; 2 layers a stage
                                                         */
    {1, 2, 2, 2 * 2 * 2 * 1}, {1, 4, 1, 3 * 1 * 2 * 1}, /* 8 stages are more than the layers */
    {1, 4, 2, 3 * 1 * 2 * 1}, {2, 1, 1, 2 * 1 * 2 * 2}, /* whole or split experts */
    {2, 1, 2, 2 * 1 * 2 * 3},                           /* folded, strided, split */
    {2, 2, 1, 3 * 2 * 2 * 2}, {2, 2, 2, 3 * 2 * 2 * 3}, {2, 4, 1, 4 * 1 * 2 * 2},
    {2, 4, 2, 4 * 1 * 2 * 3}, {4, 1, 1, 3 * 1 * 2 * 2}, {4, 1, 2, 3 * 1 * 2 * 3},
    {4, 2, 1, 4 * 2 * 2 * 2}, {4, 2, 2, 4 * 2 * 2 * 3},
};

START_TEST(small_space_by_hand)
{
    const fab_scenario scenario = {.job = {.gpus = 8, .batch = 8},
                                   .mapping = {.cp = 1},
                                   .model = {.heads = 4, .experts = 6, .layers = 4}};
    const fab_space_block *blocks;
    size_t count;
    ck_assert_int_eq(fab_space_make(&scenario, arena, &blocks, &count), FAB_OK);
    ck_assert_uint_eq(count, sizeof(ROW) / sizeof(ROW[0]));
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(blocks[i].tp, ROW[i].tp);
        ck_assert_int_eq(blocks[i].pp, ROW[i].pp);
        ck_assert_int_eq(blocks[i].ep, ROW[i].ep);
        ck_assert_int_eq(blocks[i].candidates, ROW[i].candidates);
    }
}
END_TEST

/* Axes beside sizes on 8 packages in domains of 4, 4 layers: 2 zeros everywhere; 2 schedules where
 * there are stages; groups of a domain where it holds fewer than all data-parallel ranks, which are
 * gpus / (tp pp) with context ranks among them */
START_TEST(axes_by_hand)
{
    const fab_scenario scenario = {
        .job = {.gpus = 8, .batch = 8},
        .mapping = {.cp = 1, .zero = 2, .schedule = FAB_SCHEDULE_GPIPE},
        .model = {.heads = 4, .layers = 4},
        .fabric = {.tiers = {{.domain = 4, .used = 4}}, .tier_count = 1},
        .search = {.schedules = 1 << FAB_SCHEDULE_AUTO | 1 << FAB_SCHEDULE_ZB_V,
                   .zeros = 1 << 1 | 1 << 3,
                   .cp_modes = 1 << FAB_CONTEXT_RING | 1 << FAB_CONTEXT_ULYSSES,
                   .shard_groups = (int)FAB_SHARD_ALL | (int)FAB_SHARD_DOMAIN}};
    const fab_space_block *blocks;
    size_t count;
    ck_assert_int_eq(fab_space_make(&scenario, arena, &blocks, &count), FAB_OK);
    for (size_t i = 0; i < count; i++) {
        const fab_space_block *b = &blocks[i];
        const int64_t ranks = 8 / (b->tp * b->pp), near = 4 / b->tp;
        ck_assert_int_eq(b->variants, 2 * (b->pp > 1 ? 2 : 1) * (ranks > near ? 2 : 1));
        fab_mapping before = {0};
        int seen = 0;
        for (int64_t index = 0; index < b->candidates; index++) {
            const fab_mapping at = fab_space_mapping(b, &scenario.mapping, index);
            ck_assert_int_lt(fab_space_compare(&before, &at), 0);
            ck_assert(at.zero == 1 || at.zero == 3);
            ck_assert(at.shard_group == 0 || (at.shard_group == near && near < ranks));
            ck_assert(at.schedule == FAB_SCHEDULE_AUTO ||
                      (at.schedule == FAB_SCHEDULE_ZB_V && b->pp > 1));
            ck_assert_int_eq(at.cp_mode, FAB_CONTEXT_RING);
            seen |= (at.zero == 3 ? 2 : 1) | (at.shard_group > 0 ? 4 : 8) |
                    (at.schedule == FAB_SCHEDULE_ZB_V ? 16 : 32);
            before = at;
        }
        ck_assert_int_eq(seen, 3 | 8 | 32 | (ranks > near ? 4 : 0) | (b->pp > 1 ? 16 : 0));
    }
}
END_TEST

/* The layers that the scenario recomputes are those of its own recomputation alone. */
START_TEST(layers_of_another_recomputation_are_not_kept)
{
    const fab_scenario scenario = {
        .job = {.gpus = 8, .batch = 8},
        .mapping = {.cp = 1, .recompute = (int)FAB_PART_NORMS, .recompute_layers = 2},
        .model = {.heads = 4, .experts = 6, .layers = 4}};
    const fab_space_block *blocks;
    size_t count;
    int seen = 0;
    ck_assert_int_eq(fab_space_make(&scenario, arena, &blocks, &count), FAB_OK);
    for (int64_t index = 0; index < blocks[0].candidates; index++) {
        const fab_mapping at = fab_space_mapping(&blocks[0], &scenario.mapping, index);
        const bool is_own = at.recompute == (int)FAB_PART_NORMS;
        ck_assert_int_eq(at.recompute_layers, is_own ? 2 : 0);
        seen |= is_own ? 1 : at.recompute == FAB_RECOMPUTE_FULL ? 2 : 4;
    }
    ck_assert_int_eq(seen, 7);
}
END_TEST

START_TEST(too_large_a_space_is_refused)
{
    const fab_scenario scenario = {.job = {.gpus = 1 << 20, .batch = 1 << 30},
                                   .model = {.heads = 1 << 10, .layers = 1 << 30}};
    const fab_space_block *blocks;
    size_t count;
    ck_assert_int_eq(fab_space_make(&scenario, arena, &blocks, &count), FAB_E_RANGE);
}
END_TEST

START_TEST(no_memory_is_reported)
{
    fab_arena *small = fab_arena_create(64);
    const fab_scenario scenario = random_scenario(1, arena);
    const fab_space_block *blocks;
    size_t count;
    ck_assert_int_eq(fab_space_make(&scenario, small, &blocks, &count), FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("search_space");
    TCase *tests = tcase_create("space");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, allowed_mappings_are_in_the_space_once, 0, 200);
    tcase_add_loop_test(tests, mappings_rise_strictly, 0, 50);
    tcase_add_test(tests, small_space_by_hand);
    tcase_add_test(tests, axes_by_hand);
    tcase_add_test(tests, layers_of_another_recomputation_are_not_kept);
    tcase_add_test(tests, too_large_a_space_is_refused);
    tcase_add_test(tests, no_memory_is_reported);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
