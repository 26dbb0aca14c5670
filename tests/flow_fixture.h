#ifndef FAB_TESTS_FLOW_FIXTURE_H
#define FAB_TESTS_FLOW_FIXTURE_H

#include <check.h>
#include <math.h>
#include <string.h>

#include "flow_shapes.h"
#include "seeded.h"

/* A slow and simple second solver, the certificate of max-min fairness, and random flow sets. */

#define ARENA_BYTE ((size_t)1 << 30)

static inline double fixture_column(const double *values, uint32_t i, double otherwise)
{
    return values ? values[i] : otherwise;
}

/* Textbook filling: raise all open flows to the lowest level at which a link or a cap stops one,
 * fix those, again. rate_bps < 0 on entry: the flow is under way. */
static inline void slow_rates(const shape *s, double *rate_bps)
{
    const fab_flow_set *set = &s->set;
    for (;;) {
        double level = HUGE_VAL;
        double *used = shape_grow(NULL, (uint64_t)s->link_count + 1, 2 * sizeof(double));
        double *open = used + s->link_count;
        memset(used, 0, 2 * s->link_count * sizeof(double));
        for (uint32_t f = 0; f < set->flow_count; f++) {
            const double weight = fixture_column(set->weight_ratio, f, 1.0);
            for (uint32_t i = set->route_begin[f]; i < set->route_begin[f + 1]; i++) {
                const double load = fixture_column(set->load_ratio, i, 1.0);
                used[set->route_link[i]] += rate_bps[f] > 0.0 ? load * rate_bps[f] : 0.0;
                open[set->route_link[i]] += rate_bps[f] < 0.0 ? load * weight : 0.0;
            }
            if (rate_bps[f] < 0.0) {
                level = fmin(level, fixture_column(set->cap_bps, f, HUGE_VAL) / weight);
            }
        }
        for (uint32_t l = 0; l < s->link_count; l++) {
            level = open[l] > 0.0 ? fmin(level, (s->rate_bps[l] - used[l]) / open[l]) : level;
        }
        if (level == HUGE_VAL) {
            free(used);
            return;
        }
        for (uint32_t f = 0; f < set->flow_count; f++) {
            const double weight = fixture_column(set->weight_ratio, f, 1.0);
            bool stops = fixture_column(set->cap_bps, f, HUGE_VAL) / weight <= level;
            for (uint32_t i = set->route_begin[f]; i < set->route_begin[f + 1]; i++) {
                const uint32_t l = set->route_link[i];
                stops = stops || (s->rate_bps[l] - used[l]) / open[l] <= level * (1 + 1e-12);
            }
            if (rate_bps[f] < 0.0 && stops) {
                rate_bps[f] = level * weight;
            }
        }
        free(used);
    }
}

/* Steps from event to event with bytes left by flow. */
static inline void slow_run(const shape *s, double *finish_s)
{
    const fab_flow_set *set = &s->set;
    const uint32_t flows = set->flow_count;
    double *left = shape_grow(NULL, (uint64_t)flows + 1, 2 * sizeof(double));
    double *rate = left + flows;
    double now_s = 0.0;
    for (uint32_t f = 0; f < flows; f++) {
        const bool is_bound = set->route_begin[f] != set->route_begin[f + 1] ||
                              fixture_column(set->cap_bps, f, HUGE_VAL) < HUGE_VAL;
        left[f] = is_bound ? 8.0 * set->size_byte[f] : 0.0;
        finish_s[f] = left[f] > 0.0 ? -1.0 : fixture_column(set->start_s, f, 0.0);
    }
    for (;;) {
        double next_s = HUGE_VAL;
        for (uint32_t f = 0; f < flows; f++) {
            const double start_s = fixture_column(set->start_s, f, 0.0);
            rate[f] = finish_s[f] < 0.0 && start_s <= now_s ? -1.0 : 0.0;
            next_s = finish_s[f] < 0.0 && start_s > now_s ? fmin(next_s, start_s) : next_s;
        }
        slow_rates(s, rate);
        for (uint32_t f = 0; f < flows; f++) {
            next_s = rate[f] > 0.0 ? fmin(next_s, now_s + left[f] / rate[f]) : next_s;
        }
        if (next_s == HUGE_VAL) {
            break;
        }
        for (uint32_t f = 0; f < flows; f++) {
            if (rate[f] > 0.0 && now_s + left[f] / rate[f] <= next_s * (1 + 1e-14)) {
                finish_s[f] = next_s;
            }
            left[f] -= rate[f] * (next_s - now_s);
        }
        now_s = next_s;
    }
    free(left);
}

