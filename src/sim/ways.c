#include "sim/ways.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "sim/terrain.h"

enum { FIRST_ROOM = 64, ASK_EVERY = 64 };

static bool is_same(const fab_partners *a, const fab_partners *b)
{
    bool is_equal = a->stage == b->stage && a->to_stage == b->to_stage &&
                    a->is_outer == b->is_outer && a->is_by_place == b->is_by_place &&
                    a->kind == b->kind && a->algorithm == b->algorithm &&
                    a->group.axis_count == b->group.axis_count;
    for (int64_t i = 0; i < a->group.axis_count && is_equal; i++) {
        is_equal = a->group.axes[i].size == b->group.axes[i].size &&
                   a->group.axes[i].stride == b->group.axes[i].stride;
    }
    return is_equal;
}

uint32_t fab_ways_find(fab_ways *w, const fab_partners *partners)
{
    for (uint32_t i = 0; i < w->count; i++) {
        if (is_same(&w->ways[i].partners, partners)) {
            return i;
        }
    }
    if (!w->lacks_memory && w->count == w->room) {
        const uint32_t room = w->room == 0 ? FIRST_ROOM : 2 * w->room;
        fab_way *longer = FAB_NEW(w->arena, fab_way, room);
        w->lacks_memory = !longer;
        if (longer && w->count > 0) {
            memcpy(longer, w->ways, w->count * sizeof(*longer));
        }
        w->ways = longer;
        w->room = room;
    }
    if (w->lacks_memory) {
        return 0;
    }
    w->ways[w->count] = (fab_way){.partners = *partners, .latency_ratio = 1.0};
    return w->count++;
}

/* What a run of the routing shares. */
typedef struct routing {
    fab_ways *ways;
    const fab_ground *ground;
    const fab_step_options *options;
    fab_spread *spread;
    fab_link_sums *sums; /* by way */
    double *sent_byte;   /* by way, all together */
    double *most_byte;   /* by way, what the busiest package gets */
    double *latency_s;   /* by way */
    fab_spread_source *sources;
    const char **reason_out;
} routing;

static fab_status refuse(const routing *r, const char *reason)
{
    *r->reason_out = reason;
    return reason ? FAB_E_INFEASIBLE : FAB_E_NOMEM;
}

/* Sends what goes to one package. */
static fab_status send_to(routing *r, uint32_t to)
{
    const int64_t stage = to / r->ways->ways[0].partners.stage_packages;
    for (uint32_t i = 0; i < r->ways->count; i++) {
        const fab_partners *p = &r->ways->ways[i].partners;
        uint32_t lost = 0;
        if (p->to_stage != stage) {
            continue;
        }
        const size_t count = fab_partners_list(p, to, r->sources);
        const fab_status status =
            fab_spread_add(r->spread, to, r->sources, count, &r->sums[i], &r->latency_s[i], &lost);
        if (status == FAB_E_INFEASIBLE) {
            return fab_terrain_no_path(r->ground->graph, lost, to, r->ways->arena, r->reason_out);
        }
        FAB_TRY(status);
        double got_byte = 0.0;
        for (size_t k = 0; k < count; k++) {
            got_byte += r->sources[k].size_byte;
        }
        r->sent_byte[i] += got_byte;
        r->most_byte[i] = got_byte > r->most_byte[i] ? got_byte : r->most_byte[i];
    }
    return FAB_OK;
}

static fab_status make(fab_ways *ways, const fab_ground *ground, const fab_step_options *options,
                       const char **reason_out, routing *out)
{
    fab_arena *arena = ways->arena;
    int64_t most = 0;
    for (uint32_t i = 0; i < ways->count; i++) {
        const int64_t here = fab_partners_limit(&ways->ways[i].partners);
        most = here > most ? here : most;
    }
    *out = (routing){
        .ways = ways,
        .ground = ground,
        .options = options,
        .sums = FAB_NEW(arena, fab_link_sums, ways->count),
        .sent_byte = FAB_NEW(arena, double, ways->count),
        .most_byte = FAB_NEW(arena, double, ways->count),
        .latency_s = FAB_NEW(arena, double, ways->count),
        .sources = FAB_NEW(arena, fab_spread_source, (size_t)most),
        .reason_out = reason_out,
    };
    if (!out->sums || !out->sent_byte || !out->most_byte || !out->latency_s || !out->sources) {
        return FAB_E_NOMEM;
    }
    for (uint32_t i = 0; i < ways->count; i++) {
        out->sums[i] = fab_link_sums_make(ground->graph, arena);
        if (!out->sums[i].pages) {
            return FAB_E_NOMEM;
        }
    }
    return fab_spread_create(ground->graph, options->routing, options->seed, arena, &out->spread,
                             reason_out);
}

/* Loads for 1 byte of what a forecast counts. */
static fab_status scale(routing *r)
{
    for (uint32_t i = 0; i < r->ways->count; i++) {
        fab_way *way = &r->ways->ways[i];
        const double latency_s = r->ground->tier_latency_s[way->partners.is_outer ? 1 : 0];
        if (!(r->sent_byte[i] > 0.0)) {
            return refuse(r, "a message of the step goes to nobody in its group");
        }
        const double ratio =
            1.0 / fab_partners_unit(&way->partners, r->sent_byte[i], r->most_byte[i]);
        for (uint32_t page = 0; page < r->sums[i].page_count; page++) {
            double *load = r->sums[i].pages[page];
            for (int k = 0; load && k < FAB_LINK_PAGE; k++) {
                load[k] *= ratio;
            }
        }
        const double stretch = latency_s > 0.0 ? r->latency_s[i] / latency_s : 1.0;
        way->latency_ratio = stretch > 1.0 ? stretch : 1.0;
    }
    return FAB_OK;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 31);
}

