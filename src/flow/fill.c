#include "flow/columns.h"

#include <assert.h>
#include <math.h>

/* Progressive filling. All open flows rise together, rate = level x weight; a link that becomes
 * full fixes its open flows at that level. Links wait in a heap by a lower bound of their level:
 * fixing flows at rising levels only raises the levels of the others, so a link that comes up is
 * computed again and put back when it rose. What is below the level of the flows that leave or
 * start stays as it is: the filling begins there. */

/* above this share of the queue, moving flows one by one costs more than putting all in order */
enum { MOVED_SHARE = 8 };

static double open_weight(const fab_flow_state *state, uint32_t link)
{
    if (state->is_plain) {
        return (double)state->open_count[link];
    }
    return state->open_weight.high[link] + state->open_weight.low[link];
}

static double left_bps(const fab_flow_state *state, uint32_t link)
{
    const double used_bps = state->used_bps.high[link];
    return (state->capacity_bps[link] - used_bps) - state->used_bps.low[link];
}

/* Is the link full, up to rounding, when its open flows rise to `level`? */
static bool is_full(const fab_flow_state *state, uint32_t link, double level)
{
    const double over_bps = level * open_weight(state, link) - left_bps(state, link);
    return over_bps >= -FAB_FLOW_ROUNDING * state->capacity_bps[link];
}

static double level_of_flow(const fab_flow_state *state, uint32_t flow)
{
    return state->rate_bps[flow] / fab_flow_weight(state, flow);
}

/* The level up to which rates are known. */
static double reached_level(const fab_flow_state *state)
{
    const uint32_t count = state->order_count;
    return count > 0 ? level_of_flow(state, state->order[count - 1]) : 0.0;
}

/* Gives a flow its rate, and with it the time at which it ends. */
static void set_rate(fab_flow_state *state, uint32_t flow, double rate_bps)
{
    const double old_bps = state->rate_bps[flow];
    if (rate_bps == old_bps) {
        return;
    }
    const double now_s = state->now_s;
    state->finish_s[flow] =
        now_s + (old_bps > 0.0 ? (state->finish_s[flow] - now_s) * (old_bps / rate_bps)
                               : 8.0 * state->set->size_byte[flow] / rate_bps);
    state->rate_bps[flow] = rate_bps;
    /* many new times are cheaper put in order at once */
    if (state->moves_left > 0) {
        state->moves_left--;
        fab_queue_move(&state->finishes, flow);
    } else {
        state->is_restoring = true;
    }
}

/* Takes an open flow to a rate, and its use off the links that it crosses. */
static void fix_flow(fab_flow_state *state, uint32_t flow, double rate_bps)
{
    const double weight = fab_flow_weight(state, flow);
    state->phase[flow] = FAB_FLOW_FIXED;
    state->order[state->order_count++] = flow;
    for (uint32_t i = state->set->route_begin[flow]; i < state->set->route_begin[flow + 1]; i++) {
        const uint32_t link = state->set->route_link[i];
        const double load = fab_flow_load(state, i);
        fab_sum_add(state->used_bps, link, load * rate_bps);
        state->open_count[link]--;
        if (!state->is_plain) {
            fab_sum_add(state->open_weight, link, -load * weight);
        }
    }
    set_rate(state, flow, rate_bps);
}

/* Fixes the open flows of a link, and drops those that have ended from its list. */
static void fix_link(fab_flow_state *state, uint32_t link, double level)
{
    uint32_t *const member = state->member;
    uint32_t end = state->member_begin[link];
    state->level[link] = level;
    for (uint32_t i = end; i < state->member_end[link]; i++) {
        const uint32_t flow = member[i];
        if (state->phase[flow] == FAB_FLOW_FINISHED) {
            continue;
        }
        member[end++] = flow;
        if (state->phase[flow] == FAB_FLOW_OPEN) {
            fix_flow(state, flow, level * fab_flow_weight(state, flow));
        }
    }
    state->member_end[link] = end;
}

/* The level at which a link fills, never below the level reached so far. */
static double level_of(const fab_flow_state *state, uint32_t link, double reached)
{
    if (is_full(state, link, reached)) {
        return reached;
    }
    const double level = left_bps(state, link) / open_weight(state, link);

    /* what only rounding tells from the level of last time is that level */
    const double last = state->level[link];
    const double open = open_weight(state, link);
    const double rounding_bps = FAB_FLOW_ROUNDING * state->capacity_bps[link];
    const bool is_same = last >= reached && fabs(level - last) * open <= rounding_bps;
    return is_same ? last : level;
}