/* What the certificate checks, and what it found. */
typedef struct certificate {
    const shape *s;
    double *used;
    double *highest;  /* rate per weight on each link */
    double moved_bit; /* by all flows so far */
    double last_s;
    double last_bps;
    int events;
    bool is_fair;
} certificate;

static inline double fixture_rate(const fab_flow_view *view, uint32_t flow)
{
    return view->class_rate_bps[view->flow_class ? view->flow_class[flow] : flow];
}

static inline bool is_stopped(const certificate *c, const fab_flow_view *view, uint32_t flow)
{
    const fab_flow_set *set = &c->s->set;
    const double rate = fixture_rate(view, flow);
    const double level = rate / fixture_column(set->weight_ratio, flow, 1.0);
    bool stops = rate >= fixture_column(set->cap_bps, flow, HUGE_VAL) * (1 - 1e-12);
    for (uint32_t i = set->route_begin[flow]; i < set->route_begin[flow + 1]; i++) {
        const uint32_t l = set->route_link[i];
        stops = stops || (c->used[l] >= c->s->rate_bps[l] * (1 - 1e-12) &&
                          level >= c->highest[l] * (1 - 1e-12));
    }
    return stops;
}

/* A watcher: no link is over its rate, no flow over its cap, and every flow crosses a full link on
 * which none has more per weight, or has reached its cap. */
static inline bool certify(void *context, const fab_flow_view *view)
{
    certificate *c = context;
    const fab_flow_set *set = &c->s->set;
    memset(c->used, 0, 2 * c->s->link_count * sizeof(double));
    c->moved_bit += c->last_bps * (view->time_s - c->last_s);
    c->last_s = view->time_s;
    c->last_bps = 0.0;
    for (uint32_t f = 0; f < set->flow_count; f++) {
        const double rate = fixture_rate(view, f);
        c->last_bps += rate;
        c->is_fair = c->is_fair && isfinite(rate) && rate >= 0.0 &&
                     rate <= fixture_column(set->cap_bps, f, HUGE_VAL) * (1 + 1e-12);
        for (uint32_t i = set->route_begin[f]; i < set->route_begin[f + 1]; i++) {
            const uint32_t l = set->route_link[i];
            c->used[l] += rate * fixture_column(set->load_ratio, i, 1.0);
            c->highest[l] = fmax(c->highest[l], rate / fixture_column(set->weight_ratio, f, 1.0));
        }
    }
    for (uint32_t l = 0; l < c->s->link_count; l++) {
        c->is_fair = c->is_fair && c->used[l] <= c->s->rate_bps[l] * (1 + 1e-12);
    }
    for (uint32_t f = 0; f < set->flow_count; f++) {
        c->is_fair = c->is_fair && (fixture_rate(view, f) == 0.0 || is_stopped(c, view, f));
    }
    c->events++;
    return true;
}

/* Runs a flow set under the certificate; returns whether all held and every bit was moved. */
static inline bool run_certified(const shape *s, bool is_general, double *finish_s,
                                 fab_flow_result *result)
{
    fab_arena *arena = fab_arena_create(ARENA_BYTE);
    fab_flow_network *network = NULL;
    certificate c = {.s = s, .is_fair = true};
    c.used = shape_grow(NULL, (uint64_t)s->link_count + 1, 2 * sizeof(double));
    c.highest = c.used + s->link_count;
    const fab_flow_options options = {.is_general = is_general, .watch = certify, .context = &c};
    fab_status status = fab_flow_network_create(arena, s->rate_bps, s->link_count, &network);
    if (status == FAB_OK) {
        status = fab_flow_run(network, &s->set, &options, finish_s, result);
    }
    double size_bit = 0.0;
    for (uint32_t f = 0; f < s->set.flow_count; f++) {
        const bool is_bound = s->set.route_begin[f] != s->set.route_begin[f + 1] ||
                              fixture_column(s->set.cap_bps, f, HUGE_VAL) < HUGE_VAL;
        size_bit += is_bound ? 8.0 * s->set.size_byte[f] : 0.0;
    }
    free(c.used);
    fab_arena_destroy(arena);
    return status == FAB_OK && c.is_fair && result->is_complete &&
           fabs(c.moved_bit - size_bit) <= 1e-9 * size_bit;
}

