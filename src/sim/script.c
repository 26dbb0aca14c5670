#include "sim/writer.h"

#include <inttypes.h>
#include <string.h>

#include "sim/costs.h"

/* Nodes, links and what is sent over them. */

#define NODE_LIMIT (UINT32_MAX / 4)

enum { FIRST_ROOM = 1024 };

static void *lengthen(fab_script *s, const void *old, size_t count, size_t room, size_t size)
{
    void *column = room < NODE_LIMIT ? fab_arena_alloc(s->arena, room, size, 8) : NULL;
    if (!column) {
        s->lacks_memory = true;
    } else if (count > 0) {
        memcpy(column, old, count * size);
    }
    return column;
}

/* Appends a node that waits for `after`; returns its number. */
static uint32_t append(fab_script *s, const fab_script_node *node, const uint32_t *after,
                       uint32_t after_count)
{
    if (!s->lacks_memory && s->count == s->room) {
        const uint32_t room = s->room == 0 ? FIRST_ROOM : 2 * s->room;
        s->nodes = lengthen(s, s->nodes, s->count, room, sizeof(*s->nodes));
        s->room = room;
    }
    if (!s->lacks_memory && s->after_count + after_count > s->after_room) {
        const uint32_t room = 2 * (s->after_room + after_count) + FIRST_ROOM;
        s->after = lengthen(s, s->after, s->after_count, room, sizeof(*s->after));
        s->after_room = room;
    }
    if (s->lacks_memory) {
        return 0;
    }
    fab_script_node *made = &s->nodes[s->count];
    *made = *node;
    made->after_begin = s->after_count;
    made->after_count = after_count;
    for (uint32_t i = 0; i < after_count; i++) {
        s->after[s->after_count++] = after[i];
    }
    return s->count++;
}

bool fab_script_watch(void *context, const fab_flow_view *view)
{
    fab_script_asking *asking = context;
    const fab_step_options *options = asking->options;
    asking->reached_s = view->time_s;
    return !options->goes_on || options->goes_on(options->context);
}

uint32_t fab_script_link(fab_script *s, uint32_t holder, double rate_bps)
{
    if (!s->lacks_memory && s->link_count == s->link_room) {
        const uint32_t room = 2 * s->link_room + FIRST_ROOM;
        s->rate_bps = lengthen(s, s->rate_bps, s->link_count, room, sizeof(double));
        s->link_holder = lengthen(s, s->link_holder, s->link_count, room, sizeof(uint32_t));
        s->link_room = room;
    }
    if (s->lacks_memory) {
        return 0;
    }
    s->rate_bps[s->link_count] = rate_bps;
    s->link_holder[s->link_count] = holder;
    return s->link_count++;
}

/* The link that holds messages of a port, or of a way, to a rate; they run in turn. */
static uint32_t find_limit(fab_script_writer *w, uint32_t holder, double rate_bps)
{
    const fab_script *s = w->script;
    for (uint32_t i = w->port_count; i < s->link_count; i++) {
        if (s->link_holder[i] == holder && s->rate_bps[i] == rate_bps) {
            return i;
        }
    }
    return fab_script_link(w->script, holder, rate_bps);
}

uint32_t fab_script_work(fab_script_writer *w, const fab_activity *what, double time_s,
                         const uint32_t *after, uint32_t count)
{
    const fab_script_node node = {.activity = *what, .lag_s = time_s};
    return append(w->script, &node, after, count);
}

double fab_script_speed_frac(const fab_script_writer *w, int64_t stage, int64_t tier)
{
    double ratio = 1.0;
    for (size_t i = 0; i < w->options->slow_count; i++) {
        const fab_slow_part *slow = &w->options->slow[i];
        ratio *= slow->stage == stage && slow->tier == tier ? slow->ratio : 1.0;
    }
    return ratio;
}

/* The rate that messages of this cost reach on a tier; 0 where nothing is sent. */
static double reached_bps(const fab_collective_cost *cost, int64_t tier)
{
    return cost->tier_time_s[tier] > 0.0 ? cost->tier_sent_bit[tier] / cost->tier_time_s[tier]
                                         : 0.0;
}

/* Parts passed on around a group, hop by hop: where it lies on several domains few ranks send to
 * another one and all others inside, at the same time, and all wait for the slowest. */
static bool is_passed_on(const fab_collective_cost *cost)
{
    return cost->kind == FAB_SEND && cost->group != FAB_GROUP_PIPELINE;
}

/* The rate to which a message is held: that which it reaches, or all the time that it takes. */
static double held_bps(const fab_collective_cost *cost, int64_t tier)
{
    return is_passed_on(cost) ? cost->tier_sent_bit[tier] / (cost->time_s - cost->latency_s)
                              : reached_bps(cost, tier);
}

static double reached_on(const void *tier, const fab_collective_cost *cost)
{
    return reached_bps(cost, *(const int64_t *)tier);
}

/* Ports have the highest rate that any message reaches. */
void fab_script_make_ports(fab_script_writer *w)
{
    double rate_bps[FAB_TIER_LIMIT] = {0.0};
    for (int64_t tier = 0; tier < w->script->tiers; tier++) {
        const fab_value *full = &w->scenario->fabric.tiers[tier].rate_bps;
        rate_bps[tier] = fab_costs_most(w->explained, reached_on, &tier);
        rate_bps[tier] = rate_bps[tier] > 0.0 ? rate_bps[tier] : full->value;
    }
    for (int64_t stage = 0; stage < w->pipeline.stages; stage++) {
        for (int64_t tier = 0; tier < w->script->tiers; tier++) {
            const double left_bps = rate_bps[tier] * fab_script_speed_frac(w, stage, tier);
            for (int way = 0; way < 2; way++) {
                (void)fab_script_link(w->script, w->script->link_count, left_bps);
            }
        }
    }
    w->port_count = w->script->link_count;
}

