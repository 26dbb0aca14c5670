#include <check.h>

#include "run_all.h"
#include "workload/workload.h"

/* How the groups of a mapping lie on domains of which `used` packages are occupied. Members of a
 * group in one domain: as many of its strides as fit into `used`. */

typedef struct mapping_row {
    const char *what;
    int64_t gpus, tp, pp, ep, etp;
    int expert_order;
    int64_t used;
    fab_placement want[FAB_GROUP_KIND_COUNT];
    int64_t cp;
} mapping_row;

#define ALONE                                                                                      \
    {                                                                                              \
        1, 1, 1, 1, true                                                                           \
    }
#define INSIDE(ranks)                                                                              \
    {                                                                                              \
        ranks, 1, ranks, ranks, true                                                               \
    }
#define SPREAD(ranks, domains, local)                                                              \
    {                                                                                              \
        ranks, domains, local, local, true                                                         \
    }

static const mapping_row ROW[] = {
    /* 128 / 16 = 8 of 32 expert ranks in a pod: 4 pods; replicas of experts: 16 tensor ranks side
     * by side, then 256 / 32 = 8 sets 512 apart */
    {"the first study on copper",
     32768,
     16,
     8,
     32,
     1,
     FAB_EXPERTS_STRIDED,
     128,
     {[FAB_GROUP_TENSOR] = INSIDE(16),
      [FAB_GROUP_CONTEXT] = ALONE,
      [FAB_GROUP_PIPELINE] = SPREAD(8, 8, 1),
      [FAB_GROUP_DATA] = SPREAD(256, 32, 8),
      [FAB_GROUP_EXPERT] = SPREAD(32, 4, 8),
      [FAB_GROUP_EXPERT_TENSOR] = ALONE,
      [FAB_GROUP_EXPERT_DATA] = SPREAD(128, 8, 16)},
     1},
    /* 512 / 16 = 32: the whole expert group in one pod */
    {"the first study on optics",
     32768,
     16,
     8,
     32,
     1,
     FAB_EXPERTS_STRIDED,
     512,
     {[FAB_GROUP_TENSOR] = INSIDE(16),
      [FAB_GROUP_CONTEXT] = ALONE,
      [FAB_GROUP_PIPELINE] = SPREAD(8, 8, 1),
      [FAB_GROUP_DATA] = SPREAD(256, 8, 32),
      [FAB_GROUP_EXPERT] = INSIDE(32),
      [FAB_GROUP_EXPERT_TENSOR] = ALONE,
      [FAB_GROUP_EXPERT_DATA] = SPREAD(128, 8, 16)},
     1},
    /* 2048 / 16 = 128 data ranks; 2048 / 512 = 4 sets of experts, 16 x 4 replicas */
    {"the first study on larger pods",
     32768,
     16,
     8,
     32,
     1,
     FAB_EXPERTS_STRIDED,
     2048,
     {[FAB_GROUP_TENSOR] = INSIDE(16),
      [FAB_GROUP_CONTEXT] = ALONE,
      [FAB_GROUP_PIPELINE] = SPREAD(8, 8, 1),
      [FAB_GROUP_DATA] = SPREAD(256, 2, 128),
      [FAB_GROUP_EXPERT] = INSIDE(32),
      [FAB_GROUP_EXPERT_TENSOR] = ALONE,
      [FAB_GROUP_EXPERT_DATA] = SPREAD(128, 2, 64)},
     1},
    /* 32 neighbours fit any pod; replicas 32 apart: 128 / 32 = 4 in a pod */
    {"the first study folded on copper",
     32768,
     16,
     8,
     32,
     1,
     FAB_EXPERTS_FOLDED,
     128,
     {[FAB_GROUP_TENSOR] = INSIDE(16),
      [FAB_GROUP_CONTEXT] = ALONE,
      [FAB_GROUP_PIPELINE] = SPREAD(8, 8, 1),
      [FAB_GROUP_DATA] = SPREAD(256, 32, 8),
      [FAB_GROUP_EXPERT] = INSIDE(32),
      [FAB_GROUP_EXPERT_TENSOR] = ALONE,
      [FAB_GROUP_EXPERT_DATA] = SPREAD(128, 32, 4)},
     1},
    /* experts split over the 16 tensor ranks: both orders are the same, 4096 / 512 = 8 replicas */
    {"the first study with split experts",
     32768,
     16,
     8,
     32,
     16,
     FAB_EXPERTS_STRIDED,
     128,
     {[FAB_GROUP_TENSOR] = INSIDE(16),
      [FAB_GROUP_CONTEXT] = ALONE,
      [FAB_GROUP_PIPELINE] = SPREAD(8, 8, 1),
      [FAB_GROUP_DATA] = SPREAD(256, 32, 8),
      [FAB_GROUP_EXPERT] = SPREAD(32, 4, 8),
      [FAB_GROUP_EXPERT_TENSOR] = INSIDE(16),
      [FAB_GROUP_EXPERT_DATA] = SPREAD(8, 8, 1)},
     1},
    /* 64 packages a stage; 4 x 8 = 32 hold one set of experts; 8 / 4 = 2 of them in a domain */
    {"split and folded on small domains",
     128,
     8,
     2,
     8,
     4,
     FAB_EXPERTS_FOLDED,
     8,
     {[FAB_GROUP_TENSOR] = INSIDE(8),
      [FAB_GROUP_CONTEXT] = ALONE,
      [FAB_GROUP_PIPELINE] = SPREAD(2, 2, 1),
      [FAB_GROUP_DATA] = SPREAD(8, 8, 1),
      [FAB_GROUP_EXPERT] = SPREAD(8, 4, 2),
      [FAB_GROUP_EXPERT_TENSOR] = INSIDE(4),
      [FAB_GROUP_EXPERT_DATA] = SPREAD(2, 2, 1)},
     1},
    /* 12 used: ranks 0-7 in one domain, 8-15 half and half, 16-23 in one again; the three of a data
     * group (x, x + 8, x + 16): two in a domain for x >= 4 (12 to 23), or for x < 4 (0 to 11) */
    {"a domain that cuts a tensor group",
     24,
     8,
     1,
     1,
     1,
     FAB_EXPERTS_FOLDED,
     12,
     {[FAB_GROUP_TENSOR] = {8, 2, 4, 8, false},
      [FAB_GROUP_CONTEXT] = ALONE,
      [FAB_GROUP_PIPELINE] = ALONE,
      [FAB_GROUP_DATA] = {3, 2, 1, 2, false},
      [FAB_GROUP_EXPERT] = ALONE,
      [FAB_GROUP_EXPERT_TENSOR] = ALONE,
      [FAB_GROUP_EXPERT_DATA] = SPREAD(24, 2, 12)},
     1},
    {"one domain holds the job",
     64,
     4,
     2,
     4,
     2,
     FAB_EXPERTS_FOLDED,
     64,
     {[FAB_GROUP_TENSOR] = INSIDE(4),
      [FAB_GROUP_CONTEXT] = ALONE,
      [FAB_GROUP_PIPELINE] = INSIDE(2),
      [FAB_GROUP_DATA] = INSIDE(8),
      [FAB_GROUP_EXPERT] = INSIDE(4),
      [FAB_GROUP_EXPERT_TENSOR] = INSIDE(2),
      [FAB_GROUP_EXPERT_DATA] = INSIDE(4)},
     1},
    {"one package",
     1,
     1,
     1,
     1,
     1,
     FAB_EXPERTS_STRIDED,
     8,
     {[FAB_GROUP_TENSOR] = ALONE,
      [FAB_GROUP_CONTEXT] = ALONE,
      [FAB_GROUP_PIPELINE] = ALONE,
      [FAB_GROUP_DATA] = ALONE,
      [FAB_GROUP_EXPERT] = ALONE,
      [FAB_GROUP_EXPERT_TENSOR] = ALONE,
      [FAB_GROUP_EXPERT_DATA] = ALONE},
     1},
    /* every expert group is a data group; replicas are the tensor ranks alone */
    {"as many experts as data ranks",
     32,
     4,
     1,
     8,
     1,
     FAB_EXPERTS_STRIDED,
     16,
     {[FAB_GROUP_TENSOR] = INSIDE(4),
      [FAB_GROUP_CONTEXT] = ALONE,
      [FAB_GROUP_PIPELINE] = ALONE,
      [FAB_GROUP_DATA] = SPREAD(8, 2, 4),
      [FAB_GROUP_EXPERT] = SPREAD(8, 2, 4),
      [FAB_GROUP_EXPERT_TENSOR] = ALONE,
      [FAB_GROUP_EXPERT_DATA] = INSIDE(4)},
     1},
    /* Megatron-Core's order: 2 tensor ranks, then 4 context ranks 2 apart, then 2 replicas 8 apart,
     * stages 16 apart; gradients over the 8 ranks of context and data, 2 apart; 8 expert ranks
     * folded over tensor and context ranks, their replicas 8 apart */
    {"context ranks",
     32,
     2,
     2,
     8,
     1,
     FAB_EXPERTS_FOLDED,
     8,
     {[FAB_GROUP_TENSOR] = INSIDE(2),
      [FAB_GROUP_CONTEXT] = INSIDE(4),
      [FAB_GROUP_PIPELINE] = SPREAD(2, 2, 1),
      [FAB_GROUP_DATA] = SPREAD(8, 2, 4),
      [FAB_GROUP_EXPERT] = INSIDE(8),
      [FAB_GROUP_EXPERT_TENSOR] = ALONE,
      [FAB_GROUP_EXPERT_DATA] = SPREAD(2, 2, 1)},
     4},
    /* 8 expert ranks of 2 packages each are all of a stage: no replicas */
    {"context ranks and split experts",
     32,
     2,
     2,
     8,
     2,
     FAB_EXPERTS_FOLDED,
     4,
     {[FAB_GROUP_TENSOR] = INSIDE(2),
      [FAB_GROUP_CONTEXT] = SPREAD(4, 2, 2),
      [FAB_GROUP_PIPELINE] = SPREAD(2, 2, 1),
      [FAB_GROUP_DATA] = SPREAD(8, 4, 2),
      [FAB_GROUP_EXPERT] = SPREAD(8, 4, 2),
      [FAB_GROUP_EXPERT_TENSOR] = INSIDE(2),
      [FAB_GROUP_EXPERT_DATA] = ALONE},
     4},
    /* strided expert ranks run over context ranks first: 4 of them 2 apart are the context group;
     * replicas are the 2 tensor ranks and 2 data ranks 8 apart */
    {"context ranks and strided experts",
     32,
     2,
     2,
     4,
     1,
     FAB_EXPERTS_STRIDED,
     8,
     {[FAB_GROUP_TENSOR] = INSIDE(2),
      [FAB_GROUP_CONTEXT] = INSIDE(4),
      [FAB_GROUP_PIPELINE] = SPREAD(2, 2, 1),
      [FAB_GROUP_DATA] = SPREAD(8, 2, 4),
      [FAB_GROUP_EXPERT] = INSIDE(4),
      [FAB_GROUP_EXPERT_TENSOR] = ALONE,
      [FAB_GROUP_EXPERT_DATA] = SPREAD(4, 2, 2)},
     4},
};

