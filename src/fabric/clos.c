#include "fabric/clos.h"

#include <assert.h>

#include "base/numbers.h"
#include "fabric/rounding.h"

/* Folded Clos networks of equal switches: docs/models-network.md#switches. */

/* ports of one switch: `down` and `up` of a leaf, `half` of a switch between two levels */
typedef struct clos_ports {
    int64_t all;
    int64_t down, up;
    int64_t half;
} clos_ports;

/* planes side by side: each carries one port of every package */
static double count_planes(const fab_tier *tier)
{
    const double port_bps = tier->chip->rate_bps.value / tier->chip->radix_count.value;
    return fab_whole_above(tier->rate_bps.value / port_bps);
}

static bool is_switched(const fab_tier *tier)
{
    return tier->chip && tier->chip->radix_count.is_known && tier->chip->rate_bps.is_known &&
           tier->chip->radix_count.value >= 2.0 && tier->rate_bps.is_known &&
           tier->links_per_path > 1 && count_planes(tier) <= FAB_PLANE_LIMIT;
}

static clos_ports ports_of(const fab_tier *tier)
{
    clos_ports ports = {.all = (int64_t)tier->chip->radix_count.value};
    const double ratio = tier->oversubscription_ratio >= 1.0 ? tier->oversubscription_ratio : 1.0;
    ports.down = (int64_t)fab_whole_below((double)ports.all * ratio / (1.0 + ratio));
    ports.down = ports.down < ports.all ? ports.down : ports.all - 1;
    ports.up = ports.all - ports.down;
    ports.half = ports.all / 2;
    return ports;
}

/* packages that so many levels join: every leaf has a way to every switch of the top */
static double joined_by(const clos_ports *ports, int64_t levels)
{
    double packages = levels == 1 ? (double)ports->all : (double)ports->down * (double)ports->all;
    for (int64_t level = 3; level <= levels; level++) {
        packages *= (double)ports->half;
    }
    return packages;
}

int64_t fab_clos_levels(const fab_tier *tier)
{
    assert(tier);
    if (!is_switched(tier)) {
        return -1;
    }
    const clos_ports ports = ports_of(tier);
    for (int64_t levels = 1; levels <= FAB_CLOS_LEVELS; levels++) {
        if ((double)tier->domain <= joined_by(&ports, levels)) {
            return levels;
        }
    }
    return 0;
}

double fab_clos_limit_count(const fab_tier *tier)
{
    assert(tier && is_switched(tier));
    const clos_ports ports = ports_of(tier);
    return joined_by(&ports, FAB_CLOS_LEVELS);
}

/* adds the switches and links of `domains` domains of `packages` packages */
static void add_domains(const clos_ports *ports, int64_t packages, int64_t domains, fab_clos *out)
{
    if (packages == 0) {
        return;
    }
    const int64_t all = domains * out->planes;
    out->port_links_count += (double)all * (double)packages;
    if (out->levels == 1) {
        /* a switch of one level may carry several planes of a small domain */
        const int64_t shared = ports->all / packages;
        out->switches[0] += domains * fab_divide_up(out->planes, shared);
        return;
    }
    int64_t below = fab_divide_up(packages, ports->down);
    int64_t up = ports->up;
    out->switches[0] += all * below;
    for (int64_t level = 1; level < out->levels; level++) {
        const bool is_top = level == out->levels - 1;
        const int64_t links = below * up;
        out->port_links_count += (double)all * (double)links;
        below = fab_divide_up(links, is_top ? ports->all : ports->half);
        up = ports->all - ports->half;
        out->switches[level] += all * below;
    }
}

fab_clos fab_clos_count(const fab_tier *tier, int64_t installed)
{
    assert(tier && installed >= 0);
    fab_clos out = {.levels = fab_clos_levels(tier)};
    if (out.levels < 1) {
        return out;
    }
    const clos_ports ports = ports_of(tier);
    out.planes = (int64_t)count_planes(tier);
    out.radix = ports.all;
    add_domains(&ports, tier->domain, installed / tier->domain, &out);
    add_domains(&ports, installed % tier->domain, 1, &out);
    for (int64_t level = 0; level < out.levels; level++) {
        out.total += out.switches[level];
    }
    return out;
}
