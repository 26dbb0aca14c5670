#include "flow/group.h"

#include <stdlib.h>
#include <string.h>

#include "flow/names.h"

/* Colour refinement. A colour is a 64-bit hash: of a link, of its rate and of the sum over its
 * flows of their colours; of a flow, of its own numbers and of the sum over its links of their
 * colours. Colours are refined until links get no new ones. Two things that differ get the same
 * colour by chance with a probability of about 2^-64 per pair; a second sweep with other hashes
 * over the numbered classes checks the result, and a doubt leads to the general solution. */

/* refining further than this costs more than it can save */
enum { SWEEPS = 64 };

typedef struct grouping {
    fab_arena *arena;
    const fab_flow_set *set;
    const double *rate_bps;
    uint32_t link_count;
    uint64_t *own;    /* by flow: colour of its own numbers */
    uint64_t *colour; /* by link */
    uint64_t *tint;   /* by link: the term it adds to the colour of a flow */
    uint64_t *sum;    /* by link: terms of its flows */
    uint64_t *step;   /* by flow: its own colour; NULL when none waits for another */
    uint32_t *flow_class;
    uint32_t *link_class;
    fab_names flows;
    fab_names links;
} grouping;

static uint64_t bits(double x)
{
    uint64_t z;
    x += 0.0; /* one zero */
    memcpy(&z, &x, sizeof(z));
    return z;
}

static uint64_t own_colour(const fab_flow_set *set, uint32_t flow)
{
    uint64_t z = fab_mix(bits(set->size_byte[flow]));
    if (set->start_s) {
        z = fab_mix(z ^ bits(set->start_s[flow]));
    }
    if (set->weight_ratio) {
        z = fab_mix(z ^ bits(set->weight_ratio[flow]));
    }
    return set->cap_bps ? fab_mix(z ^ bits(set->cap_bps[flow])) : z;
}

static uint64_t sum_over_route(const grouping *g, const uint64_t *tint, uint32_t flow)
{
    const fab_flow_set *set = g->set;
    const uint32_t begin = set->route_begin[flow], end = set->route_begin[flow + 1];
    uint64_t sum = 0;
    if (!set->load_ratio) {
        for (uint32_t i = begin; i < end; i++) {
            sum += tint[set->route_link[i]];
        }
        return sum;
    }
    for (uint32_t i = begin; i < end; i++) {
        sum += fab_mix(tint[set->route_link[i]] ^ bits(set->load_ratio[i]));
    }
    return sum;
}

static void add_to_route(const grouping *g, uint64_t tint, uint32_t flow)
{
    const fab_flow_set *set = g->set;
    const uint32_t begin = set->route_begin[flow], end = set->route_begin[flow + 1];
    if (!set->load_ratio) {
        for (uint32_t i = begin; i < end; i++) {
            g->sum[set->route_link[i]] += tint;
        }
        return;
    }
    for (uint32_t i = begin; i < end; i++) {
        g->sum[set->route_link[i]] += fab_mix(tint ^ bits(set->load_ratio[i]));
    }
}

/* Terms of the flows that a flow waits for, which come before it. */
static uint64_t sum_over_waits(const grouping *g, uint32_t flow)
{
    const fab_flow_set *set = g->set;
    uint64_t sum = 0;
    for (uint32_t i = set->after_begin[flow]; i < set->after_begin[flow + 1]; i++) {
        sum += fab_mix(g->step[set->after_flow[i]] + 5);
    }
    return sum;
}

static uint64_t flow_colour(const grouping *g, uint32_t flow)
{
    const uint64_t colour = fab_mix(g->own[flow] + sum_over_route(g, g->tint, flow));
    if (!g->step) {
        return colour;
    }
    g->step[flow] = fab_mix(colour + sum_over_waits(g, flow));
    return g->step[flow];
}

