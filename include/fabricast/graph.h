#ifndef FAB_GRAPH_H
#define FAB_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/catalog.h>
#include <fabricast/diagnostic.h>
#include <fabricast/status.h>
#include <fabricast/wiring.h>

FAB_BEGIN_DECLS

/* A fabric as nodes and directed links, and the routes of messages on it;
 * docs/models-flow.md#graphs. Nodes 0 .. package_count - 1 are packages, the others switches. Const
 * once made; everything lives in the arena given. */
typedef struct fab_graph {
    uint32_t package_count;
    uint32_t node_count;
    uint32_t link_count;
    const uint32_t *from;
    const uint32_t *to;
    const double *rate_bps; /* one direction, > 0; a link that has failed is not there */
    const double *latency_s;
    const double *energy_j_per_bit; /* of the link: both its ends' halves */
    const uint8_t *layer;
    const uint8_t *hops; /* what routing counts the link as: 1 + layer, 2 more between groups of a
                            dragonfly, so that ways lead through no third group */
    const uint32_t *out_begin; /* by node: its links are [begin of it, begin of the next) */
    const uint32_t *out_link;
    const uint32_t *in_begin;
    const uint32_t *in_link;
    const char *const *names;  /* by node, from a file; NULL: numbers, and s0, s1 ... of switches */
    const fab_position *where; /* by link, the row of a file that names it; NULL: no file */
} fab_graph;

/* One layer of a fabric: packages in domains of `domain`, each a number of whole domains of the
 * layer inside. */
typedef struct fab_graph_layer {
    fab_wiring wiring;
    int64_t domain;          /* packages of a full domain */
    int64_t mesh_links;      /* over which a mesh splits the rate; 0: to all other members */
    double rate_bps;         /* of a package on this layer, one direction */
    double latency_s;        /* package to package: half of it on each link of a package to a
                                switch, none between switches; all of it on a direct link */
    double energy_j_per_bit; /* of one link; 0 when not known */
} fab_graph_layer;

#define FAB_GRAPH_LAYER_LIMIT 4

/* Builds the graph of `packages` packages: layer i joins those of each of its domains, the last
 * perhaps in part. Every layer gives a package links of their own. FAB_E_INFEASIBLE: *message_out
 * (in the arena) says what does not fit. FAB_E_RANGE: a rate is not positive and finite or a
 * latency is negative. FAB_E_NOMEM. O(links). */
FAB_API FAB_CHECKED fab_status fab_graph_make(const fab_graph_layer *layers, size_t layer_count,
                                              int64_t packages, fab_arena *arena,
                                              const fab_graph **graph_out,
                                              const char **message_out);

/* Whether fab_graph_make would build them, without building: its errors but FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_graph_check(const fab_graph_layer *layers, size_t layer_count,
                                               int64_t packages, fab_arena *arena,
                                               const char **message_out);

/* Reads a graph from a CSV file whose first line is `from,to,rate` or `from,to,rate,latency`: a
 * cable with a link each way per row. Packages are the whole numbers 0 .. packages - 1, other
 * words name switches; a rate is a bandwidth such as 50GB/s, a latency a time such as 500 ns.
 * FAB_E_INPUT: every mistake is in the diagnostics with line and column: a rate that is not above
 * 0, a link from a node to itself, a package that is not there, packages without a path between
 * them. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_graph_load(const char *path, int64_t packages, fab_arena *arena,
                                              fab_diagnostics *diagnostics,
                                              const fab_graph **graph_out);
FAB_API FAB_CHECKED fab_status fab_graph_parse(const char *name, const char *text,
                                               size_t length_byte, int64_t packages,
                                               fab_arena *arena, fab_diagnostics *diagnostics,
                                               const fab_graph **graph_out);

/* Whether up-down routing has no loop on a graph. FAB_E_INPUT: a link joins two nodes of one level,
 * so that it leads neither away from packages nor to them; the diagnostic names it, with line and
 * column of its row where the graph comes from a file. FAB_E_NOMEM. O(links). */
FAB_API FAB_CHECKED fab_status fab_graph_check_up_down(const fab_graph *graph, fab_arena *arena,
                                                       fab_diagnostics *diagnostics);

