#include <check.h>
#include <math.h>

#include <fabricast/fabric.h>
#include <fabricast/graph.h>

#include "known.h"
#include "run_all.h"

/* Bills of tiers from their graphs, by hand and against the closed form of folded Clos networks. */

static fab_arena *arena;

static void setup(void)
{
    arena = fab_arena_create((size_t)1 << 28);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static const fab_wiring *wiring_of(const char *text)
{
    fab_wiring *wiring = FAB_NEW(arena, fab_wiring, 1);
    const char *message = NULL;
    ck_assert_int_eq(fab_wiring_parse(text, arena, wiring, &message), FAB_OK);
    return wiring;
}

static fab_tier tier_of(const char *text, int64_t domain)
{
    return (fab_tier){.name = "tier",
                      .technology = {.energy_j_per_bit = known(1e-12)},
                      .rate_bps = known(1e12),
                      .latency_s = known(0.0),
                      .domain = domain,
                      .used = domain,
                      .wiring_text = text,
                      .wiring = wiring_of(text)};
}

/* installed packages of two tiers: domains of 4 on a switch, `text` around them */
static const struct {
    const char *text;
    int64_t domain, installed, domains, switches;
    double ports, package_cables, switch_cables, rate_bps;
} ROW[] = {
    {"switch", 16, 16, 1, 1, 16, 16, 0, 32e12},
    {"switch planes=2", 16, 40, 3, 6, 80, 80, 0, 80e12},
    /* a rail for each of 4 places; the rest of 8 has 4 rails too */
    {"rail", 16, 24, 2, 8, 24, 24, 0, 48e12},
    /* leaves of 4 packages with 2 spines: 4 x 2 cables; 2 leaves in the rest */
    {"clos leaf=4 spines=2", 16, 24, 2, 10, 24 + 2 * 12, 24, 12, 2 * 48e12},
    /* 4 members in a ring, a link for each of 4 places; half full is built whole */
    {"ring", 16, 16, 1, 0, 0, 16, 0, 16e12},
    {"torus 2x2", 16, 24, 2, 0, 0, 64, 0, 32e12},
    /* a cable in each group, two between them */
    {"dragonfly groups=2 routers=2 packages=4", 16, 16, 1, 4, 24, 16, 4, 40e12},
};

START_TEST(by_hand)
{
    const fab_fabric fabric = {
        .tiers = {tier_of("switch", 4), tier_of(ROW[_i].text, ROW[_i].domain)}, .tier_count = 2};
    fab_wired wired;
    const char *message = NULL;
    ck_assert_int_eq(fab_wired_count(&fabric, 1, ROW[_i].installed, arena, &wired, &message),
                     FAB_OK);
    ck_assert(wired.is_counted);
    ck_assert_int_eq(wired.domains, ROW[_i].domains);
    ck_assert_int_eq(wired.switches, ROW[_i].switches);
    ck_assert_double_eq(wired.switch_ports_count, ROW[_i].ports);
    ck_assert_double_eq(wired.package_cables_count, ROW[_i].package_cables);
    ck_assert_double_eq(wired.switch_cables_count, ROW[_i].switch_cables);
    ck_assert_double_eq_tol(wired.rate_bps, ROW[_i].rate_bps, 1.0);
    ck_assert_double_eq_tol(wired.power_w.value, ROW[_i].rate_bps * 1e-12, 1e-9);
}
END_TEST

/* nothing said, nothing counted; what does not fit is named; what is too large is not built */
START_TEST(limits)
{
    fab_fabric fabric = {.tiers = {tier_of("torus 2x3", 8)}, .tier_count = 1};
    fab_wired wired;
    const char *message = NULL;
    ck_assert_int_eq(fab_wired_count(&fabric, 0, 8, arena, &wired, &message), FAB_E_INFEASIBLE);
    ck_assert_str_eq(message, "tier `tier`: a torus of 6 places does not fit domains of 8");
    fabric.tiers[0] = tier_of("mesh", 100000);
    ck_assert_int_eq(fab_wired_count(&fabric, 0, 200000, arena, &wired, &message), FAB_OK);
    ck_assert(!wired.is_counted);
    ck_assert_int_eq(wired.domains, 2);
    ck_assert_int_eq(wired.switches, 0);
    fabric.tiers[0].wiring = NULL;
    ck_assert_int_eq(fab_wired_count(&fabric, 0, 8, arena, &wired, &message), FAB_OK);
    ck_assert_ptr_null(wired.wiring);
}
END_TEST

/* without room for what does not fit it is not taken for too large */
START_TEST(memory_out)
{
    const fab_fabric fabric = {.tiers = {tier_of("torus 2x3", 8)}, .tier_count = 1};
    fab_arena *small = fab_arena_create(1);
    fab_wired wired;
    const char *message = NULL;
    ck_assert_int_eq(fab_wired_count(&fabric, 0, 8, small, &wired, &message), FAB_E_NOMEM);
    ck_assert_ptr_null(message);
    fab_arena_destroy(small);
}
END_TEST

/* One plane of the folded Clos network that the closed form counts, as a graph: 0 when its
 * switches of a level are not all joined alike. */
static bool make_plane(const fab_clos *clos, const fab_tier *tier, fab_wiring *wiring)
{
    const double ratio = tier->oversubscription_ratio >= 1.0 ? tier->oversubscription_ratio : 1.0;
    const int64_t down = (int64_t)((double)clos->radix * ratio / (1.0 + ratio) * (1.0 + 1e-9));
    *wiring = (fab_wiring){.kind = FAB_WIRING_SWITCH, .planes = 1, .spines = 1};
    wiring->oversubscription_ratio = 1.0;
    if (clos->levels == 2) {
        wiring->kind = FAB_WIRING_CLOS;
        wiring->leaf = down;
        wiring->spines = clos->switches[1] / clos->planes;
        wiring->oversubscription_ratio = (double)down / (double)(clos->radix - down);
    }
    return clos->levels <= 2 && tier->domain % (clos->levels == 2 ? down : 1) == 0;
}

/* Every tier of the catalog with a switch whose network fills its leaves. */
START_TEST(closed_form_of_the_catalog)
{
    const fab_catalog *catalog = NULL;
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    size_t compared = 0;
    ck_assert_int_eq(fab_catalog_load(arena, &diagnostics, &catalog), FAB_OK);
    for (size_t i = 0; i < fab_catalog_count(catalog, FAB_CATALOG_FABRIC); i++) {
        const fab_fabric *row =
            fab_catalog_fabric(catalog, fab_catalog_row_name(catalog, FAB_CATALOG_FABRIC, i));
        for (int64_t t = 0; t < row->tier_count; t++) {
            fab_fabric one = {.tiers = {row->tiers[t]}, .tier_count = 1};
            fab_tier *tier = &one.tiers[0];
            fab_fabric_bill own;
            tier->used = tier->domain;
            ck_assert_int_eq(fab_fabric_count(&one, tier->domain, arena, &own), FAB_OK);
            const fab_clos *clos = &own.tiers[0].clos;
            fab_wiring plane;
            if (clos->levels < 1 || !make_plane(clos, tier, &plane)) {
                continue;
            }
            const double planes = (double)clos->planes;
            tier->wiring = &plane;
            tier->wiring_text = "plane";
            tier->rate_bps.value = tier->chip->rate_bps.value / (double)clos->radix;
            fab_wired wired;
            const char *message = NULL;
            ck_assert_int_eq(fab_wired_count(&one, 0, tier->domain, arena, &wired, &message),
                             FAB_OK);
            ck_assert(wired.is_counted);
            /* a cable between switches of the graph is a bundle of ports */
            const double links = wired.rate_bps / 2.0 / tier->rate_bps.value;
            ck_assert_msg(fabs(links * planes - clos->port_links_count) <= 1e-9 * links * planes,
                          "%s %s: %g links by the graph, %g closed", row->name, tier->name,
                          links * planes, clos->port_links_count);
            if (clos->levels == 2) {
                ck_assert_int_eq(wired.switches * clos->planes, clos->total);
            }
            compared++;
        }
    }
    ck_assert_uint_ge(compared, 10);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wired");
    TCase *tcase = tcase_create("bills");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, by_hand, 0, sizeof(ROW) / sizeof(ROW[0]));
    tcase_add_test(tcase, limits);
    tcase_add_test(tcase, memory_out);
    tcase_add_test(tcase, closed_form_of_the_catalog);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}