static fab_scenario scenario_of(const mapping_row *row)
{
    return (fab_scenario){
        .job = {.gpus = row->gpus},
        .mapping = {.tp = row->tp,
                    .cp = row->cp,
                    .pp = row->pp,
                    .dp = row->gpus / (row->tp * row->pp * row->cp),
                    .ep = row->ep,
                    .etp = row->etp,
                    .expert_order = row->expert_order},
        .fabric = {.tiers = {{.domain = row->used, .used = row->used}}, .tier_count = 1}};
}

START_TEST(rows_agree)
{
    const fab_scenario scenario = scenario_of(&ROW[_i]);
    fab_workload workload;
    ck_assert_int_eq(fab_workload_place(&scenario, &workload), FAB_OK);
    for (int kind = 0; kind < FAB_GROUP_KIND_COUNT; kind++) {
        const fab_placement *got = &workload.groups[kind];
        const fab_placement *want = &ROW[_i].want[kind];
        if (want->ranks == 0) {
            continue; /* rows of their own below */
        }
        ck_assert_msg(got->ranks == want->ranks && got->domains == want->domains &&
                          got->local_min == want->local_min && got->local_max == want->local_max &&
                          got->is_even == want->is_even,
                      "%s, group %d: %ld ranks, %ld domains, %ld..%ld", ROW[_i].what, kind,
                      (long)got->ranks, (long)got->domains, (long)got->local_min,
                      (long)got->local_max);
    }
}
END_TEST

