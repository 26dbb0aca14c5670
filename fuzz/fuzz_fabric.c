#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include <fabricast/diagnostic.h>
#include <fabricast/fabric.h>

#include "catalog/resolve.h"

/* Reads any text as a fabric. What can be read is counted; no number may leave its range,
 * whatever the file says. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_tier(const fab_tier_bill *tier)
{
    assert(tier->domains >= 0 && tier->links >= 0 && tier->cables >= 0 && tier->racks >= 0);
    assert(isfinite(tier->span_m) && isfinite(tier->cable_m) && isfinite(tier->domain_rate_bps));
    assert(!tier->power_w.is_known || isfinite(tier->power_w.value));
    assert(!tier->switch_power_w.is_known || isfinite(tier->switch_power_w.value));
    assert(tier->clos.levels >= -1 && tier->clos.levels <= FAB_CLOS_LEVELS);
    assert(tier->clos.total >= 0 && isfinite(tier->clos.port_links_count));
}

static void count(const fab_fabric *fabric, fab_arena *arena)
{
    static const int64_t PACKAGES[] = {0, 1, 1000, 1000000000};
    for (size_t i = 0; i < sizeof(PACKAGES) / sizeof(PACKAGES[0]); i++) {
        fab_fabric_bill bill;
        if (fab_fabric_count(fabric, PACKAGES[i], arena, &bill) == FAB_OK) {
            for (int64_t t = 0; t < fabric->tier_count; t++) {
                check_tier(&bill.tiers[t]);
            }
            assert(bill.is_possible ==
                   (fab_fabric_obstacle(bill.checks, bill.check_count) == NULL));
        }
    }
}

/* the catalog is loaded once; what one input builds is given back before the next */
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static state s;
    if (!s.catalog) {
        s = load();
    }
    fab_diagnostics diagnostics = fab_diagnostics_make(s.arena);
    const fab_node *root = NULL;
    fab_fabric fabric;
    if (fab_tree_parse("fuzz.yaml", (const char *)data, size, s.arena, &diagnostics, &root) ==
            FAB_OK &&
        fab_catalog_resolve(s.catalog, FAB_CATALOG_FABRIC, root, s.arena, &diagnostics, &fabric) ==
            FAB_OK) {
        count(&fabric, s.arena);
    }
    fab_arena_reset(s.arena, s.mark);
    return 0;
}