/* Colours flows by their numbers; false when that alone gives more classes than are worth it. */
static fab_status begin(grouping *g, uint32_t limit, bool *is_worth)
{
    const fab_flow_set *set = g->set;
    uint64_t last = 0;
    uint32_t number;
    for (uint32_t flow = 0; flow < set->flow_count && *is_worth; flow++) {
        g->own[flow] = own_colour(set, flow);
        if (flow == 0 || g->own[flow] != last) {
            last = g->own[flow];
            FAB_TRY(fab_names_find(&g->flows, last, &number));
            *is_worth = g->flows.count <= limit;
        }
    }
    for (uint32_t link = 0; link < g->link_count; link++) {
        g->colour[link] = fab_mix(bits(g->rate_bps[link]) + 1);
        g->tint[link] = fab_mix(g->colour[link] + 2);
        FAB_TRY(fab_names_find(&g->links, g->colour[link], &g->link_class[link]));
    }
    return FAB_OK;
}

/* Numbers the classes of flows that the links' colours give, and sums them up by link; stops when
 * there are more than are worth it. */
static fab_status sweep_flows(grouping *g, uint32_t limit, bool *is_worth)
{
    uint64_t last = 0, added = 0;
    uint32_t number = 0;
    memset(g->sum, 0, g->link_count * sizeof(*g->sum));
    fab_names_clear(&g->flows);
    for (uint32_t flow = 0; flow < g->set->flow_count && *is_worth; flow++) {
        const uint64_t colour = flow_colour(g, flow);
        if (flow == 0 || colour != last) {
            last = colour;
            added = fab_mix(colour + 3);
            FAB_TRY(fab_names_find(&g->flows, colour, &number));
            *is_worth = g->flows.count <= limit;
        }
        g->flow_class[flow] = number;
        add_to_route(g, added, flow);
    }
    return FAB_OK;
}

/* Refines the links by the flows that cross them. */
static fab_status sweep_links(grouping *g)
{
    fab_names_clear(&g->links);
    for (uint32_t link = 0; link < g->link_count; link++) {
        g->colour[link] = fab_mix(g->colour[link] ^ fab_mix(g->sum[link]));
        g->tint[link] = fab_mix(g->colour[link] + 2);
        FAB_TRY(fab_names_find(&g->links, g->colour[link], &g->link_class[link]));
    }
    return FAB_OK;
}

/* Refines until the number of link classes stays; false when that is not worth it. */
static fab_status refine(grouping *g, uint32_t limit, bool *is_found)
{
    bool is_stable = false, is_worth = true;
    for (int i = 0; i < SWEEPS && is_worth && !is_stable; i++) {
        const uint32_t before = g->links.count;
        FAB_TRY(sweep_flows(g, limit, &is_worth));
        if (is_worth) {
            FAB_TRY(sweep_links(g));
        }
        is_stable = g->links.count == before;
    }
    *is_found = is_stable && is_worth;
    return FAB_OK;
}

/* Keeps the first value of each class and compares the others with it. */
static bool agrees(uint64_t *first, bool is_first, uint64_t value)
{
    *first = is_first ? value : *first;
    return *first == value;
}

/* Checks with other hashes that the classes are equitable. */
static fab_status check(const grouping *g, bool *is_right)
{
    uint64_t *first = FAB_NEW(g->arena, uint64_t, (size_t)g->flows.count + g->links.count);
    if (!first) {
        return FAB_E_NOMEM;
    }
    memset(g->sum, 0, g->link_count * sizeof(*g->sum));
    for (uint32_t link = 0; link < g->link_count; link++) {
        g->tint[link] = fab_mix(~(uint64_t)g->link_class[link]);
    }
    for (uint32_t flow = 0, seen = 0; flow < g->set->flow_count; flow++) {
        const uint32_t group = g->flow_class[flow];
        uint64_t value = g->own[flow] * 3 + sum_over_route(g, g->tint, flow);
        if (g->step) {
            value = fab_mix(value) + sum_over_waits(g, flow);
            g->step[flow] = fab_mix(~(uint64_t)group - 7);
        }
        *is_right = *is_right && agrees(&first[group], group == seen, value);
        seen += group == seen;
        add_to_route(g, fab_mix(((uint64_t)group << 32) ^ UINT64_C(0x5bd1e995)), flow);
    }
    first += g->flows.count;
    for (uint32_t link = 0, seen = 0; link < g->link_count; link++) {
        const uint32_t group = g->link_class[link];
        const uint64_t value = g->sum[link] * 3 + bits(g->rate_bps[link]);
        *is_right = *is_right && agrees(&first[group], group == seen, value);
        seen += group == seen;
    }
    return FAB_OK;
}

