#include <assert.h>
#include <inttypes.h>
#include <math.h>

#include "sim/exposed.h"
#include "sim/flow_columns.h"
#include "sim/script.h"
#include "sim/unfold.h"
#include "sim/usage.h"

/* Runs the script of a step and sums up what its streams did. */

#define AGREES_FRAC 0.02

#define STREAM_TEXT(id, text) text,

const char *fab_stream_text(fab_stream stream)
{
    static const char *const TEXT[] = {FAB_STREAM_LIST(STREAM_TEXT)};
    return stream < FAB_STREAM_COUNT ? TEXT[stream] : "unknown";
}

typedef struct columns {
    fab_flow_columns flow;
    double *finish_s, *begin_s;
} columns;

static bool make_columns(const fab_script *s, fab_arena *arena, columns *c)
{
    const size_t count = s->count;
    size_t entries = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const fab_way *way = s->ways.count > 0 ? &s->ways.ways[s->nodes[i].way] : NULL;
        entries += way ? way->end - way->begin + 1 : FAB_SCRIPT_ROUTE;
    }
    *c = (columns){
        .flow = {.size_byte = FAB_NEW(arena, double, count),
                 .start_s = FAB_NEW(arena, double, count),
                 .route_begin = FAB_NEW(arena, uint32_t, count + 1),
                 .route_link = FAB_NEW(arena, uint32_t, entries),
                 .load_ratio = s->ways.count > 0 ? FAB_NEW(arena, double, entries) : NULL,
                 .after_begin = FAB_NEW(arena, uint32_t, count + 1),
                 .after = s->after,
                 .count = s->count},
        .finish_s = FAB_NEW(arena, double, count),
        .begin_s = FAB_NEW(arena, double, count),
    };
    return c->flow.size_byte && c->flow.start_s && c->finish_s && c->begin_s &&
           c->flow.route_begin && c->flow.route_link && c->flow.after_begin &&
           (c->flow.load_ratio || s->ways.count == 0) && entries < UINT32_MAX;
}

/* A message over its ports, or over classes of links, which are numbered from `first` on. */
static uint32_t fill_route(const fab_script *s, const fab_script_node *node, uint32_t first,
                           uint32_t entries, columns *c)
{
    const fab_ways *w = &s->ways;
    for (uint32_t r = w->count > 0 ? 2 : 0; r < node->route_count; r++) {
        if (c->flow.load_ratio) {
            c->flow.load_ratio[entries] = 1.0;
        }
        c->flow.route_link[entries++] = node->route[r];
    }
    if (w->count == 0 || node->route_count == 0) {
        return entries;
    }
    for (uint32_t k = w->ways[node->way].begin; k < w->ways[node->way].end; k++) {
        c->flow.load_ratio[entries] = w->entry_load[k];
        c->flow.route_link[entries++] = first + w->entry_class[k];
    }
    return entries;
}

static void fill_columns(const fab_script *s, uint32_t first, columns *c)
{
    uint32_t entries = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const fab_script_node *node = &s->nodes[i];
        c->flow.size_byte[i] = node->size_byte;
        c->flow.start_s[i] = fab_script_lag_s(s, node);
        entries = fill_route(s, node, first, entries, c);
        c->flow.route_begin[i + 1] = entries;
        c->flow.after_begin[i + 1] = node->after_begin + node->after_count;
    }
}

static fab_status run_flows(fab_script *s, fab_script_asking *asking, fab_arena *arena, columns *c,
                            fab_flow_result *result)
{
    fab_flow_network *network = NULL;
    const uint32_t first = s->link_count;
    for (uint32_t i = 0; i < s->ways.class_count; i++) {
        (void)fab_script_link(s, first, s->ways.classes[i].rate_bps);
    }
    if (s->lacks_memory) {
        return FAB_E_NOMEM;
    }
    fill_columns(s, first, c);
    const fab_flow_set set = fab_flow_columns_set(&c->flow);
    const fab_flow_options how = {.is_general = true, .watch = fab_script_watch, .context = asking};
    FAB_TRY(fab_flow_network_create(arena, s->rate_bps, s->link_count, &network));
    return fab_flow_run(network, &set, &how, c->finish_s, result);
}