/* 64 packages in domains of 8, 2 tensor ranks, 2 stages */
static const struct {
    const char *what;
    int64_t cp, dp, ep, shard_group, cp_inner;
    int cp_mode, expert_order;
    fab_placement want[FAB_GROUP_KIND_COUNT];
} SPLIT[] = {
    /* 4 shards 2 apart fill a domain, their 4 copies are 8 apart; 8 replicas of an expert 4 apart
     * make 4 pairs */
    {"shard groups",
     1,
     16,
     4,
     4,
     0,
     FAB_CONTEXT_RING,
     FAB_EXPERTS_FOLDED,
     {[FAB_GROUP_DATA] = INSIDE(4),
      [FAB_GROUP_REPLICA] = SPREAD(4, 4, 1),
      [FAB_GROUP_EXPERT_DATA] = INSIDE(2),
      [FAB_GROUP_EXPERT_REPLICA] = SPREAD(4, 4, 1)}},
    /* strided: the tensor ranks hold replicas, each set of 4 x 2 packages is a group */
    {"shard groups of strided experts",
     1,
     16,
     4,
     4,
     0,
     FAB_CONTEXT_RING,
     FAB_EXPERTS_STRIDED,
     {[FAB_GROUP_EXPERT_DATA] = INSIDE(2), [FAB_GROUP_EXPERT_REPLICA] = SPREAD(4, 4, 1)}},
    {"all share",
     1,
     16,
     4,
     0,
     0,
     FAB_CONTEXT_RING,
     FAB_EXPERTS_FOLDED,
     {[FAB_GROUP_DATA] = SPREAD(16, 4, 4),
      [FAB_GROUP_REPLICA] = ALONE,
      [FAB_GROUP_EXPERT_DATA] = SPREAD(8, 4, 2),
      [FAB_GROUP_EXPERT_REPLICA] = ALONE}},
    /* 4 of 8 context ranks in a domain deal heads, rings cross */
    {"hierarchical context",
     8,
     2,
     1,
     0,
     4,
     FAB_CONTEXT_HIERARCHICAL,
     FAB_EXPERTS_FOLDED,
     {[FAB_GROUP_CONTEXT] = SPREAD(8, 2, 4),
      [FAB_GROUP_CONTEXT_INNER] = INSIDE(4),
      [FAB_GROUP_CONTEXT_OUTER] = SPREAD(2, 2, 1)}},
    {"a ring",
     8,
     2,
     1,
     0,
     0,
     FAB_CONTEXT_RING,
     FAB_EXPERTS_FOLDED,
     {[FAB_GROUP_CONTEXT_INNER] = ALONE, [FAB_GROUP_CONTEXT_OUTER] = SPREAD(8, 2, 4)}},
    {"Ulysses",
     8,
     2,
     1,
     0,
     0,
     FAB_CONTEXT_ULYSSES,
     FAB_EXPERTS_FOLDED,
     {[FAB_GROUP_CONTEXT_INNER] = SPREAD(8, 2, 4), [FAB_GROUP_CONTEXT_OUTER] = ALONE}},
};

