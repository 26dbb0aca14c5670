#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/units.h>

#include "graph/draft.h"

/* Names of nodes, and links that have failed or run slower. */

const char *fab_graph_node_name(const fab_graph *graph, uint32_t node, fab_arena *arena)
{
    assert(graph && node < graph->node_count);
    if (node < graph->package_count) {
        return fab_arena_printf(arena, "%u", node);
    }
    return graph->names ? graph->names[node]
                        : fab_arena_printf(arena, "s%u", node - graph->package_count);
}

/* A number that fills the text from `text` to `end`. */
static bool read_index(const char *text, const char *end, uint32_t *number_out)
{
    uint64_t number = 0;
    for (const char *at = text; at < end; at++) {
        if (*at < '0' || *at > '9' || number > UINT32_MAX) {
            return false;
        }
        number = 10 * number + (uint64_t)(*at - '0');
    }
    *number_out = (uint32_t)number;
    return text < end && number < UINT32_MAX;
}

static bool find_node(const fab_graph *graph, const char *text, const char *end, uint32_t *node_out)
{
    const size_t length = (size_t)(end - text);
    if (read_index(text, end, node_out)) {
        return *node_out < graph->package_count;
    }
    if (!graph->names) {
        const bool is_switch = length > 1 && text[0] == 's' && read_index(text + 1, end, node_out);
        *node_out += is_switch ? graph->package_count : 0;
        return is_switch && *node_out < graph->node_count;
    }
    for (uint32_t node = graph->package_count; node < graph->node_count; node++) {
        if (strlen(graph->names[node]) == length && !memcmp(graph->names[node], text, length)) {
            *node_out = node;
            return true;
        }
    }
    return false;
}

typedef struct fault {
    uint32_t ends[2];
    bool is_link; /* else all links of ends[0] */
    double ratio;
} fault;

static bool is_hit(const fault *f, uint32_t from, uint32_t to)
{
    if (!f->is_link) {
        return from == f->ends[0] || to == f->ends[0];
    }
    return (from == f->ends[0] && to == f->ends[1]) || (from == f->ends[1] && to == f->ends[0]);
}

/* What is wrong with the text, or NULL. */
static const char *read_fault(const fab_graph *graph, const char *text, fab_arena *arena, fault *f)
{
    const char *equals = strchr(text, '=');
    const char *why = NULL;
    if (!equals) {
        return fab_arena_printf(arena, "fault `%s`: NODE-NODE=RATIO or NODE=RATIO is due", text);
    }
    const char *dash = memchr(text, '-', (size_t)(equals - text));
    f->is_link = dash != NULL;
    if (!find_node(graph, text, dash ? dash : equals, &f->ends[0]) ||
        (dash && !find_node(graph, dash + 1, equals, &f->ends[1]))) {
        return fab_arena_printf(
            arena,
            "fault `%s`: no such node; packages are 0 to %u, switches s0, s1 ... or "
            "the words of the file",
            text, graph->package_count - 1);
    }
    if (fab_quantity_parse(equals + 1, FAB_DIM_FRACTION, arena, &f->ratio, &why) != FAB_OK ||
        !(f->ratio >= 0.0 && f->ratio <= 1.0)) {
        return fab_arena_printf(arena, "fault `%s`: a ratio from 0 to 1 is due", text);
    }
    return NULL;
}

/* Room for where a file names the links that are left; graphs from files are small. */
static fab_status make_places(const fab_graph *graph, fab_arena *arena, fab_position **where_out)
{
    *where_out = graph->where ? FAB_NEW(arena, fab_position, graph->link_count) : NULL;
    return graph->where && !*where_out ? FAB_E_NOMEM : FAB_OK;
}

fab_status fab_graph_damage(const fab_graph *graph, const char *text, fab_arena *arena,
                            const fab_graph **graph_out, const char **message_out)
{
    assert(graph && text && arena && graph_out && message_out);
    fault f = {.ratio = 1.0};
    uint32_t hits = 0;
    *message_out = read_fault(graph, text, arena, &f);
    if (*message_out) {
        return FAB_E_INPUT;
    }
    fab_draft draft = fab_draft_make(arena, graph->package_count);
    fab_position *where = NULL;
    FAB_TRY(make_places(graph, arena, &where));
    draft.node_count = graph->node_count;
    draft.names = graph->names;
    draft.where = where;
    for (uint32_t i = 0; i < graph->link_count; i++) {
        const bool is_faulty = is_hit(&f, graph->from[i], graph->to[i]);
        const fab_draft_link link = {
            .from = graph->from[i],
            .to = graph->to[i],
            .rate_bps = graph->rate_bps[i] * (is_faulty ? f.ratio : 1.0),
            .latency_s = graph->latency_s[i],
            .energy_j_per_bit = graph->energy_j_per_bit[i],
            .layer = graph->layer[i],
            .hops = graph->hops[i],
        };
        hits += is_faulty ? 1 : 0;
        if (link.rate_bps > 0.0) {
            if (where) {
                where[draft.link_count] = graph->where[i];
            }
            fab_draft_link_add(&draft, &link);
        }
    }
    if (hits == 0) {
        *message_out = fab_arena_printf(arena, "fault `%s`: no link there", text);
        return *message_out ? FAB_E_INPUT : FAB_E_NOMEM;
    }
    return fab_draft_finish(&draft, graph_out);
}