/* Copies a graph with the links between two nodes, both ways, or all links of a node, at `ratio` of
 * their rate: `A-B=RATIO` or `A=RATIO`, nodes by name, 0 <= RATIO <= 1; at 0 they are gone.
 * FAB_E_INPUT: *message_out (in the arena) says what is wrong. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_graph_damage(const fab_graph *graph, const char *fault,
                                                fab_arena *arena, const fab_graph **graph_out,
                                                const char **message_out);

/* Returns a node's name; NULL when memory is out. */
FAB_API const char *fab_graph_node_name(const fab_graph *graph, uint32_t node, fab_arena *arena);

typedef enum fab_routing {
    FAB_ROUTING_SPRAY,   /* split evenly over the shortest next hops at every node */
    FAB_ROUTING_MINIMAL, /* one shortest path: the link that was made first */
    FAB_ROUTING_ECMP,    /* one shortest path: next hops by a hash of both ends */
    FAB_ROUTING_VALIANT, /* what crosses the outermost layer: sprayed to a switch of it (package
                            where there are none) that a hash of both ends picks, and from there;
                            Valiant, SIAM J. Comput. 11(2), 1982; the rest is sprayed */
    FAB_ROUTING_UP_DOWN, /* sprayed over paths that first lead away from packages, then to them;
                            Autonet, Schroeder et al., IEEE JSAC 9(8), 1991 */
    FAB_ROUTING_COUNT
} fab_routing;

/* Returns the word of a routing: "spray", "minimal", ... */
FAB_API const char *fab_routing_name(int routing);

/* Routes on one graph; keeps the distances to every node that was asked for. */
typedef struct fab_router fab_router;

/* Shortest is by the hops of the links. FAB_E_INFEASIBLE:
 * up-down routing and a link between two switches of one level, over which it could loop;
 * *message_out names it. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_router_create(const fab_graph *graph, int routing, uint64_t seed,
                                                 fab_arena *arena, fab_router **router_out,
                                                 const char **message_out);

/* Links that a message crosses, with the part of it that each carries. */
typedef struct fab_route {
    const uint32_t *link;
    const double *load_ratio;
    uint32_t count;
    double latency_s; /* of the longest way in it */
} fab_route;

/* Finds the route between two nodes; it stays until the next call. FAB_E_INFEASIBLE when there is
 * no path. FAB_E_NOMEM. O(route), and O(links) for the first with a new destination. */
FAB_API FAB_CHECKED fab_status fab_router_find(fab_router *router, uint32_t from, uint32_t to,
                                               fab_route *route_out);

/* What layers of a graph are built of. */
typedef struct fab_graph_bill {
    int64_t switches;      /* whose first link is of these layers; without a link: of all */
    int64_t switch_ports;  /* ends of links at switches; a port sends and receives */
    int64_t package_links; /* one direction each, with a package at an end */
    int64_t switch_links;  /* one direction each, from switch to switch */
    double rate_bps;       /* of all links of one direction, added up */
} fab_graph_bill;

/* Counts the layers from `first_layer` outwards; 0: the whole graph. O(nodes + links). */
FAB_API fab_graph_bill fab_graph_count(const fab_graph *graph, uint8_t first_layer);

/* What a tier is built of as its file says that it is wired (fab_tier.wiring). */
typedef struct fab_wired {
    const fab_wiring *wiring; /* NULL: the file does not say, the rest is 0 */
    bool is_counted;          /* false: more than fits in FAB_WIRED_LIMIT_BYTE */
    int64_t domains;          /* whole ones and a rest */
    int64_t switches;
    double switch_ports_count;   /* in use, both directions together */
    double package_cables_count; /* a link each way, with a package at an end */
    double switch_cables_count;  /* between switches */
    double rate_bps;             /* of all links of one direction, added up */
    fab_value power_w;           /* of all links at their full rates, unknown without the energy per
                                    bit */
} fab_wired;

#define FAB_WIRED_LIMIT_BYTE ((size_t)1 << 30)

/* Counts tier `index` for `installed` packages by building the graph of one full domain and that of
 * the rest; wirings without empty places are built whole. Packages that fill no whole domain of the
 * tier inside are left out. FAB_E_INFEASIBLE: *message_out (in the arena) says what does not fit;
 * FAB_E_NOMEM. O(links of a domain). */
FAB_API FAB_CHECKED fab_status fab_wired_count(const fab_fabric *fabric, int64_t index,
                                               int64_t installed, fab_arena *arena, fab_wired *out,
                                               const char **message_out);

FAB_END_DECLS

#endif
