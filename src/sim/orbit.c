#include "sim/orbit.h"

#include <assert.h>

#include "sim/flow_columns.h"

/* Classes of links of a layer: to the switch and from it, from a leaf up and down to it, and the
 * links of each axis. */
enum { LINK_UP, LINK_DOWN, LINK_LEAF_UP, LINK_LEAF_DOWN, LINK_AXIS };

_Static_assert(LINK_AXIS + FAB_WIRING_AXIS_LIMIT == FAB_ORBIT_CLASSES, "a class for each axis");

static const char *const NAME[FAB_ORBIT_CLASSES] = {
    "up", "down", "leaf up", "leaf down", "axis 1", "axis 2", "axis 3", "axis 4",
};

const char *fab_orbit_name(int link)
{
    assert(link >= 0 && link < FAB_ORBIT_LINKS);
    return NAME[link % FAB_ORBIT_CLASSES];
}

static bool is_kind(const fab_terrain *t, int64_t tier, int kind)
{
    return t->layers[tier].wiring.kind == kind;
}

static bool is_switched(const fab_terrain *t, int64_t tier)
{
    return is_kind(t, tier, FAB_WIRING_SWITCH) || is_kind(t, tier, FAB_WIRING_OCS);
}

static bool is_axial(const fab_terrain *t, int64_t tier)
{
    return is_kind(t, tier, FAB_WIRING_TORUS) || is_kind(t, tier, FAB_WIRING_HYPERX);
}

/* Whether the layer looks the same from every package. Leaves must be full. */
static bool is_even(const fab_terrain *t, int64_t tier)
{
    const fab_wiring *w = &t->layers[tier].wiring;
    if (w->kind == FAB_WIRING_CLOS) {
        const int64_t inner = t->weight[tier];
        return w->pod == 0 && t->weight[tier + 1] % w->leaf == 0 &&
               (w->leaf % inner == 0 || inner % w->leaf == 0);
    }
    return w->kind != FAB_WIRING_RAIL && w->kind != FAB_WIRING_DRAGONFLY &&
           w->kind != FAB_WIRING_DRAGONFLY_PLUS;
}

/* Whether a step to the next digit looks the same from everywhere: a carry would not. */
static bool can_shift(const fab_terrain *t, int64_t tier)
{
    return is_switched(t, tier) || is_kind(t, tier, FAB_WIRING_RING) ||
           is_kind(t, tier, FAB_WIRING_MESH);
}

static bool is_known_algorithm(const fab_terrain *t)
{
    const bool is_gathering = t->kind <= FAB_ALL_REDUCE;
    if (t->kind != FAB_ALL_TO_ALL && !is_gathering) {
        return false;
    }
    return t->algorithm == FAB_ALGORITHM_DIRECT || t->algorithm == FAB_ALGORITHM_RING ||
           t->algorithm == FAB_ALGORITHM_FORWARD;
}

bool fab_orbit_applies(const fab_terrain *t)
{
    if (t->stride != 1 || t->zipf_frac > 0.0 || !is_known_algorithm(t)) {
        return false;
    }
    for (int64_t i = 0; i < t->tiers; i++) {
        const bool is_last = i + 1 == t->tiers;
        const bool is_ring = t->algorithm == FAB_ALGORITHM_RING;
        const bool is_pairwise = is_ring && t->kind == FAB_ALL_TO_ALL;
        if ((!is_last && t->layers[i].domain != t->weight[i + 1]) || !is_even(t, i) ||
            (is_ring && !can_shift(t, i)) || (is_pairwise && !is_switched(t, i))) {
            return false;
        }
    }
    return true;
}

/* Flows by the set of links that they cross and their latency. */
typedef struct group {
    uint32_t mask;
    double latency_s;
    double size_byte; /* of each of its messages */
    double load[FAB_ORBIT_LINKS];
} group;

#define SLOTS 8192

/* One phase after the other, its flows gathered by group. */
typedef struct writer {
    const fab_terrain *t;
    fab_arena *arena;
    fab_orbit *orbit;
    uint32_t *slot; /* hash table: number of the group, plus 1 */
    group *groups;
    uint32_t count, room; /* of the present phase */
    /* columns of all phases */
    fab_flow_columns flow;
    uint32_t flow_room, entries, entry_room, waits, wait_room;
    uint32_t first[FAB_TIER_LIMIT], end[FAB_TIER_LIMIT]; /* last phase of each chain */
    bool lacks_memory;
} writer;

/* What one message crosses. */
typedef struct way {
    double hops[FAB_ORBIT_LINKS];
    uint32_t mask;
    double latency_s;
} way;

