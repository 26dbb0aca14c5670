#ifndef FAB_FABRIC_H
#define FAB_FABRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/catalog.h>
#include <fabricast/status.h>

FAB_BEGIN_DECLS

/* A communication group as a lattice of ranks: r0 + sum of j_i * stride_i, 0 <= j_i < size_i. All
 * groups of one kind together cover the job: r0 runs over the ranks whose digit is 0 on every axis
 * (digit_i = floor(r / stride_i) mod size_i). Axes have increasing strides, and the stride of an
 * axis is a multiple of stride * size of the axis before it. An axis of size 1 is ignored; a group
 * without axes is one rank. */
typedef struct fab_group_axis {
    int64_t size;
    int64_t stride;
} fab_group_axis;

#define FAB_GROUP_AXIS_LIMIT 2

typedef struct fab_group {
    fab_group_axis axes[FAB_GROUP_AXIS_LIMIT];
    int64_t axis_count;
} fab_group;

/* Returns the group {size, stride} with one axis. */
FAB_API fab_group fab_group_make(int64_t size, int64_t stride);

/* How the groups of one kind lie on the domains of the inner tier, over all groups of the kind:
 * what the slowest of them sees. */
typedef struct fab_placement {
    int64_t ranks;     /* members of a group */
    int64_t domains;   /* most domains that one group touches */
    int64_t local_min; /* fewest members of a group in a domain that it touches */
    int64_t local_max; /* most members of a group in one domain */
    bool is_even;      /* every group has the same number of members in each domain it touches:
                        * local_min == local_max */
} fab_placement;

/* Counts exactly, for a job of `packages` packages laid on domains of which `used` packages are
 * occupied (rank r sits in domain floor(r / used)). Distinct r0 modulo `used` are counted once;
 * docs/models-network.md#placement.
 * Errors: FAB_E_RANGE if a size or stride is below 1, the axes are not nested as fab_group says, or
 * the group does not tile `packages`.
 * Thread-safe, no allocation. Cost O(packages) at worst, usually one pass over the domains of a few
 * groups. */
FAB_API FAB_CHECKED fab_status fab_group_place(const fab_group *group, int64_t packages,
                                               int64_t used, fab_placement *out);

/* A verdict on one requirement of a fabric. */
typedef struct fab_fabric_check {
    const char *tier;
    const char *what;   /* "reach", "radix", "size", "rate", "ports" */
    const char *reason; /* sentence with the two numbers compared, in the arena */
    bool is_met;        /* false when not known */
    bool is_known;      /* false: the technology does not publish what the check needs */
} fab_fabric_check;

/* Longest link of a tier, m: within one rack 1 m of cable; beyond, racks stand in a row at 0.6 m
 * and the longest link runs half the row plus 1 m in each end rack: racks = ceil(domain /
 * packages_per_rack); span = 1 m if racks <= 1, else 2 m + 0.6 (racks - 1) / 2. A first-depth
 * layout; docs/models-network.md#reach. */
FAB_API double fab_tier_span_m(const fab_tier *tier);

/* Most racks of that layout that links of this reach span, the inverse of fab_tier_span_m: 0 below
 * 1 m, 1 below 2.3 m, else 1 + floor(2 (reach - 2 m) / 0.6 m). At most 1e9. */
FAB_API int64_t fab_reach_racks(double reach_m);

/* Mean length of a cable of a tier, m: as fab_tier_span_m, but from the mean rack, whose way to the
 * middle of a row of R racks is 0.6 m * (R^2 - (R mod 2)) / (4 R). An upper bound where leaf
 * switches stand in the racks. */
FAB_API double fab_tier_cable_m(const fab_tier *tier);

/* Checks each tier: rate <= the technology's, domain <= radix (inner tier), span <= reach, where a
 * switch is given, its folded Clos network joins the domain and needs no more links than a path
 * has, and the outermost tier holds `packages` packages on whole inner domains of which `used` are
 * occupied. Verdicts in tier order; NOMEM only. */
FAB_API FAB_CHECKED fab_status fab_fabric_check_all(const fab_fabric *fabric, int64_t packages,
                                                    fab_arena *arena,
                                                    const fab_fabric_check **checks_out,
                                                    size_t *count_out);

/* Returns the reason of the first check that is known and not met, NULL when there is none. */
FAB_API const char *fab_fabric_obstacle(const fab_fabric_check *checks, size_t count);

