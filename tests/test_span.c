#include <check.h>
#include <math.h>

#include "collective/span.h"
#include "run_all.h"
#include "seeded.h"

/* properties hold for 1000 seeds, run in blocks because each test is a process */
#define BLOCKS 10
#define SEEDS  100

#define RANK_LIMIT 512

static fab_fabric three_tiers(int64_t a, int64_t b, int64_t c)
{
    fab_fabric fabric = {.tier_count = 3};
    const int64_t domains[] = {a, a * b, a * b * c};
    for (int i = 0; i < 3; i++) {
        fabric.tiers[i].domain = domains[i];
        fabric.tiers[i].used = domains[i];
    }
    return fabric;
}

/* fewest and most members per domain of `used` packages, and the most domains, over all groups */
static void count(int64_t ranks, int64_t stride, int64_t used, int64_t *least, int64_t *most,
                  int64_t *domains)
{
    *least = RANK_LIMIT;
    *most = 0;
    *domains = 0;
    for (int64_t first = 0; first < stride; first++) {
        int64_t members[RANK_LIMIT] = {0};
        int64_t touched = 0;
        for (int64_t i = 0; i < ranks; i++) {
            members[(first + i * stride) / used]++;
        }
        for (int64_t d = 0; d < RANK_LIMIT; d++) {
            if (members[d] > 0) {
                touched++;
                *least = members[d] < *least ? members[d] : *least;
                *most = members[d] > *most ? members[d] : *most;
            }
        }
        *domains = touched > *domains ? touched : *domains;
    }
}

static void matches_counting_for(uint64_t seed)
{
    const int64_t a = seeded_integer(&seed, 1, 8);
    const int64_t b = seeded_integer(&seed, 1, 4);
    const int64_t c = seeded_integer(&seed, 1, 8);
    const int64_t stride = seeded_integer(&seed, 1, 6);
    const fab_fabric fabric = three_tiers(a, b, c);
    const int64_t room = a * b * c / stride;
    if (room < 1) {
        return;
    }
    const int64_t ranks = seeded_integer(&seed, 1, room);
    fab_spans spans;
    ck_assert_int_eq(fab_spans_place(&fabric, ranks, stride, &spans), FAB_OK);
    double inside_least = 1.0;
    int64_t inside_domains = ranks;
    const int64_t used[] = {a, a * b, RANK_LIMIT * RANK_LIMIT};
    for (int i = 0; i < 3; i++) {
        int64_t least, most, domains;
        count(ranks, stride, used[i], &least, &most, &domains);
        const fab_span *span = &spans.tiers[i];
        ck_assert_double_eq_tol(span->above, 1.0 / inside_least, 1e-15);
        ck_assert_double_eq_tol(span->below, 1.0 / (double)most, 1e-15);
        ck_assert_int_eq(span->crossings, inside_domains - domains);
        ck_assert_int_ge(span->members, 1);
        ck_assert_int_le(span->members, inside_domains);
        inside_least = (double)least;
        inside_domains = domains;
    }
    ck_assert_int_eq(spans.ranks, ranks);
}

START_TEST(matches_counting)
{
    for (uint64_t i = 0; i < SEEDS; i++) {
        matches_counting_for((uint64_t)_i * SEEDS + i);
    }
}
END_TEST

/* By hand: 64 ranks on domains of 8, 32 and 256. */
START_TEST(even_groups_split_by_tier)
{
    const fab_fabric fabric = three_tiers(8, 4, 8);
    fab_spans spans;
    ck_assert_int_eq(fab_spans_place(&fabric, 64, 1, &spans), FAB_OK);
    ck_assert_int_eq(spans.tiers[0].members, 8);
    ck_assert_int_eq(spans.tiers[1].members, 4);
    ck_assert_int_eq(spans.tiers[2].members, 2);
    ck_assert_int_eq(spans.tiers[0].crossings, 56);
    ck_assert_int_eq(spans.tiers[1].crossings, 6);
    ck_assert_int_eq(spans.tiers[2].crossings, 1);

    /* a stride of 8 leaves nothing inside */
    ck_assert_int_eq(fab_spans_place(&fabric, 16, 8, &spans), FAB_OK);
    ck_assert_int_eq(spans.tiers[0].members, 1);
    ck_assert_int_eq(spans.tiers[1].members, 4);
    ck_assert_int_eq(spans.tiers[2].members, 4);
    ck_assert_int_eq(spans.inner.domains, 16);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("span");
    TCase *tests = tcase_create("span");
    tcase_add_loop_test(tests, matches_counting, 0, BLOCKS);
    tcase_add_test(tests, even_groups_split_by_tier);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}
