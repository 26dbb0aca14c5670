#include <check.h>

#include "fabric/clos.h"
#include "known.h"
#include "run_all.h"

/* Switches of folded Clos networks, by hand and by building small ones. */

static fab_technology chip_of(double ports)
{
    return (fab_technology){.name = "chip",
                            .role = FAB_ROLE_SWITCH,
                            .rate_bps = known(ports * 100e9),
                            .radix_count = known(ports)};
}

static fab_tier tier_of(const fab_technology *chip, int64_t domain, double rate_bps, double ratio)
{
    return (fab_tier){.name = "tier",
                      .rate_bps = known(rate_bps),
                      .domain = domain,
                      .used = domain,
                      .links_per_path = 6,
                      .packages_per_rack = 8,
                      .chip = chip,
                      .oversubscription_ratio = ratio};
}

/* Ports of 100 Gb/s. k = 4 and 16 hosts: 8 + 8 + 4 of 5 k^2 / 4 = 20 switches, figure 3 of
 * Al-Fares, Loukissas, Vahdat, SIGCOMM 2008; k = 48 joins 27,648 hosts with 2,880 switches, the
 * same paper. 72 packages with 18 ports on chips of 72: the 18 chips of an NVL72 rack; 8 packages
 * with 18 ports on chips of 64: 8 planes on one chip. */
static const struct {
    double ports;
    int64_t domain, installed;
    double rate_bps, ratio;
    int64_t levels, planes, switches[FAB_CLOS_LEVELS];
    double port_links;
} ROW[] = {
    {4, 4, 4, 100e9, 1, 1, 1, {1, 0, 0}, 4},
    {4, 8, 8, 100e9, 1, 2, 1, {4, 2, 0}, 8 + 8},
    {4, 16, 16, 100e9, 1, 3, 1, {8, 8, 4}, 16 * 3},
    {48, 27648, 27648, 100e9, 1, 3, 1, {1152, 1152, 576}, 27648 * 3},
    {64, 2048, 2048, 100e9, 1, 2, 1, {64, 32, 0}, 4096},
    {64, 65536, 32768, 100e9, 1, 3, 1, {1024, 1024, 512}, 32768 * 3},
    {72, 72, 72, 1.8e12, 1, 1, 18, {18, 0, 0}, 72 * 18},
    {64, 8, 8, 1.8e12, 1, 1, 18, {3, 0, 0}, 8 * 18},
    {64, 8, 24, 1.8e12, 1, 1, 18, {9, 0, 0}, 24 * 18},
    /* 16 planes of 512 ports: 128 leaves of 256 packages, 64 on top */
    {512, 131072, 32768, 1.6e12, 1, 2, 16, {2048, 1024, 0}, 16 * 65536},
    /* 3 to 1: 48 ports of a leaf down, 16 up; 43 leaves, 688 uplinks on 11 */
    {64, 2048, 2048, 100e9, 3, 2, 1, {43, 11, 0}, 2048 + 688},
    /* two domains of 8 and a rest of 4 */
    {4, 8, 20, 100e9, 1, 2, 1, {4 * 2 + 2, 2 * 2 + 1, 0}, 20 * 2},
    /* nothing installed needs no switch */
    {4, 8, 0, 100e9, 1, 2, 1, {0, 0, 0}, 0},
    /* a rate just above a port takes another plane, rounding does not */
    {4, 4, 4, 101e9, 1, 1, 2, {2, 0, 0}, 8},
    {4, 4, 4, 100e9 * (1 + 1e-15), 1, 1, 1, {1, 0, 0}, 4},
};