static void cross(way *out, int64_t tier, int link, double hops, double latency_s)
{
    const int64_t index = tier * FAB_ORBIT_CLASSES + link;
    if (hops > 0.0) {
        out->hops[index] += hops;
        out->mask |= UINT32_C(1) << index;
        out->latency_s += hops * latency_s;
    }
}

static int64_t hops_round(int64_t digit, int64_t size)
{
    return digit < size - digit ? digit : size - digit;
}

/* Axis by axis; `member` is how far the other is. */
static void cross_axes(const fab_terrain *t, int64_t tier, int64_t member, way *out)
{
    const fab_wiring *w = &t->layers[tier].wiring;
    const double hop_s = t->layers[tier].latency_s;
    for (int64_t axis = 0; axis < w->axis_count; axis++) {
        const int64_t digit = member % w->size[axis];
        const int64_t hops =
            w->kind == FAB_WIRING_HYPERX ? (digit > 0 ? 1 : 0) : hops_round(digit, w->size[axis]);
        cross(out, tier, LINK_AXIS + (int)axis, (double)hops, hop_s);
        member /= w->size[axis];
    }
}

/* The way from package 0 to `peer`: on the outermost layer whose domains part them, and for direct
 * links of domains on the layers inside, to the peer's place. */
static void find_way(const fab_terrain *t, int64_t peer, way *out)
{
    int64_t tier = t->tiers - 1;
    while (tier > 0 && peer < t->weight[tier]) {
        tier--;
    }
    const double latency_s = t->layers[tier].latency_s;
    const int64_t member = peer / t->weight[tier];
    if (is_axial(t, tier)) {
        cross_axes(t, tier, member, out);
    } else if (is_kind(t, tier, FAB_WIRING_MESH)) {
        cross(out, tier, LINK_AXIS, 1.0, latency_s);
    } else if (is_kind(t, tier, FAB_WIRING_RING)) {
        cross(out, tier, LINK_AXIS, (double)hops_round(member, t->members[tier]), latency_s);
    } else {
        const fab_wiring *w = &t->layers[tier].wiring;
        cross(out, tier, LINK_UP, 1.0, latency_s / 2.0);
        cross(out, tier, LINK_DOWN, 1.0, latency_s / 2.0);
        if (w->kind == FAB_WIRING_CLOS && peer >= w->leaf) {
            cross(out, tier, LINK_LEAF_UP, 1.0, 0.0);
            cross(out, tier, LINK_LEAF_DOWN, 1.0, 0.0);
        }
        return;
    }
    if (peer % t->weight[tier] > 0) {
        find_way(t, peer % t->weight[tier], out);
    }
}

/* The group of a way in the present phase. */
static group *find_group(writer *w, const way *found_way, double size_byte)
{
    uint64_t bits = (uint64_t)found_way->mask * UINT64_C(0x9e3779b97f4a7c15);
    bits ^= (uint64_t)(int64_t)(found_way->latency_s * 1e12) * UINT64_C(0x94d049bb133111eb);
    uint32_t slot = (uint32_t)(bits >> 40) % SLOTS;
    while (w->slot[slot] != 0) {
        group *found = &w->groups[w->slot[slot] - 1];
        if (found->mask == found_way->mask && found->latency_s == found_way->latency_s &&
            found->size_byte == size_byte) {
            return found;
        }
        slot = (slot + 1) % SLOTS;
    }
    if (w->count == w->room) {
        w->lacks_memory = true;
        return NULL;
    }
    w->slot[slot] = ++w->count;
    group *made = &w->groups[w->count - 1];
    *made =
        (group){.mask = found_way->mask, .latency_s = found_way->latency_s, .size_byte = size_byte};
    return made;
}

/* Every package sends so much to the one that is `peer` further. `times` steps that follow each
 * other are one flow, as long as all together. */
static void post(writer *w, int64_t peer, double size_byte, double times)
{
    way out = {.latency_s = 0.0};
    find_way(w->t, peer, &out);
    group *g = w->lacks_memory ? NULL : find_group(w, &out, size_byte * times);
    if (!g) {
        return;
    }
    for (int i = 0; i < FAB_ORBIT_LINKS; i++) {
        g->load[i] += out.hops[i];
        w->orbit->carried_byte[i] += out.hops[i] * size_byte * times;
        w->orbit->energy_j += out.hops[i] * 8.0 * size_byte * times * (double)w->t->ranks *
                              w->t->layers[i / FAB_ORBIT_CLASSES].energy_j_per_bit;
    }
    w->orbit->messages += (uint64_t)w->t->ranks * (uint64_t)times;
}