/* The columns of the quotient while they are filled. */
typedef struct columns {
    uint32_t *members;      /* by class of flows */
    uint32_t *link_members; /* by class of links */
    uint32_t *first;        /* by class: its first flow */
    double *rate_bps;
    double *size_byte;
    double *start_s;
    double *weight_ratio;
    double *cap_bps;
    uint32_t *begin;
    uint32_t *link;
    double *load_ratio;
    uint32_t *place; /* by class of links: its entry of the present flow, plus 1 */
    uint32_t *after_begin;
    uint32_t *after;
} columns;

static fab_status make_columns(const grouping *g, columns *c)
{
    const uint32_t flows = g->flows.count, links = g->links.count;
    c->members = FAB_NEW(g->arena, uint32_t, flows);
    c->link_members = FAB_NEW(g->arena, uint32_t, links);
    c->first = FAB_NEW(g->arena, uint32_t, flows);
    c->rate_bps = FAB_NEW(g->arena, double, links);
    c->size_byte = FAB_NEW(g->arena, double, flows);
    c->start_s = FAB_NEW(g->arena, double, flows);
    c->weight_ratio = FAB_NEW(g->arena, double, flows);
    c->cap_bps = FAB_NEW(g->arena, double, flows);
    c->begin = FAB_NEW(g->arena, uint32_t, (size_t)flows + 1);
    c->place = FAB_NEW(g->arena, uint32_t, links);
    const bool is_made = c->members && c->link_members && c->first && c->rate_bps && c->size_byte &&
                         c->start_s && c->weight_ratio && c->cap_bps && c->begin && c->place;
    return is_made ? FAB_OK : FAB_E_NOMEM;
}

static void count_members(const grouping *g, columns *c)
{
    for (uint32_t flow = g->set->flow_count; flow > 0; flow--) {
        const uint32_t group = g->flow_class[flow - 1];
        c->members[group]++;
        c->first[group] = flow - 1;
    }
    for (uint32_t link = 0; link < g->link_count; link++) {
        c->link_members[g->link_class[link]]++;
        c->rate_bps[g->link_class[link]] = g->rate_bps[link];
    }
}