/* Brings the link that fills next to the top of the heap; infinite when no link is open. */
static double next_link_level(fab_flow_state *state, double reached)
{
    fab_queue *queue = &state->filling;
    while (queue->count > 0) {
        const uint32_t link = queue->id[0];
        if (state->open_count[link] == 0) {
            fab_queue_pop(queue);
            continue;
        }
        const double level = level_of(state, link, reached);
        if (level <= state->filling_level[link]) {
            return level;
        }
        state->filling_level[link] = level;
        fab_queue_sink(queue);
        if (queue->id[0] == link) {
            return level;
        }
    }
    return HUGE_VAL;
}

/* The lowest level at which an open flow reaches its cap; infinite when there is none. */
static double next_cap_level(fab_flow_state *state)
{
    while (state->cap_next < state->cap_count) {
        const uint32_t flow = state->by_cap[state->cap_next];
        if (state->phase[flow] == FAB_FLOW_OPEN) {
            return state->cap_level[flow];
        }
        state->cap_next++;
    }
    return HUGE_VAL;
}

static void fill(fab_flow_state *state)
{
    double reached = reached_level(state);
    for (;;) {
        const double cap_level = next_cap_level(state);
        const double link_level = next_link_level(state, reached);
        if (cap_level == HUGE_VAL && link_level == HUGE_VAL) {
            return;
        }
        if (cap_level <= link_level) {
            const uint32_t flow = state->by_cap[state->cap_next];
            fix_flow(state, flow, state->set->cap_bps[flow]);
            reached = cap_level > reached ? cap_level : reached;
        } else {
            const uint32_t link = state->filling.id[0];
            fab_queue_pop(&state->filling);
            fix_link(state, link, link_level);
            reached = link_level;
        }
    }
}

/* Puts a flow on the links that it crosses; returns the level below which it changes nothing: no
 * link fills earlier than when all its flows rise together. */
static double enter(fab_flow_state *state, uint32_t flow)
{
    const double weight = fab_flow_weight(state, flow);
    state->phase[flow] = FAB_FLOW_OPEN;
    state->finish_s[flow] = HUGE_VAL;
    for (uint32_t i = state->set->route_begin[flow]; i < state->set->route_begin[flow + 1]; i++) {
        const uint32_t link = state->set->route_link[i];
        state->crossing_count[link]++;
        if (!state->is_listed) {
            state->member[state->member_end[link]++] = flow;
        }
        if (!state->is_plain) {
            fab_sum_add(state->crossing_weight, link, fab_flow_load(state, i) * weight);
        }
    }
    return state->set->cap_bps ? state->cap_level[flow] : HUGE_VAL;
}

static double lowest_share(const fab_flow_state *state, uint32_t flow)
{
    double lowest = HUGE_VAL;
    for (uint32_t i = state->set->route_begin[flow]; i < state->set->route_begin[flow + 1]; i++) {
        const uint32_t link = state->set->route_link[i];
        const double weight = state->is_plain ? (double)state->crossing_count[link]
                                              : state->crossing_weight.high[link];
        const double share = state->capacity_bps[link] / weight;
        lowest = share < lowest ? share : lowest;
    }
    return lowest;
}

/* The lowest level that can change. */
static double restart_level(fab_flow_state *state, const uint32_t *leaving, uint32_t leaving_count,
                            const uint32_t *starting, uint32_t starting_count)
{
    double lowest = HUGE_VAL;
    for (uint32_t i = 0; i < leaving_count; i++) {
        const double level = level_of_flow(state, leaving[i]);
        lowest = level < lowest ? level : lowest;
    }
    for (uint32_t i = 0; i < starting_count; i++) {
        const double level = enter(state, starting[i]);
        lowest = level < lowest ? level : lowest;
    }
    for (uint32_t i = 0; i < starting_count; i++) {
        const double level = lowest_share(state, starting[i]);
        lowest = level < lowest ? level : lowest;
    }
    return lowest * (1.0 - FAB_FLOW_ROUNDING);
}

