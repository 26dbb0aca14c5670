#include <assert.h>
#include <math.h>

#include "base/numbers.h"
#include "graph/draft.h"

/* Graphs of the wirings, domain by domain. Folded Clos: Leiserson, IEEE Trans. Computers C-34,
 * 1985; HyperX: Ahn et al., SC 2009; dragonfly: Kim, Dally, Scott, Abts, ISCA 2008; dragonfly+:
 * Shpiner et al., HiPINEB 2017. */

#define PACKAGE_LIMIT INT64_C(100000000)

/* a link between groups counts so much that two of them are longer than one and two inside */
enum { GROUP_HOPS = 3 };

/* One domain of a layer. */
typedef struct site {
    fab_draft *draft;
    const fab_graph_layer *layer;
    uint8_t index;
    int64_t inner;   /* packages of a domain of the layer inside */
    int64_t base;    /* its first package */
    int64_t present; /* packages in it */
} site;

static void join(const site *s, uint32_t a, uint32_t b, double rate_bps, double latency_s)
{
    fab_draft_join(s->draft, (fab_draft_link){.from = a,
                                              .to = b,
                                              .rate_bps = rate_bps,
                                              .latency_s = latency_s,
                                              .energy_j_per_bit = s->layer->energy_j_per_bit,
                                              .layer = s->index});
}

/* Members `first`, first + step, ... of the domain to one new switch. */
static uint32_t add_star(const site *s, int64_t first, int64_t step, int64_t count, double rate_bps)
{
    const uint32_t hub = fab_draft_switch(s->draft);
    for (int64_t i = 0, at = first; i < count && at < s->present; i++, at += step) {
        join(s, (uint32_t)(s->base + at), hub, rate_bps, s->layer->latency_s / 2.0);
    }
    return hub;
}

static void wire_switch(const site *s)
{
    const int64_t planes = s->layer->wiring.planes;
    for (int64_t plane = 0; plane < planes && !s->draft->lacks_memory; plane++) {
        (void)add_star(s, 0, 1, s->present, s->layer->rate_bps / (double)planes);
    }
}

static void wire_rails(const site *s)
{
    for (int64_t rail = 0; rail < s->inner && rail < s->present; rail++) {
        (void)add_star(s, rail, s->inner, s->present, s->layer->rate_bps);
    }
}

/* Switches of the level above each of `count` neighbours in a row; all pairs are joined. */
static uint32_t add_level(const site *s, uint32_t first_below, int64_t below, int64_t count,
                          double rate_bps)
{
    const uint32_t first = s->draft->node_count;
    for (int64_t i = 0; i < count; i++) {
        (void)fab_draft_switch(s->draft);
    }
    for (int64_t i = 0; i < below && !s->draft->lacks_memory; i++) {
        for (int64_t j = 0; j < count; j++) {
            join(s, first_below + (uint32_t)i, first + (uint32_t)j, rate_bps, 0.0);
        }
    }
    return first;
}

/* The switches above the pods: `tops` for each place of a middle switch. */
static void add_tops(const site *s, uint32_t first_middle, int64_t pods, double rate_bps)
{
    const fab_wiring *w = &s->layer->wiring;
    for (int64_t place = 0; place < w->spines && !s->draft->lacks_memory; place++) {
        const uint32_t first = s->draft->node_count;
        for (int64_t i = 0; i < w->tops; i++) {
            (void)fab_draft_switch(s->draft);
        }
        for (int64_t pod = 0; pod < pods; pod++) {
            for (int64_t i = 0; i < w->tops; i++) {
                join(s, first_middle + (uint32_t)(pod * w->spines + place), first + (uint32_t)i,
                     rate_bps, 0.0);
            }
        }
    }
}

/* One plane of a folded Clos network of two or three levels. */
static void wire_clos_plane(const site *s)
{
    const fab_wiring *w = &s->layer->wiring;
    const double plane_bps = s->layer->rate_bps / (double)w->planes;
    const int64_t leaves = fab_divide_up(s->present, w->leaf);
    const double up_bps =
        plane_bps * (double)w->leaf / w->oversubscription_ratio / (double)w->spines;
    const uint32_t first_leaf = s->draft->node_count;
    for (int64_t leaf = 0; leaf < leaves; leaf++) {
        (void)add_star(s, leaf * w->leaf, 1, w->leaf, plane_bps);
    }
    if (w->pod == 0) {
        (void)add_level(s, first_leaf, leaves, w->spines, up_bps);
        return;
    }
    const int64_t pods = fab_divide_up(leaves, w->pod);
    const uint32_t first_middle = s->draft->node_count;
    for (int64_t pod = 0; pod < pods; pod++) {
        const int64_t first = pod * w->pod;
        const int64_t here = leaves - first < w->pod ? leaves - first : w->pod;
        (void)add_level(s, first_leaf + (uint32_t)first, here, w->spines, up_bps);
    }
    add_tops(s, first_middle, pods, up_bps * (double)w->pod / (double)w->tops);
}

