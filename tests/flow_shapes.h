#ifndef FAB_TESTS_FLOW_SHAPES_H
#define FAB_TESTS_FLOW_SHAPES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <fabricast/flow.h>

/* Flow sets in the making, and the fabrics of the golden rows. Columns grow as flows are added. */
typedef struct shape {
    fab_flow_set set;
    uint32_t link_count;
    uint32_t entry_count;
    uint32_t flow_room;
    uint32_t entry_room;
    double *size_byte;
    uint32_t *route_begin;
    uint32_t *route_link;
    double *load_ratio;
    double *start_s;
    double *weight_ratio;
    double *cap_bps;
    double *rate_bps; /* of links */
} shape;

static inline void *shape_grow(void *old, uint64_t count, uint64_t size)
{
    void *grown = realloc(old, count * size);
    if (!grown) {
        abort();
    }
    return grown;
}

/* Begins with links of one rate. */
static inline void shape_begin(shape *s, uint32_t link_count, double rate_bps)
{
    *s = (shape){.link_count = link_count};
    s->rate_bps = shape_grow(NULL, (uint64_t)link_count + 1, sizeof(double));
    for (uint32_t i = 0; i < link_count; i++) {
        s->rate_bps[i] = rate_bps;
    }
    s->route_begin = shape_grow(NULL, 1, sizeof(uint32_t));
    s->route_begin[0] = 0;
    s->set.route_begin = s->route_begin;
}

static inline void shape_end(shape *s)
{
    free(s->size_byte);
    free(s->route_begin);
    free(s->route_link);
    free(s->load_ratio);
    free(s->start_s);
    free(s->weight_ratio);
    free(s->cap_bps);
    free(s->rate_bps);
}

/* Adds a flow without links. */
static inline void shape_flow(shape *s, double size_byte)
{
    const uint32_t flow = s->set.flow_count;
    if (flow == s->flow_room) {
        s->flow_room = 2 * s->flow_room + 16;
        s->size_byte = shape_grow(s->size_byte, s->flow_room, sizeof(double));
        s->route_begin = shape_grow(s->route_begin, (uint64_t)s->flow_room + 1, sizeof(uint32_t));
    }
    s->size_byte[flow] = size_byte;
    s->route_begin[flow + 1] = s->entry_count;
    s->set.flow_count = flow + 1;
    s->set.size_byte = s->size_byte;
    s->set.route_begin = s->route_begin;
}

/* Adds a link to the route of the newest flow. */
static inline void shape_cross(shape *s, uint32_t link)
{
    if (s->entry_count == s->entry_room) {
        s->entry_room = 2 * s->entry_room + 16;
        s->route_link = shape_grow(s->route_link, s->entry_room, sizeof(uint32_t));
    }
    s->route_link[s->entry_count++] = link;
    s->route_begin[s->set.flow_count] = s->entry_count;
    s->set.route_link = s->route_link;
}

/* A switch with `hosts` ports: link i goes up from host i, hosts + i comes down to it. */
static inline void shape_star_flow(shape *s, uint32_t hosts, uint32_t from, uint32_t to,
                                   double size_byte)
{
    shape_flow(s, size_byte);
    shape_cross(s, from);
    shape_cross(s, hosts + to);
}

static inline void shape_star(shape *s, uint32_t hosts, double size_byte, double rate_bps)
{
    shape_begin(s, 2 * hosts, rate_bps);
    for (uint32_t i = 0; i < hosts * hosts; i++) {
        if (i / hosts != i % hosts) {
            shape_star_flow(s, hosts, i / hosts, i % hosts, size_byte);
        }
    }
}

/* Two tiers of switches: the spine is the destination modulo the number of spines. */
typedef struct tree_shape {
    uint32_t leaf_hosts;
    uint32_t leaves;
    uint32_t spines;
} tree_shape;

static inline uint32_t shape_tree_links(const tree_shape *tree)
{
    return 2 * tree->leaf_hosts * tree->leaves + 2 * tree->leaves * tree->spines;
}

static inline void shape_tree_flow(shape *s, const tree_shape *tree, uint32_t from, uint32_t to,
                                   double size_byte)
{
    const uint32_t hosts = tree->leaf_hosts * tree->leaves;
    const uint32_t from_leaf = from / tree->leaf_hosts, to_leaf = to / tree->leaf_hosts;
    const uint32_t spine = to % tree->spines;
    shape_star_flow(s, hosts, from, to, size_byte);
    if (from_leaf != to_leaf) {
        shape_cross(s, 2 * hosts + from_leaf * tree->spines + spine);
        shape_cross(s, 2 * hosts + (tree->leaves + to_leaf) * tree->spines + spine);
    }
}

