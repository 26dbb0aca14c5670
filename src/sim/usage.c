#include "sim/usage.h"

#include "sim/shared.h"

/* Adds what a flow carried to the parts of the step that it spans, as if evenly. */
static void add_to_bins(double *bins, double step_s, double start_s, double end_s, double busy_s)
{
    const double bin_s = step_s / FAB_TIMELINE_BINS;
    const double rate = end_s > start_s ? busy_s / (end_s - start_s) : 0.0;
    const int first = (int)(start_s / bin_s), last = (int)(end_s / bin_s);
    for (int i = first; i <= last && i < FAB_TIMELINE_BINS; i++) {
        const double low = (double)i * bin_s > start_s ? (double)i * bin_s : start_s;
        const double high = (double)(i + 1) * bin_s < end_s ? (double)(i + 1) * bin_s : end_s;
        bins[i] += high > low ? rate * (high - low) / bin_s : 0.0;
    }
}

/* Messages by the port that they leave through. */
static fab_status sum_shared(const fab_script_run *run, fab_arena *arena, fab_step_simulation *out)
{
    const fab_script *s = run->script;
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_link_use *uses = FAB_NEW(arena, fab_link_use, s->count);
    size_t count = 0;
    if (!uses) {
        return FAB_E_NOMEM;
    }
    for (uint32_t i = 0; i < s->count; i++) {
        const fab_script_node *node = &s->nodes[i];
        if (node->route_count > 0) {
            uses[count++] =
                (fab_link_use){run->begin_s[i] + fab_script_lag_s(s, node), run->finish_s[i],
                               node->route[0], node->activity.part, node->route[0] / 2 % s->tiers};
        }
    }
    fab_shared_sum(uses, count, out->stages, out->shared, &out->shared_count);
    fab_arena_reset(arena, mark);
    return FAB_OK;
}

/* Use of each tier by a message of 1 byte a package, s of all its links together. */
static double *find_tier_use(const fab_script *s, const double *rate_bps, fab_arena *arena)
{
    const fab_ways *w = &s->ways;
    double *use_s = FAB_NEW(arena, double, (size_t)w->count *FAB_TIER_LIMIT + 1);
    for (uint32_t i = 0; i < w->count && use_s; i++) {
        for (uint32_t k = w->ways[i].begin; k < w->ways[i].end; k++) {
            const fab_link_class *c = &w->classes[w->entry_class[k]];
            use_s[i * FAB_TIER_LIMIT + (uint32_t)c->layer] +=
                8.0 * w->entry_load[k] * (double)c->count / rate_bps[c->layer];
        }
    }
    return use_s;
}

static void book_ways(const fab_script_run *run, const double *use_s, double *carried_byte,
                      fab_step_simulation *out)
{
    const fab_ways *w = &run->script->ways;
    for (uint32_t i = 0; i < run->script->count; i++) {
        const fab_script_node *node = &run->script->nodes[i];
        if (node->route_count == 0) {
            continue;
        }
        const fab_way *way = &w->ways[node->way];
        const double start_s = run->begin_s[i] + fab_script_lag_s(run->script, node);
        for (uint32_t k = way->begin; k < way->end; k++) {
            carried_byte[w->entry_class[k]] += w->entry_load[k] * node->size_byte;
        }
        for (int64_t tier = 0; tier < out->tier_count; tier++) {
            const double busy_s = node->size_byte * use_s[node->way * FAB_TIER_LIMIT + tier];
            if (busy_s > 0.0) {
                add_to_bins(out->tier_bin_frac[tier], out->simulated_s, start_s, run->finish_s[i],
                            busy_s);
                out->tier_busy_frac[tier] += busy_s / out->simulated_s;
            }
        }
    }
}

/* Puts a class of links among the fullest so far. */
static void rank(fab_step_simulation *out, fab_step_link link)
{
    size_t place = out->link_count;
    while (place > 0 && out->links[place - 1].busy_frac < link.busy_frac) {
        place--;
    }
    if (place == FAB_STEP_LINK_LIMIT) {
        return;
    }
    out->link_count += out->link_count < FAB_STEP_LINK_LIMIT ? 1 : 0;
    for (size_t i = out->link_count - 1; i > place; i--) {
        out->links[i] = out->links[i - 1];
    }
    out->links[place] = link;
}

