#include <assert.h>
#include <math.h>
#include <string.h>

#include <fabricast/units.h>

#include "sim/experts.h"
#include "sim/orbit.h"
#include "sim/popular.h"
#include "sim/schedule.h"
#include "sim/skew.h"

/* One collective, simulated: its messages posted or one package's laid out, run, and what they left
 * on the links. */

#define AGREES_FRAC 0.02
#define DIGITS      4

/* what every part of a run shares */
typedef struct run {
    const fab_collective_answer *answer;
    const fab_simulation_options *options;
    fab_arena *arena;
    fab_terrain terrain;
    fab_simulation *out;
    const char **reason_out;
} run;

static fab_status refuse(const run *r, const char *text)
{
    *r->reason_out = text;
    return text ? FAB_E_INFEASIBLE : FAB_E_NOMEM;
}

/* Whoever watches the flows, and whoever may end the simulation. */
typedef struct watching {
    const fab_simulation_options *options;
    const fab_flow_options *inner;
    double reached_s;
} watching;

static bool watch(void *context, const fab_flow_view *view)
{
    watching *w = context;
    w->reached_s = view->time_s;
    return (!w->inner->watch || w->inner->watch(w->inner->context, view)) &&
           (!w->options->goes_on || w->options->goes_on(w->options->context));
}

static fab_status run_flows(const run *r, const double *rate_bps, uint32_t links,
                            const fab_flow_set *set, const fab_flow_options *inner)
{
    fab_flow_network *network = NULL;
    fab_flow_result result;
    watching w = {.options = r->options, .inner = inner};
    const fab_flow_options options = {
        .is_general = inner->is_general, .watch = watch, .context = &w};
    double *finish_s = FAB_NEW(r->arena, double, set->flow_count);
    if (!finish_s) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(fab_flow_network_create(r->arena, rate_bps, links, &network));
    FAB_TRY(fab_flow_run(network, set, &options, finish_s, &result));
    r->out->is_complete = result.is_complete;
    r->out->simulated_s =
        (result.is_complete ? result.makespan_s : w.reached_s) + r->terrain.beside_s;
    r->out->classes = result.class_count;
    r->out->events = result.events;
    double first_s = HUGE_VAL;
    for (uint32_t i = 0; i < set->flow_count; i++) {
        if (set->size_byte[i] > 0.0 && finish_s[i] >= 0.0 && finish_s[i] < first_s) {
            first_s = finish_s[i];
        }
    }
    r->out->first_s = first_s < HUGE_VAL ? first_s : 0.0;
    return FAB_OK;
}

/* Puts a link among the fullest so far. */
static void rank_link(fab_simulation *out, fab_link_load load)
{
    size_t place = out->hot_link_count;
    while (place > 0 && out->hot_links[place - 1].busy_frac < load.busy_frac) {
        place--;
    }
    if (place == FAB_HOT_LINK_LIMIT) {
        return;
    }
    if (out->hot_link_count < FAB_HOT_LINK_LIMIT) {
        out->hot_link_count++;
    }
    for (size_t i = out->hot_link_count - 1; i > place; i--) {
        out->hot_links[i] = out->hot_links[i - 1];
    }
    out->hot_links[place] = load;
}

/* What each link carried; the fullest ones and the mean of each tier. */
static void sum_up(const run *r, const double *rate_bps, const double *carried_byte, uint32_t links,
                   const uint8_t *layer, uint32_t hot[FAB_HOT_LINK_LIMIT])
{
    fab_simulation *out = r->out;
    double busy_s[FAB_TIER_LIMIT] = {0.0}, all[FAB_TIER_LIMIT] = {0.0};
    for (uint32_t i = 0; i < links; i++) {
        const double link_s = 8.0 * carried_byte[i] / rate_bps[i];
        busy_s[layer[i]] += link_s * rate_bps[i];
        all[layer[i]] += rate_bps[i];
        out->bound_s = link_s > out->bound_s ? link_s : out->bound_s;
        const double least = out->hot_link_count == FAB_HOT_LINK_LIMIT
                                 ? out->hot_links[FAB_HOT_LINK_LIMIT - 1].busy_frac
                                 : 0.0;
        const double busy_frac = out->simulated_s > 0.0 ? link_s / out->simulated_s : 0.0;
        if (busy_frac > least) {
            /* the number stands in for the name until the fullest are known */
            size_t place = out->hot_link_count < FAB_HOT_LINK_LIMIT ? out->hot_link_count
                                                                    : FAB_HOT_LINK_LIMIT - 1;
            while (place > 0 && out->hot_links[place - 1].busy_frac < busy_frac) {
                hot[place] = hot[place - 1];
                place--;
            }
            hot[place] = i;
            rank_link(out, (fab_link_load){.layer = layer[i],
                                           .carried_byte = carried_byte[i],
                                           .busy_frac = busy_frac});
        }
    }
    for (int64_t i = 0; i < out->layer_count; i++) {
        const double whole = all[i] * out->simulated_s;
        out->layer_busy_frac[i] = whole > 0.0 ? busy_s[i] / whole : 0.0;
    }
}