/* How many flows have a lower level; the order rises up to rounding. */
static uint32_t count_below(const fab_flow_state *state, double level)
{
    uint32_t low = 0, high = state->order_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (level_of_flow(state, state->order[middle]) < level) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static uint32_t count_caps_below(const fab_flow_state *state, double level)
{
    uint32_t low = 0, high = state->cap_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (state->cap_level[state->by_cap[middle]] < level) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Takes a flow that has ended off its links; its use too, unless that is summed up again. */
static void leave(fab_flow_state *state, uint32_t flow, bool is_used)
{
    const double weight = fab_flow_weight(state, flow);
    for (uint32_t i = state->set->route_begin[flow]; i < state->set->route_begin[flow + 1]; i++) {
        const uint32_t link = state->set->route_link[i];
        const double load = fab_flow_load(state, i);
        state->crossing_count[link]--;
        if (!state->is_plain) {
            fab_sum_add(state->crossing_weight, link, -load * weight);
        }
        if (is_used) {
            fab_sum_add(state->used_bps, link, -load * state->rate_bps[flow]);
        }
    }
    state->phase[flow] = FAB_FLOW_FINISHED;
    state->rate_bps[flow] = 0.0;
}

/* Opens a flow on its links; those that were not open yet wait for filling. */
static void open_flow(fab_flow_state *state, uint32_t flow)
{
    const double weight = fab_flow_weight(state, flow);
    const double rate_bps = state->rate_bps[flow];
    state->phase[flow] = FAB_FLOW_OPEN;
    for (uint32_t i = state->set->route_begin[flow]; i < state->set->route_begin[flow + 1]; i++) {
        const uint32_t link = state->set->route_link[i];
        const double load = fab_flow_load(state, i);
        if (state->open_count[link] == 0) {
            fab_queue_append(&state->filling, link);
        }
        state->open_count[link]++;
        if (!state->is_plain) {
            fab_sum_add(state->open_weight, link, load * weight);
        }
        if (rate_bps > 0.0) {
            fab_sum_add(state->used_bps, link, -load * rate_bps);
        }
    }
}

/* Opens the flows from place `first` of the order on, and those that start. */
static void open_tail(fab_flow_state *state, uint32_t first, const uint32_t *starting,
                      uint32_t starting_count)
{
    for (uint32_t i = first; i < state->order_count; i++) {
        if (state->phase[state->order[i]] == FAB_FLOW_FIXED) {
            open_flow(state, state->order[i]);
        }
    }
    for (uint32_t i = 0; i < starting_count; i++) {
        open_flow(state, starting[i]);
    }
}

/* The same when the tail is most of the order: opens everything and takes the head off again. */
static void open_all_but_head(fab_flow_state *state, uint32_t first)
{
    for (uint32_t link = 0; link < state->link_count; link++) {
        fab_sum_set(state->used_bps, link, 0.0);
        if (!state->is_plain) {
            state->open_weight.high[link] = state->crossing_weight.high[link];
            state->open_weight.low[link] = state->crossing_weight.low[link];
        }
        state->open_count[link] = state->crossing_count[link];
    }
    for (uint32_t i = first; i < state->order_count; i++) {
        const uint32_t flow = state->order[i];
        if (state->phase[flow] == FAB_FLOW_FIXED) {
            state->phase[flow] = FAB_FLOW_OPEN;
        }
    }
    state->order_count = 0;
    for (uint32_t i = 0; i < first; i++) {
        fix_flow(state, state->order[i], state->rate_bps[state->order[i]]);
    }
    for (uint32_t link = 0; link < state->link_count; link++) {
        if (state->open_count[link] > 0) {
            fab_queue_append(&state->filling, link);
        }
    }
}

/* Gives every open link its first lower bound. */
static void begin_filling(fab_flow_state *state)
{
    for (uint32_t i = 0; i < state->filling.count; i++) {
        const uint32_t link = state->filling.id[i];
        if (state->open_count[link] == state->crossing_count[link]) {
            fab_sum_set(state->used_bps, link, 0.0);
        }
        state->filling_level[link] = left_bps(state, link) / open_weight(state, link);
    }
    fab_queue_restore(&state->filling);
}

void fab_flow_fill(fab_flow_state *state, const uint32_t *leaving, uint32_t leaving_count,
                   const uint32_t *starting, uint32_t starting_count)
{
    const double level = restart_level(state, leaving, leaving_count, starting, starting_count);
    const uint32_t first = count_below(state, level);
    const uint32_t tail = state->order_count - first;
    const bool is_most = first <= tail + starting_count;

    for (uint32_t i = 0; i < leaving_count; i++) {
        leave(state, leaving[i], !is_most);
    }
    for (uint32_t i = 0; i < starting_count; i++) {
        fab_queue_append(&state->finishes, starting[i]);
    }
    state->is_restoring = false;
    state->moves_left = starting_count > state->finishes.count / MOVED_SHARE
                            ? 0
                            : state->finishes.count / MOVED_SHARE;
    state->filling.count = 0;
    if (is_most) {
        open_all_but_head(state, first);
    } else {
        open_tail(state, first, starting, starting_count);
        state->order_count = first;
    }
    state->cap_next = count_caps_below(state, level);
    begin_filling(state);
    fill(state);
    if (state->is_restoring) {
        fab_queue_restore(&state->finishes);
    }
}