/* Routes of the classes: entries that a flow has on one class of links become one. */
static fab_status make_routes(const grouping *g, columns *c)
{
    const fab_flow_set *set = g->set;
    uint64_t most = 0;
    for (uint32_t group = 0; group < g->flows.count; group++) {
        most += set->route_begin[c->first[group] + 1] - set->route_begin[c->first[group]];
    }
    c->link = FAB_NEW(g->arena, uint32_t, most);
    c->load_ratio = FAB_NEW(g->arena, double, most);
    if (!c->link || !c->load_ratio) {
        return FAB_E_NOMEM;
    }
    uint32_t end = 0;
    for (uint32_t group = 0; group < g->flows.count; group++) {
        const uint32_t flow = c->first[group];
        c->begin[group] = end;
        for (uint32_t i = set->route_begin[flow]; i < set->route_begin[flow + 1]; i++) {
            const uint32_t link = g->link_class[set->route_link[i]];
            if (c->place[link] <= c->begin[group]) {
                c->link[end++] = link;
                c->place[link] = end;
            }
            c->load_ratio[c->place[link] - 1] += set->load_ratio ? set->load_ratio[i] : 1.0;
        }
        for (uint32_t i = c->begin[group]; i < end; i++) {
            c->load_ratio[i] *= (double)c->members[group];
            c->load_ratio[i] /= (double)c->link_members[c->link[i]];
        }
    }
    c->begin[g->flows.count] = end;
    return FAB_OK;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Who waits for whom among the classes: what the first flow of each waits for, each class once. */
static fab_status make_waits(const grouping *g, columns *c)
{
    const fab_flow_set *set = g->set;
    uint32_t entries = 0, end = 0;
    if (!g->step) {
        return FAB_OK;
    }
    for (uint32_t group = 0; group < g->flows.count; group++) {
        entries += set->after_begin[c->first[group] + 1] - set->after_begin[c->first[group]];
    }
    c->after_begin = FAB_NEW(g->arena, uint32_t, (size_t)g->flows.count + 1);
    c->after = FAB_NEW(g->arena, uint32_t, entries);
    if (!c->after_begin || !c->after) {
        return FAB_E_NOMEM;
    }
    for (uint32_t group = 0; group < g->flows.count; group++) {
        const uint32_t flow = c->first[group], begin = end;
        for (uint32_t i = set->after_begin[flow]; i < set->after_begin[flow + 1]; i++) {
            c->after[end++] = g->flow_class[set->after_flow[i]];
        }
        if (end > begin) {
            qsort(c->after + begin, end - begin, sizeof(*c->after), by_number);
        }
        uint32_t kept = begin;
        for (uint32_t i = begin; i < end; i++) {
            if (kept == begin || c->after[kept - 1] != c->after[i]) {
                c->after[kept++] = c->after[i];
            }
        }
        end = kept;
        c->after_begin[group + 1] = end;
    }
    return FAB_OK;
}

static void copy_numbers(const grouping *g, columns *c, fab_flow_set *out)
{
    const fab_flow_set *set = g->set;
    for (uint32_t group = 0; group < g->flows.count; group++) {
        const uint32_t flow = c->first[group];
        c->size_byte[group] = set->size_byte[flow];
        c->start_s[group] = set->start_s ? set->start_s[flow] : 0.0;
        c->weight_ratio[group] = set->weight_ratio ? set->weight_ratio[flow] : 1.0;
        c->cap_bps[group] = set->cap_bps ? set->cap_bps[flow] : 0.0;
    }
    *out = (fab_flow_set){
        .flow_count = g->flows.count,
        .size_byte = c->size_byte,
        .route_begin = c->begin,
        .route_link = c->link,
        .load_ratio = c->load_ratio,
        .start_s = c->start_s,
        .weight_ratio = c->weight_ratio,
        .cap_bps = set->cap_bps ? c->cap_bps : NULL,
        .after_begin = c->after_begin,
        .after_flow = c->after,
    };
}

static fab_status make_quotient(const grouping *g, fab_flow_quotient *quotient)
{
    columns c = {0};
    FAB_TRY(make_columns(g, &c));
    count_members(g, &c);
    FAB_TRY(make_routes(g, &c));
    FAB_TRY(make_waits(g, &c));
    copy_numbers(g, &c, &quotient->set);
    quotient->rate_bps = c.rate_bps;
    quotient->link_count = g->links.count;
    quotient->flow_class = g->flow_class;
    return FAB_OK;
}

static fab_status make_grouping(fab_arena *arena, const double *rate_bps, uint32_t link_count,
                                const fab_flow_set *set, grouping *g)
{
    *g = (grouping){
        .arena = arena,
        .set = set,
        .rate_bps = rate_bps,
        .link_count = link_count,
        .own = FAB_TAKE(arena, uint64_t, set->flow_count),
        .colour = FAB_NEW(arena, uint64_t, link_count),
        .tint = FAB_NEW(arena, uint64_t, link_count),
        .sum = FAB_NEW(arena, uint64_t, link_count),
        .flow_class = FAB_TAKE(arena, uint32_t, set->flow_count),
        .link_class = FAB_NEW(arena, uint32_t, link_count),
    };
    if (!g->own || !g->colour || !g->tint || !g->sum || !g->flow_class || !g->link_class) {
        return FAB_E_NOMEM;
    }
    if (set->after_begin) {
        g->step = FAB_NEW(arena, uint64_t, set->flow_count);
        if (!g->step) {
            return FAB_E_NOMEM;
        }
    }
    FAB_TRY(fab_names_make(arena, &g->flows));
    return fab_names_make(arena, &g->links);
}

fab_status fab_flow_group(fab_arena *arena, const double *rate_bps, uint32_t link_count,
                          const fab_flow_set *set, fab_flow_quotient *quotient_out, bool *found_out)
{
    const uint32_t limit = set->flow_count / 2;
    grouping g;
    bool is_found = true;
    *found_out = false;
    FAB_TRY(make_grouping(arena, rate_bps, link_count, set, &g));
    FAB_TRY(begin(&g, limit, &is_found));
    if (is_found) {
        FAB_TRY(refine(&g, limit, &is_found));
    }
    if (is_found) {
        FAB_TRY(check(&g, &is_found));
    }
    if (is_found) {
        FAB_TRY(make_quotient(&g, quotient_out));
        *found_out = true;
    }
    return FAB_OK;
}