/* `closed_form_s` is told when it ends before the step. */
static fab_status run(fab_script *s, const fab_step_options *options, double closed_form_s,
                      fab_arena *arena, columns *c, fab_flow_result *result,
                      const char **reason_out)
{
    fab_script_asking asking = {.options = options};
    FAB_TRY(fab_ways_route(&s->ways, s->ground, options, reason_out));
    if (!make_columns(s, arena, c)) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(options->is_general && s->ways.count > 0
                ? fab_unfold_run(s, &asking, arena, c->finish_s, result, reason_out)
                : run_flows(s, &asking, arena, c, result));
    if (!result->is_complete) {
        *reason_out = fab_arena_printf(
            arena, "it was ended after %.4g s of the step, which takes %.4g s in closed form",
            asking.reached_s, closed_form_s);
        return *reason_out ? FAB_E_INFEASIBLE : FAB_E_NOMEM;
    }
    return FAB_OK;
}

/* When what each node waits for had ended. */
static void find_begins(const fab_script *s, columns *c)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const fab_script_node *node = &s->nodes[i];
        for (uint32_t a = 0; a < node->after_count; a++) {
            const double end_s = c->finish_s[s->after[node->after_begin + a]];
            c->begin_s[i] = end_s > c->begin_s[i] ? end_s : c->begin_s[i];
        }
    }
}

static fab_status list_activities(const fab_script *s, const columns *c, fab_arena *arena,
                                  fab_step_simulation *out)
{
    fab_activity *list = FAB_NEW(arena, fab_activity, s->count);
    size_t count = 0;
    if (!list) {
        return FAB_E_NOMEM;
    }
    for (uint32_t i = 0; i < s->count; i++) {
        fab_activity activity = s->nodes[i].activity;
        activity.start_s = c->begin_s[i];
        activity.end_s = c->finish_s[i];
        if (activity.name && activity.end_s > activity.start_s) {
            list[count++] = activity;
        }
    }
    out->activities = list;
    out->activity_count = count;
    return FAB_OK;
}

/* The stage whose computation takes longest. */
static int64_t find_busiest(const fab_step_simulation *out, double *compute_s, int64_t stages)
{
    int64_t busiest = 0;
    for (size_t i = 0; i < out->activity_count; i++) {
        const fab_activity *a = &out->activities[i];
        if (a->stream == FAB_STREAM_COMPUTE && a->part == FAB_STEP_GEMM) {
            compute_s[a->stage] += a->end_s - a->start_s;
        }
    }
    for (int64_t stage = 1; stage < stages; stage++) {
        busiest = compute_s[stage] > compute_s[busiest] ? stage : busiest;
    }
    return busiest;
}

/* The stage that ends last. */
static int64_t find_last(const fab_step_simulation *out)
{
    int64_t last = 0;
    double end_s = 0.0;
    for (size_t i = 0; i < out->activity_count; i++) {
        if (out->activities[i].end_s > end_s) {
            end_s = out->activities[i].end_s;
            last = out->activities[i].stage;
        }
    }
    return last;
}

