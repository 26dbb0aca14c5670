#include <check.h>
#include <math.h>
#include <stdint.h>

#include <fabricast/transformer.h>

#include "model_rows.h"
#include "run_all.h"

static fab_model routed(int64_t experts, int64_t k, int64_t router_groups, int64_t chosen)
{
    return (fab_model){
        .layers = 1,
        .experts = experts,
        .experts_per_token = k,
        .router_groups = router_groups,
        .groups_per_token = chosen,
    };
}

/* the closed form evaluated by hand; 8 groups with 4 chosen is the routing of DeepSeek-V3
 * (arXiv 2412.19437, section 2.1.2: at most 4 nodes) */
static const struct {
    int64_t experts, k, router_groups, chosen, groups;
    double want_count;
} ROW[] = {
    {256, 8, 0, 0, 64, 7.68}, {256, 8, 0, 0, 32, 7.27}, {256, 8, 0, 0, 16, 6.52},
    {256, 8, 0, 0, 8, 5.29},  {128, 8, 0, 0, 4, 3.63},  {256, 8, 8, 4, 8, 3.63},
    {256, 8, 1, 1, 8, 5.29},  {256, 8, 8, 8, 16, 6.52}, {32, 1, 0, 0, 32, 1.0},
    {64, 2, 0, 0, 1, 1.0},    {256, 8, 8, 4, 1, 1.0},   {8, 8, 0, 0, 4, 4.0},
};

START_TEST(golden)
{
    const fab_model model =
        routed(ROW[_i].experts, ROW[_i].k, ROW[_i].router_groups, ROW[_i].chosen);
    const double count = fab_model_distinct_groups_count(&model, ROW[_i].groups);
    ck_assert_double_eq_tol(count, ROW[_i].want_count, 0.005);
}
END_TEST

START_TEST(deepseek_v3)
{
    const fab_model *model = &model_row_named("deepseek-v3")->model;
    ck_assert_double_eq_tol(fab_model_distinct_groups_count(model, 8), 3.63, 0.005);
    const fab_model *dense = &model_row_named("llama3-8b")->model;
    ck_assert_double_eq(fab_model_distinct_groups_count(dense, 8), 0.0);
}
END_TEST

static int bits(unsigned set)
{
    int count = 0;
    for (; set != 0; set &= set - 1) {
        count++;
    }
    return count;
}

/* groups that a set of experts falls into, experts dealt in order */
static int groups_of(unsigned set, int experts, int groups)
{
    unsigned hit = 0;
    for (int i = 0; i < experts; i++) {
        if ((set >> i & 1U) != 0) {
            hit |= 1U << (i / (experts / groups));
        }
    }
    return bits(hit);
}

/* mean over all choices of router groups and all sets of k experts inside them */
static double brute_force(int experts, int k, int all, int chosen, int groups)
{
    const int members = experts / all;
    double sum = 0.0;
    double sets = 0.0;
    for (unsigned choice = 0; choice < 1U << all; choice++) {
        if (bits(choice) != chosen) {
            continue;
        }
        for (unsigned set = 0; set < 1U << experts; set++) {
            bool is_allowed = bits(set) == k;
            for (int i = 0; i < experts && is_allowed; i++) {
                is_allowed = (set >> i & 1U) == 0 || (choice >> (i / members) & 1U) != 0;
            }
            if (is_allowed) {
                sum += groups_of(set, experts, groups);
                sets += 1.0;
            }
        }
    }
    return sum / sets;
}

static const struct {
    int experts, k, all, chosen;
} BRUTE[] = {
    {12, 1, 1, 1}, {12, 3, 1, 1}, {12, 5, 1, 1}, {12, 12, 1, 1}, {12, 2, 4, 1},
    {12, 3, 4, 2}, {12, 4, 4, 3}, {12, 6, 4, 2}, {12, 4, 6, 3},  {12, 3, 2, 1},
    {12, 4, 4, 4}, {12, 2, 6, 5}, {12, 5, 6, 4}, {12, 1, 3, 2},  {6, 3, 6, 4},
};

START_TEST(all_sets_counted)
{
    const int experts = BRUTE[_i].experts;
    const int all = BRUTE[_i].all;
    const fab_model model = routed(experts, BRUTE[_i].k, all, BRUTE[_i].chosen);
    for (int groups = 1; groups <= experts; groups++) {
        const int more = groups > all ? groups : all;
        const int less = groups > all ? all : groups;
        if (experts % groups == 0 && more % less == 0) {
            const double want = brute_force(experts, BRUTE[_i].k, all, BRUTE[_i].chosen, groups);
            const double got = fab_model_distinct_groups_count(&model, groups);
            ck_assert_msg(fabs(got - want) < 1e-12, "%d groups: %.17g, not %.17g", groups, got,
                          want);
        }
    }
}
END_TEST

/* between one group and the smaller of k and the groups; more groups, more of them hit; a limit on
 * groups never adds any */
START_TEST(bounds)
{
    uint64_t state = (uint64_t)_i;
    const int64_t members = seeded_integer(&state, 1, 12);
    const int64_t all = seeded_integer(&state, 1, 12);
    const int64_t chosen = seeded_integer(&state, 1, all);
    const int64_t most = members * chosen < 16 ? members * chosen : 16;
    const int64_t k = seeded_integer(&state, 1, most);
    const fab_model limited = routed(members * all, k, all, chosen);
    const fab_model open = routed(members * all, k, 0, 0);

    double last = 1.0;
    for (int64_t groups = 1; groups <= 2 * members * all; groups++) {
        const double count = fab_model_distinct_groups_count(&limited, groups);
        const double without_limit = fab_model_distinct_groups_count(&open, groups);
        const double bound = (double)(k < groups ? k : groups);
        if (!(count >= last - 1e-12 && count <= bound && count <= without_limit + 1e-12)) {
            ck_abort_msg("%d groups: %.17g after %.17g, %.17g without limit", (int)groups, count,
                         last, without_limit);
        }
        last = count;
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dispatch");
    TCase *tests = tcase_create("dispatch");
    tcase_add_loop_test(tests, golden, 0, sizeof ROW / sizeof ROW[0]);
    tcase_add_test(tests, deepseek_v3);
    tcase_add_loop_test(tests, all_sets_counted, 0, sizeof BRUTE / sizeof BRUTE[0]);
    tcase_add_loop_test(tests, bounds, 0, 1000);
    suite_add_tcase(suite, tests);

    return run_all(suite);
}
