#ifndef FAB_WIRING_H
#define FAB_WIRING_H

#include <stdbool.h>
#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/status.h>

FAB_BEGIN_DECLS

/* How the packages of a domain are joined. */
typedef enum fab_wiring_kind {
    FAB_WIRING_SWITCH,    /* every package to one switch, or a switch in each of `planes` */
    FAB_WIRING_CLOS,      /* folded Clos: leaves and spines, with `pod` leaves three levels */
    FAB_WIRING_RAIL,      /* a switch for each place in the domains of the layer inside */
    FAB_WIRING_MESH,      /* a link from each member to every other */
    FAB_WIRING_RING,      /* a link to both neighbours: a torus of one axis */
    FAB_WIRING_TORUS,     /* the same on each axis */
    FAB_WIRING_HYPERX,    /* a mesh on each axis */
    FAB_WIRING_DRAGONFLY, /* groups of routers, a mesh inside, links between all pairs of groups */
    FAB_WIRING_DRAGONFLY_PLUS, /* groups of leaves and spines, links between spines of all pairs */
    FAB_WIRING_OCS, /* optical circuit switch: one partner at a time, `reconfigure_s` in between */
    FAB_WIRING_KIND_COUNT
} fab_wiring_kind;

#define FAB_WIRING_AXIS_LIMIT 4

/* A package's rate is split evenly over its links. Members of a direct wiring (mesh, ring, torus,
 * HyperX) are packages on the innermost layer; further out they are the domains of the layer
 * inside, whose packages of equal place are wired alike. */
typedef struct fab_wiring {
    int kind;                            /* fab_wiring_kind */
    int64_t size[FAB_WIRING_AXIS_LIMIT]; /* of torus and HyperX */
    int64_t axis_count;
    int64_t planes;                /* of a switch or Clos network, 1 unless given */
    int64_t leaf;                  /* Clos: packages under a leaf */
    int64_t spines;                /* Clos: switches above the leaves, of a pod where there are;
                                      dragonfly+: of a group */
    int64_t pod;                   /* Clos: leaves in a pod; 0: two levels */
    int64_t tops;                  /* Clos of three levels: links of a middle switch upwards */
    double oversubscription_ratio; /* Clos: rate into a leaf over that out of it */
    int64_t groups;                /* dragonfly, dragonfly+ */
    int64_t routers;               /* dragonfly: in a group; dragonfly+: leaves of a group */
    int64_t hosts;                 /* dragonfly: packages of a router; dragonfly+: of a leaf */
    int64_t global_links; /* dragonfly: of a router to other groups; dragonfly+: of a spine */
    double reconfigure_s; /* optical circuit switch */
} fab_wiring;

/* Reads what a user writes: `switch [planes=P]`, `clos leaf=D [spines=S] [oversubscription=O]
 * [planes=P] [pod=L tops=T]`, `rail`, `mesh`, `ring`, `torus 8x8x8`, `hyperx 4x4`, `dragonfly
 * groups=G routers=A packages=P [global=H]`, `dragonfly+ groups=G leaves=L spines=S packages=P
 * [global=H]`, `ocs reconfigure=10ms`; each word once. FAB_E_INPUT: *message_out (in the arena)
 * says what is wrong. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_wiring_parse(const char *text, fab_arena *arena,
                                                fab_wiring *wiring_out, const char **message_out);

/* Returns the word of a kind: "switch", "clos", ... */
FAB_API const char *fab_wiring_name(int kind);

/* Whether a wiring with fixed places (torus, HyperX, dragonfly) has as many as a domain of `domain`
 * packages, made of domains of `inner`, has members, and the links between its groups come out
 * evenly. Other wirings fit any domain of whole domains. FAB_E_INFEASIBLE: *message_out (in the
 * arena) says what does not fit. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_wiring_fit(const fab_wiring *wiring, int64_t domain,
                                              int64_t inner, fab_arena *arena,
                                              const char **message_out);

/* Returns whether the wiring has so many places that all must be filled. */
FAB_API bool fab_wiring_is_full(const fab_wiring *wiring);

FAB_END_DECLS

#endif