static void wire_clos(const site *s)
{
    for (int64_t plane = 0; plane < s->layer->wiring.planes && !s->draft->lacks_memory; plane++) {
        wire_clos_plane(s);
    }
}

/* Joins two members of a direct wiring: their packages of equal place. */
static void join_members(const site *s, int64_t a, int64_t b, double rate_bps)
{
    for (int64_t place = 0; place < s->inner; place++) {
        const int64_t from = a * s->inner + place, to = b * s->inner + place;
        if (from < s->present && to < s->present) {
            join(s, (uint32_t)(s->base + from), (uint32_t)(s->base + to), rate_bps,
                 s->layer->latency_s);
        }
    }
}

static void wire_mesh(const site *s)
{
    const int64_t others = s->layer->domain / s->inner - 1;
    const int64_t links = s->layer->mesh_links > 0 ? s->layer->mesh_links : others;
    const int64_t members = fab_divide_up(s->present, s->inner);
    for (int64_t a = 0; a < members && !s->draft->lacks_memory; a++) {
        for (int64_t b = a + 1; b < members; b++) {
            join_members(s, a, b, s->layer->rate_bps / (double)links);
        }
    }
}

/* Members in a line of the axis that begin at `first` and stand `stride` apart. */
static void wire_line(const site *s, int64_t first, int64_t stride, int64_t size, bool is_ring,
                      double rate_bps)
{
    for (int64_t i = 0; i < size; i++) {
        const int64_t from = first + i * stride;
        if (is_ring) {
            join_members(s, from, first + (i + 1) % size * stride, rate_bps);
            continue;
        }
        for (int64_t j = i + 1; j < size; j++) {
            join_members(s, from, first + j * stride, rate_bps);
        }
    }
}

/* Links of a member of a torus or HyperX. */
static int64_t ports(const fab_wiring *w)
{
    int64_t count = 0;
    for (int64_t axis = 0; axis < w->axis_count; axis++) {
        const int64_t size = w->size[axis];
        count += size < 2 ? 0 : w->kind == FAB_WIRING_HYPERX ? size - 1 : 2;
    }
    return count;
}

static void wire_axes(const site *s, const fab_wiring *w)
{
    const int64_t members = fab_divide_up(s->present, s->inner);
    const double rate_bps = s->layer->rate_bps / (double)ports(w);
    int64_t stride = 1;
    for (int64_t axis = 0; axis < w->axis_count; axis++) {
        for (int64_t member = 0; member < members && !s->draft->lacks_memory; member++) {
            if (w->size[axis] > 1 && member / stride % w->size[axis] == 0) {
                wire_line(s, member, stride, w->size[axis], w->kind != FAB_WIRING_HYPERX, rate_bps);
            }
        }
        stride *= w->size[axis];
    }
}

static void wire_ring(const site *s)
{
    const fab_wiring line = {
        .kind = FAB_WIRING_TORUS,
        .size = {fab_divide_up(s->present, s->inner)},
        .axis_count = 1,
    };
    wire_axes(s, &line);
}

/* Switches of a group that have links to other groups. */
static int64_t outer_switches(const fab_wiring *w)
{
    return w->kind == FAB_WIRING_DRAGONFLY_PLUS ? w->spines : w->routers;
}

/* Links between the groups: the i-th of a group to the group `offset` further leaves at the switch
 * that comes next in turn. */
static void wire_groups(const site *s, uint32_t first)
{
    const fab_wiring *w = &s->layer->wiring;
    const int64_t groups = w->groups, switches = outer_switches(w);
    const int64_t copies = switches * w->global_links / (groups - 1);
    for (int64_t from = 0; from < groups; from++) {
        for (int64_t to = from + 1; to < groups; to++) {
            const int64_t ahead = to - from, behind = groups - ahead;
            for (int64_t i = 0; i < copies; i++) {
                const int64_t a = ((ahead - 1) * copies + i) / w->global_links;
                const int64_t b = ((behind - 1) * copies + i) / w->global_links;
                fab_draft_join(s->draft, (fab_draft_link){
                                             .from = first + (uint32_t)(from * switches + a),
                                             .to = first + (uint32_t)(to * switches + b),
                                             .rate_bps = s->layer->rate_bps,
                                             .energy_j_per_bit = s->layer->energy_j_per_bit,
                                             .layer = s->index,
                                             .hops = (uint8_t)(GROUP_HOPS + s->index),
                                         });
            }
        }
    }
}

/* Leaves of each group below its spines, which let all that comes from the packages through. */
static uint32_t wire_group_spines(const site *s, uint32_t first_leaf)
{
    const fab_wiring *w = &s->layer->wiring;
    const double up_bps = s->layer->rate_bps * (double)w->hosts / (double)w->spines;
    const uint32_t first = s->draft->node_count;
    for (int64_t group = 0; group < w->groups; group++) {
        (void)add_level(s, first_leaf + (uint32_t)(group * w->routers), w->routers, w->spines,
                        up_bps);
    }
    return first;
}

