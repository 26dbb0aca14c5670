#include <check.h>
#include <math.h>
#include <stdint.h>

#include <fabricast/transformer.h>

#include "run_all.h"
#include "seeded.h"

#define EXPERT_LIMIT 256
#define DEALS        20 /* ways in which experts are dealt to ranks, for each draw */

static fab_model routed(int64_t experts, int64_t k)
{
    return (fab_model){.layers = 1, .experts = experts, .experts_per_token = k};
}

/* closed form by hand, with means of the largest of n normals from their integral: 0.5642 of 2,
 * 1.4236 of 8, 2.3437 of 64, 2.5946 of 128, 2.8269 of 256 */
static const struct {
    double tokens;
    int64_t experts, k, ranks;
    double expert_ratio, rank_ratio;
} ROW[] = {
    {4096, 256, 8, 64, 1.2459, 1.1019}, {16384, 256, 8, 64, 1.1230, 1.0510},
    {2048, 64, 8, 8, 1.1370, 1.0294},   {4096, 128, 8, 2, 1.1570, 1.0043},
    {4096, 128, 8, 1, 1.1570, 1.0},     {4096, 8, 8, 4, 1.0, 1.0},
    {4096, 1, 1, 1, 1.0, 1.0},
};

START_TEST(hand_computed)
{
    const fab_model model = routed(ROW[_i].experts, ROW[_i].k);
    const fab_expert_load got = fab_model_expert_load(&model, ROW[_i].tokens, ROW[_i].ranks, 0.0);
    ck_assert_double_eq_tol(got.expert_ratio, ROW[_i].expert_ratio, 2.5e-3);
    ck_assert_double_eq_tol(got.rank_ratio, ROW[_i].rank_ratio, 2.5e-3);
}
END_TEST

/* One draw: k experts for each token, the first whose exponential clocks ring. */
static void draw_tokens(uint64_t *seed, int64_t tokens, int64_t experts, int64_t k, double skew,
                        int64_t count[EXPERT_LIMIT])
{
    double rate[EXPERT_LIMIT], clock[EXPERT_LIMIT];
    for (int64_t i = 0; i < experts; i++) {
        rate[i] = pow((double)(i + 1), -skew);
        count[i] = 0;
    }
    for (int64_t t = 0; t < tokens; t++) {
        for (int64_t i = 0; i < experts; i++) {
            clock[i] = -log(seeded_between(seed, 1e-300, 1.0)) / rate[i];
        }
        for (int64_t chosen = 0; chosen < k; chosen++) {
            int64_t first = 0;
            for (int64_t i = 1; i < experts; i++) {
                first = clock[i] < clock[first] ? i : first;
            }
            count[first]++;
            clock[first] = HUGE_VAL;
        }
    }
}

static int64_t busiest_rank(uint64_t *seed, int64_t experts, int64_t ranks,
                            const int64_t count[EXPERT_LIMIT])
{
    int64_t order[EXPERT_LIMIT], most = 0;
    for (int64_t i = 0; i < experts; i++) {
        const int64_t j = seeded_integer(seed, 0, i);
        order[i] = order[j];
        order[j] = i;
    }
    for (int64_t rank = 0; rank < ranks; rank++) {
        int64_t sum = 0;
        for (int64_t i = rank * experts / ranks; i < (rank + 1) * experts / ranks; i++) {
            sum += count[order[i]];
        }
        most = sum > most ? sum : most;
    }
    return most;
}

static fab_expert_load drawn(int64_t tokens, int64_t experts, int64_t k, int64_t ranks, double skew,
                             int draws)
{
    uint64_t seed = (uint64_t)(tokens + 1000 * experts + 7 * ranks);
    int64_t count[EXPERT_LIMIT];
    fab_expert_load sum = {0.0, 0.0};
    for (int draw = 0; draw < draws; draw++) {
        draw_tokens(&seed, tokens, experts, k, skew, count);
        int64_t most = 0;
        for (int64_t i = 0; i < experts; i++) {
            most = count[i] > most ? count[i] : most;
        }
        sum.expert_ratio += (double)most;
        for (int deal = 0; deal < DEALS; deal++) {
            sum.rank_ratio += (double)busiest_rank(&seed, experts, ranks, count) / DEALS;
        }
    }
    const double copies = (double)(tokens * k) * draws;
    sum.expert_ratio *= (double)experts / copies;
    sum.rank_ratio *= (double)ranks / copies;
    return sum;
}