static void add_flow(writer *w, const group *g, int64_t chain, double lag_s, double times)
{
    const uint32_t flow = w->flow.count++;
    w->flow.size_byte[flow] = g->size_byte;
    w->flow.start_s[flow] = g->latency_s * times + lag_s;
    for (uint32_t i = 0; i < FAB_ORBIT_LINKS; i++) {
        if (g->load[i] > 0.0) {
            w->flow.route_link[w->entries] = i;
            w->flow.load_ratio[w->entries++] = g->load[i];
        }
    }
    w->flow.route_begin[flow + 1] = w->entries;
    for (uint32_t i = w->first[chain]; i < w->end[chain]; i++) {
        w->flow.after[w->waits++] = i;
    }
    w->flow.after_begin[flow + 1] = w->waits;
}

static bool lengthen(writer *w);

/* Ends a phase: its groups become flows that wait for those of the phase before. One that only
 * waits stands between many and many. */
static void end_phase(writer *w, int64_t tier, double lag_s, double times)
{
    const int64_t chain = w->t->is_concurrent ? tier : 0;
    const bool is_first = w->end[chain] == w->first[chain];
    if (w->count == 0 || !lengthen(w)) {
        return;
    }
    if (w->end[chain] - w->first[chain] > 1) {
        const group gate = {.mask = 0};
        const uint32_t number = w->flow.count;
        add_flow(w, &gate, chain, 0.0, 1.0);
        w->first[chain] = number;
        w->end[chain] = number + 1;
    }
    const uint32_t first = w->flow.count;
    const double other_s = is_first && w->t->is_concurrent ? w->t->other_lag_s[tier] : 0.0;
    for (uint32_t i = 0; i < w->count; i++) {
        add_flow(w, &w->groups[i], chain, lag_s + other_s, times);
    }
    w->first[chain] = first;
    w->end[chain] = w->flow.count;
    for (uint32_t i = 0; i < SLOTS; i++) {
        w->slot[i] = 0;
    }
    w->count = 0;
}

static void *more(writer *w, const void *old, uint32_t count, uint32_t room, size_t size)
{
    char *column = fab_arena_alloc(w->arena, room, size, 8);
    if (!column) {
        w->lacks_memory = true;
        return NULL;
    }
    for (size_t i = 0; i < count * size; i++) {
        column[i] = ((const char *)old)[i];
    }
    return column;
}

/* Makes room for the flows of a phase. */
static bool lengthen(writer *w)
{
    const uint32_t flows = w->flow.count + w->count + 2;
    const uint32_t entries = w->entries + w->count * FAB_ORBIT_LINKS;
    const uint32_t waits = w->waits + 2 * w->count + w->room + 2;
    if (flows > w->flow_room) {
        const uint32_t room = 2 * flows;
        w->flow.size_byte = more(w, w->flow.size_byte, w->flow.count, room, sizeof(double));
        w->flow.start_s = more(w, w->flow.start_s, w->flow.count, room, sizeof(double));
        w->flow.route_begin =
            more(w, w->flow.route_begin, w->flow.count + (w->flow.route_begin ? 1 : 0), room,
                 sizeof(uint32_t));
        w->flow.after_begin =
            more(w, w->flow.after_begin, w->flow.count + (w->flow.after_begin ? 1 : 0), room,
                 sizeof(uint32_t));
        w->flow_room = room;
    }
    if (entries > w->entry_room) {
        w->flow.route_link = more(w, w->flow.route_link, w->entries, 2 * entries, sizeof(uint32_t));
        w->flow.load_ratio = more(w, w->flow.load_ratio, w->entries, 2 * entries, sizeof(double));
        w->entry_room = 2 * entries;
    }
    if (waits > w->wait_room) {
        w->flow.after = more(w, w->flow.after, w->waits, 2 * waits, sizeof(uint32_t));
        w->wait_room = 2 * waits;
    }
    return !w->lacks_memory;
}

static double setting_s(const fab_terrain *t, int64_t tier)
{
    return is_kind(t, tier, FAB_WIRING_OCS) ? t->layers[tier].wiring.reconfigure_s : 0.0;
}

/* The turns of a ring are all alike: one flow stands for them, as the schedule posts them. */
static void pass_ring(writer *w, int64_t tier, double part_byte)
{
    const int64_t m = w->t->members[tier], step = w->t->weight[tier];
    const double turns = (double)(m - 1);
    if (is_kind(w->t, tier, FAB_WIRING_MESH)) {
        for (int64_t shift = 1; shift < m; shift++) {
            post(w, shift * step, part_byte / turns, turns);
        }
    } else if (is_kind(w->t, tier, FAB_WIRING_RING) && m > 2) {
        post(w, step, part_byte / 2.0, turns);
        post(w, (m - 1) * step, part_byte / 2.0, turns);
    } else {
        post(w, step, part_byte, turns);
    }
    end_phase(w, tier, setting_s(w->t, tier), turns);
}