/* The fullest link of a stage's packages out and in, and the fullest of all. */
static void book_packages(const fab_script *s, const fab_link_class *c, double busy_frac,
                          double *frac[2], fab_step_simulation *out)
{
    const fab_graph *graph = s->ground->graph;
    const uint32_t ends[2] = {graph->from[c->link], graph->to[c->link]};
    const int64_t packages = s->ways.ways[0].partners.stage_packages;
    for (int i = 0; i < 2; i++) {
        const int64_t stage = ends[i] / packages;
        if (ends[i] >= graph->package_count || stage >= out->stages) {
            continue;
        }
        double *here = &frac[i][stage * s->tiers + c->layer];
        *here = busy_frac > *here ? busy_frac : *here;
        if (i == 0 && busy_frac > out->hot_frac) {
            out->hot_frac = busy_frac;
            out->hot_tier = c->layer;
            out->hot_stage = stage;
        }
    }
}

static fab_status name_links(const fab_graph *graph, fab_arena *arena, fab_step_simulation *out)
{
    for (size_t i = 0; i < out->link_count; i++) {
        fab_step_link *link = &out->links[i];
        link->from = fab_graph_node_name(graph, graph->from[link->number], arena);
        link->to = fab_graph_node_name(graph, graph->to[link->number], arena);
        if (!link->from || !link->to) {
            return FAB_E_NOMEM;
        }
    }
    return FAB_OK;
}

static fab_status sum_graph(const fab_script_run *run, fab_arena *arena, double *frac[2],
                            fab_step_simulation *out)
{
    const fab_script *s = run->script;
    const fab_graph *graph = s->ground->graph;
    double rate_bps[FAB_TIER_LIMIT] = {0.0};
    for (uint32_t i = 0; i < graph->link_count; i++) {
        rate_bps[graph->layer[i]] += s->ground->rate_bps[i];
    }
    double *use_s = find_tier_use(s, rate_bps, arena);
    double *carried_byte = FAB_NEW(arena, double, s->ways.class_count + 1);
    if (!use_s || !carried_byte) {
        return FAB_E_NOMEM;
    }
    book_ways(run, use_s, carried_byte, out);
    for (uint32_t i = 0; i < s->ways.class_count; i++) {
        const fab_link_class *c = &s->ways.classes[i];
        const double busy_frac = 8.0 * carried_byte[i] / c->rate_bps / out->simulated_s;
        book_packages(s, c, busy_frac, frac, out);
        rank(out, (fab_step_link){.number = c->link,
                                  .tier = c->layer,
                                  .count = c->count,
                                  .carried_byte = carried_byte[i],
                                  .busy_frac = busy_frac});
    }
    return name_links(graph, arena, out);
}

static fab_status sum_ports(const fab_script_run *run, fab_arena *arena, double *frac[2],
                            fab_step_simulation *out)
{
    const fab_script *s = run->script;
    const uint32_t ports = fab_script_port(s, out->stages, 0, false);
    double *busy_s = FAB_NEW(arena, double, ports);
    if (!busy_s) {
        return FAB_E_NOMEM;
    }
    for (uint32_t i = 0; i < s->count; i++) {
        const fab_script_node *node = &s->nodes[i];
        if (node->route_count == 0) {
            continue;
        }
        const uint32_t up = node->route[0], down = node->route[1];
        const double link_s = 8.0 * node->size_byte / s->rate_bps[up];
        busy_s[up] += link_s;
        busy_s[down] += 8.0 * node->size_byte / s->rate_bps[down];
        add_to_bins(out->tier_bin_frac[up / 2 % s->tiers], out->simulated_s,
                    run->begin_s[i] + node->lag_s, run->finish_s[i], link_s / (double)out->stages);
    }
    for (uint32_t port = 0; port < ports; port++) {
        frac[port % 2][port / 2] = busy_s[port] / out->simulated_s;
    }
    for (uint32_t link = 0; link < ports / 2; link++) {
        const int64_t tier = link % s->tiers;
        out->tier_busy_frac[tier] += frac[0][link] / (double)out->stages;
        if (frac[0][link] > out->hot_frac) {
            out->hot_frac = frac[0][link];
            out->hot_tier = tier;
            out->hot_stage = link / s->tiers;
        }
    }
    return FAB_OK;
}

fab_status fab_usage_sum(const fab_script_run *run, fab_arena *arena, fab_step_simulation *out)
{
    const size_t links = (size_t)(out->stages * run->script->tiers);
    double *frac[2] = {FAB_NEW(arena, double, links), FAB_NEW(arena, double, links)};
    if (!frac[0] || !frac[1]) {
        return FAB_E_NOMEM;
    }
    out->out_frac = frac[0];
    out->in_frac = frac[1];
    out->is_wired = run->script->ground->graph != NULL;
    if (run->script->ways.count > 0) {
        FAB_TRY(sum_graph(run, arena, frac, out));
    } else {
        FAB_TRY(sum_ports(run, arena, frac, out));
    }
    return sum_shared(run, arena, out);
}