static fab_status simulate_orbit(run *r)
{
    fab_orbit orbit;
    uint8_t layer[FAB_ORBIT_LINKS] = {0};
    uint32_t hot[FAB_HOT_LINK_LIMIT] = {0};
    double rate_bps[FAB_ORBIT_LINKS] = {0.0}, carried_byte[FAB_ORBIT_LINKS] = {0.0};
    int name[FAB_ORBIT_LINKS] = {0};
    uint32_t used = 0;
    FAB_TRY(fab_orbit_make(&r->terrain, r->arena, &orbit));
    FAB_TRY(run_flows(r, orbit.rate_bps, FAB_ORBIT_LINKS, &orbit.set,
                      &(fab_flow_options){.is_general = true}));
    for (int i = 0; i < FAB_ORBIT_LINKS; i++) {
        if (orbit.is_used[i]) {
            layer[used] = (uint8_t)(i / FAB_ORBIT_CLASSES);
            rate_bps[used] = orbit.rate_bps[i];
            carried_byte[used] = orbit.carried_byte[i];
            name[used++] = i;
        }
    }
    sum_up(r, rate_bps, carried_byte, used, layer, hot);
    for (size_t i = 0; i < r->out->hot_link_count; i++) {
        r->out->hot_links[i].from = fab_orbit_name(name[hot[i]]);
    }
    r->out->is_symmetric = true;
    r->out->flows = orbit.messages;
    r->out->links = used;
    r->out->energy_j = orbit.energy_j;
    return FAB_OK;
}

/* Sources that send alike stand for each other, unless that overfills a link: *done_out. */
static fab_status simulate_popular(run *r, bool *done_out)
{
    fab_popular popular;
    const double *share = NULL;
    uint32_t hot[FAB_HOT_LINK_LIMIT] = {0};
    const fab_flow_options options = {
        .is_general = true, .watch = fab_popular_watch, .context = &popular};
    FAB_TRY(fab_skew_shares(r->terrain.ranks, r->terrain.zipf_frac, r->arena, &share));
    FAB_TRY(fab_popular_make(&r->terrain, share, r->arena, &popular));
    FAB_TRY(run_flows(r, popular.rate_bps, popular.link_count, &popular.set, &options));
    *done_out = popular.is_right;
    if (!popular.is_right) {
        return FAB_OK;
    }
    sum_up(r, popular.rate_bps, popular.carried_byte, popular.link_count, popular.layer, hot);
    for (size_t i = 0; i < r->out->hot_link_count; i++) {
        r->out->hot_links[i].from = fab_arena_printf(
            r->arena, "%s %u", fab_popular_name(popular.kind[hot[i]]), popular.unit[hot[i]]);
        if (!r->out->hot_links[i].from) {
            return FAB_E_NOMEM;
        }
    }
    r->out->flows = popular.messages;
    r->out->links = popular.link_count;
    r->out->energy_j = popular.energy_j;
    return FAB_OK;
}

static fab_status carry(const run *r, const fab_graph *graph, const fab_flow_set *set,
                        double *carried_byte)
{
    for (uint32_t flow = 0; flow < set->flow_count; flow++) {
        for (uint32_t i = set->route_begin[flow]; i < set->route_begin[flow + 1]; i++) {
            const uint32_t link = set->route_link[i];
            const double load = set->load_ratio ? set->load_ratio[i] : 1.0;
            carried_byte[link] += load * set->size_byte[flow];
            r->out->energy_j += 8.0 * load * set->size_byte[flow] * graph->energy_j_per_bit[link];
        }
    }
    return FAB_OK;
}

static fab_status make_graph(run *r, const fab_graph **graph_out)
{
    const fab_terrain_wish wish = {
        .packages = r->terrain.ranks * r->terrain.stride,
        .graph = r->options->graph,
        .faults = r->options->faults,
        .fault_count = r->options->fault_count,
    };
    return fab_terrain_graph(r->terrain.layers, r->terrain.tiers, &wish, r->arena, graph_out,
                             r->reason_out);
}