/* What lengthens a stage beyond its computation, by class; the rest of the step it waits. */
static void sum_parts(const fab_explanation *e, const fab_script_run *run, const double *compute_s,
                      fab_step_simulation *out)
{
    const int64_t stage = out->busiest_stage;
    const fab_explained_stage *closed = &e->stages[stage];
    double sum_s = 0.0, whole_s = 0.0;
    fab_exposed_sum(run, stage, out->part_s);
    for (size_t i = 0; i < out->activity_count; i++) {
        const fab_activity *a = &out->activities[i];
        if (a->stage == stage && (a->part == FAB_STEP_OPTIMIZER || a->part == FAB_STEP_OFFLOAD)) {
            out->part_s[a->part] += a->end_s - a->start_s;
        }
    }
    /* computation divides as in closed form */
    for (int part = FAB_STEP_GEMM; part <= FAB_STEP_BESIDE; part++) {
        whole_s += closed->part_s[part];
    }
    for (int part = FAB_STEP_GEMM; part <= FAB_STEP_BESIDE; part++) {
        out->part_s[part] +=
            whole_s > 0.0 ? compute_s[stage] * closed->part_s[part] / whole_s : 0.0;
    }
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        sum_s += part == FAB_STEP_BUBBLE ? 0.0 : out->part_s[part];
    }
    out->part_s[FAB_STEP_BUBBLE] = out->simulated_s > sum_s ? out->simulated_s - sum_s : 0.0;
}

/* Messages of a class, whether they are exposed or not. */
static const char *message_text(fab_step_class part)
{
    static const char *const TEXT[FAB_STEP_CLASS_COUNT] = {
        [FAB_STEP_TENSOR] = "tensor messages",
        [FAB_STEP_CONTEXT] = "context messages",
        [FAB_STEP_EXPERT] = "expert messages",
        [FAB_STEP_PIPELINE] = "pipeline messages",
        [FAB_STEP_DATA] = "data-parallel messages"};
    return TEXT[part] ? TEXT[part] : fab_step_class_text(part);
}

/* With whom messages of a class are on the same links longest; of the bubble, which classes slow
 * the passes that stages wait for. */
static fab_status name_sharing(const fab_step_simulation *out, int part, fab_arena *arena,
                               const char **text_out)
{
    for (size_t i = 0; i < out->shared_count; i++) {
        const fab_shared_time *shared = &out->shared[i];
        const char *tier = out->tier_names[shared->tier];
        if (part == FAB_STEP_BUBBLE) {
            *text_out = fab_arena_printf(
                arena,
                ", since each stage waits for passes that %s slow down, which share links of %s "
                "with %s",
                message_text(shared->second), tier, message_text(shared->first));
            return *text_out ? FAB_OK : FAB_E_NOMEM;
        }
        if ((int)shared->first == part || (int)shared->second == part) {
            const fab_step_class other =
                (int)shared->first == part ? shared->second : shared->first;
            *text_out = fab_arena_printf(arena, ", which share links of %s with %s for %.4g s",
                                         tier, message_text(other), shared->time_s);
            return *text_out ? FAB_OK : FAB_E_NOMEM;
        }
    }
    return FAB_OK;
}

/* The class of messages of which a stage exposes most beyond the closed form; FAB_STEP_BUBBLE when
 * all that it exposes beyond is less than a third of the difference. */
static int find_culprit(const fab_step_simulation *out, const double *part_s)
{
    double most_s = 0.0, sum_s = 0.0;
    int culprit = FAB_STEP_BUBBLE;
    for (int part = FAB_STEP_TENSOR; part < FAB_STEP_OPTIMIZER; part++) {
        const double change_s = part_s[part] - out->closed_part_s[part];
        sum_s += part != FAB_STEP_BUBBLE && change_s > 0.0 ? change_s : 0.0;
        if (part != FAB_STEP_BUBBLE && change_s > most_s) {
            most_s = change_s;
            culprit = part;
        }
    }
    const double third_s = fabs(out->simulated_s - out->closed_form_s) / 3.0;
    return sum_s > third_s ? culprit : FAB_STEP_BUBBLE;
}

static int find_most(const fab_step_simulation *out)
{
    int most = 0;
    double change_s = 0.0;
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        const double here_s = out->part_s[part] - out->closed_part_s[part];
        if (fabs(here_s) > fabs(change_s)) {
            change_s = here_s;
            most = part;
        }
    }
    return most;
}