/* Aggregate bandwidth of one domain of a tier, one direction: domain * rate, which must be known.
 */
FAB_API double fab_tier_domain_rate_bps(const fab_tier *tier);

/* Power of a package's links of a tier at full rate: rate * energy per bit. One link per package
 * counts whole (both ends' halves): the SerDes, module and laser that energy_scope names. Both must
 * be known. */
FAB_API double fab_tier_power_w(const fab_tier *tier);

/* Power of all links of one domain of a tier at full rate, W: its packages x links_per_path x
 * fab_tier_power_w, with the range of the energy per bit. A path of two links counts what each
 * package sends to the switch and what the switch sends to it. Unknown without the energy per bit;
 * the rate must be known. */
FAB_API fab_value fab_tier_domain_power_w(const fab_tier *tier);

/* Packages of a job that one domain of the tier at `index` holds: of its whole inner domains, each
 * used in part. */
FAB_API int64_t fab_tier_capacity(const fab_fabric *fabric, int64_t index);

/* Links from one member of a tier without switch to the others of its domain; 0 on a switched tier.
 * A member is a package, or a domain of the tier inside. */
FAB_API int64_t fab_tier_mesh_peers(const fab_fabric *fabric, int64_t index);

/* Packages that a job can occupy on the fabric: whole inner domains, each used in part. */
FAB_API int64_t fab_fabric_capacity(const fab_fabric *fabric);

#define FAB_CLOS_LEVELS 3

/* Switches of a tier as folded Clos networks of k-port switches, one per plane, where a plane
 * carries one port of every package: planes = ceil(rate / port rate). With d = floor(k o / (1 + o))
 * ports of a leaf towards packages at oversubscription o, one level joins k packages, two d k,
 * three d k (k / 2), at o = 1 k^3 / 4 (Al-Fares, Loukissas, Vahdat, SIGCOMM 2008, section 3;
 * Leiserson, IEEE Trans. Computers C-34, 1985). docs/models-network.md#switches. */
typedef struct fab_clos {
    int64_t levels; /* 0: no such network joins a domain; -1: not known */
    int64_t planes;
    int64_t radix;                     /* ports of a switch, k */
    int64_t switches[FAB_CLOS_LEVELS]; /* of all planes and domains, from the leaves up */
    int64_t total;
    double port_links_count; /* port to port, both directions, packages to leaves included */
} fab_clos;

/* What one tier is as hardware. */
typedef struct fab_tier_bill {
    const fab_tier *tier;
    int64_t domains;      /* that the job needs, the last perhaps in part */
    int64_t links;        /* of one direction, each at the rate of a package:
                           * installed packages * links_per_path */
    int64_t domain_racks; /* that one domain spans */
    int64_t racks;        /* of all installed packages */
    double span_m;        /* fab_tier_span_m */
    double domain_rate_bps;
    fab_value package_power_w; /* fab_tier_power_w; unknown without the energy per bit */
    fab_value job_power_w;     /* of the job's packages: packages * package_power_w */
    fab_value rack_power_w;    /* of a full rack: packages_per_rack * package_power_w */
    fab_value power_w;         /* of every link of every path: links * package_power_w */
    fab_clos clos;
    fab_value switch_power_w; /* total * rate * energy per bit of the switch, its scope */
    int64_t cables;           /* a link each way, at the rate of a package: links / 2 */
    double mean_cable_m;      /* 1 m in one rack; else 2 m and the mean way to the row's middle */
    double cable_m;           /* cables * mean_cable_m */
} fab_tier_bill;

typedef struct fab_fabric_bill {
    const fab_fabric *fabric;
    int64_t packages;  /* of the job */
    int64_t installed; /* packages of the inner domains that it needs, idle ones too */
    fab_tier_bill tiers[FAB_TIER_LIMIT];
    const fab_fabric_check *checks;
    size_t check_count;
    bool is_possible; /* no check is known to be broken */
} fab_fabric_bill;

/* Counts a fabric's domains, links, racks and link power for a job of `packages` packages, 0 for as
 * many as it holds, and checks it. Rates must be known. Domains are counted also when the job is
 * too large for one domain of the outermost tier; the check `size` is broken then.
 * FAB_E_RANGE: negative packages, or counts beyond 1e15. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_fabric_count(const fab_fabric *fabric, int64_t packages,
                                                fab_arena *arena, fab_fabric_bill *out);

FAB_END_DECLS

#endif