/* Posts all messages and routes them. */
static fab_status post_and_route(run *r, const fab_graph *graph, fab_posting *posting,
                                 fab_flow_set *set)
{
    fab_router *router = NULL;
    const double *share = NULL;
    uint32_t lost = 0;
    if (r->terrain.zipf_frac > 0.0) {
        FAB_TRY(fab_skew_shares(r->terrain.ranks, r->terrain.zipf_frac, r->arena, &share));
    }
    FAB_TRY(r->options->experts ? fab_experts_post(&r->terrain, r->options->experts, posting)
                                : fab_schedule_post(&r->terrain, graph, share, posting));
    FAB_TRY(fab_router_create(graph, r->options->routing, r->options->seed, r->arena, &router,
                              r->reason_out));
    const fab_status status = fab_posting_flows(posting, router, set, &lost);
    return status == FAB_E_INFEASIBLE
               ? fab_terrain_no_path(graph, posting->from[lost], posting->to[lost], r->arena,
                                     r->reason_out)
               : status;
}

static fab_status sum_graph(run *r, const fab_graph *graph, const fab_flow_set *set)
{
    uint32_t hot[FAB_HOT_LINK_LIMIT] = {0};
    double *carried_byte = FAB_NEW(r->arena, double, graph->link_count);
    if (!carried_byte) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(carry(r, graph, set, carried_byte));
    sum_up(r, graph->rate_bps, carried_byte, graph->link_count, graph->layer, hot);
    for (size_t i = 0; i < r->out->hot_link_count; i++) {
        r->out->hot_links[i].from = fab_graph_node_name(graph, graph->from[hot[i]], r->arena);
        r->out->hot_links[i].to = fab_graph_node_name(graph, graph->to[hot[i]], r->arena);
        if (!r->out->hot_links[i].from || !r->out->hot_links[i].to) {
            return FAB_E_NOMEM;
        }
    }
    return FAB_OK;
}

static fab_status simulate_graph(run *r)
{
    const fab_graph *graph = NULL;
    fab_posting posting = fab_posting_make(r->arena);
    fab_flow_set set;
    posting.goes_on = r->options->goes_on;
    posting.context = r->options->context;
    FAB_TRY(make_graph(r, &graph));
    FAB_TRY(post_and_route(r, graph, &posting, &set));
    r->out->flows = posting.messages;
    r->out->links = graph->link_count;
    if (posting.is_ended) {
        r->out->is_complete = false;
        return FAB_OK;
    }
    FAB_TRY(run_flows(r, graph->rate_bps, graph->link_count, &set,
                      &(fab_flow_options){.is_general = r->options->is_general}));
    return sum_graph(r, graph, &set);
}

/* One sentence on the difference. */
static fab_status explain(run *r)
{
    fab_simulation *out = r->out;
    const double closed_s = out->closed_form_s, simulated_s = out->simulated_s;
    char size[64], time[64];
    const bool is_bound = out->bound_s > closed_s * (1.0 + AGREES_FRAC);
    out->difference_frac = closed_s > 0.0 ? simulated_s / closed_s - 1.0 : 0.0;
    if (!out->is_complete) {
        out->cause = "the simulation was ended before all messages had arrived";
    } else if (!(closed_s > 0.0) && simulated_s > 0.0) {
        out->cause = "the closed form counts no step for a message of no bytes";
    } else if (fabs(out->difference_frac) <= AGREES_FRAC) {
        out->cause = "the two agree";
    } else if (is_bound) {
        const fab_link_load *hot = &out->hot_links[0];
        out->cause = fab_arena_printf(
            r->arena,
            "contention: %s%s%s on tier %d carries %s, which alone takes %s; the closed form "
            "counts "
            "the ports of packages alone",
            hot->from, hot->to ? " to " : "", hot->to ? hot->to : "", hot->layer + 1,
            fab_quantity_format(size, sizeof(size), hot->carried_byte, FAB_DIM_SIZE, DIGITS),
            fab_quantity_format(time, sizeof(time), out->bound_s, FAB_DIM_TIME, DIGITS));
    } else if (simulated_s > closed_s) {
        out->cause = "messages wait for each other and share links that are not full all the time";
    } else {
        out->cause = "ranks do not wait for each other where the closed form adds steps up, or "
                     "links lead both ways at once";
    }
    return out->cause ? FAB_OK : FAB_E_NOMEM;
}

