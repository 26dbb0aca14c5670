#include <fabricast/wiring.h>

#include <assert.h>

/* Whether a wiring fits the domain that it is to join. */

#define PLACE_LIMIT INT64_C(1000000000000)

static bool is_dragonfly(const fab_wiring *w)
{
    return w->kind == FAB_WIRING_DRAGONFLY || w->kind == FAB_WIRING_DRAGONFLY_PLUS;
}

/* The members that a wiring with places has; 0: as many as there are. */
static int64_t places(const fab_wiring *w)
{
    const int64_t hosted[] = {w->groups, w->routers, w->hosts};
    const bool has_axes = w->kind == FAB_WIRING_TORUS || w->kind == FAB_WIRING_HYPERX;
    const int64_t *sizes = is_dragonfly(w) ? hosted : w->size;
    const int64_t axes = is_dragonfly(w) ? 3 : has_axes ? w->axis_count : 0;
    int64_t count = axes > 0 ? 1 : 0;
    for (int64_t axis = 0; axis < axes; axis++) {
        count = count > PLACE_LIMIT / sizes[axis] ? PLACE_LIMIT : count * sizes[axis];
    }
    return count;
}

static fab_status refuse(const char *message, const char **message_out)
{
    *message_out = message;
    return message ? FAB_E_INFEASIBLE : FAB_E_NOMEM;
}

static fab_status check_dragonfly(const fab_wiring *w, fab_arena *arena, const char **message_out)
{
    const int64_t switches = w->kind == FAB_WIRING_DRAGONFLY ? w->routers : w->spines;
    const int64_t all = switches * w->global_links;
    const int64_t ends = w->groups > 1 ? all % (w->groups - 1) : 0;
    const int64_t pairs = w->groups > 1 ? all / (w->groups - 1) : 1;
    if (ends == 0 && pairs > 0) {
        return FAB_OK;
    }
    return refuse(
        fab_arena_printf(arena,
                         "a %s of %lld groups: %lld %s with %lld links to other groups do not "
                         "reach the %lld others evenly",
                         fab_wiring_name(w->kind), (long long)w->groups, (long long)switches,
                         w->kind == FAB_WIRING_DRAGONFLY ? "routers" : "spines",
                         (long long)w->global_links, (long long)w->groups - 1),
        message_out);
}

bool fab_wiring_is_full(const fab_wiring *wiring)
{
    assert(wiring);
    return places(wiring) != 0;
}

fab_status fab_wiring_fit(const fab_wiring *wiring, int64_t domain, int64_t inner, fab_arena *arena,
                          const char **message_out)
{
    assert(wiring && arena && message_out && domain >= 1 && inner >= 1);
    if (domain % inner != 0) {
        return refuse(fab_arena_printf(
                          arena, "a domain of %lld packages is not made of whole domains of %lld",
                          (long long)domain, (long long)inner),
                      message_out);
    }
    const int64_t members = is_dragonfly(wiring) ? domain : domain / inner;
    if (places(wiring) != 0 && places(wiring) != members) {
        return refuse(fab_arena_printf(arena, "a %s of %lld places does not fit domains of %lld",
                                       fab_wiring_name(wiring->kind), (long long)places(wiring),
                                       (long long)members),
                      message_out);
    }
    return is_dragonfly(wiring) ? check_dragonfly(wiring, arena, message_out) : FAB_OK;
}