/* `last_s`: what the stage that ends last waits for. */
static fab_status explain(const fab_scenario *scenario, const fab_step_options *options,
                          const double *last_s, fab_arena *arena, fab_step_simulation *out)
{
    const int most = find_most(out), culprit = find_culprit(out, last_s);
    const char *sharing = "";
    out->difference_frac = out->simulated_s / out->closed_form_s - 1.0;
    FAB_TRY(name_sharing(out, culprit != FAB_STEP_BUBBLE ? culprit : most, arena, &sharing));
    const char *slow = options->fault_count > 0  ? "with faults, "
                       : options->slow_count > 0 ? "with slow parts, "
                                                 : "";
    if (out->events == 0) {
        out->cause = "no message of this step was put on links: its times are the forecast's";
    } else if (fabs(out->difference_frac) <= AGREES_FRAC) {
        out->cause = "the two agree";
    } else if (culprit != FAB_STEP_BUBBLE && out->difference_frac > 0.0) {
        out->cause = fab_arena_printf(
            arena,
            "%sstage %" PRId64
            ", which ends last, waits %.4g s for %s, %.4g s more than in closed form%s",
            slow, out->last_stage + 1, last_s[culprit], message_text((fab_step_class)culprit),
            last_s[culprit] - out->closed_part_s[culprit], sharing);
    } else {
        out->cause =
            fab_arena_printf(arena, "%smost of it lies in %s: %+.4g s on the busiest stage%s%s",
                             slow, fab_step_class_text((fab_step_class)most),
                             out->part_s[most] - out->closed_part_s[most], sharing,
                             scenario->assumptions.effects.pipeline_bubble
                                 ? ""
                                 : "; the closed form leaves the bubble out");
    }
    return out->cause ? FAB_OK : FAB_E_NOMEM;
}

fab_status fab_step_simulate(const fab_scenario *scenario, const fab_step_options *options,
                             fab_arena *arena, fab_step_simulation *out, const char **reason_out)
{
    assert(scenario && options && arena && out && reason_out);
    fab_explanation explained;
    fab_ground ground;
    fab_script script;
    fab_flow_result result;
    columns c;
    *reason_out = NULL;
    FAB_TRY(fab_train_explain(scenario, arena, &explained));
    FAB_TRY(fab_ground_make(scenario, &explained, options, arena, &ground, reason_out));
    FAB_TRY(fab_script_write(scenario, &explained, options, &ground, arena, &script, reason_out));
    FAB_TRY(run(&script, options, explained.forecast.step_s, arena, &c, &result, reason_out));
    *out = (fab_step_simulation){
        .closed_form_s = explained.forecast.step_s,
        .simulated_s = result.makespan_s,
        .stages = scenario->mapping.pp,
        .microbatches = explained.forecast.microbatches,
        .flows = script.count,
        .events = result.events,
        .tier_count = scenario->fabric.tier_count,
    };
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        out->closed_part_s[part] = explained.forecast.part_s[part];
    }
    for (int64_t tier = 0; tier < out->tier_count; tier++) {
        out->tier_names[tier] = scenario->fabric.tiers[tier].name;
    }
    double *compute_s = FAB_NEW(arena, double, (size_t)out->stages);
    if (!compute_s) {
        return FAB_E_NOMEM;
    }
    find_begins(&script, &c);
    FAB_TRY(list_activities(&script, &c, arena, out));
    const fab_script_run made = {&script, c.begin_s, c.finish_s};
    FAB_TRY(fab_usage_sum(&made, arena, out));
    out->busiest_stage = find_busiest(out, compute_s, out->stages);
    double last_s[FAB_STEP_CLASS_COUNT] = {0.0};
    sum_parts(&explained, &made, compute_s, out);
    out->last_stage = find_last(out);
    fab_exposed_sum(&made, out->last_stage, last_s);
    return explain(scenario, options, last_s, arena, out);
}