/* What the options ask that the messages cannot give. */
static fab_status check(const run *r)
{
    const fab_simulation_options *o = r->options;
    const fab_terrain *t = &r->terrain;
    const bool is_flat = t->kind == FAB_ALL_TO_ALL && (t->algorithm == FAB_ALGORITHM_DIRECT ||
                                                       t->algorithm == FAB_ALGORITHM_RING);
    if (!(o->zipf_frac >= 0.0) || !isfinite(o->zipf_frac)) {
        *r->reason_out = "the exponent of the skew is not below 0";
        return FAB_E_RANGE;
    }
    if ((o->zipf_frac > 0.0 || o->traffic_byte) && !is_flat) {
        return refuse(r, "a skew or traffic from a file is for an all-to-all by direct or ring "
                         "messages (--algorithm)");
    }
    if (o->experts && (!is_flat || fab_experts_refusal(t))) {
        return refuse(r, is_flat ? fab_experts_refusal(t)
                                 : "tokens to experts are an all-to-all by direct messages");
    }
    if (o->experts && (o->zipf_frac > 0.0 || o->traffic_byte || o->is_calibrated)) {
        return refuse(r, "tokens to experts go evenly, at full rates");
    }
    if (o->graph && (int64_t)o->graph->package_count != t->ranks * t->stride) {
        return refuse(r, "the graph has another number of packages than the job");
    }
    if (t->algorithm == FAB_ALGORITHM_IN_NETWORK) {
        for (int64_t i = 0; i < t->tiers; i++) {
            const fab_wiring *w = &t->layers[i].wiring;
            if (t->can_reduce[i] && (o->graph || w->kind != FAB_WIRING_SWITCH || w->planes != 1)) {
                return refuse(r, "reduction in the network is simulated on single switches alone");
            }
        }
    }
    return o->graph || t->tiers == 0
               ? FAB_OK
               : fab_graph_check(t->layers, (size_t)t->tiers, t->ranks * t->stride, r->arena,
                                 r->reason_out);
}

/* Whether nothing asked for breaks the symmetry of the wiring. */
static bool is_even(const run *r)
{
    const fab_simulation_options *o = r->options;
    return !o->is_general && !o->graph && !o->traffic_byte && !o->experts && o->fault_count == 0 &&
           o->routing == FAB_ROUTING_SPRAY;
}

static fab_status simulate(run *r)
{
    bool is_done = false;
    if (is_even(r) && fab_orbit_applies(&r->terrain)) {
        return simulate_orbit(r);
    }
    if (is_even(r) && fab_popular_applies(&r->terrain)) {
        const fab_arena_mark mark = fab_arena_save(r->arena);
        FAB_TRY(simulate_popular(r, &is_done));
        if (is_done) {
            return FAB_OK;
        }
        fab_arena_reset(r->arena, mark);
    }
    return simulate_graph(r);
}

fab_status fab_collective_simulate(const fab_collective_answer *answer,
                                   const fab_simulation_options *options, fab_arena *arena,
                                   fab_simulation *out, const char **reason_out)
{
    assert(answer && options && arena && out && reason_out);
    assert(!answer->ways[answer->chosen].reason);
    *reason_out = NULL;
    *out = (fab_simulation){
        .kind = !options->experts              ? fab_collective_name(answer->request.kind)
                : options->experts->is_combine ? "combine"
                                               : "dispatch",
        .algorithm = answer->chosen,
        .closed_form_s = options->is_calibrated ? answer->ways[answer->chosen].calibrated.time_s
                                                : answer->ways[answer->chosen].cost.time_s,
        .layer_count = answer->fabric->tier_count,
        .is_complete = true,
    };
    run r = {
        .answer = answer, .options = options, .arena = arena, .out = out, .reason_out = reason_out};
    FAB_TRY(fab_terrain_make(answer, options, arena, &r.terrain, reason_out));
    FAB_TRY(check(&r));
    if (options->experts) {
        out->closed_form_s = fab_experts_closed_s(&r.terrain, options->experts);
    }
    if (r.terrain.tiers > 0) {
        FAB_TRY(simulate(&r));
    }
    if (!out->is_complete) {
        /* what links carry is known for all messages alone */
        out->hot_link_count = 0;
        memset(out->layer_busy_frac, 0, sizeof(out->layer_busy_frac));
    }
    return explain(&r);
}