static inline void shape_tree(shape *s, const tree_shape *tree, double size_byte, double rate_bps)
{
    const uint32_t hosts = tree->leaf_hosts * tree->leaves;
    shape_begin(s, shape_tree_links(tree), rate_bps);
    for (uint32_t i = 0; i < hosts * hosts; i++) {
        if (i / hosts != i % hosts) {
            shape_tree_flow(s, tree, i / hosts, i % hosts, size_byte);
        }
    }
}

/* How flows that are half a ring away go. */
typedef enum shape_tie {
    SHAPE_TIE_SPLIT,   /* half of the rate each way */
    SHAPE_TIE_SIMGRID, /* forward, except from beyond the middle to before it, and more: see below
                        */
} shape_tie;

#define TORUS_DIMENSIONS 3

typedef struct torus_shape {
    uint32_t size[TORUS_DIMENSIONS]; /* 1: no such dimension */
    shape_tie tie;
} torus_shape;

static inline uint32_t torus_hosts(const torus_shape *torus)
{
    return torus->size[0] * torus->size[1] * torus->size[2];
}

/* Does SimGrid 3.32 go forward from `from` to `to` on a ring of `size`? Found from its routes. */
static inline bool goes_forward(uint32_t from, uint32_t to, uint32_t size)
{
    const uint32_t half = size / 2;
    return (to > from && to <= from + half) || (from > half && to <= (from + half) % size);
}

/* Moves along one dimension of the torus and crosses its links; link 2 (d hosts + i) goes forward
 * from host i, the next one backward. */
static inline void shape_torus_move(shape *s, const torus_shape *torus, uint32_t *at,
                                    uint32_t dimension, uint32_t target, bool is_forward)
{
    uint32_t stride = 1;
    for (uint32_t d = 0; d < dimension; d++) {
        stride *= torus->size[d];
    }
    const uint32_t size = torus->size[dimension];
    for (uint32_t place = *at / stride % size; place != target; place = *at / stride % size) {
        const uint32_t next = (place + (is_forward ? 1 : size - 1)) % size;
        const uint32_t after = *at + next * stride - place * stride;
        const uint32_t owner = dimension * torus_hosts(torus) + *at;
        shape_cross(s, 2 * owner + (is_forward ? 0 : 1));
        *at = after;
    }
}

/* Dimension by dimension, the short way round. */
static inline void shape_torus_flow(shape *s, const torus_shape *torus, uint32_t from, uint32_t to,
                                    double size_byte)
{
    uint32_t at = from, rest = to;
    shape_flow(s, size_byte);
    for (uint32_t d = 0, stride = 1; d < TORUS_DIMENSIONS; stride *= torus->size[d], d++) {
        const uint32_t size = torus->size[d];
        const uint32_t place = at / stride % size, target = rest % size;
        const uint32_t ahead = (target + size - place) % size;
        rest /= size;
        const bool is_tie = ahead > 0 && 2 * ahead == size && torus->tie == SHAPE_TIE_SPLIT;
        const bool is_forward =
            torus->tie == SHAPE_TIE_SIMGRID ? goes_forward(place, target, size) : 2 * ahead < size;
        const uint32_t first = s->entry_count, start = at;
        shape_torus_move(s, torus, &at, d, target, is_forward);
        if (torus->tie == SHAPE_TIE_SPLIT) {
            if (is_tie) {
                at = start;
                shape_torus_move(s, torus, &at, d, target, !is_forward);
            }
            s->load_ratio = shape_grow(s->load_ratio, (uint64_t)s->entry_count + 1, sizeof(double));
            s->set.load_ratio = s->load_ratio;
            for (uint32_t i = first; i < s->entry_count; i++) {
                s->load_ratio[i] = is_tie ? 0.5 : 1.0;
            }
        }
    }
}

static inline void shape_torus(shape *s, const torus_shape *torus, double size_byte,
                               double rate_bps)
{
    const uint32_t hosts = torus_hosts(torus);
    shape_begin(s, 2 * TORUS_DIMENSIONS * hosts, rate_bps);
    for (uint32_t i = 0; i < hosts * hosts; i++) {
        if (i / hosts != i % hosts) {
            shape_torus_flow(s, torus, i / hosts, i % hosts, size_byte);
        }
    }
}

#endif
