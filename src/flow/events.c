#include "flow/columns.h"

#include <assert.h>
#include <math.h>

/* From event to event: the next time at which a flow ends or starts, who does so then, and the
 * rates after it. */

static double column(const double *values, uint32_t i, double otherwise)
{
    return values ? values[i] : otherwise;
}

/* Whether the flow takes time on links or at its cap. */
static bool is_bound(const fab_flow_set *set, uint32_t flow)
{
    return set->size_byte[flow] > 0.0 && (set->route_begin[flow] != set->route_begin[flow + 1] ||
                                          column(set->cap_bps, flow, HUGE_VAL) < HUGE_VAL);
}

/* Ends what never goes on a link, and lets the rest wait: for its time, or for others first. */
static void line_up(fab_flow_state *state, fab_flow_result *result)
{
    const fab_flow_set *set = state->set;
    for (uint32_t flow = 0; flow < set->flow_count; flow++) {
        const double start_s = column(set->start_s, flow, 0.0);
        state->finish_s[flow] = start_s; /* of a flow that waits: the key of its queue */
        if (state->waits && state->waits[flow] > 0) {
            continue;
        }
        if (is_bound(set, flow) || state->waits) {
            fab_queue_append(&state->starts, flow);
        } else {
            state->phase[flow] = FAB_FLOW_FINISHED;
            result->makespan_s = start_s > result->makespan_s ? start_s : result->makespan_s;
        }
    }
    if (!state->is_listed) {
        fab_queue_restore(&state->starts);
    }
}

/* The next event; infinite when rates are so small that it never comes. */
static double next_time(const fab_flow_state *state)
{
    const fab_queue *finishes = &state->finishes, *starts = &state->starts;
    const double end_s = finishes->count > 0 ? state->finish_s[finishes->id[0]] : HUGE_VAL;
    const double start_s = starts->count > 0 ? state->finish_s[starts->id[0]] : HUGE_VAL;
    return end_s < start_s ? end_s : start_s;
}

static void end_flows(fab_flow_state *state, const uint32_t *leaving, uint32_t count,
                      fab_flow_result *result)
{
    for (uint32_t i = 0; i < count; i++) {
        /* most stand there already: their part of memory is only read */
        double *finish_s = &state->finish_s[leaving[i]];
        if (*finish_s < state->now_s || *finish_s > state->now_s) {
            *finish_s = state->now_s;
        }
    }
    if (count > 0) {
        result->events++;
        result->makespan_s = state->now_s;
    }
}

/* When nobody follows those that end, nothing needs to be computed. */
static void retire(fab_flow_state *state, const uint32_t *leaving, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        state->phase[leaving[i]] = FAB_FLOW_FINISHED;
        state->rate_bps[leaving[i]] = 0.0;
    }
}

static bool show(const fab_flow_state *state, const fab_flow_options *options,
                 const uint32_t *flow_class)
{
    if (!options->watch) {
        return true;
    }
    const fab_flow_view view = {
        .time_s = state->now_s,
        .class_count = state->set->flow_count,
        .class_rate_bps = state->rate_bps,
        .flow_class = flow_class,
    };
    return options->watch(options->context, &view);
}

/* What has not ended when the run is ended has no finish. */
static void give_up(fab_flow_state *state)
{
    for (uint32_t flow = 0; flow < state->set->flow_count; flow++) {
        if (state->phase[flow] != FAB_FLOW_FINISHED) {
            state->finish_s[flow] = -1.0;
        }
    }
}

/* Lets those go that waited for a flow which ends now and for no other. */
static void release(fab_flow_state *state, uint32_t flow)
{
    const fab_flow_set *set = state->set;
    for (uint32_t i = state->follow_begin[flow]; i < state->follow_begin[flow + 1]; i++) {
        const uint32_t next = state->follow[i];
        state->waits[next]--;
        if (state->waits[next] == 0) {
            state->finish_s[next] = state->now_s + column(set->start_s, next, 0.0);
            fab_queue_push(&state->starts, next);
        }
    }
}

/* Takes out what starts now, flow by flow: what needs no time ends at once and may let others start
 * in the same moment. */
static uint32_t start_in_turn(fab_flow_state *state, double last_s, fab_flow_result *result)
{
    fab_queue *starts = &state->starts;
    uint32_t count = 0;
    while (starts->count > 0 && state->finish_s[starts->id[0]] <= last_s) {
        const uint32_t flow = starts->id[0];
        fab_queue_pop(starts);
        if (is_bound(state->set, flow)) {
            state->starting[count++] = flow;
            continue;
        }
        state->phase[flow] = FAB_FLOW_FINISHED;
        state->finish_s[flow] = state->now_s;
        result->makespan_s = state->now_s;
        release(state, flow);
    }
    return count;
}

static void step(fab_flow_state *state, bool is_watched, fab_flow_result *result)
{
    const double last_s = state->now_s * (1.0 + FAB_FLOW_SAME_TIME);
    const uint32_t ended = fab_queue_take(&state->finishes, last_s);
    const uint32_t *leaving = state->finishes.id + state->finishes.count;
    const uint32_t *starting = state->starting;
    uint32_t started;
    end_flows(state, leaving, ended, result);
    if (state->waits) {
        for (uint32_t i = 0; i < ended; i++) {
            release(state, leaving[i]);
        }
        started = start_in_turn(state, last_s, result);
    } else if (state->is_listed) {
        /* all start together, as they stand */
        started = state->starts.count;
        state->starts.count = 0;
        starting = state->starts.id;
    } else {
        started = fab_queue_take(&state->starts, last_s);
        starting = state->starts.id + state->starts.count;
    }
    if (state->finishes.count == 0 && state->starts.count == 0 && started == 0) {
        retire(state, leaving, is_watched ? ended : 0);
    } else if (ended > 0 || started > 0) {
        fab_flow_fill(state, leaving, ended, starting, started);
        result->fills++;
    }
}

fab_status fab_flow_simulate(fab_flow_state *state, const fab_flow_options *options,
                             const uint32_t *flow_class, fab_flow_result *result)
{
    line_up(state, result);
    result->is_complete = true;
    while (state->finishes.count > 0 || state->starts.count > 0) {
        state->now_s = next_time(state);
        if (!(state->now_s < HUGE_VAL)) {
            return FAB_E_RANGE;
        }
        step(state, options->watch != NULL, result);
        if (!show(state, options, flow_class)) {
            result->is_complete = state->finishes.count == 0 && state->starts.count == 0;
            give_up(state);
            break;
        }
    }
    assert(isfinite(result->makespan_s));
    return FAB_OK;
}