/* A fabric of one tier is seen twice by the collectives: both are its only tier. */
static int64_t booked(const fab_script_writer *w, int64_t tier)
{
    return tier < w->script->tiers ? tier : w->script->tiers - 1;
}

/* Whether a message of a transfer is that of a tensor group, which gathers what was sent in parts.
 */
static bool is_gathered(const fab_activity *what, const fab_collective_cost *cost, int64_t tier)
{
    return what->stream == FAB_STREAM_PIPELINE && tier == 0 && cost->placement.domains > 1;
}

/* Who sends to whom in a message on a tier. */
static fab_partners find_partners(fab_script_writer *w, const fab_activity *what,
                                  const fab_collective_cost *cost, int64_t tier, int64_t to_stage)
{
    const fab_ground *ground = w->script->ground;
    const fab_scenario *scenario = w->scenario;
    const bool is_tensor = is_gathered(what, cost, tier);
    const int group = is_tensor ? FAB_GROUP_TENSOR : cost->group;
    const int64_t ranks = is_tensor ? scenario->mapping.tp : cost->placement.ranks;
    const int64_t local = is_tensor ? ranks : cost->placement.local_max;
    const bool is_expert = what->part == FAB_STEP_EXPERT;
    if (!is_tensor && !cost->placement.is_even && what->stage == to_stage) {
        w->refusal = fab_arena_printf(w->script->arena,
                                      "%s: groups of %" PRId64
                                      " ranks lie unevenly on the domains of %s; only groups with "
                                      "as many ranks in each domain are simulated on links",
                                      what->name, ranks, scenario->fabric.tiers[0].name);
    }
    return (fab_partners){
        .stage = what->stage,
        .to_stage = is_tensor ? what->stage : to_stage,
        .stage_packages = scenario->job.gpus / scenario->mapping.pp,
        .group = w->groups[group],
        .ranks = ranks,
        .local = local,
        .is_outer = tier > 0,
        .is_by_place = is_expert && scenario->assumptions.dispatch == FAB_DISPATCH_PER_DOMAIN,
        .kind = is_tensor ? FAB_ALL_GATHER : cost->kind,
        .algorithm = is_tensor ? FAB_ALGORITHM_DIRECT : cost->algorithm,
        .wiring = ground->wiring[tier > 0 ? 1 : 0],
    };
}

/* One tier's share of a message: over the port out of one stage and into another, no faster than
 * the message reaches. */
static uint32_t send_on_tier(fab_script_writer *w, const fab_activity *what,
                             const fab_collective_cost *cost, int64_t tier, double times,
                             double lag_s, int64_t to_stage, const uint32_t *after, uint32_t count)
{
    fab_script *s = w->script;
    const uint32_t up = fab_script_port(s, what->stage, booked(w, tier), false);
    const double rate_bps = held_bps(cost, tier);
    fab_script_node node = {
        .activity = *what,
        .size_byte = times * cost->tier_sent_bit[tier] / 8.0,
        .lag_s = lag_s,
        .route = {up, fab_script_port(s, to_stage, booked(w, tier), true)},
        .route_count = 2,
    };
    if (s->ground->graph) {
        const fab_partners partners = find_partners(w, what, cost, tier, to_stage);
        const double setting_s = s->ground->reconfigure_s[tier > 0 ? 1 : 0];
        node.way = fab_ways_find(&s->ways, &partners);
        node.lag_s += setting_s > 0.0
                          ? times * setting_s * (double)fab_partners_settings(&partners, s->arena)
                          : 0.0;
    }
    /* links of a graph may be faster than ports: what holds a message there is of its way alone */
    const bool is_held = s->ground->graph || rate_bps < s->rate_bps[up] * (1.0 - 1e-9);
    if (!s->lacks_memory && is_held) {
        const uint32_t holder = s->ground->graph ? w->port_count + node.way : up;
        node.route[node.route_count++] = find_limit(w, holder, rate_bps);
    }
    return append(s, &node, after, count);
}

/* Whether the tiers of a message work at the same time. */
static bool is_concurrent(const fab_collective_cost *cost)
{
    double sum_s = cost->latency_s;
    if (is_passed_on(cost)) {
        return true;
    }
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        sum_s += cost->tier_time_s[tier];
    }
    return cost->time_s < sum_s * (1.0 - 1e-9);
}

uint32_t fab_script_send(fab_script_writer *w, const fab_activity *what,
                         const fab_collective_cost *cost, double times, int64_t to_stage,
                         const uint32_t *after, uint32_t count)
{
    uint32_t last[FAB_TIER_LIMIT], ends = 0;
    const bool is_parallel = is_concurrent(cost);
    double lag_s = times * cost->latency_s;
    for (int64_t tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        if (cost->tier_sent_bit[tier] <= 0.0 || times <= 0.0) {
            continue;
        }
        if (is_parallel || ends == 0) {
            last[ends] = send_on_tier(w, what, cost, tier, times, lag_s, to_stage, after, count);
            ends++;
        } else {
            last[0] = send_on_tier(w, what, cost, tier, times, 0.0, to_stage, last, 1);
        }
    }
    if (ends == 1) {
        return last[0];
    }
    return ends == 0 ? fab_script_work(w, what, lag_s, after, count)
                     : fab_script_work(w, what, 0.0, last, ends);
}