START_TEST(split_groups_agree)
{
    const mapping_row row = {.gpus = 64,
                             .tp = 2,
                             .pp = 2,
                             .ep = SPLIT[_i].ep,
                             .etp = 1,
                             .expert_order = SPLIT[_i].expert_order,
                             .used = 8,
                             .cp = SPLIT[_i].cp};
    fab_scenario scenario = scenario_of(&row);
    ck_assert_int_eq(scenario.mapping.dp, SPLIT[_i].dp);
    scenario.mapping.shard_group = SPLIT[_i].shard_group;
    scenario.mapping.cp_inner = SPLIT[_i].cp_inner;
    scenario.mapping.cp_mode = SPLIT[_i].cp_mode;
    fab_workload workload;
    ck_assert_int_eq(fab_workload_place(&scenario, &workload), FAB_OK);
    for (int kind = 0; kind < FAB_GROUP_KIND_COUNT; kind++) {
        const fab_placement *got = &workload.groups[kind];
        const fab_placement *want = &SPLIT[_i].want[kind];
        ck_assert_msg(want->ranks == 0 ||
                          (got->ranks == want->ranks && got->domains == want->domains &&
                           got->local_max == want->local_max),
                      "%s, group %d: %ld ranks, %ld domains", SPLIT[_i].what, kind,
                      (long)got->ranks, (long)got->domains);
    }
}
END_TEST

/* experts and their replicas together are the packages of a stage, each counted once */
START_TEST(expert_groups_tile_a_stage)
{
    const fab_scenario scenario = scenario_of(&ROW[_i]);
    fab_workload workload;
    ck_assert_int_eq(fab_workload_place(&scenario, &workload), FAB_OK);
    const fab_placement *g = workload.groups;
    ck_assert_int_eq(g[FAB_GROUP_EXPERT].ranks * g[FAB_GROUP_EXPERT_TENSOR].ranks *
                         g[FAB_GROUP_EXPERT_DATA].ranks,
                     ROW[_i].gpus / ROW[_i].pp);
    ck_assert_int_eq(g[FAB_GROUP_TENSOR].ranks * g[FAB_GROUP_DATA].ranks *
                         g[FAB_GROUP_PIPELINE].ranks,
                     ROW[_i].gpus);
}
END_TEST

START_TEST(no_domain_is_out_of_range)
{
    fab_scenario scenario = scenario_of(&ROW[0]);
    fab_workload workload;
    scenario.fabric.tiers[0].used = 0;
    ck_assert_int_eq(fab_workload_place(&scenario, &workload), FAB_E_RANGE);
}
END_TEST

int main(void)
{
    const int rows = (int)(sizeof ROW / sizeof ROW[0]);
    Suite *suite = suite_create("place");
    TCase *tests = tcase_create("place");
    tcase_add_loop_test(tests, rows_agree, 0, rows);
    tcase_add_loop_test(tests, expert_groups_tile_a_stage, 0, rows);
    tcase_add_loop_test(tests, split_groups_agree, 0, (int)(sizeof SPLIT / sizeof SPLIT[0]));
    tcase_add_test(tests, no_domain_is_out_of_range);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