START_TEST(by_hand)
{
    const fab_technology chip = chip_of(ROW[_i].ports);
    const fab_tier tier = tier_of(&chip, ROW[_i].domain, ROW[_i].rate_bps, ROW[_i].ratio);
    const fab_clos got = fab_clos_count(&tier, ROW[_i].installed);
    ck_assert_int_eq(got.levels, ROW[_i].levels);
    ck_assert_int_eq(got.planes, ROW[_i].planes);
    ck_assert_int_eq(got.radix, (int64_t)ROW[_i].ports);
    int64_t total = 0;
    for (int level = 0; level < FAB_CLOS_LEVELS; level++) {
        ck_assert_int_eq(got.switches[level], ROW[_i].switches[level]);
        total += ROW[_i].switches[level];
    }
    ck_assert_int_eq(got.total, total);
    ck_assert_double_eq(got.port_links_count, ROW[_i].port_links);
}
END_TEST

/* what a level just joins and what is one more */
START_TEST(levels)
{
    for (int64_t k = 4; k <= 64; k += 2) {
        const fab_technology chip = chip_of((double)k);
        const int64_t limit[] = {k, k * k / 2, k * k * k / 4};
        for (int level = 0; level < FAB_CLOS_LEVELS; level++) {
            fab_tier tier = tier_of(&chip, limit[level], 100e9, 1);
            ck_assert_int_eq(fab_clos_levels(&tier), level + 1);
            tier.domain++;
            ck_assert_int_eq(fab_clos_levels(&tier), level + 1 < FAB_CLOS_LEVELS ? level + 2 : 0);
        }
        const fab_tier tier = tier_of(&chip, 1, 100e9, 1);
        ck_assert_double_eq(fab_clos_limit_count(&tier), (double)limit[FAB_CLOS_LEVELS - 1]);
    }
}
END_TEST

/* every switch has ports for the links on it: k per switch on top, k below and above elsewhere */
START_TEST(ports_suffice)
{
    for (int64_t packages = 1; packages <= 2000; packages += 7) {
        for (int64_t k = 4; k <= 32; k += 4) {
            const fab_technology chip = chip_of((double)k);
            const fab_tier tier = tier_of(&chip, packages, 100e9, 1);
            const fab_clos clos = fab_clos_count(&tier, packages);
            if (clos.levels < 1) {
                continue;
            }
            const int64_t ends = 2 * (int64_t)clos.port_links_count - packages;
            ck_assert_int_le(ends, clos.total * k);
            for (int64_t level = 1; level < clos.levels; level++) {
                ck_assert_int_le(clos.switches[level], clos.switches[level - 1] + 1);
            }
        }
    }
}
END_TEST

START_TEST(not_known)
{
    const fab_technology chip = chip_of(64);
    fab_technology bare = chip;
    fab_tier tier = tier_of(NULL, 8, 100e9, 1);
    ck_assert_int_eq(fab_clos_levels(&tier), -1);
    ck_assert_int_eq(fab_clos_count(&tier, 8).total, 0);
    tier.chip = &bare;
    bare.radix_count.is_known = false;
    ck_assert_int_eq(fab_clos_levels(&tier), -1);
    bare = chip;
    bare.rate_bps.is_known = false;
    ck_assert_int_eq(fab_clos_levels(&tier), -1);
    bare = chip;
    bare.radix_count = known(1);
    ck_assert_int_eq(fab_clos_levels(&tier), -1);
    /* more ports of a package than can be meant */
    bare = chip;
    bare.rate_bps = known(64.0);
    ck_assert_int_eq(fab_clos_levels(&tier), -1);
    /* links from package to package */
    bare = chip;
    tier.links_per_path = 1;
    ck_assert_int_eq(fab_clos_levels(&tier), -1);
    tier.links_per_path = 2;
    ck_assert_int_eq(fab_clos_levels(&tier), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("clos");
    TCase *cases = tcase_create("clos");
    tcase_add_loop_test(cases, by_hand, 0, (int)(sizeof ROW / sizeof ROW[0]));
    tcase_add_test(cases, levels);
    tcase_add_test(cases, ports_suffice);
    tcase_add_test(cases, not_known);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}
