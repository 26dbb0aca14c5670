#include <check.h>
#include <string.h>

#include <fabricast/fabric.h>

#include "run_all.h"
#include "seeded.h"

#define PACKAGE_LIMIT 4096

/* By hand: ranks, domains, fewest, most, even. */
static const struct {
    const char *what;
    fab_group group;
    int64_t packages;
    int64_t used;
    fab_placement want;
} ROW[] = {
    {"one rank", {{{1, 7}}, 1}, 64, 8, {1, 1, 1, 1, true}},
    {"no axis is one rank", {{{0, 0}}, 0}, 64, 8, {1, 1, 1, 1, true}},
    {"neighbours inside a domain", {{{8, 1}}, 1}, 64, 8, {8, 1, 8, 8, true}},
    {"two whole domains", {{{16, 1}}, 1}, 64, 8, {16, 2, 8, 8, true}},
    {"one member in each domain", {{{8, 8}}, 1}, 64, 8, {8, 8, 1, 1, true}},
    {"stride beyond the domain", {{{4, 16}}, 1}, 64, 8, {4, 4, 1, 1, true}},
    {"whole job in one domain", {{{4, 16}}, 1}, 64, 100, {4, 1, 4, 4, true}},
    /* expert groups of 32 at stride 16: all in a pod of 512, 8 of 32 (25 %) in one of 128 */
    {"experts in a pod of 512", {{{32, 16}}, 1}, 32768, 512, {32, 1, 32, 32, true}},
    {"experts over pods of 128", {{{32, 16}}, 1}, 32768, 128, {32, 4, 8, 8, true}},
    {"data parallel in pods of 512", {{{256, 16}}, 1}, 32768, 512, {256, 8, 32, 32, true}},
    {"data parallel in pods of 128", {{{256, 16}}, 1}, 32768, 128, {256, 32, 8, 8, true}},
    /* expert data parallel: 16 x 32 = 512 apart, so one member per pod */
    {"stride of a pod", {{{8, 512}}, 1}, 32768, 512, {8, 8, 1, 1, true}},
    {"two axes, one pod each", {{{16, 1}, {8, 512}}, 2}, 32768, 512, {128, 8, 16, 16, true}},
    {"axis of one is ignored", {{{1, 1}, {8, 512}}, 2}, 32768, 512, {8, 8, 1, 1, true}},
    /* 12 packages in domains of 5: groups {0..3} {4..7} {8..11} see 4, 1 + 3, 2 + 2 */
    {"straddling", {{{4, 1}}, 1}, 12, 5, {4, 2, 1, 4, false}},
    /* every second of 12 in domains of 4: two members each */
    {"even though strided", {{{6, 2}}, 1}, 12, 4, {6, 3, 2, 2, true}},
    /* 3 and 1, then 2 and 2, then 1 and 3 in turn: ranks 0-3, 4-7, 8-11 over domains of 3 */
    {"domains of three", {{{4, 1}}, 1}, 12, 3, {4, 2, 1, 3, false}},
    /* rack of 72: 0..15, 16..31, 32..47, 48..63 inside, 64..79 split 8 and 8, and so on */
    {"tensor groups on racks of 72", {{{16, 1}}, 1}, 288, 72, {16, 2, 8, 16, false}},
    {"domains of one", {{{4, 1}}, 1}, 12, 1, {4, 4, 1, 1, true}},
};

static void assert_equal(const fab_placement *got, const fab_placement *want)
{
    ck_assert_int_eq(got->ranks, want->ranks);
    ck_assert_int_eq(got->domains, want->domains);
    ck_assert_int_eq(got->local_min, want->local_min);
    ck_assert_int_eq(got->local_max, want->local_max);
    ck_assert_int_eq(got->is_even, want->is_even);
}

START_TEST(table)
{
    fab_placement got;
    ck_assert_int_eq(fab_group_place(&ROW[_i].group, ROW[_i].packages, ROW[_i].used, &got), FAB_OK);
    assert_equal(&got, &ROW[_i].want);
}
END_TEST

/* Base of the group that a rank belongs to: the rank with its digits taken away. */
static int64_t base_of(const fab_group *group, int64_t rank)
{
    int64_t base = rank;
    for (int64_t i = 0; i < group->axis_count; i++) {
        const fab_group_axis axis = group->axes[i];
        base -= rank / axis.stride % axis.size * axis.stride;
    }
    return base;
}

/* The oracle: walks all ranks of the job domain by domain and counts each group's members in it. */
static fab_placement count_slowly(const fab_group *group, int64_t packages, int64_t used)
{
    static int32_t here[PACKAGE_LIMIT];
    static int32_t domains[PACKAGE_LIMIT];
    static int32_t members[PACKAGE_LIMIT];
    memset(domains, 0, sizeof domains);
    memset(members, 0, sizeof members);
    fab_placement out = {.local_min = packages};
    for (int64_t start = 0; start < packages; start += used) {
        const int64_t end = start + used < packages ? start + used : packages;
        memset(here, 0, sizeof here);
        for (int64_t rank = start; rank < end; rank++) {
            here[base_of(group, rank)]++;
        }
        for (int64_t base = 0; base < packages; base++) {
            if (here[base] == 0) {
                continue;
            }
            domains[base]++;
            members[base] += here[base];
            out.local_min = here[base] < out.local_min ? here[base] : out.local_min;
            out.local_max = here[base] > out.local_max ? here[base] : out.local_max;
        }
    }
    for (int64_t base = 0; base < packages; base++) {
        out.ranks = members[base] > out.ranks ? members[base] : out.ranks;
        out.domains = domains[base] > out.domains ? domains[base] : out.domains;
    }
    out.is_even = out.local_min == out.local_max;
    return out;
}