/* A load to nine digits: sums of equal parts differ in the last ones. */
static uint64_t bits_of(double load)
{
    int exponent = 0;
    const double part = frexp(load, &exponent);
    return (uint64_t)(int64_t)round(part * 1073741824.0) ^ ((uint64_t)(int64_t)exponent << 40);
}

static bool is_alike(double a, double b)
{
    return fabs(a - b) <= 1e-9 * (a > b ? a : b);
}

/* Whether both lead from packages, or neither, and to packages alike. */
static bool join_alike(const fab_graph *graph, uint32_t a, uint32_t b)
{
    const uint32_t packages = graph->package_count;
    return (graph->from[a] < packages) == (graph->from[b] < packages) &&
           (graph->to[a] < packages) == (graph->to[b] < packages);
}

static bool carry_alike(const routing *r, uint32_t a, uint32_t b)
{
    const fab_graph *graph = r->ground->graph;
    bool is_equal = graph->layer[a] == graph->layer[b] && join_alike(graph, a, b) &&
                    r->ground->rate_bps[a] == r->ground->rate_bps[b];
    for (uint32_t i = 0; i < r->ways->count && is_equal; i++) {
        is_equal = is_alike(fab_link_sums_at(&r->sums[i], a), fab_link_sums_at(&r->sums[i], b));
    }
    return is_equal;
}

/* Hashes of what links carry; 0: nothing. */
static uint64_t *hash_links(const routing *r)
{
    uint64_t *hash = FAB_NEW(r->ways->arena, uint64_t, r->ground->graph->link_count);
    for (uint32_t i = 0; i < r->ways->count && hash; i++) {
        for (uint32_t page = 0; page < r->sums[i].page_count; page++) {
            const double *load = r->sums[i].pages[page];
            for (uint32_t k = 0; load && k < FAB_LINK_PAGE; k++) {
                if (load[k] > 0.0) {
                    uint64_t *here = &hash[page * FAB_LINK_PAGE + k];
                    *here = mix(mix(*here, i + 1), bits_of(load[k])) | 1;
                }
            }
        }
    }
    return hash;
}

/* Groups links in the order of their numbers. */
static fab_status group_links(const routing *r)
{
    const fab_graph *graph = r->ground->graph;
    fab_ways *w = r->ways;
    uint64_t slots = 1, used = 0;
    uint64_t *hash = hash_links(r);
    for (uint32_t link = 0; hash && link < graph->link_count; link++) {
        used += hash[link] != 0 ? 1 : 0;
    }
    while (slots < 2 * used) {
        slots *= 2;
    }
    uint32_t *slot = FAB_NEW(w->arena, uint32_t, slots);
    w->classes = FAB_NEW(w->arena, fab_link_class, used + 1);
    if (!hash || !slot || !w->classes) {
        return FAB_E_NOMEM;
    }
    for (uint32_t link = 0; link < graph->link_count; link++) {
        if (hash[link] == 0) {
            continue;
        }
        uint64_t at = mix(hash[link], graph->layer[link]) % slots;
        while (slot[at] != 0 &&
               (r->options->is_general || !carry_alike(r, link, w->classes[slot[at] - 1].link))) {
            at = (at + 1) % slots;
        }
        if (slot[at] == 0) {
            w->classes[w->class_count++] = (fab_link_class){
                .link = link, .rate_bps = r->ground->rate_bps[link], .layer = graph->layer[link]};
            slot[at] = w->class_count;
        }
        w->classes[slot[at] - 1].count++;
    }
    return FAB_OK;
}

static fab_status list_entries(const routing *r)
{
    fab_ways *w = r->ways;
    size_t entries = 0;
    for (int pass = 0; pass < 2; pass++) {
        size_t at = 0;
        for (uint32_t i = 0; i < w->count; i++) {
            w->ways[i].begin = (uint32_t)at;
            for (uint32_t c = 0; c < w->class_count; c++) {
                const double load = fab_link_sums_at(&r->sums[i], w->classes[c].link);
                if (load > 0.0 && pass == 1) {
                    w->entry_class[at] = c;
                    w->entry_load[at] = load;
                }
                at += load > 0.0 ? 1 : 0;
            }
            w->ways[i].end = (uint32_t)at;
        }
        entries = at;
        if (entries > UINT32_MAX / 2) {
            return FAB_E_NOMEM;
        }
        if (pass == 0) {
            w->entry_class = FAB_NEW(w->arena, uint32_t, entries);
            w->entry_load = FAB_NEW(w->arena, double, entries);
        }
        if (!w->entry_class || !w->entry_load) {
            return FAB_E_NOMEM;
        }
    }
    return FAB_OK;
}

fab_status fab_ways_route(fab_ways *ways, const fab_ground *ground, const fab_step_options *options,
                          const char **reason_out)
{
    assert(ways && ground && reason_out);
    routing r;
    if (ways->lacks_memory) {
        return FAB_E_NOMEM;
    }
    if (ways->count == 0) {
        return FAB_OK;
    }
    FAB_TRY(make(ways, ground, options, reason_out, &r));
    const int64_t packages = ways->ways[0].partners.stage_packages;
    int64_t stages = 0;
    for (uint32_t i = 0; i < ways->count; i++) {
        const int64_t last = ways->ways[i].partners.to_stage + 1;
        stages = last > stages ? last : stages;
    }
    for (uint32_t to = 0; to < (uint32_t)(stages * packages); to++) {
        if (to % ASK_EVERY == 0 && options->goes_on && !options->goes_on(options->context)) {
            return refuse(&r, "it was ended while its messages were routed");
        }
        FAB_TRY(send_to(&r, to));
    }
    FAB_TRY(scale(&r));
    FAB_TRY(group_links(&r));
    return list_entries(&r);
}
