#include <fabricast/graph.h>

#include <assert.h>

#include "link/derive.h"

/* The bill of a tier from the graph of its domains. */

/* the tier, and inside it a layer of switches that is not counted */
enum { LAYERS = 2 };

/* Packages of a domain of the tier inside, and of one of the tier that is made of whole ones. */
typedef struct nest {
    int64_t inner, domain;
} nest;

static nest nest_of(const fab_fabric *fabric, int64_t index)
{
    const int64_t inner = index > 0 ? fabric->tiers[index - 1].domain : 1;
    return (nest){.inner = inner, .domain = fabric->tiers[index].domain / inner * inner};
}

/* Adds `copies` of domains in which `packages` are installed. */
static fab_status count_domains(const fab_fabric *fabric, int64_t index, int64_t packages,
                                int64_t copies, fab_arena *scratch, fab_wired *out,
                                const char **message_out)
{
    const fab_tier *tier = &fabric->tiers[index];
    const nest n = nest_of(fabric, index);
    const fab_graph *graph = NULL;
    fab_graph_layer layers[LAYERS];
    layers[1] = (fab_graph_layer){
        .wiring = *tier->wiring,
        .domain = n.domain,
        .rate_bps = tier->rate_bps.value,
        .latency_s = tier->latency_s.value,
    };
    layers[0] = layers[1];
    layers[0].wiring = (fab_wiring){.kind = FAB_WIRING_SWITCH, .planes = 1, .spines = 1};
    layers[0].domain = n.inner;
    const fab_graph_layer *used = index > 0 ? layers : layers + 1;
    const size_t count = index > 0 ? LAYERS : 1;
    FAB_TRY(fab_graph_make(used, count, packages, scratch, &graph, message_out));
    const fab_graph_bill bill = fab_graph_count(graph, (uint8_t)(count - 1));
    const double times = (double)copies;
    out->switches += copies * bill.switches;
    out->switch_ports_count += times * (double)bill.switch_ports;
    out->package_cables_count += times * 0.5 * (double)bill.package_links;
    out->switch_cables_count += times * 0.5 * (double)bill.switch_links;
    out->rate_bps += times * bill.rate_bps;
    return FAB_OK;
}

static fab_status count(const fab_fabric *fabric, int64_t index, int64_t installed,
                        fab_arena *scratch, fab_wired *out, const char **message_out)
{
    const nest n = nest_of(fabric, index);
    int64_t whole = installed / n.domain;
    int64_t rest = installed % n.domain / n.inner * n.inner;
    if (rest > 0 && fab_wiring_is_full(fabric->tiers[index].wiring)) {
        whole++;
        rest = 0;
    }
    out->domains = whole + (rest > 0 ? 1 : 0);
    if (whole > 0) {
        FAB_TRY(count_domains(fabric, index, n.domain, whole, scratch, out, message_out));
    }
    return rest > 0 ? count_domains(fabric, index, rest, 1, scratch, out, message_out) : FAB_OK;
}

fab_status fab_wired_count(const fab_fabric *fabric, int64_t index, int64_t installed,
                           fab_arena *arena, fab_wired *out, const char **message_out)
{
    assert(fabric && arena && out && message_out && installed >= 0);
    assert(index >= 0 && index < fabric->tier_count);
    const fab_tier *tier = &fabric->tiers[index];
    *out = (fab_wired){.wiring = tier->wiring};
    *message_out = NULL;
    if (!tier->wiring) {
        return FAB_OK;
    }
    fab_arena *scratch = fab_arena_create(FAB_WIRED_LIMIT_BYTE);
    if (!scratch) {
        return FAB_E_NOMEM;
    }
    const char *message = NULL;
    const fab_status status = count(fabric, index, installed, scratch, out, &message);
    if (status == FAB_E_INFEASIBLE) {
        *message_out = fab_arena_printf(arena, "tier `%s`: %s", tier->name, message);
    }
    fab_arena_destroy(scratch);
    if (status == FAB_E_INFEASIBLE) {
        return *message_out ? status : FAB_E_NOMEM;
    }
    /* the graph is beyond the limit, or beyond the numbers of its nodes */
    if (status != FAB_OK) {
        *out = (fab_wired){.wiring = tier->wiring, .domains = out->domains};
        return FAB_OK;
    }
    out->is_counted = true;
    out->power_w = fab_scale(tier->technology.energy_j_per_bit, out->rate_bps);
    return FAB_OK;
}