/* A lattice that tiles a job of at most PACKAGE_LIMIT packages. */
static fab_group draw_group(uint64_t *seed, int64_t *packages)
{
    for (;;) {
        fab_group group = {.axis_count = seeded_integer(seed, 1, 2)};
        group.axes[0].stride = seeded_integer(seed, 1, seeded_integer(seed, 1, 20));
        group.axes[0].size = seeded_integer(seed, 1, seeded_integer(seed, 1, 80));
        int64_t span = group.axes[0].stride * group.axes[0].size;
        if (group.axis_count == 2) {
            group.axes[1].stride = span * seeded_integer(seed, 1, seeded_integer(seed, 1, 12));
            group.axes[1].size = seeded_integer(seed, 1, seeded_integer(seed, 1, 60));
            span = group.axes[1].stride * group.axes[1].size;
        }
        *packages = span * seeded_integer(seed, 1, 9);
        if (*packages <= PACKAGE_LIMIT) {
            return group;
        }
    }
}

START_TEST(counts_as_brute_force)
{
    static const int64_t USED[] = {72, 144, 100, 128, 64, 512, 7, 36};
    for (uint64_t i = 0; i < 500; i++) {
        uint64_t seed = (uint64_t)_i * 500 + i;
        int64_t packages = 0;
        const fab_group group = draw_group(&seed, &packages);
        const int64_t used = seeded_integer(&seed, 0, 2) == 0
                                 ? USED[seeded_integer(&seed, 0, 7)]
                                 : seeded_integer(&seed, 1, seeded_integer(&seed, 1, 300));
        fab_placement got;
        ck_assert_int_eq(fab_group_place(&group, packages, used, &got), FAB_OK);
        const fab_placement want = count_slowly(&group, packages, used);
        assert_equal(&got, &want);
    }
}
END_TEST

/* Long thin groups, where whole patterns are skipped. */
START_TEST(long_groups_as_brute_force)
{
    for (uint64_t i = 0; i < 200; i++) {
        uint64_t seed = UINT64_C(1) << 40 | ((uint64_t)_i * 200 + i);
        fab_group group = {.axis_count = 2};
        group.axes[0].stride = seeded_integer(&seed, 1, 3);
        group.axes[0].size = seeded_integer(&seed, 1, 40);
        const int64_t span = group.axes[0].stride * group.axes[0].size;
        group.axes[1].stride = span * seeded_integer(&seed, 1, 3);
        group.axes[1].size = PACKAGE_LIMIT / group.axes[1].stride;
        const int64_t packages = group.axes[1].stride * group.axes[1].size;
        const int64_t used = seeded_integer(&seed, 1, 40);
        fab_placement got;
        ck_assert_int_eq(fab_group_place(&group, packages, used, &got), FAB_OK);
        const fab_placement want = count_slowly(&group, packages, used);
        assert_equal(&got, &want);
    }
}
END_TEST

/* Domains beyond the bitmap of residues. */
START_TEST(large_domains)
{
    const fab_group group = fab_group_make(3, 40000);
    fab_placement got;
    ck_assert_int_eq(fab_group_place(&group, 240000, 100001, &got), FAB_OK);
    /* r0 = 0: 0, 40000, 80000 share domain 0; r0 = 39999: 39999, 79999, 119999 split 2 and 1; of
     * the upper half r0 = 120000: 120000, 160000, 200000 share domain 1 */
    assert_equal(&got, &(fab_placement){3, 2, 1, 3, false});
}
END_TEST

static const struct {
    const char *what;
    fab_group group;
    int64_t packages;
    int64_t used;
} BAD[] = {
    {"no packages", {{{1, 1}}, 1}, 0, 8},
    {"no domain", {{{4, 1}}, 1}, 64, 0},
    {"size zero", {{{0, 1}}, 1}, 64, 8},
    {"stride zero", {{{4, 0}}, 1}, 64, 8},
    {"group larger than the job", {{{128, 1}}, 1}, 64, 8},
    {"group does not tile the job", {{{3, 1}}, 1}, 64, 8},
    {"second stride cuts the first axis", {{{4, 1}, {2, 6}}, 2}, 24, 8},
    {"strides fall", {{{4, 8}, {2, 1}}, 2}, 64, 8},
    {"three axes", {{{2, 1}, {2, 2}}, 3}, 64, 8},
    {"fewer than no axes", {{{2, 1}}, -1}, 64, 8},
    {"product beyond 64 bits", {{{INT64_MAX, INT64_MAX}}, 1}, INT64_MAX, 8},
};

START_TEST(failures)
{
    fab_placement got = {.ranks = 42};
    ck_assert_int_eq(fab_group_place(&BAD[_i].group, BAD[_i].packages, BAD[_i].used, &got),
                     FAB_E_RANGE);
    ck_assert_int_eq(got.ranks, 42);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("placement");
    TCase *cases = tcase_create("placement");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, table, 0, (int)(sizeof ROW / sizeof ROW[0]));
    tcase_add_loop_test(cases, counts_as_brute_force, 0, 12);
    tcase_add_loop_test(cases, long_groups_as_brute_force, 0, 5);
    tcase_add_test(cases, large_domains);
    tcase_add_loop_test(cases, failures, 0, (int)(sizeof BAD / sizeof BAD[0]));
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