/* To all others of the tier, and with `is_flat` to all of their domains inside. */
static void post_all(writer *w, int64_t tier, double size_byte, bool is_flat, bool is_in_turn)
{
    const fab_terrain *t = w->t;
    const int64_t step = t->weight[tier];
    for (int64_t shift = 1; shift < t->members[tier]; shift++) {
        for (int64_t low = 0; low < (is_flat ? step : 1); low++) {
            post(w, shift * step + low, size_byte, 1.0);
        }
        if (is_in_turn || is_kind(t, tier, FAB_WIRING_OCS)) {
            end_phase(w, tier, setting_s(t, tier), 1.0);
        }
    }
    end_phase(w, tier, 0.0, 1.0);
}

static void pass(writer *w, int64_t tier)
{
    const fab_terrain *t = w->t;
    const double part_byte = t->size_byte / (double)t->weight[tier + 1];
    if (t->members[tier] == 1) {
        return;
    }
    if (t->algorithm == FAB_ALGORITHM_RING) {
        pass_ring(w, tier, part_byte);
    } else {
        post_all(w, tier, part_byte, false, false);
    }
}

static void write_all(writer *w)
{
    const fab_terrain *t = w->t;
    if (t->kind == FAB_ALL_TO_ALL) {
        const bool is_flat = t->algorithm != FAB_ALGORITHM_FORWARD;
        for (int64_t tier = 0; tier < t->tiers; tier++) {
            const double parts = (double)(is_flat ? t->ranks : t->members[tier]);
            post_all(w, tier, t->size_byte / parts, is_flat, t->algorithm == FAB_ALGORITHM_RING);
        }
        return;
    }
    for (int64_t tier = 0; tier < t->tiers && t->kind != FAB_ALL_GATHER; tier++) {
        pass(w, tier);
    }
    for (int64_t tier = t->tiers - 1; tier >= 0 && t->kind != FAB_REDUCE_SCATTER; tier--) {
        pass(w, tier);
    }
}

/* Rate of the links of a class that each package has. */
static double class_rate_bps(const fab_terrain *t, int64_t tier, int link)
{
    const fab_graph_layer *layer = &t->layers[tier];
    const fab_wiring *w = &layer->wiring;
    const int64_t axis = link - LINK_AXIS;
    int64_t ports = 0;
    if (link == LINK_LEAF_UP || link == LINK_LEAF_DOWN) {
        return layer->rate_bps / w->oversubscription_ratio;
    }
    if (axis < 0 || w->kind == FAB_WIRING_RING) {
        return layer->rate_bps;
    }
    if (w->kind == FAB_WIRING_MESH) {
        const int64_t others = layer->domain / t->weight[tier] - 1;
        const int64_t links = layer->mesh_links > 0 ? layer->mesh_links : others;
        return layer->rate_bps * (double)(t->members[tier] - 1) / (double)links;
    }
    const bool is_mesh = w->kind == FAB_WIRING_HYPERX;
    for (int64_t i = 0; i < w->axis_count; i++) {
        ports += w->size[i] < 2 ? 0 : is_mesh ? w->size[i] - 1 : 2;
    }
    return layer->rate_bps * (double)(is_mesh ? w->size[axis] - 1 : 2) / (double)ports;
}

static void find_rates(const fab_terrain *t, fab_orbit *orbit)
{
    for (int i = 0; i < FAB_ORBIT_LINKS; i++) {
        orbit->is_used[i] = orbit->carried_byte[i] > 0.0;
        orbit->rate_bps[i] = 1.0;
        if (orbit->is_used[i]) {
            orbit->rate_bps[i] = class_rate_bps(t, i / FAB_ORBIT_CLASSES, i % FAB_ORBIT_CLASSES);
        }
    }
}

fab_status fab_orbit_make(const fab_terrain *terrain, fab_arena *arena, fab_orbit *orbit_out)
{
    *orbit_out = (fab_orbit){.messages = 0};
    writer w = {.t = terrain,
                .arena = arena,
                .orbit = orbit_out,
                .slot = FAB_NEW(arena, uint32_t, SLOTS),
                .groups = FAB_NEW(arena, group, SLOTS / 2),
                .room = SLOTS / 2};
    if (!w.slot || !w.groups) {
        return FAB_E_NOMEM;
    }
    write_all(&w);
    if (w.lacks_memory || (!w.flow.route_begin && !lengthen(&w))) {
        return FAB_E_NOMEM;
    }
    find_rates(terrain, orbit_out);
    orbit_out->set = fab_flow_columns_set(&w.flow);
    return FAB_OK;
}