/* Runs without watching. */
static inline fab_status run_shape(const shape *s, bool is_general, double *finish_s,
                                   fab_flow_result *result)
{
    fab_arena *arena = fab_arena_create(ARENA_BYTE);
    fab_flow_network *network = NULL;
    const fab_flow_options options = {.is_general = is_general};
    fab_status status = fab_flow_network_create(arena, s->rate_bps, s->link_count, &network);
    if (status == FAB_OK) {
        status = fab_flow_run(network, &s->set, &options, finish_s, result);
    }
    fab_arena_destroy(arena);
    return status;
}

static inline double *fixture_times(const shape *s)
{
    return shape_grow(NULL, (uint64_t)s->set.flow_count + 1, sizeof(double));
}

/* Largest relative difference of two columns of times. */
static inline double largest_difference(const double *a, const double *b, uint32_t count)
{
    double largest = 0.0;
    for (uint32_t i = 0; i < count; i++) {
        const double difference = fabs(a[i] - b[i]);
        largest = fmax(largest, difference > 0.0 ? difference / fmax(a[i], b[i]) : 0.0);
    }
    return largest;
}

/* Fails unless the general solver holds the certificate and ends flows when the slow one does. */
static inline void check_against_slow(const shape *s)
{
    fab_flow_result result;
    double *finish_s = fixture_times(s), *want_s = fixture_times(s);
    ck_assert(run_certified(s, true, finish_s, &result));
    slow_run(s, want_s);
    ck_assert_double_le(largest_difference(finish_s, want_s, s->set.flow_count), 1e-11);
    free(finish_s);
    free(want_s);
}

/* Which columns a random flow set has; a bit each. */
enum { WITH_STARTS = 1, WITH_WEIGHTS = 2, WITH_CAPS = 4, WITH_LOADS = 8, WITH_FEW = 16 };

/* A number of [low, high), or one of four when few different ones are wanted. */
static inline double fixture_number(uint64_t *seed, int with, double low, double high)
{
    return with & WITH_FEW ? low + (high - low) * (double)seeded_integer(seed, 0, 3) / 4.0
                           : seeded_between(seed, low, high);
}

static inline void random_columns(shape *s, uint64_t *seed, int with)
{
    const uint64_t flows = (uint64_t)s->set.flow_count + 1;
    s->start_s = with & WITH_STARTS ? shape_grow(NULL, flows, sizeof(double)) : NULL;
    s->weight_ratio = with & WITH_WEIGHTS ? shape_grow(NULL, flows, sizeof(double)) : NULL;
    s->cap_bps = with & WITH_CAPS ? shape_grow(NULL, flows, sizeof(double)) : NULL;
    for (uint32_t f = 0; f < s->set.flow_count; f++) {
        if (s->start_s) {
            s->start_s[f] = fixture_number(seed, with, 0.0, 2.0);
        }
        if (s->weight_ratio) {
            s->weight_ratio[f] = fixture_number(seed, with, 0.5, 4.5);
        }
        if (s->cap_bps) {
            s->cap_bps[f] =
                seeded_integer(seed, 0, 2) == 0 ? HUGE_VAL : fixture_number(seed, with, 0.2, 4.2);
        }
    }
    s->set.start_s = s->start_s;
    s->set.weight_ratio = s->weight_ratio;
    s->set.cap_bps = s->cap_bps;
}

/* Up to 9 links and 24 flows with up to 4 links each, some with none and some of size 0. */
static inline void random_shape(shape *s, uint64_t *seed, int with)
{
    shape_begin(s, (uint32_t)seeded_integer(seed, 1, 9), 1.0);
    for (uint32_t l = 0; l < s->link_count; l++) {
        s->rate_bps[l] = fixture_number(seed, with, 1.0, 9.0);
    }
    for (int64_t flows = seeded_integer(seed, 0, 24); flows > 0; flows--) {
        const bool is_empty = seeded_integer(seed, 0, 15) == 0;
        shape_flow(s, is_empty ? 0.0 : fixture_number(seed, with, 0.1, 8.1));
        for (int64_t links = seeded_integer(seed, 0, 4); links > 0; links--) {
            shape_cross(s, (uint32_t)seeded_integer(seed, 0, s->link_count - 1));
        }
    }
    random_columns(s, seed, with);
    if (with & WITH_LOADS) {
        s->load_ratio = shape_grow(NULL, (uint64_t)s->entry_count + 1, sizeof(double));
        for (uint32_t i = 0; i < s->entry_count; i++) {
            s->load_ratio[i] = fixture_number(seed, with, 0.25, 2.25);
        }
        s->set.load_ratio = s->load_ratio;
    }
}

#endif