static void wire_dragonfly(const site *s)
{
    const fab_wiring *w = &s->layer->wiring;
    const bool is_plus = w->kind == FAB_WIRING_DRAGONFLY_PLUS;
    const uint32_t first = s->draft->node_count;
    for (int64_t router = 0; router < w->groups * w->routers; router++) {
        (void)add_star(s, router * w->hosts, 1, w->hosts, s->layer->rate_bps);
    }
    const uint32_t first_spine = is_plus ? wire_group_spines(s, first) : 0;
    for (int64_t group = 0; group < w->groups && !is_plus; group++) {
        const uint32_t here = first + (uint32_t)(group * w->routers);
        for (int64_t a = 0; a < w->routers; a++) {
            for (int64_t b = a + 1; b < w->routers; b++) {
                join(s, here + (uint32_t)a, here + (uint32_t)b, s->layer->rate_bps, 0.0);
            }
        }
    }
    if (w->groups > 1) {
        wire_groups(s, is_plus ? first_spine : first);
    }
}

static void wire(const site *s)
{
    if (s->present < 2 || s->layer->domain == s->inner) {
        return;
    }
    switch ((fab_wiring_kind)s->layer->wiring.kind) {
    case FAB_WIRING_CLOS:
        wire_clos(s);
        return;
    case FAB_WIRING_RAIL:
        wire_rails(s);
        return;
    case FAB_WIRING_MESH:
        wire_mesh(s);
        return;
    case FAB_WIRING_RING:
        wire_ring(s);
        return;
    case FAB_WIRING_TORUS:
    case FAB_WIRING_HYPERX:
        wire_axes(s, &s->layer->wiring);
        return;
    case FAB_WIRING_DRAGONFLY:
    case FAB_WIRING_DRAGONFLY_PLUS:
        wire_dragonfly(s);
        return;
    case FAB_WIRING_SWITCH:
    case FAB_WIRING_OCS:
    case FAB_WIRING_KIND_COUNT:
        break;
    }
    wire_switch(s);
}

/* Whether the wiring fits its domains, and the packages fill them where every place must be. */
static fab_status check_layer(const fab_graph_layer *layer, int64_t inner, int64_t packages,
                              fab_arena *arena, const char **message_out)
{
    const fab_wiring *w = &layer->wiring;
    if (!(layer->rate_bps > 0.0) || !isfinite(layer->rate_bps) || !(layer->latency_s >= 0.0) ||
        !(layer->energy_j_per_bit >= 0.0) || layer->domain < 1) {
        return FAB_E_RANGE;
    }
    FAB_TRY(fab_wiring_fit(w, layer->domain, inner, arena, message_out));
    if (fab_wiring_is_full(w) && packages % layer->domain != 0) {
        *message_out = fab_arena_printf(
            arena, "%lld packages do not fill domains of %lld, and a %s has no empty places",
            (long long)packages, (long long)layer->domain, fab_wiring_name(w->kind));
        return *message_out ? FAB_E_INFEASIBLE : FAB_E_NOMEM;
    }
    return FAB_OK;
}

fab_status fab_graph_check(const fab_graph_layer *layers, size_t layer_count, int64_t packages,
                           fab_arena *arena, const char **message_out)
{
    assert(layers && arena && message_out);
    int64_t inner = 1;
    *message_out = NULL;
    if (packages < 1 || packages > PACKAGE_LIMIT || layer_count > FAB_GRAPH_LAYER_LIMIT) {
        return FAB_E_RANGE;
    }
    for (size_t i = 0; i < layer_count; i++) {
        FAB_TRY(check_layer(&layers[i], inner, packages, arena, message_out));
        inner = layers[i].domain;
    }
    return FAB_OK;
}

static void wire_layers(const fab_graph_layer *layers, size_t layer_count, int64_t packages,
                        fab_draft *draft)
{
    int64_t inner = 1;
    for (size_t i = 0; i < layer_count; i++) {
        for (int64_t base = 0; base < packages && !draft->lacks_memory; base += layers[i].domain) {
            const int64_t rest = packages - base;
            const site s = {
                .draft = draft,
                .layer = &layers[i],
                .index = (uint8_t)i,
                .inner = inner,
                .base = base,
                .present = rest < layers[i].domain ? rest : layers[i].domain,
            };
            wire(&s);
        }
        inner = layers[i].domain;
    }
}

fab_status fab_graph_make(const fab_graph_layer *layers, size_t layer_count, int64_t packages,
                          fab_arena *arena, const fab_graph **graph_out, const char **message_out)
{
    assert(graph_out);
    FAB_TRY(fab_graph_check(layers, layer_count, packages, arena, message_out));
    fab_draft draft = fab_draft_make(arena, (uint32_t)packages);
    wire_layers(layers, layer_count, packages, &draft);
    return fab_draft_finish(&draft, graph_out);
}