/* the closed form beside draws: 2.5 % where experts are alike, 5 % with a skew */
static const struct {
    int64_t tokens, experts, k, ranks;
} DRAWN[] = {{4096, 256, 8, 64}, {2048, 64, 8, 8}, {4096, 128, 4, 16},
             {2048, 16, 2, 8},   {2048, 8, 2, 8},  {4096, 32, 4, 32}};

START_TEST(as_drawn_at_random)
{
    static const double SKEW[] = {0.0, 0.1, 0.3, 0.5, 0.8};
    const fab_model model = routed(DRAWN[_i].experts, DRAWN[_i].k);
    for (size_t i = 0; i < sizeof(SKEW) / sizeof(SKEW[0]); i++) {
        const int draws = DRAWN[_i].experts > 100 ? 3 : 10;
        const double tolerance = SKEW[i] == 0.0 ? 0.025 : 0.05;
        const fab_expert_load want = drawn(DRAWN[_i].tokens, DRAWN[_i].experts, DRAWN[_i].k,
                                           DRAWN[_i].ranks, SKEW[i], draws);
        const fab_expert_load got =
            fab_model_expert_load(&model, (double)DRAWN[_i].tokens, DRAWN[_i].ranks, SKEW[i]);
        ck_assert_msg(fabs(got.expert_ratio / want.expert_ratio - 1.0) <= tolerance,
                      "skew %g: busiest expert %g, drawn %g", SKEW[i], got.expert_ratio,
                      want.expert_ratio);
        ck_assert_msg(fabs(got.rank_ratio / want.rank_ratio - 1.0) <= tolerance,
                      "skew %g: busiest rank %g, drawn %g", SKEW[i], got.rank_ratio,
                      want.rank_ratio);
    }
}
END_TEST

/* never below the mean nor above all tokens on one; more tokens even out, more skew does not */
START_TEST(bounds_and_order)
{
    uint64_t seed = (uint64_t)_i;
    const int64_t ranks = INT64_C(1) << seeded_integer(&seed, 0, 6);
    const int64_t experts = ranks * seeded_integer(&seed, 1, 8) + (ranks == 1 ? 1 : 0);
    const int64_t k = seeded_integer(&seed, 1, experts < 8 ? experts : 8);
    const double tokens = seeded_between(&seed, 256.0, 1e6);
    const double skew = seeded_between(&seed, 0.01, 1.5);
    const fab_model model = routed(experts, k);
    const fab_expert_load even = fab_model_expert_load(&model, tokens, ranks, 0.0);
    const fab_expert_load more = fab_model_expert_load(&model, 4.0 * tokens, ranks, 0.0);
    const fab_expert_load skewed = fab_model_expert_load(&model, tokens, ranks, skew);
    const fab_expert_load steeper = fab_model_expert_load(&model, tokens, ranks, 1.2 * skew);
    ck_assert_double_ge(even.rank_ratio, 1.0);
    ck_assert_double_ge(even.expert_ratio, even.rank_ratio);
    ck_assert_double_le(more.expert_ratio, even.expert_ratio);
    ck_assert_double_ge(skewed.rank_ratio, 1.0);
    ck_assert_double_le(skewed.expert_ratio, (double)experts / (double)k * (1.0 + 1e-9));
    ck_assert_double_ge(steeper.expert_ratio, skewed.expert_ratio * (1.0 - 1e-9));
    ck_assert_double_ge(steeper.rank_ratio, skewed.rank_ratio * (1.0 - 1e-9));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("expert_load");
    TCase *tests = tcase_create("expert_load");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, hand_computed, 0, (int)(sizeof(ROW) / sizeof(ROW[0])));
    tcase_add_loop_test(tests, as_drawn_at_random, 0, (int)(sizeof(DRAWN) / sizeof(DRAWN[0])));
    tcase_add_loop_test(tests, bounds_and_order, 0, 1000);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
